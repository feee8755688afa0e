"""The API on a database in memory, with people who are signed in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar

from entrypoints.container import MEMORY, Container
from entrypoints.http.app import create_app
from errand_domain.member.consent import Consent
from errand_domain.member.member import Member
from errand_domain.member.session import Session, Strength, life_of
from tests.databases import container_on
from tests.http.visitors import Visitor
from tests.stage import Stage


@pytest.fixture
async def container(tmp_path: Path) -> AsyncIterator[Container]:
    async with container_on(MEMORY, tmp_path) as container:
        yield container


@pytest.fixture
async def stage(container: Container) -> Stage:
    return await Stage.build(container)


@pytest.fixture
def app(stage: Stage) -> Litestar:
    return create_app(stage.use)


@pytest.fixture
def guest(app: Litestar, stage: Stage) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(app, stage)


@pytest.fixture
async def requester(guest: Visitor) -> Visitor:
    return await guest.signs_in("+8613800000001")


@pytest.fixture
async def stranger(guest: Visitor) -> Visitor:
    return await guest.signs_in("+8613800000009")


@pytest.fixture
async def operator(guest: Visitor, stage: Stage) -> Visitor:
    """Somebody with every role at the campus."""
    return await staff(guest, stage, await stage.operator())


@pytest.fixture
async def runner(guest: Visitor, operator: Visitor) -> Visitor:
    """An approved runner on shift."""
    runner = await guest.signs_in("+8613800000002")
    await runner.becomes_runner(operator)
    return runner


async def staff(guest: Visitor, stage: Stage, member: Member, *, strength: Strength = "two_factors") -> Visitor:
    """That member, signed in by a session that is put there: with both factors, unless less is wanted."""
    token = await session_for(stage, member, strength=strength)
    visitor = Visitor(guest.app, stage, token)
    visitor.id = str(member.id)
    return visitor


async def session_for(stage: Stage, member: Member, *, strength: Strength = "two_factors") -> str:
    """A session with all consents given, and its token."""
    token, now, secrets = stage.use.secrets().token(), stage.clock.now(), stage.use.secrets()
    async with stage.begin() as tx:
        known = await tx.members.get(member.id)
        for document, version in stage.use.settings().documents:
            consented = known.consent(Consent(document=document, version=version, at=now))
            if consented is not known:
                known = consented
                tx.members.save(known)
        tx.sessions.start(
            Session(
                id=stage.new_id(),
                member_id=member.id,
                token_hash=secrets.digest(token),
                started_at=now,
                expires_at=now + life_of(strength),
                strength=strength,
            )
        )
        await tx.commit()
    return token
