"""What the OpenAPI document promises is kept, for what it allows and for what it does not.

Requests are made from the document by schemathesis, and sent by somebody who may do everything, about orders that
are really there: a request that names nothing real never gets past the first look.
"""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from entrypoints.container import MEMORY, Container
from entrypoints.http.app import create_app
from entrypoints.http.openapi import completed, operation_id
from errand_domain.member.roles import ROLES, Grant
from tests.databases import container_on
from tests.http.conftest import session_for
from tests.http.visitors import API, Visitor
from tests.stage import Stage
from tests.stage import settings as settings_of

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES_MOST: Final = 20


def document() -> dict[str, Any]:
    """The document as it is served, without a server."""
    app = create_app(Container(settings=settings_of(MEMORY, Path())))
    handlers = {
        operation_id(handler, None, None): handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
    }
    return msgspec.json.decode(msgspec.json.encode(completed(app.openapi_schema.to_schema(), handlers)))


SEEN: Final[Counter[int]] = Counter()


class Relay:
    """The application that schemathesis knows: it passes on to the one of the test that runs."""

    to: Litestar | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.to is not None
        await self.to(scope, receive, send)


RELAY: Final = Relay()
SCHEMA: Final = schemathesis.openapi.from_dict(document())
SCHEMA.app = RELAY
OPERATIONS: Final = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


class World:
    """A campus with somebody on it who may do everything, and orders in several states."""

    def __init__(self, app: Litestar, token: str, real: dict[str, list[str]]) -> None:
        self.app, self.token, self.real = app, token, real

    @classmethod
    async def build(cls, container: Container) -> "World":
        stage = await Stage.build(container)
        app = create_app(container)
        hero = await stage.runner()
        other = await stage.member()
        async with stage.begin() as tx:
            member = await tx.members.get(hero.id)
            for role in ROLES:
                member = member.grant(Grant(role, stage.campus.id))
                tx.members.save(member)
            await tx.commit()
        orders = [
            await stage.published(hero),
            await stage.opened(hero),
            await stage.opened(other),
            await stage.accepted(other, hero),
            await stage.delivered(other, hero),
        ]
        visitor = Visitor(app, stage, await session_for(stage, hero))
        photo = await visitor.uploads(f"/orders/{orders[3].id}/proofs")
        real = {
            "order_id": [str(order.id) for order in orders],
            "campus": [str(stage.campus.id)],
            "photo": [photo],
            "member": [str(hero.id), str(other.id)],
        }
        return cls(app, visitor.token, real)

    def about(self, case: Any, data: st.DataObject) -> None:
        """Put what is really there in the place of some ids."""

        def some(kind: str) -> str:
            return data.draw(st.sampled_from(self.real[kind]))

        path, query, body = case.path_parameters or {}, case.query or {}, case.body
        for name, kind in (
            ("order_id", "order_id"),
            ("campus_id", "campus"),
            ("file_id", "photo"),
            ("member_id", "member"),
        ):
            if name in path and data.draw(st.booleans()):
                path[name] = some(kind)
        if "campus" in query and data.draw(st.booleans()):
            query["campus"] = some("campus")
        if isinstance(body, dict) and data.draw(st.booleans()):
            for name, kind in (("campusId", "campus"), ("runnerId", "member"), ("cardPhoto", "photo")):
                if name in body:
                    body[name] = some(kind)
            if "provider" in body:
                body["provider"] = "memory"
            if isinstance(body.get("photos"), list):
                body["photos"] = [some("photo")]


def cases_of(operation: Any) -> st.SearchStrategy[Any]:
    """Requests that the document allows, and such as it does not, where there is anything to get wrong."""
    modes = schemathesis.GenerationMode
    allowed = operation.as_strategy(generation_mode=modes.POSITIVE)
    if not (operation.body or operation.path_parameters or operation.query):
        return allowed
    return st.one_of(allowed, operation.as_strategy(generation_mode=modes.NEGATIVE))


@pytest.mark.parametrize("label", OPERATIONS)
def test_each_operation_keeps_what_the_document_promises(label: str, tmp_path: Path) -> None:
    operation = OPERATIONS[label]

    async def open_world(stack: AsyncExitStack) -> World:
        container = await stack.enter_async_context(container_on(MEMORY, tmp_path))
        return await World.build(container)

    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        world = runner.run(open_world(stack))

        @settings(
            max_examples=EXAMPLES_MOST,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases_of(operation), data=st.data())
        def holds(case: Any, data: st.DataObject) -> None:
            world.about(case, data)
            answer = case.call(headers={"Authorization": f"Bearer {world.token}"}, base_url="http://errand")
            case.validate_response(answer, checks=CHECKS)
            SEEN[answer.status_code] += 1

        RELAY.to = world.app
        try:
            holds()
        finally:
            runner.run(stack.aclose())


def test_every_route_is_in_the_document() -> None:
    assert len(OPERATIONS) > 60
    assert all(f" {API}/" in label for label in OPERATIONS)
