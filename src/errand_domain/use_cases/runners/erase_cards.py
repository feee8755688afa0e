"""Erase the photos of student cards: some time after the decision, with a dropped application, when a member leaves."""

from datetime import datetime

from errand_domain.ids import MemberId
from errand_domain.ports.outbox import EraseFile
from errand_domain.ports.transaction import Transaction


async def erase_cards(tx: Transaction, member_id: MemberId, *, until: datetime, at: datetime) -> None:
    """Gather the removal of every student card that the member uploaded until then, and of its bytes."""
    for file in await tx.files.of_no_order(member_id, "student_card"):
        if file.at <= until:
            tx.files.remove(file.id)
            tx.outbox.add(EraseFile(file_id=file.id), at=at)
