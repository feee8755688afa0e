"""The OpenAPI document tells everything, and nothing that is not so."""

from typing import Any

import msgspec
import pytest

from entrypoints.http.errors import PROBLEM_JSON
from entrypoints.http.wire import (
    content,
    disputes,
    documents,
    earnings,
    files,
    invitations,
    members,
    operations,
    order_steps,
    orders,
    places,
    proofs,
    runners,
    terms,
)
from entrypoints.http.wire.examples import EXAMPLES
from tests.http.visitors import Visitor

MODULES = (
    content,
    disputes,
    documents,
    earnings,
    files,
    invitations,
    members,
    operations,
    order_steps,
    orders,
    places,
    proofs,
    runners,
    terms,
)
BODIES = {name: kind for module in MODULES for name, kind in vars(module).items() if name in EXAMPLES}

FORMS = ("ImageAsked", "ProofAsked", "UploadSentAsked")
"""Multipart bodies, of which clients of all kinds make their own."""


@pytest.fixture
async def document(guest: Visitor) -> dict[str, Any]:
    answer = await guest.http.get("http://errand/schema/openapi.json")
    assert answer.status_code == 200
    return msgspec.json.decode(answer.content)


def operations_of(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict)
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_is_what_is_really_sent(name: str) -> None:
    example = msgspec.json.encode(EXAMPLES[name])
    decoded = msgspec.json.decode(example, type=BODIES[name])
    encoded = msgspec.json.decode(msgspec.json.encode(decoded))
    assert encoded == EXAMPLES[name]


async def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    for path, method, operation in operations_of(document):
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media_type, media in part.get("content", {}).items():
                if media_type.startswith(("image/", "multipart/", "application/zip")):
                    continue
                assert "example" in media or "examples" in media, (path, method, media_type)


async def test_every_operation_has_a_name_a_tag_and_a_promise(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations_of(document)]
    assert len(names) == len(set(names)) > 60
    for path, method, operation in operations_of(document):
        assert operation["tags"], (path, method)
        assert operation["description"].endswith("."), (path, method)


async def test_every_refusal_is_told_as_a_problem(document: dict[str, Any]) -> None:
    for path, method, operation in operations_of(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == [PROBLEM_JSON], (path, method, status)
        if operation.get("security"):
            assert "401" in operation["responses"], (path, method)


async def test_requests_allow_nothing_unknown(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    asked = [name for name in schemas if name.endswith("Asked") and name not in FORMS]
    assert len(asked) > 30
    assert all(schemas[name]["additionalProperties"] is False for name in asked)
    assert schemas["PublishAsked"]["required"] == ["provider", "sealedQuote", "terms"]
    assert "price" not in str(schemas["PublishAsked"]["properties"])
