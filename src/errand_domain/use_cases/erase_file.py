"""Erase files that nothing has come to refer to."""

from attrs import frozen

from errand_domain.errors import Missing
from errand_domain.ids import FileId
from errand_domain.ports.files import StoredFile
from errand_domain.ports.outbox import EraseFile
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.deciding import decided_anew_when_stale


@frozen(kw_only=True)
class EraseUnusedFile:
    """The timer of a file fires: a student card that was shown in no application is erased, and so is what came late.

    What came late was uploaded for an order whose details are gone by now. Anything else is kept with its application
    or its order.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, file_id: FileId) -> bool:
        """Whether the file is gone, by this timer or before."""
        now = self.clock.now()
        async with self.begin() as tx:
            try:
                file = await tx.files.get(file_id)
            except Missing:
                return True
            if file.erase_at is None or now < file.erase_at:
                return False
            is_used = await _is_used(tx, file)
            if is_used:
                tx.files.save(file.kept())
            else:
                tx.files.expire(file)
                tx.outbox.add(EraseFile(file_id=file_id), at=now)
            await tx.commit()
        return not is_used


async def _is_used(tx: Transaction, file: StoredFile) -> bool:
    if file.purpose != "student_card":
        if file.order_id is None:
            return True
        order = await tx.orders.get(file.order_id)
        # What is uploaded to an ended order is kept as long as the order's details.
        return order.details_until is not None or not order.is_final
    runner = await tx.runners.find(file.owner_id)
    return runner is not None and runner.application.card_photo == file.id
