"""What a client may send, and what no client may: unknown fields, addresses to be opened, one parameter twice."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import msgspec.inspect
from litestar import Litestar

from entrypoints.http.app import handlers_of
from entrypoints.http.errors import Unreadable
from tests.http.test_gate import every_route, filled
from tests.http.visitors import Visitor, problem_of

FORMS: Final = frozenset({"ImageAsked", "ProofAsked", "UploadSentAsked"})
"""Multipart: each names its fields, and what else is sent is not read."""
ADDRESSES: Final = ("url", "uri", "href", "link", "callback", "host", "redirect", "webhook")
QUESTIONS: Final = ("question", "hint", "answer", "reminder")


def bodies(app: Litestar) -> dict[str, type]:
    """What each handler takes as its JSON body."""
    found = {
        parameter.annotation
        for handler in handlers_of(app).values()
        for name, parameter in handler.parsed_fn_signature.parameters.items()
        if name == "data"
    }
    return {kind.__name__: kind for kind in found}


def structs(kind: Any) -> Iterator[msgspec.inspect.StructType]:
    """That struct and all within it."""
    if isinstance(kind, msgspec.inspect.StructType):
        yield kind
        for field in kind.fields:
            yield from structs(field.type)
    for name in ("types", "item_types"):
        for inner in getattr(kind, name, ()):
            yield from structs(inner)
    for name in ("item_type", "value_type"):
        yield from structs(getattr(kind, name, None)) if hasattr(kind, name) else ()


def taken(app: Litestar) -> list[msgspec.inspect.StructType]:
    kinds = [kind for name, kind in bodies(app).items() if name not in FORMS]
    return [struct for kind in kinds for struct in structs(msgspec.inspect.type_info(kind))]


async def test_no_body_has_a_field_that_is_not_its_own(app: Litestar) -> None:
    found = taken(app)
    assert len(found) > 40
    assert [struct.cls.__name__ for struct in found if not struct.forbid_unknown_fields] == []


async def test_nobody_gives_themselves_more_than_is_asked_for(runner: Visitor) -> None:
    profile = {"nickname": "小李", "campusId": None}
    for method, path, body in (
        ("PUT", "/me", {**profile, "roles": [{"role": "admin"}]}),
        ("PUT", "/me", {**profile, "barred": False}),
        ("POST", "/runner/shift", {"on": True, "credit": 100}),
        ("POST", "/sessions/password", {"email": "a@b.cn", "password": "x" * 12, "strength": "two_factors"}),
    ):
        problem = problem_of(await runner.http.request(method, path, json=body))
        assert (problem["code"], problem["field"]) == ("field.invalid", list(body)[-1])
    assert (await runner.sees("/me"))["roles"] == []


async def test_nobody_is_asked_for_an_address_to_open_or_an_answer_to_remember(app: Litestar) -> None:
    named = {f"{struct.cls.__name__}.{field.name}" for struct in taken(app) for field in struct.fields}
    assert len(named) > 100
    words = (*ADDRESSES, *QUESTIONS)
    assert [name for name in named if any(word in name.partition(".")[2].lower() for word in words)] == []


async def test_what_belongs_into_the_body_is_not_taken_from_the_query_or_a_header(requester: Visitor) -> None:
    answer = await requester.http.put(
        "/me",
        json={"campusId": None},
        params={"nickname": "Mallory"},
        headers={"nickname": "Mallory", "Cookie": "nickname=Mallory"},
    )
    assert (answer.status_code, answer.json()["nickname"]) == (200, "")
    assert problem_of(await requester.http.put("/me", params={"nickname": "Mallory"}))["status"] in (400, 415, 422)


async def test_a_session_comes_from_its_header_alone(requester: Visitor, guest: Visitor) -> None:
    token = requester.token
    query = {"access_token": token, "token": token, "authorization": f"Bearer {token}"}
    headers = {
        "Cookie": f"authorization=Bearer {token}; session={token}",
        "X-Authorization": f"Bearer {token}",
        "X-User-ID": requester.id,
        "Proxy-Authorization": f"Bearer {token}",
    }
    for scheme in ("", "Basic ", "Token ", "Bearer: "):
        answer = await guest.get("/me", params=query, headers={**headers, "Authorization": f"{scheme}{token}"})
        assert problem_of(answer)["code"] == "sign_in.required", scheme


async def test_no_address_knows_a_method_that_gives_the_request_back(app: Litestar, operator: Visitor) -> None:
    for path in sorted({path for _, path in every_route(app)}):
        address = f"http://errand{filled(path)}"
        request = operator.http.build_request("GET", address, headers={"X-Planted": "planted"})
        request.method = "TRACE"
        answer = await operator.http.send(request)
        assert (answer.status_code, problem_of(answer)["code"]) == (405, "method.not_allowed"), path
        assert "planted" not in answer.text


ASKEW: Final = ("/me/", "//me", "/ME", "/me;x=1", "/%6de", "/orders/%2e%2e/me", "/me%2f", "/me%00", "/../v1/me")


async def test_no_address_leads_to_another(app: Litestar, guest: Visitor) -> None:
    """Neither to another host nor to TLS: a client that asks in clear must notice (ASVS 4.1.2)."""
    headers = {"Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
    paths = [*(filled(path) for _, path in every_route(app)), *(f"/api/v1{path}" for path in ASKEW)]
    for path in paths:
        answer = await guest.http.get(f"http://errand{path}", headers=headers)
        assert not answer.is_redirect, path
        assert "location" not in answer.headers, path
        assert "evil" not in f"{answer.headers}{answer.text}", path


async def test_a_client_that_goes_away_in_the_middle_of_its_body_is_no_fault_of_ours(
    app: Litestar, requester: Visitor
) -> None:
    for headers in ([], [(b"idempotency-key", b"went-away-somewhere")]):
        start, *_ = await half_a_body(app, requester, headers)
        assert start["status"] == Unreadable.status_code


async def half_a_body(app: Litestar, visitor: Visitor, headers: list[tuple[bytes, bytes]]) -> list[Any]:
    """What is answered to nobody, after the first half of a body."""
    said = [
        {"type": "http.request", "body": b'{"nickname', "more_body": True},
        {"type": "http.disconnect"},
    ]
    return await told(app, visitor, said, method="POST", path="/api/v1/quotes", headers=headers)


RAW: Final = (b"limit=\xff", b"limit=\xe5&before=1", b"\xff=1", "limit=十".encode())


async def test_a_query_with_bytes_that_no_address_has_is_refused_whatever_they_mean(
    app: Litestar, requester: Visitor
) -> None:
    """httpx would write them with percent signs, which is right and read; a server may hand them over as they came."""
    for path in ("/api/v1/orders", "/api/v1/hall", "/api/v1/campuses"):
        for query in RAW:
            start, body = await told(app, requester, [{"type": "http.request"}], method="GET", path=path, query=query)
            assert (start["status"], dict(start["headers"])[b"content-type"]) == (400, b"application/problem+json")
            assert msgspec.json.decode(body["body"])["code"] == "request.malformed", query
    problem = problem_of(await requester.http.get("/orders", params={"limit": "十"}))
    assert (problem["code"], problem["field"]) == ("field.invalid", "limit")


async def told(
    app: Litestar,
    visitor: Visitor,
    said: list[dict[str, Any]],
    *,
    method: str,
    path: str,
    query: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> list[Any]:
    """What is answered to what a server hands over, byte for byte."""
    answered = list[Any]()

    async def receive() -> Any:
        return said.pop(0) if len(said) > 1 else said[0]

    async def send(message: Any) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [
            (b"content-type", b"application/json"),
            (b"authorization", f"Bearer {visitor.token}".encode()),
            *headers,
        ],
        "client": ("192.0.2.1", 1),
        "server": ("errand", 80),
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    return answered
