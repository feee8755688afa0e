"""Strangers who are slow, and providers of an embedder's own, where anybody may post."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from attrs import evolve

from adapters.memory.notifications import MemoryNotifications
from entrypoints.http.routes.notifications import ANSWER_SECONDS_MOST
from errand_domain.ports.notifications import NothingForUs
from tests.http.visitors import Visitor
from tests.stage import Stage


@pytest.fixture
def own(stage: Stage) -> MemoryNotifications:
    """The channel of a provider that an embedder brought along."""
    spoken = MemoryNotifications("campus-card")
    stage.use.payment_providers.override(
        evolve(stage.use.payment_providers(), notifications={spoken.channel: spoken}),
    )
    return spoken


async def never_ending() -> AsyncIterator[bytes]:
    yield b"paid, I pro"
    await asyncio.Event().wait()


async def test_who_never_ends_is_answered_as_soon_as_everybody_else(guest: Visitor, own: MemoryNotifications):
    """A connection of each costs a stranger nothing, and us a place among those that we serve."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer = await guest.http.post(f"/notifications/{own.channel}", content=never_ending(), timeout=60)
    assert answer.status_code == 503
    assert loop.time() - began < 4 * ANSWER_SECONDS_MOST  # a busy machine may be late, and not for ever


async def test_a_provider_of_an_embedders_own_is_heard(guest: Visitor, own: MemoryNotifications):
    told = own.written(NothingForUs(about="a coupon"))
    answer = await guest.http.post(f"/notifications/{own.channel}", content=told.body)
    assert (answer.status_code, answer.content) == (200, b"success")


@pytest.mark.usefixtures("own")
async def test_a_channel_that_nobody_brought_along_is_not_there(guest: Visitor):
    assert (await guest.http.post("/notifications/unheard-of", content=b"{}")).status_code == 404
    assert (await guest.http.get("/notifications/unheard-of")).status_code == 404
