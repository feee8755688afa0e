"""What may go wrong at the mail provider. It speaks no HTTP, so that nothing else of a partner is here."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.partner import Letter, Partner, Waiting, Written
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

    def waiting(self) -> tuple[Waiting, ...]:
        """Nothing: what was sent has arrived."""
        return ()

    def act(self, kind: str, number: str, act: str) -> Mapping[str, object]:  # noqa: ARG002 - nobody does anything
        """Nobody does anything here."""
        raise LookupError(f"{kind}/{act}")

    def pass_time(self) -> None:
        """Time brings nothing."""

    def written(self, letter: Letter, fault: Kind | None) -> Written:
        """It tells the merchant nothing."""
        raise NotImplementedError

    def understood(self, status: int, body: bytes) -> bool:
        """It tells the merchant nothing."""
        raise NotImplementedError

    def balance_fen(self) -> int | None:
        """It holds no money of the merchant."""
        return None
