"""For tests, ours and an embedder's: strategies for every value, contracts for every port, and a state machine.

Needs hypothesis, pytest and anyio, which the domain itself does not.
"""

import pytest

# A failing contract then shows the values it compared, as a test of one's own would.
pytest.register_assert_rewrite(f"{__name__}.contracts")
