"""What people and timers can do, one module per action.

Every use case takes its ports in its constructor, reads the clock once, opens one transaction and
commits it by name. None of them calls the outside world inside a transaction.
"""
