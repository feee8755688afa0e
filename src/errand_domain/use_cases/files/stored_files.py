"""Upload a file and read it again, where one may."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from attrs import frozen

from errand_domain.errors import Conflict, DomainError, Invalid, InvalidField
from errand_domain.ids import CampusId, FileId, MemberId, OrderId, TicketId
from errand_domain.member.member import Member
from errand_domain.order.actions import relation_of
from errand_domain.order.order import Order
from errand_domain.permissions import Relation, check
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.files import FilePurpose, FileStore, StoredFile
from errand_domain.ports.images import Images
from errand_domain.ports.outbox import CheckImage
from errand_domain.ports.outside import Clock, Ids
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.retention import UNFINISHED_FILES_KEPT_FOR, UNUSED_FILES_KEPT_FOR
from errand_domain.use_cases.content.screening import check_shown, first_screening
from errand_domain.use_cases.deciding import decided_anew_when_stale

FILE_BYTES_MOST: Final = 8 * 1024 * 1024
FILES_PER_ORDER_MOST: Final = 60
CARDS_PER_DAY_MOST: Final = 5
AVATARS_PER_DAY_MOST: Final = 10
AVATAR_SIDE_MOST: Final = 512
DAY: Final = timedelta(days=1)


@frozen(str=False)
class FileTooLarge(Invalid):
    """The file is larger than allowed."""

    code = "file.too_large"
    sentence = "文件过大"

    most_bytes: int


@frozen(str=False)
class TooManyFiles(Conflict):
    """The member has uploaded as much for this order, or as many cards or avatars today, as anybody needs."""

    code = "file.too_many"
    sentence = "上传的文件过多，请稍后再试"

    most: int


@frozen(kw_only=True)
class UploadFile:
    """A member stores an image: a proof or evidence for an order of theirs, or their student card.

    What is stored is the picture made anew, never the bytes that were sent. It is expected first, then stored, and at
    last a file: wherever this is stopped, a timer erases what has not become one, and nobody ever sees that.
    """

    begin: Begin
    clock: Clock
    ids: Ids
    images: Images
    store: FileStore
    limits: RateLimits

    async def __call__(
        self,
        member_id: MemberId,
        content: bytes,
        *,
        purpose: FilePurpose,
        order_id: OrderId | None = None,
        ticket_id: TicketId | None = None,
    ) -> StoredFile:
        """The stored file; `Missing` for an order not theirs, `Stale` for a ticket that was used.

        Raises `NotAnImage`, `ImageTooLarge`, `FileTooLarge`, `TooManyFiles`, `StoreUnreachable`.
        """
        if len(content) > FILE_BYTES_MOST:
            raise FileTooLarge(FILE_BYTES_MOST)
        check_purpose(purpose, order_id)
        now = self.clock.now()
        async with self.begin() as tx:
            order = await check_room(tx, member_id, purpose=purpose, order_id=order_id, at=now)
        image = await self.images.clean(content, side_most=AVATAR_SIDE_MOST if purpose == "avatar" else None)
        # What is kept and shown may be many times what was sent: a soft image, drawn anew as a PNG.
        if len(image.content) > FILE_BYTES_MOST:
            raise FileTooLarge(FILE_BYTES_MOST)
        # Pictures that were removed or replaced are not there to be counted, and each of them was judged.
        if purpose == "avatar" and await self.limits.take(
            f"avatar:{member_id}", most=AVATARS_PER_DAY_MOST, per=DAY, at=now
        ):
            raise TooManyFiles(AVATARS_PER_DAY_MOST)
        file = StoredFile(
            id=FileId(self.ids.new()),
            owner_id=member_id,
            order_id=order_id,
            purpose=purpose,
            media_type=image.media_type,
            size_bytes=len(image.content),
            sha256=sha256(image.content).hexdigest(),
            at=now,
            ticket_id=ticket_id,
            screening=first_screening(purpose, at=now),
            erase_at=now + UNUSED_FILES_KEPT_FOR if _may_be_of_no_use(purpose, order) else None,
        )
        await self._expect(file)
        await self.store.put(file.id, image.content, media_type=image.media_type)
        try:
            await self._record(file)
        except DomainError:
            await self.store.delete(file.id)
            raise
        return file

    async def _expect(self, file: StoredFile) -> None:
        async with self.begin() as tx:
            tx.files.expect(file.id, until=file.at + UNFINISHED_FILES_KEPT_FOR)
            await tx.commit()

    @decided_anew_when_stale
    async def _record(self, file: StoredFile) -> None:
        async with self.begin() as tx:
            if file.purpose == "avatar":
                # Drawing takes a while: who left meanwhile leaves no picture, and who leaves now meets this save.
                member = await tx.members.get(file.owner_id)
                check("manage_profile", member, relation="self")
                tx.members.save(member.touched())
            tx.files.settle(file.id)
            tx.files.add(file)
            if file.judged_by is not None:
                tx.outbox.add(CheckImage(file_id=file.id), at=file.at)
            await tx.commit()


def _may_be_of_no_use(purpose: FilePurpose, order: Order | None) -> bool:
    """Whether nothing refers to it yet, and perhaps nothing ever will. A member's picture is theirs until it goes."""
    return purpose == "student_card" if order is None else order.is_final


