"""A new text that clients may write fails here until somebody has decided whether it is judged."""

import importlib
import pkgutil
from collections.abc import Iterator

import msgspec.inspect
import pytest

import entrypoints.http.wire
from entrypoints.http.wire.checked_texts import CHECKED_TEXTS, Judged, Unjudged
from entrypoints.http.wire.shapes import Asked
from tests.http.visitors import Visitor, problem_of, terms_on_the_wire
from tests.stage import Stage

RISKY = "代考"


def shapes(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from shapes(child)


def holds_text(kind: object) -> bool:
    inner = (getattr(kind, name, ()) for name in ("types", "item_types"))
    parts = [part for some in inner for part in some]
    parts += [getattr(kind, name) for name in ("item_type", "value_type", "key_type") if hasattr(kind, name)]
    return isinstance(kind, msgspec.inspect.StrType) or any(map(holds_text, parts))


def texts() -> set[str]:
    for module in pkgutil.walk_packages(entrypoints.http.wire.__path__, f"{entrypoints.http.wire.__name__}."):
        importlib.import_module(module.name)
    found = {kind: msgspec.inspect.type_info(kind) for kind in shapes(Asked)}
    return {
        f"{kind.__name__}.{field.name}"
        for kind, info in found.items()
        for field in getattr(info, "fields", ())
        if holds_text(field.type)
    }


def test_every_text_that_a_client_may_write_is_in_the_table_and_nothing_else_is():
    assert texts() == set(CHECKED_TEXTS)


def test_whatever_is_not_judged_says_why():
    assert all(len(entry.reason) > 20 for entry in CHECKED_TEXTS.values() if isinstance(entry, Unjudged))


async def _spread(stage: Stage, requester: Visitor, runner: Visitor, place: str) -> tuple[str, str, object]:
    """Method, path and body with a risky text in that field."""
    terms = terms_on_the_wire(stage)
    match place:
        case "ProfileAsked.nickname":
            return "PUT", "/me", {"nickname": RISKY, "campusId": str(stage.campus.id)}
        case "TermsAsked.item" | "TermsAsked.note":
            terms[place.partition(".")[2]] = RISKY
        case "StopAsked.name" | "StopAsked.detail":
            terms["dropoff"] = {**terms["dropoff"], place.partition(".")[2]: RISKY}
        case "ReviewAsked.text" | "DisputeAsked.text" | "StatementAsked.text":
            order_id = await requester.opens()
            await runner.does(f"/orders/{order_id}/accept")
            path, body = {
                "ReviewAsked.text": ("review", {"stars": 1, "text": RISKY}),
                "DisputeAsked.text": ("dispute", {"reason": "damaged", "text": RISKY}),
                "StatementAsked.text": ("dispute/statements", {"text": RISKY}),
            }[place]
            return "POST", f"/orders/{order_id}/{path}", body
        case _:
            raise AssertionError(f"say here how {place} is written")
    quoted = await requester.does("/quotes", {"campusId": str(stage.campus.id), "terms": terms})
    return "POST", "/orders", {"sealedQuote": quoted["sealedQuote"], "terms": terms, "provider": "memory"}


@pytest.mark.parametrize("place", [place for place, entry in CHECKED_TEXTS.items() if isinstance(entry, Judged)])
async def test_whatever_the_table_calls_judged_is_refused_where_it_is_risky(
    stage: Stage, requester: Visitor, runner: Visitor, place: str
):
    method, path, body = await _spread(stage, requester, runner, place)
    answer = await requester.http.request(method, path, json=body)
    assert problem_of(answer)["code"] == "content.refused"
