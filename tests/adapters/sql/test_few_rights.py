"""The service does all of its work as a user who may do little, made by the statements of the how-to."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from attrs import frozen
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from entrypoints.container import running
from tests.databases import emptied
from tests.stage import Stage, settings

PAGE: Final = Path("docs/how-to/give-the-service-few-rights.md")
HEADINGS: Final = {"postgres": "## PostgreSQL", "mariadb": "## MariaDB and MySQL"}
CLEAN_UP: Final = {
    "postgres": ("DROP OWNED BY {user}", "DROP ROLE {user}"),
    "mariadb": ("DROP USER {user}",),
}
REFUSED: Final = (
    "CREATE TABLE more (id INTEGER)",
    "DROP TABLE reviews",
    "ALTER TABLE members ADD COLUMN more INTEGER",
    "DELETE FROM audit",
    "UPDATE audit SET action = 'nothing'",
)
PASSWORD: Final = "choose one"


@frozen
class Few:
    """A user with few rights on a database, and its owner's address."""

    owner: str
    address: str


def statements(kind: str, *, user: str, database: str) -> list[str]:
    """What the page has one type for that database."""
    section = PAGE.read_text().partition(HEADINGS[kind])[2]
    block = re.search(r"```sql\n(.*?)```", section, re.DOTALL)
    assert block is not None
    named = block[1].replace("errand_service", user).replace("ON errand.", f"ON {database}.")
    return [one.strip() for one in named.split(";") if one.strip()]


async def run(address: str, *orders: str) -> None:
    engine = create_async_engine(address)
    try:
        async with engine.begin() as connection:
            for order in orders:
                await connection.execute(text(order))
    finally:
        await engine.dispose()


@pytest.fixture(params=HEADINGS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def owner(kind: str, request: pytest.FixtureRequest) -> str:
    """Not async: servers are started outside the loop."""
    return str(request.getfixturevalue(f"{kind}_url"))


@pytest.fixture
async def few(kind: str, owner: str, worker_name: str) -> AsyncIterator[Few]:
    url, user = make_url(await emptied(owner)), f"errand_few_{worker_name}"
    await run(owner, *statements(kind, user=user, database=str(url.database)))
    address = url.set(username=user, password=PASSWORD).render_as_string(hide_password=False)
    yield Few(owner, address)
    await run(owner, *(order.format(user=user) for order in CLEAN_UP[kind]))


async def test_an_errand_is_published_run_reviewed_and_paid_by_a_user_who_may_do_little(few: Few, tmp_path: Path):
    async with running(settings(few.address, tmp_path)) as container:
        stage = await Stage.build(container)
        requester, runner = await stage.member(), await stage.runner()
        earned = await stage.earn(runner)
        order = await stage.completed(requester, runner)
        await container.review_order()(order.id, requester.id, stars=5, tags=(), text="很快")
        await container.request_withdrawal()(runner.id, amount=earned, provider="memory")
        await container.bar_member()(requester.id, None, campus_id=stage.campus.id, barred=True, reason="刷单")
        assert await container.link_audit()() > 0
        await stage.assert_sound()


async def test_what_the_service_never_does_its_user_may_not(few: Few, tmp_path: Path):
    async with running(settings(few.address, tmp_path)) as container:
        stage = await Stage.build(container)
        member = await stage.member()
        await container.bar_member()(member.id, None, campus_id=stage.campus.id, barred=True, reason="刷单")
    for order in REFUSED:
        with pytest.raises(DBAPIError):
            await run(few.address, order)
