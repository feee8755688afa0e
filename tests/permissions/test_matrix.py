"""Every route, asked by everybody, answers as the table of permissions says; and a refusal changes nothing."""

import json
import pkgutil
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from litestar import Litestar

from entrypoints.container import MEMORY
from entrypoints.http.app import create_app, handlers_of
from errand_domain import permissions, use_cases
from errand_domain.permissions import OTHERS_ONLY, POLICY
from tests.databases import container_on
from tests.permissions.pictures import SQUARE
from tests.permissions.rows import ANYWHERE, CONCERNED, PUBLIC, ROWS, Row
from tests.permissions.rows import STAFF as STAFF_ROWS
from tests.permissions.world import EVERYBODY, GONE, RELATIONS, RUNNERS, World
from tests.stage import Stage

REFUSED = {401, 403, 404}


def filled(written: Any, names: dict[str, Any]) -> Any:
    """What is asked, with the things of the world in it."""
    if isinstance(written, dict):
        return {name: filled(value, names) for name, value in written.items()}
    if isinstance(written, list):
        return [filled(value, names) for value in written]
    if not isinstance(written, str) or "{" not in written:
        return written
    if written.startswith("{") and written.endswith("}"):
        return names[written[1:-1]]
    return written.format(**names)


def relations(who: str, row: Row) -> set[str]:
    """What they are to what the route is about, and in general."""
    found = {"anybody"} if who == "signed out" else {"anybody", "member"}
    if row.about in ("self", "requester"):
        found.add(row.about)
    if row.about == "hall" and who in RUNNERS:
        found.add("approved_runner")
    return found | {RELATIONS.get(who, {}).get(row.about, "nobody")}


def is_permitted(who: str, row: Row, action: str) -> bool:
    role, _, where = who.partition(" ")
    has_role = where == "here" or (where == "elsewhere" and action in ANYWHERE)
    return bool(relations(who, row) & POLICY[action]) or (has_role and role in POLICY[action])


def expected(who: str, row: Row, access: str) -> str:
    """`permitted`, or the code of the refusal."""
    if row in PUBLIC:
        return "permitted"
    if who in GONE:
        return "sign_in.required"
    if who == "newcomer" and row.method != "GET" and access == "with_consent":
        return "member.consent_missing"
    refused = [action for action in (row.behind, row.action) if action and not is_permitted(who, row, action)]
    return refusal_of(who, refused[0], row) if refused else "permitted"


def refusal_of(who: str, action: str, row: Row) -> str:
    """What they hear who may not: a thing of another campus than theirs is not there."""
    role, _, where = who.partition(" ")
    is_elsewhere = where == "elsewhere" and role in POLICY[action] and bool(concerned(row))
    if is_elsewhere or POLICY[action] & {"self", "requester", "runner", "offered"}:
        return "not_found"
    return "runner.not_approved" if "approved_runner" in POLICY[action] else "not_permitted"


