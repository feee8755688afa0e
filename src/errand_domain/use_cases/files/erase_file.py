"""Erase files that nothing has come to refer to, and bytes that never became a file."""

from attrs import frozen

from errand_domain.content.screening import TakenAway
from errand_domain.ids import FileId
from errand_domain.ports.files import StoredFile
from errand_domain.ports.outbox import EraseFile
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.content.screening import find_file
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
            file = await find_file(tx, file_id)
            if file is None:
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


@frozen(kw_only=True)
class EraseUnfinishedFile:
    """The timer of bytes that were expected fires: an upload did not come to its end, and they go, if there are any.

    Where there is such a file, its bytes are its own; it was sealed anew by somebody who was stopped.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, file_id: FileId) -> bool:
        """Whether there is no such file, and nobody can make it one any more; `False` where the timer was stale."""
        now = self.clock.now()
        async with self.begin() as tx:
            until = await tx.files.expected(file_id)
            if until is None or now < until:
                return False
            file = await find_file(tx, file_id)
            is_there = file is not None and not isinstance(file.screening, TakenAway)
            tx.files.settle(file_id)
            if not is_there:
                tx.outbox.add(EraseFile(file_id=file_id), at=now)
            await tx.commit()
        return not is_there


async def _is_used(tx: Transaction, file: StoredFile) -> bool:
    if file.purpose != "student_card":
        if file.order_id is None:
            return True
        order = await tx.orders.get(file.order_id)
        # What is uploaded to an ended order is kept as long as the order's details.
        return order.details_until is not None or not order.is_final
    runner = await tx.runners.find(file.owner_id)
    return runner is not None and runner.application.card_photo == file.id
