"""What is past its time: counted, and forgotten where nothing has to be decided about it."""

from abc import abstractmethod
from datetime import datetime
from typing import Final, Literal, Protocol, get_args

from errand_domain.ids import CampusId

ForgottenKind = Literal["session", "sign_in_code", "invitation", "notice", "answer"]
"""Sessions by their end, codes by when they were sent, invitations by their end, parked notices by when they were due
last, answers by when their key was taken."""
WatchedKind = Literal["order_details", "file", "expected_file", "content_case", "runner"]
"""What a timer erases: by the moment at which it is due."""
RetainedKind = ForgottenKind | WatchedKind
FORGOTTEN_KINDS: Final[tuple[ForgottenKind, ...]] = get_args(ForgottenKind)
WATCHED_KINDS: Final[tuple[WatchedKind, ...]] = get_args(WatchedKind)


class Retained(Protocol):
    """What is kept for a time. Each call takes effect at once, and any number may be made at the same time."""

    @abstractmethod
    async def count(self, kind: RetainedKind, *, before: datetime, campus_id: CampusId | None = None) -> int:
        """How many there are whose moment was before then. Of no campus are files, and what is forgotten."""

    @abstractmethod
    async def forget(self, kind: ForgottenKind, *, before: datetime) -> int:
        """Drop those whose moment was before then; how many."""
