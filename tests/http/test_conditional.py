"""Polled reads carry a tag, and say so when nothing has changed."""

import pytest

from entrypoints.http.conditional import is_named
from tests.http.visitors import NORTH_GATE, Visitor


async def test_what_has_not_changed_is_not_sent_again(requester: Visitor, runner: Visitor) -> None:
    order_id = await requester.opens()
    first = await requester.get(f"/orders/{order_id}")
    tag = first.headers["etag"]
    again = await requester.get(f"/orders/{order_id}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    await runner.does(f"/orders/{order_id}/accept")
    moved = await requester.get(f"/orders/{order_id}", headers={"If-None-Match": tag})
    assert moved.status_code == 200
    assert moved.headers["etag"] != tag


async def test_every_polled_list_has_a_tag(requester: Visitor, runner: Visitor) -> None:
    here = {"latitude": str(NORTH_GATE.latitude), "longitude": str(NORTH_GATE.longitude)}
    await requester.opens()
    for visitor, path in (
        (runner, "/hall"),
        (runner, "/earnings"),
        (runner, "/withdrawals"),
        (requester, "/orders"),
        (requester, "/me"),
        (requester, "/campuses"),
    ):
        tag = (await visitor.get(path, params=here)).headers["etag"]
        assert (await visitor.get(path, params=here, headers={"If-None-Match": tag})).status_code == 304, path


async def test_what_is_personal_is_kept_by_nobody_on_the_way(requester: Visitor) -> None:
    assert (await requester.get("/me")).headers["cache-control"] == "private, no-store"
    assert (await requester.get("/sessions")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ('W/"a"', True),
        ('"a"', True),
        ('"b", W/"a"', True),
        ("*", True),
        ("", False),
        ('W/"b"', False),
        ("a", False),
        (",,,", False),
    ],
)
def test_tags_are_compared_weakly(header: str, named: bool) -> None:
    assert is_named(header, 'W/"a"') is named
