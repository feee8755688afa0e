"""What is not yours and what is not there are answered alike, to the letter: nobody learns which things there are."""

import re
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
from attrs import evolve

from entrypoints.container import MEMORY
from entrypoints.http.app import create_app
from errand_domain.ids import CampusId
from tests.databases import container_on
from tests.http.conftest import session_for
from tests.permissions.rows import API, PUBLIC, ROWS, Row
from tests.permissions.test_matrix import ask, is_permitted
from tests.permissions.world import EVERYBODY, GONE, World
from tests.stage import Stage

NOWHERE: Final = {
    "order_id": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a61",
    "disputed_id": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a62",
    "dispute_id": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a63",
    "withdrawal_id": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a64",
    "session_id": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a65",
    "proof_id": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a66",
    "card_id": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a67",
    "case_id": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a68",
    "applicant_id": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a69",
    "offered_id": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a6a",
    "refund_number": "03hbh7dqcng2vefsghtspvepb-cancelled-9",
}
"""What a thing of each kind could be called that there is not."""
KNOWN_TO_ALL: Final = {"other_id", "campus_id", "message_id", "path", "channel"}
"""What may be in a path and tells nothing: members that one blocks, campuses, and what is there for nobody."""
COLLEAGUE: Final = "runner elsewhere"


def things(row: Row) -> set[str]:
    """What is named in the path, and what a member points at in the body."""
    named = f"{row.path} {row.body['subject']}" if isinstance(row.body, dict) and "subject" in row.body else row.path
    return set(re.findall(r"{(\w+)}", named)) - KNOWN_TO_ALL


def heard(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All that somebody learns from an answer, but for the number of the request."""
    number = answer.headers["x-request-id"]
    UUID(number)
    headers = {name: value.replace(number, "") for name, value in answer.headers.items()}
    return answer.status_code, answer.content.replace(number.encode(), b""), headers


async def test_what_is_not_yours_and_what_is_not_there_are_answered_alike(tmp_path: Path) -> None:
    async with container_on(MEMORY, tmp_path) as container:
        world = await World.build(await Stage.build(container))
        await add_colleague(world)
        app = create_app(container)
        wrong, compared = list[str](), 0
        for row in (row for row in ROWS if row not in PUBLIC and things(row)):
            for who in (*EVERYBODY, COLLEAGUE):
                if who in GONE or is_permitted(who, row, row.behind or row.action):
                    continue
                there = heard(await ask(app, world, who, row))
                world.restore()
                not_there = heard(await ask(app, world, who, row, instead=NOWHERE))
                world.restore()
                compared += 1
                if there != not_there:
                    wrong.append(f"{row.method} {row.path} by {who}:\n  {there}\n  {not_there}")
    assert compared > 200
    assert not wrong, "\n".join(wrong)


async def test_a_runner_of_another_campus_does_not_learn_of_an_open_errand(tmp_path: Path) -> None:
    async with container_on(MEMORY, tmp_path) as container:
        stage = await Stage.build(container)
        world = await World.build(stage)
        await add_colleague(world)
        app = create_app(container)
        row = Row(method="POST", path=f"{API}/orders/{{order_id}}/accept", action="accept")
        told = list[tuple[int, bytes, dict[str, str]]]()
        for order_id in (str((await stage.opened(await stage.member())).id), NOWHERE["order_id"]):
            world.names["order_id"] = order_id
            told.append(heard(await ask(app, world, COLLEAGUE, row)))
    assert told[0] == told[1]
    assert told[0][0] == 404


async def add_colleague(world: World) -> None:
    """An approved runner of another campus."""
    stage = world.stage
    colleague = await stage.runner()
    async with stage.begin() as tx:
        standing = await tx.runners.get(colleague.id)
        moved = evolve(standing.application, campus_id=CampusId(stage.new_id()))
        tx.runners.save(evolve(standing.touched(), application=moved))
        await tx.commit()
    world.tokens[COLLEAGUE] = await session_for(stage, colleague)
    world.keep()
