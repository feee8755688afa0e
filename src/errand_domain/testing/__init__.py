"""For tests, ours and an embedder's: strategies for every value, contracts for every port, and a state machine.

Needs hypothesis, pytest and anyio, which the domain itself does not.
"""
