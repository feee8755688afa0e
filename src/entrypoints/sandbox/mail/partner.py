"""What may go wrong at the mail provider. It speaks no HTTP, so that nothing else of a partner is here."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.partner import Partner
from entrypoints.sandbox.wire import Asked, Reply

OPERATION: Final = "mail.hand_over"
FAULTS: Final[tuple[Kind, ...]] = ("drop_request", "drop_answer", "delay", "server_error", "rate_limited", "fails")


class Mail(Partner):
    """One mail provider."""

    name = "mail"
    operations: Mapping[str, tuple[Kind, ...]] = {OPERATION: FAULTS}
    schedule: tuple[timedelta, ...] = ()

    def owns(self, path: str) -> bool:  # noqa: ARG002 - none is
        """No path is."""
        return False

    def serve(self, asked: Asked) -> Reply:
        """Nobody asks it so."""
        raise NotImplementedError
