"""What people and timers can do, one module per action, in a folder per subject.

Every use case takes its ports in its constructor, reads the clock once, opens one transaction and
commits it by name. None of them calls the outside world inside a transaction.

What several subjects share is beside them: `moving` writes a step of an order down, with the money that `bookkeeping`
says it moves; `deciding` begins again where somebody else was first; `limiting` counts.
"""
