"""The promises of `errand_domain.ports.mini_program`.

Give a fixture `adapter`, and for `MiniProgramContract` a fixture `users`: what the client of somebody does.
"""

from functools import partial
from typing import Protocol

import pytest

from errand_domain.ports.mini_program import MiniProgram, MiniProgramCodes, TicketRefused
from errand_domain.testing.contracts.racing import all_at_once

PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class Users(Protocol):
    """People who open the mini-program."""

    async def opens(self, identity: str) -> str:
        """The ticket that the client of that user gets."""
        ...

    async def shows(self, phone: str) -> str:
        """The ticket that the client gets when its user shows that number."""
        ...


class MiniProgramContract:
    """Give fixtures `adapter` (the port) and `users` (see `Users`)."""

    pytestmark = pytest.mark.anyio

    async def test_a_ticket_tells_who_the_user_is(self, adapter: MiniProgram, users: Users) -> None:
        tickets = [await users.opens(name) for name in ("openid-of-1", "openid-of-2")]
        assert [await adapter.identity(ticket) for ticket in tickets] == ["openid-of-1", "openid-of-2"]

    async def test_a_user_is_the_same_at_every_visit(self, adapter: MiniProgram, users: Users) -> None:
        assert len({await adapter.identity(await users.opens("openid-of-1")) for _ in range(3)}) == 1

    @pytest.mark.parametrize("phone", ["+8613800000101", "+85251234567", "+15005550006"])
    async def test_a_number_that_was_shown_is_told_in_full(
        self, adapter: MiniProgram, users: Users, phone: str
    ) -> None:
        assert await adapter.phone(await users.shows(phone)) == phone

    async def test_a_ticket_is_good_once(self, adapter: MiniProgram, users: Users) -> None:
        identity, phone = await users.opens("openid-of-1"), await users.shows("+8613800000101")
        await adapter.identity(identity)
        await adapter.phone(phone)
        with pytest.raises(TicketRefused):
            await adapter.identity(identity)
        with pytest.raises(TicketRefused):
            await adapter.phone(phone)

    async def test_of_many_uses_at_once_one_wins(self, adapter: MiniProgram, users: Users) -> None:
        ticket = await users.opens("openid-of-1")
        results = await all_at_once([partial(adapter.identity, ticket) for _ in range(5)])
        assert sorted(type(result).__name__ for result in results) == [*["TicketRefused"] * 4, "str"]

    async def test_a_ticket_of_the_other_kind_is_refused_and_stays_good(
        self, adapter: MiniProgram, users: Users
    ) -> None:
        identity, phone = await users.opens("openid-of-1"), await users.shows("+8613800000101")
        with pytest.raises(TicketRefused):
            await adapter.phone(identity)
        with pytest.raises(TicketRefused):
            await adapter.identity(phone)
        assert await adapter.identity(identity) == "openid-of-1"
        assert await adapter.phone(phone) == "+8613800000101"

    @pytest.mark.parametrize("ticket", ["", "invented", "a" * 10_000, "ticket with blanks", "é", "\n", "\x00"])
    async def test_what_was_never_given_is_refused(self, adapter: MiniProgram, ticket: str) -> None:
        with pytest.raises(TicketRefused):
            await adapter.identity(ticket)
        with pytest.raises(TicketRefused):
            await adapter.phone(ticket)


class MiniProgramCodesContract:
    """Give a fixture `adapter`."""

    pytestmark = pytest.mark.anyio

    async def test_a_code_is_a_picture_of_a_kind_that_is_printed(self, adapter: MiniProgramCodes) -> None:
        for page in ("", "pages/index/index"):
            assert (await adapter.draw("0192f0c1a2b37c4d8e5f0192f0c1a2b3", page=page)).startswith(PICTURES)
