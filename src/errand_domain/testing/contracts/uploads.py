"""The promises of `errand_domain.ports.uploads`."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from typing import get_args

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.errors import Missing
from errand_domain.ids import MemberId, OrderId, TicketId
from errand_domain.ports.files import FilePurpose
from errand_domain.ports.uploads import ImageType, Incoming, TicketSeal, UploadForm, UploadTicket
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES

Post = Callable[[UploadForm, bytes], Awaitable[bool]]
"""What a client does with a form; whether the content was taken."""

TICKETS = st.builds(
    UploadTicket,
    id=st.uuids().map(TicketId),
    owner_id=st.uuids().map(MemberId),
    order_id=st.none() | st.uuids().map(OrderId),
    purpose=st.sampled_from(get_args(FilePurpose)),
    size_most=st.integers(1, 10**9),
    expires_at=st.integers(0, 10**8).map(lambda seconds: examples.NOW.replace(microsecond=0) + timedelta(0, seconds)),
)


class TicketSealContract:
    """Give fixtures `adapter` and `stranger`: the same kind of seal with another key."""

    @given(ticket=TICKETS)
    @SOME_EXAMPLES
    def test_a_ticket_comes_back_as_it_went(self, adapter: TicketSeal, ticket: UploadTicket) -> None:
        token = adapter.seal(ticket)
        assert adapter.unseal(token) == ticket
        assert adapter.unseal(token).expires_at.tzinfo is UTC
        assert re.fullmatch(r"[A-Za-z0-9_.~-]{1,200}", token)

    @given(ticket=TICKETS, data=st.data())
    @SOME_EXAMPLES
    def test_one_changed_letter_makes_it_worthless(
        self, adapter: TicketSeal, ticket: UploadTicket, data: st.DataObject
    ) -> None:
        token = adapter.seal(ticket)
        place = data.draw(st.integers(0, len(token) - 1))
        letter = data.draw(st.sampled_from("ABCxyz059-_=.+/ \n\u00e9").filter(lambda c: c != token[place]))
        for forged in (token[:place] + letter + token[place + 1 :], token[:place], token[: place + 1] + letter):
            if forged != token:
                with pytest.raises(Missing):
                    adapter.unseal(forged)

    @given(text=st.text(st.characters(codec="utf-8")) | st.text("ABCabc019-_=", min_size=1))
    @SOME_EXAMPLES
    def test_whatever_else_comes_is_no_ticket(self, adapter: TicketSeal, text: str) -> None:
        with pytest.raises(Missing):
            adapter.unseal(text)

    @given(ticket=TICKETS)
    @SOME_EXAMPLES
    def test_another_key_does_not_open_it(
        self, adapter: TicketSeal, stranger: TicketSeal, ticket: UploadTicket
    ) -> None:
        with pytest.raises(Missing):
            adapter.unseal(stranger.seal(ticket))

    @given(ticket=TICKETS)
    @SOME_EXAMPLES
    def test_a_ticket_of_another_member_is_another_ticket(self, adapter: TicketSeal, ticket: UploadTicket) -> None:
        assert adapter.seal(ticket) != adapter.seal(evolve(ticket, owner_id=MemberId(examples.fresh())))


class IncomingContract:
    """Give fixtures `adapter`, and `post`: what a client does with a form and a content; whether it was taken."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("media_type", get_args(ImageType))
    async def test_what_was_sent_is_fetched_as_it_was_sent(
        self, adapter: Incoming, post: Post, media_type: ImageType
    ) -> None:
        ticket_id, content = TicketId(examples.fresh()), bytes(range(256)) * 400
        form = await _form(adapter, ticket_id, media_type=media_type)
        assert form.file_field not in dict(form.fields)
        assert await post(form, content)
        assert await adapter.fetch(ticket_id, most=10**6) == content
        assert await adapter.fetch(ticket_id, most=100) == content[:100]

    async def test_nothing_is_there_before_it_was_sent(self, adapter: Incoming) -> None:
        ticket_id = TicketId(examples.fresh())
        await _form(adapter, ticket_id)
        with pytest.raises(Missing):
            await adapter.fetch(ticket_id, most=10)

    async def test_what_is_larger_than_the_ticket_allows_is_not_taken(self, adapter: Incoming, post: Post) -> None:
        ticket_id = TicketId(examples.fresh())
        form = await _form(adapter, ticket_id, size_most=10)
        assert not await post(form, b"x" * 11)
        assert not await post(form, b"")
        with pytest.raises(Missing):
            await adapter.fetch(ticket_id, most=100)
        assert await post(form, b"x" * 10)

    async def test_the_tickets_do_not_see_one_another(self, adapter: Incoming, post: Post) -> None:
        one, other = TicketId(examples.fresh()), TicketId(examples.fresh())
        assert await post(await _form(adapter, one), b"one")
        assert await post(await _form(adapter, other), b"other")
        assert await adapter.fetch(one, most=10) == b"one"
        await adapter.discard(one)
        assert await adapter.fetch(other, most=10) == b"other"

    async def test_what_was_discarded_is_missing(self, adapter: Incoming, post: Post) -> None:
        ticket_id = TicketId(examples.fresh())
        assert await post(await _form(adapter, ticket_id), b"a photo")
        await adapter.discard(ticket_id)
        await adapter.discard(ticket_id)
        with pytest.raises(Missing):
            await adapter.fetch(ticket_id, most=10)


async def _form(
    adapter: Incoming, ticket_id: TicketId, *, size_most: int = 10**6, media_type: ImageType = "image/jpeg"
) -> UploadForm:
    return await adapter.form(ticket_id, size_most=size_most, media_type=media_type, lasts=timedelta(minutes=5))
