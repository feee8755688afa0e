"""Two who avoid each other do not meet, whichever of them it was and by whatever way an errand changes hands."""

from pathlib import Path
from typing import Final

import pytest

from entrypoints.container import MEMORY
from entrypoints.http.app import create_app
from errand_domain.order.refusals import Blocked, ColleagueUnavailable
from tests.databases import container_on
from tests.permissions.rows import API, Row
from tests.permissions.test_matrix import ask
from tests.permissions.world import World
from tests.stage import Stage

TO_THEM: Final = {"runnerId": "{offered_id}"}
ORDER: Final = f"{API}/orders/{{order_id}}"
STAFFS: Final = f"{API}/operator/orders/{{order_id}}/reassign"
WAYS: Final = (
    ("offered", Row(method="POST", path=f"{API}/orders/{{open_id}}/accept", action="accept"), Blocked),
    ("offered", Row(method="POST", path=f"{ORDER}/take-over", action="take-over"), Blocked),
    ("runner", Row(method="POST", path=f"{API}/orders/{{carried_id}}/offer", action="offer", body=TO_THEM),
     ColleagueUnavailable),
    ("operations here", Row(method="POST", path=STAFFS, action="resolve_orders", body=TO_THEM), Blocked),
)  # fmt: skip
"""Who asks, what they ask, and what they hear where the requester and the runner it would come to avoid each other."""


@pytest.mark.parametrize("pair", [("requester", "offered"), ("offered", "requester")], ids=lambda pair: pair[0])
async def test_whoever_is_avoided_gets_the_errand_in_no_way(tmp_path: Path, pair: tuple[str, str]) -> None:
    async with container_on(MEMORY, tmp_path) as container:
        stage = await Stage.build(container)
        world = await World.build(stage)
        requester, runner = await world.member("requester"), await world.member("runner")
        world.names["open_id"] = str((await stage.opened(requester)).id)
        world.names["carried_id"] = str((await stage.accepted(requester, runner)).id)
        world.keep()
        app = create_app(container)
        for who, row, refusal in WAYS:
            assert (await ask(app, world, who, row)).is_success, row.path
            world.restore()
            one, other = await world.member(pair[0]), await world.member(pair[1])
            async with stage.begin() as tx:
                tx.members.save(one.block(other.id))
                await tx.commit()
            before = world.rows()
            answer = await ask(app, world, who, row)
            assert (answer.status_code, answer.json()["code"]) == (_status(refusal), refusal.code), row.path
            assert world.rows() == before, row.path
            world.restore()


def _status(refusal: type[Blocked | ColleagueUnavailable]) -> int:
    return 403 if refusal is Blocked else 409
