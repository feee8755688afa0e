"""Tickets to send an image with: for a form that carries no session, to our own API or past it into a bucket."""

from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

from errand_domain.errors import Conflict, Invalid, InvalidField, Missing, Stale
from errand_domain.ids import MemberId, OrderId, TicketId
from errand_domain.member.member import MemberBarred
from errand_domain.ports.files import FilePurpose, StoredFile
from errand_domain.ports.outbox import DiscardUpload
from errand_domain.ports.outside import Clock, Ids
from errand_domain.ports.transaction import Begin
from errand_domain.ports.uploads import ImageType, Incoming, TicketSeal, UploadForm, UploadTicket
from errand_domain.use_cases.files.stored_files import (
    FILE_BYTES_MOST,
    FileTooLarge,
    UploadFile,
    check_purpose,
    check_room,
)

SEND_WITHIN: Final = timedelta(minutes=5)
TAKE_WITHIN: Final = timedelta(minutes=10)
"""So long after the last moment to send, what lies in the bucket may be taken."""

DISCARDED_AFTER: Final = timedelta(hours=1)
"""So long after that it is removed: longer than a client that began in time goes on sending."""


@frozen(str=False)
class TicketExpired(Conflict):
    """The ticket is too old to send or to take anything with it."""

    code = "upload.ticket_expired"
    sentence = "上传凭证已过期，请重新选择图片"


@frozen(str=False)
class NothingReceived(Conflict):
    """Nothing was sent with the ticket yet, or what was sent was no image and is gone."""

    code = "upload.nothing_received"
    sentence = "还没有收到图片，请重新上传"


@frozen(kw_only=True)
class IssuedTicket:
    """The sealed ticket; the form to send the image by, or none where it goes to our own API; and until when."""

    token: str = field(repr=False)
    form: UploadForm | None
    expires_at: datetime


@frozen(kw_only=True)
class IssueUploadTicket:
    """A member who may upload an image gets a ticket for one.

    A student card always comes to our own API: in a bucket it would lie unsealed until it is taken.
    """

    begin: Begin
    clock: Clock
    ids: Ids
    seal: TicketSeal
    incoming: Incoming | None

    async def __call__(
        self,
        member_id: MemberId,
        *,
        purpose: FilePurpose,
        order_id: OrderId | None,
        size_bytes: int,
        media_type: ImageType,
    ) -> IssuedTicket:
        """The ticket; raises `Missing` for an order not theirs, `FileTooLarge`, `TooManyFiles`, `StoreUnreachable`."""
        check_purpose(purpose, order_id)
        if size_bytes < 1:
            raise InvalidField("size_bytes", "must be at least 1")
        if size_bytes > FILE_BYTES_MOST:
            raise FileTooLarge(FILE_BYTES_MOST)
        now = self.clock.now()
        async with self.begin() as tx:
            await check_room(tx, member_id, purpose=purpose, order_id=order_id, at=now)
        ticket = UploadTicket(
            id=TicketId(self.ids.new()),
            owner_id=member_id,
            order_id=order_id,
            purpose=purpose,
            size_most=size_bytes,
            expires_at=now.replace(microsecond=0) + SEND_WITHIN,
        )
        form: UploadForm | None = None
        if self.incoming is not None and purpose != "student_card":
            await self._have_discarded(ticket)
            form = await self.incoming.form(ticket.id, size_most=size_bytes, media_type=media_type, lasts=SEND_WITHIN)
        return IssuedTicket(token=self.seal.seal(ticket), form=form, expires_at=ticket.expires_at)

    async def _have_discarded(self, ticket: UploadTicket) -> None:
        """Before anything can be sent: what is not taken in time goes, whoever has died meanwhile."""
        async with self.begin() as tx:
            tx.outbox.add(DiscardUpload(ticket_id=ticket.id), at=ticket.expires_at + TAKE_WITHIN + DISCARDED_AFTER)
            await tx.commit()


@frozen(kw_only=True)
class KeepUpload:
    """What was sent with a ticket becomes the one file of that ticket, whoever comes with it twice at once."""

    begin: Begin
    upload: UploadFile

    async def known(self, ticket: UploadTicket) -> StoredFile | None:
        """The file of that ticket, if there is one."""
        async with self.begin() as tx:
            return await tx.files.of_ticket(ticket.id)

    async def __call__(self, ticket: UploadTicket, content: bytes) -> StoredFile:
        """The file; raises what `UploadFile` raises."""
        if len(content) > ticket.size_most:
            raise FileTooLarge(ticket.size_most)
        try:
            return await self.upload(
                ticket.owner_id, content, purpose=ticket.purpose, order_id=ticket.order_id, ticket_id=ticket.id
            )
        except Stale:
            known = await self.known(ticket)
            if known is None:
                raise
            return known


@frozen(kw_only=True)
class ReceiveUpload:
    """An image comes to our own API with its ticket, and with nothing else that says who sends it."""

    begin: Begin
    clock: Clock
    seal: TicketSeal
    keep: KeepUpload

    async def __call__(self, token: str, content: bytes) -> StoredFile:
        """The file; the same one for a ticket that was used. Raises `Missing`, `TicketExpired`, and more."""
        ticket = self.seal.unseal(token)
        async with self.begin() as tx:
            owner = await tx.members.get(ticket.owner_id)
        try:
            owner.check_here()
        except MemberBarred:
            raise Missing("upload") from None
        if known := await self.keep.known(ticket):
            return known
        if self.clock.now() >= ticket.expires_at:
            raise TicketExpired
        return await self.keep(ticket, content)


@frozen(kw_only=True)
class TakeUpload:
    """Whoever sent an image says so: it is fetched from the bucket, made anew, sealed, and gone from there."""

    clock: Clock
    seal: TicketSeal
    incoming: Incoming | None
    keep: KeepUpload

    async def __call__(self, token: str, member_id: MemberId) -> StoredFile:
        """The file, however often it is asked for. Raises `Missing`, `TicketExpired`, `NothingReceived`, and more."""
        ticket = self.seal.unseal(token)
        if ticket.owner_id != member_id:
            raise Missing("upload")
        if known := await self.keep.known(ticket):
            return known
        if self.clock.now() >= ticket.expires_at + TAKE_WITHIN:
            raise TicketExpired
        if self.incoming is None or ticket.purpose == "student_card":
            raise NothingReceived
        try:
            content = await self.incoming.fetch(ticket.id, most=ticket.size_most + 1)
        except Missing:
            if known := await self.keep.known(ticket):
                return known  # somebody was here meanwhile, and threw away what they took
            raise NothingReceived from None
        try:
            file = await self.keep(ticket, content)
        except Invalid:
            await self.incoming.discard(ticket.id)
            raise
        await self.incoming.discard(ticket.id)
        return file
