"""Images that come with tickets: one file a ticket, whoever comes twice; what is sent past us is looked at first."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from dependency_injector.providers import Object

from adapters.memory.incoming import MemoryIncoming
from entrypoints.container import MEMORY
from entrypoints.worker.worker import make_worker
from errand_domain.errors import Missing
from errand_domain.ids import OrderId, TicketId
from errand_domain.member.member import Member
from errand_domain.ports.files import FilePurpose, StoredFile, StoreUnreachable
from errand_domain.ports.images import NotAnImage
from errand_domain.testing.contracts.racing import all_at_once
from errand_domain.use_cases.files.stored_files import FILE_BYTES_MOST, FileTooLarge
from errand_domain.use_cases.files.upload_tickets import (
    DISCARDED_AFTER,
    SEND_WITHIN,
    TAKE_WITHIN,
    IssuedTicket,
    NothingReceived,
    TicketExpired,
)
from tests.databases import container_on
from tests.domain.examples import SECOND
from tests.pictures import CLEAN_PNG, JPEG
from tests.stage import Stage


class Sender:
    """A requester with an order, who sends photos of it past us."""

    def __init__(self, stage: Stage, member: Member, order_id: OrderId, incoming: MemoryIncoming) -> None:
        self.stage, self.member, self.order_id, self.incoming = stage, member, order_id, incoming

    async def ticket(self, purpose: FilePurpose = "proof", *, size: int = len(JPEG)) -> IssuedTicket:
        order_id = None if purpose == "student_card" else self.order_id
        issue = self.stage.use.issue_upload_ticket()
        return await issue(self.member.id, purpose=purpose, order_id=order_id, size_bytes=size, media_type="image/jpeg")

    def sends(self, ticket: IssuedTicket, content: bytes = JPEG) -> None:
        assert ticket.form is not None
        assert self.incoming.arrive(ticket.form, content)

    async def takes(self, ticket: IssuedTicket) -> StoredFile:
        return await self.stage.use.take_upload()(ticket.token, self.member.id)

    async def gives_us(self, ticket: IssuedTicket, content: bytes = JPEG) -> StoredFile:
        return await self.stage.use.receive_upload()(ticket.token, content)

    async def files(self) -> tuple[StoredFile, ...]:
        async with self.stage.begin() as tx:
            return await tx.files.of_owner(self.member.id, before=None, limit=10)

    async def lies_there(self) -> bool:
        return bool(self.incoming._contents)


@pytest.fixture
async def sender(tmp_path: Path) -> AsyncIterator[Sender]:
    async with container_on(MEMORY, tmp_path) as container:
        incoming = MemoryIncoming()
        container.incoming.override(Object(incoming))
        stage = await Stage.build(container)
        member = await stage.member()
        order = await stage.opened(member)
        yield Sender(stage, member, order.id, incoming)


async def test_what_was_sent_past_us_becomes_a_file_and_is_gone_from_there(sender: Sender) -> None:
    ticket = await sender.ticket()
    sender.sends(ticket)
    file = await sender.takes(ticket)
    assert (file.owner_id, file.order_id, file.purpose) == (sender.member.id, sender.order_id, "proof")
    found = await sender.stage.use.fetch_file()(file.id, sender.member)
    assert found.content.startswith(b"\xff\xd8")
    assert not await sender.lies_there()


async def test_taken_twice_it_is_the_same_file(sender: Sender) -> None:
    ticket = await sender.ticket()
    sender.sends(ticket)
    file = await sender.takes(ticket)
    assert await sender.takes(ticket) == file
    sender.stage.clock.advance(SEND_WITHIN + TAKE_WITHIN)
    assert await sender.takes(ticket) == file
    assert await sender.gives_us(ticket, CLEAN_PNG) == file
    assert await sender.files() == (file,)


async def test_of_many_at_once_with_one_ticket_all_get_the_one_file(sender: Sender) -> None:
    ticket = await sender.ticket(size=len(JPEG) + len(CLEAN_PNG))
    sender.sends(ticket)

    async def take() -> StoredFile:
        return await sender.takes(ticket)

    async def give() -> StoredFile:
        return await sender.gives_us(ticket, CLEAN_PNG)

    results = await all_at_once([take, give, take, give, take, take])
    (file,) = await sender.files()
    assert results == [file] * 6
    stored = sender.stage.use.stored_files()
    found = await sender.stage.use.fetch_file()(file.id, sender.member)
    assert len(found.content) == file.size_bytes
    assert len([path for path in stored._folder.rglob("*") if path.is_file()]) == 1


async def test_whoever_finds_that_it_was_taken_meanwhile_gets_the_same_file(sender: Sender) -> None:
    ticket = await sender.ticket()
    sender.sends(ticket)
    first, taken = sender.stage.use.take_upload(), list[StoredFile]()

    class Slow(MemoryIncoming):
        async def fetch(self, *_: object, **__: object) -> bytes:
            taken.append(await first(ticket.token, sender.member.id))
            raise Missing("upload")

    with sender.stage.use.incoming.override(Object(Slow())):
        assert [await sender.takes(ticket)] == taken


async def test_what_nobody_took_is_gone_from_there_soon_and_not_while_it_may_be_taken(sender: Sender) -> None:
    assert timedelta(minutes=75) == SEND_WITHIN + TAKE_WITHIN + DISCARDED_AFTER, "as the table of retention says"
    worker = make_worker(sender.stage.use)
    taken, untaken = await sender.ticket(), await sender.ticket()
    for ticket in (taken, untaken):
        sender.sends(ticket)
    sender.stage.clock.advance(SEND_WITHIN + TAKE_WITHIN - SECOND)
    await worker.drain()
    file = await sender.takes(taken)
    assert await sender.lies_there()
    sender.stage.clock.advance(SECOND + DISCARDED_AFTER)
    await worker.drain()
    assert not await sender.lies_there()
    assert (await sender.takes(taken)).id == file.id
    assert (await sender.stage.use.fetch_file()(file.id, sender.member)).content


async def test_what_whoever_took_it_was_killed_before_throwing_away_is_thrown_away_later(sender: Sender) -> None:
    ticket = await sender.ticket()
    sender.sends(ticket)

    class Killed(BaseException):
        pass

    class Dying(MemoryIncoming):
        async def fetch(self, ticket_id: TicketId, *, most: int) -> bytes:
            return await sender.incoming.fetch(ticket_id, most=most)

        async def discard(self, ticket_id: TicketId) -> None:
            raise Killed(ticket_id)

    with sender.stage.use.incoming.override(Object(Dying())), pytest.raises(Killed):
        await sender.takes(ticket)
    assert await sender.lies_there()
    sender.stage.clock.advance(SEND_WITHIN + TAKE_WITHIN + DISCARDED_AFTER)
    await make_worker(sender.stage.use).drain()
    assert not await sender.lies_there()
    (file,) = await sender.files()
    assert await sender.takes(ticket) == file


async def test_a_ticket_of_somebody_else_is_not_there(sender: Sender) -> None:
    ticket, stranger = await sender.ticket(), await sender.stage.member()
    sender.sends(ticket)
    with pytest.raises(Missing):
        await sender.stage.use.take_upload()(ticket.token, stranger.id)
    await sender.takes(ticket)
    with pytest.raises(Missing):
        await sender.stage.use.take_upload()(ticket.token, stranger.id)
    with pytest.raises(Missing):
        await sender.stage.use.take_upload()(ticket.token[:-1], sender.member.id)


async def test_nobody_gets_a_ticket_for_an_order_of_others(sender: Sender) -> None:
    stranger = await sender.stage.member()
    with pytest.raises(Missing):
        await sender.stage.use.issue_upload_ticket()(
            stranger.id, purpose="proof", order_id=sender.order_id, size_bytes=1, media_type="image/png"
        )


async def test_a_ticket_lasts_five_minutes_and_what_was_sent_a_little_longer(sender: Sender) -> None:
    ticket, other = await sender.ticket(), await sender.ticket()
    sender.sends(ticket)
    sender.sends(other)
    sender.stage.clock.advance(SEND_WITHIN)
    with pytest.raises(TicketExpired):
        await sender.gives_us(ticket)
    await sender.takes(other)
    sender.stage.clock.advance(TAKE_WITHIN)
    with pytest.raises(TicketExpired):
        await sender.takes(ticket)


async def test_a_student_card_never_goes_past_us(sender: Sender) -> None:
    ticket = await sender.ticket("student_card")
    assert ticket.form is None
    with pytest.raises(NothingReceived):
        await sender.takes(ticket)
    file = await sender.gives_us(ticket)
    assert await sender.takes(ticket) == file
    assert file.purpose == "student_card"


async def test_before_anything_was_sent_there_is_nothing_to_take(sender: Sender) -> None:
    with pytest.raises(NothingReceived):
        await sender.takes(await sender.ticket())


async def test_what_is_no_image_is_refused_and_thrown_away(sender: Sender) -> None:
    ticket = await sender.ticket()
    sender.sends(ticket, b"<svg onload=alert(1)>")
    with pytest.raises(NotAnImage):
        await sender.takes(ticket)
    assert not await sender.lies_there()
    assert await sender.files() == ()


async def test_nothing_larger_than_the_ticket_says_is_taken(sender: Sender) -> None:
    with pytest.raises(FileTooLarge):
        await sender.ticket(size=FILE_BYTES_MOST + 1)
    ticket = await sender.ticket(size=10)
    with pytest.raises(FileTooLarge):
        await sender.gives_us(ticket)
    sender.incoming._contents = dict.fromkeys(sender.incoming._most, JPEG)
    with pytest.raises(FileTooLarge):
        await sender.takes(ticket)
    assert not await sender.lies_there()


async def test_whoever_was_barred_sends_nothing_with_a_ticket_from_before(sender: Sender) -> None:
    ticket = await sender.ticket("student_card")
    await sender.stage.use.bar_member()(
        sender.member.id, None, campus_id=sender.stage.campus.id, barred=True, reason="?"
    )
    with pytest.raises(Missing):
        await sender.gives_us(ticket)


async def test_what_could_not_be_stored_may_be_taken_again(sender: Sender) -> None:
    ticket = await sender.ticket()
    sender.sends(ticket)

    class Unreachable(MemoryIncoming):
        async def fetch(self, *_: object, **__: object) -> bytes:
            raise StoreUnreachable

    with sender.stage.use.incoming.override(Object(Unreachable())), pytest.raises(StoreUnreachable):
        await sender.takes(ticket)
    assert (await sender.takes(ticket)).order_id == sender.order_id