def check_purpose(purpose: FilePurpose, order_id: OrderId | None) -> None:
    """Raise `InvalidField` unless an order is named exactly where the image is of one."""
    if (order_id is None) != (purpose in ("student_card", "avatar")):
        raise InvalidField("order_id", "is needed for a proof or evidence, and for nothing else")


async def check_room(
    tx: Transaction, member_id: MemberId, *, purpose: FilePurpose, order_id: OrderId | None, at: datetime
) -> Order | None:
    """The order that it is for; raises a refusal unless the member may upload one more.

    Bounds an archive; uploads at once may pass by a few.
    """
    most, since, order = CARDS_PER_DAY_MOST, at - DAY, None
    if order_id is not None:
        order = await tx.orders.get(order_id)
        check("upload_proof", member_id, relation=relation_of(order, member_id), of="order")
        most, since = FILES_PER_ORDER_MOST, order.placed_at
    elif purpose == "avatar":
        member = await tx.members.get(member_id)
        check("manage_profile", member, relation="self")
        if member.campus_id is None:
            raise InvalidField("campus_id", "must be chosen first: nobody could look at a picture in doubt")
        most = AVATARS_PER_DAY_MOST
    else:
        check("upload_card", member_id, relation="self")
    if await tx.files.count(member_id, order_id=order_id, since=since, purpose=purpose) >= most:
        raise TooManyFiles(most)
    return order


@frozen(kw_only=True)
class FetchedFile:
    """A file and its bytes."""

    file: StoredFile
    content: bytes


@frozen(kw_only=True)
class FetchFile:
    """Read a file: its owner, the parties of its order, and staff who may; staff looks are recorded.

    What is withheld nobody reads here: operators look at it through its content case.
    """

    begin: Begin
    clock: Clock
    store: FileStore

    async def __call__(self, file_id: FileId, viewer: Member) -> FetchedFile:
        """The file; to anybody else it is not there. Raises `FileWithheld`."""
        async with self.begin() as tx:
            file = await tx.files.get(file_id)
            campus_id = await staff_campus(tx, file, viewer)
            check_shown(file)
            if campus_id is not None:
                tx.audit.record(
                    AuditLine(
                        at=self.clock.now(),
                        actor_id=viewer.id,
                        campus_id=campus_id,
                        action="file.seen",
                        subject=f"file:{file_id}",
                    )
                )
                await tx.commit()
        return FetchedFile(file=file, content=await self.store.get(file_id))


async def staff_campus(tx: Transaction, file: StoredFile, viewer: Member) -> CampusId | None:
    """The campus as whose staff the viewer looks, `None` for owner and parties; raises `Missing` for everybody else."""
    relation: Relation | None = "self" if file.owner_id == viewer.id else None
    campus_id: CampusId | None = None
    if relation is None and file.order_id is not None:
        order = await tx.orders.get(file.order_id)
        relation, campus_id = relation_of(order, viewer.id), order.campus_id
    elif relation is None:
        runner = await tx.runners.find(file.owner_id)
        campus_id = runner.campus_id if runner is not None else None
    is_card = file.purpose == "student_card"
    check("see_card" if is_card else "see_proof", viewer, relation=relation, campus_id=campus_id, of="file")
    return campus_id if relation not in ("self", "requester", "runner") else None
