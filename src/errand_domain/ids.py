"""Identities: UUIDs that cannot be mistaken for one another, and their short form for providers."""

from typing import NewType
from uuid import UUID

MemberId = NewType("MemberId", UUID)
CampusId = NewType("CampusId", UUID)
BuildingId = NewType("BuildingId", UUID)
OrderId = NewType("OrderId", UUID)
QuoteId = NewType("QuoteId", UUID)
AttemptId = NewType("AttemptId", UUID)
WithdrawalId = NewType("WithdrawalId", UUID)
DisputeId = NewType("DisputeId", UUID)
ReviewId = NewType("ReviewId", UUID)
FileId = NewType("FileId", UUID)
TicketId = NewType("TicketId", UUID)
ContentCaseId = NewType("ContentCaseId", UUID)
ReportId = NewType("ReportId", UUID)
MessageId = NewType("MessageId", UUID)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 25  # 36**25 > 2**128


def compact(identity: UUID) -> str:
    """A UUID as 25 lower-case letters and digits: providers allow 32, and some nothing but these."""
    number, written = identity.int, ""
    while number:
        number, digit = divmod(number, 36)
        written = _DIGITS[digit] + written
    return written.rjust(_LENGTH, "0")


def expand(written: str) -> UUID:
    """The UUID that `compact` wrote; raises `ValueError` on anything else."""
    if len(written) == _LENGTH and set(written) <= set(_DIGITS) and (number := int(written, 36)) < 1 << 128:
        return UUID(int=number)
    message = "not a compact identity"
    raise ValueError(message)