def found(answer: httpx.Response, row: Row) -> str:
    """What was answered, in the same words."""
    code = str(answer.json().get("code")) if answer.status_code >= 400 and answer.content[:1] == b"{" else ""
    if answer.status_code >= 500:
        return f"broken: {answer.text}"
    if code == "member.consent_missing":
        return code
    missing = answer.status_code == 404 and row.may_be_missing
    return code if answer.status_code in REFUSED and not missing else "permitted"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which actions were asked for, by whatever use case."""
    said = list[str]()

    def check(action: str, *args: Any, **more: Any) -> None:
        said.append(action)
        permissions.check(action, *args, **more)

    def check_anywhere(action: str, *args: Any) -> None:
        said.append(action)
        permissions.check_anywhere(action, *args)

    for module in pkgutil.walk_packages(use_cases.__path__, f"{use_cases.__name__}."):
        held = import_module(module.name)
        for name, recording in (("check", check), ("check_anywhere", check_anywhere)):
            if vars(held).get(name) is getattr(permissions, name):
                monkeypatch.setattr(held, name, recording)
    return said


async def ask(
    app: Litestar, world: World, who: str, row: Row, *, instead: Mapping[str, str] = MappingProxyType({})
) -> httpx.Response:
    """Ask it as them, about the things of the world, or about others `instead`."""
    token = world.tokens[who]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    names = {**world.names_for(who), **instead}
    more: dict[str, Any] = {"json": filled(row.body, names)} if row.body is not None else {}
    if row.form:
        more = {"files": {"file": ("it.png", SQUARE, "image/png")}, "data": row.body}
    async with httpx.AsyncClient(transport=transport, base_url="http://errand", headers=headers) as client:
        path = row.path.format(**names)
        return await client.request(row.method, path, params=filled(row.query, names), **more)


async def test_every_route_answers_everybody_as_the_table_says(tmp_path: Path, asked: list[str]) -> None:
    async with container_on(MEMORY, tmp_path) as container:
        world = await World.build(await Stage.build(container))
        app = create_app(container)
        handlers = handlers_of(app)
        wrong = list[str]()
        for row in ROWS:
            handler = next(handler for route, handler in handlers.items() if is_of(row, *route))
            access = handler.opt.get("access", "with_consent")
            for who in EVERYBODY:
                asked.clear()
                answer = await ask(app, world, who, row)
                wanted, came = expected(who, row, access), found(answer, row)
                if came != wanted:
                    wrong.append(f"{row.method} {row.path} by {who}: {came}, not {wanted}")
                reached = wanted not in ("sign_in.required", "member.consent_missing")
                if row.asks and reached and not {row.action, row.behind} & set(asked):
                    wrong.append(f"{row.method} {row.path} by {who}: never asked for {row.action}, but {asked}")
                if wanted != "permitted" and (changed := world.changed()):
                    wrong.append(f"{row.method} {row.path} by {who}: refused, and changed {changed}")
                world.restore()
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


def concerned(row: Row) -> list[str]:
    """Whom it is about, by the things that are named."""
    named = re.findall(r"{(\w+)}", f"{row.path} {row.body}")
    return sorted({who for name in named for who in CONCERNED.get(name, ())})


async def test_nobody_decides_about_themselves_at_any_route(tmp_path: Path) -> None:
    async with container_on(MEMORY, tmp_path) as container:
        world = await World.build(await Stage.build(container))
        app = create_app(container)
        wrong = list[str]()
        rows = [row for row in STAFF_ROWS if row.action in OTHERS_ONLY and row.method == "POST"]
        for row in rows:
            assert concerned(row), f"say in tests/permissions/rows.py whom {row.path} is about"
            for who in concerned(row):
                await world.promote(who)
                before = world.rows()
                answer = await ask(app, world, who, row)
                if found(answer, row) != OTHERS_ONLY[row.action].code:
                    wrong.append(f"{row.path} by {who}: {answer.text}")
                if world.rows() != before:
                    wrong.append(f"{row.path} by {who}: refused, and changed something")
                world.restore()
        assert {row.action for row in rows} == set(OTHERS_ONLY) - {"see_documents"}, "which has no route"
    assert not wrong, "\n".join(wrong)


def is_of(row: Row, method: str, path: str) -> bool:
    """Whether the row asks at that route: their fixed parts are the same, one by one."""
    ours, theirs = row.path.split("/"), path.split("/")
    alike = len(ours) == len(theirs) and all(
        mine == other or other.startswith("{") for mine, other in zip(ours, theirs, strict=True)
    )
    return method == row.method and alike


async def test_every_route_has_its_row(tmp_path: Path) -> None:
    async with container_on(MEMORY, tmp_path) as container:
        routes = [route for route in handlers_of(create_app(container)) if route[0] != "OPTIONS"]
    without = [route for route in routes if not any(is_of(row, *route) for row in ROWS)]
    assert not without, "say in tests/permissions/rows.py who may"
    assert all(any(is_of(row, *route) for route in routes) for row in ROWS)
