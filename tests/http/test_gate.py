"""Who may come in: every route but a few named ones is private, and reading changes nothing."""

from typing import Final

import pytest
from litestar import Litestar

from entrypoints.http.app import handlers_of
from tests.http.visitors import API, Visitor, problem_of
from tests.stage import Stage

PUBLIC: Final = {
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("GET", "/schema"),
    ("GET", "/schema/openapi.json"),
    ("GET", "/schema/{path}"),
    ("POST", f"{API}/sign-in/codes"),
    ("POST", f"{API}/sign-in/password-resets"),
    ("POST", f"{API}/sessions"),
    ("POST", f"{API}/sessions/wechat"),
    ("POST", f"{API}/sessions/password"),
    ("POST", f"{API}/operator-invitations/looked-at"),
    ("POST", f"{API}/operator-invitations/codes"),
    ("POST", f"{API}/operator-invitations/proven"),
    ("POST", f"{API}/operator-invitations/accepted"),
    ("GET", "/operator-invitation"),
    ("GET", "/console/{name}"),
    ("GET", f"{API}/documents"),
    ("GET", f"{API}/documents/{{document}}/{{version}}"),
    ("GET", f"{API}/file-links/{{token}}"),
    ("POST", f"{API}/uploads"),
    ("GET", f"{API}/public-images/{{name}}"),
    ("GET", f"{API}/campuses"),
    ("GET", f"{API}/campuses/{{campus_id}}"),
    ("GET", f"{API}/places"),
    ("GET", f"{API}/notifications/{{channel}}"),
    ("POST", f"{API}/notifications/{{channel}}"),
}
SOME_ID: Final = "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60"


def every_route(app: Litestar) -> list[tuple[str, str]]:
    return [(method, path) for method, path in sorted(handlers_of(app)) if method != "OPTIONS"]


def filled(path: str) -> str:
    """The path with something plausible for each parameter."""
    parts = (
        SOME_ID if part.endswith("_id}") else "phone" if part.startswith("{") else part for part in path.split("/")
    )
    return "/".join(parts)


async def test_without_a_token_every_private_route_answers_401(app: Litestar, guest: Visitor) -> None:
    private = [route for route in every_route(app) if route not in PUBLIC]
    assert len(private) > 50
    for method, path in private:
        answer = await guest.http.request(method, f"http://errand{filled(path)}")
        assert (answer.status_code, problem_of(answer)["code"]) == (401, "sign_in.required"), (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_public_routes_are_those_that_are_named(app: Litestar, guest: Visitor) -> None:
    routes = set(every_route(app))
    assert routes >= PUBLIC
    for method, path in PUBLIC:
        answer = await guest.http.request(method, f"http://errand{filled(path)}")
        assert answer.status_code != 401, (method, path)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic dTpw", "Bearer nonsense", "Bearer é", f"Bearer {'x' * 5_000}", "bearer a b"],
)
async def test_anything_but_a_live_token_is_nobody(guest: Visitor, authorization: str) -> None:
    headers = {"Authorization": authorization.encode("latin-1")}
    answer = await guest.get("/me", headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, problem_of(answer)["code"]) == (401, "sign_in.required")


async def test_a_session_that_was_ended_is_over_at_once(requester: Visitor) -> None:
    (session,) = (await requester.sees("/sessions"))["items"]
    assert session["isCurrent"]
    assert (await requester.http.delete(f"/sessions/{session['id']}")).status_code == 204
    assert (await requester.get("/me")).status_code == 401


async def test_nobody_ends_the_session_of_somebody_else(requester: Visitor, stranger: Visitor) -> None:
    (session,) = (await requester.sees("/sessions"))["items"]
    answer = await stranger.http.delete(f"/sessions/{session['id']}")
    assert problem_of(answer)["code"] == "not_found"
    assert (await requester.get("/me")).status_code == 200


async def test_nothing_is_done_before_the_documents_are_accepted(guest: Visitor) -> None:
    newcomer = await guest.signs_in("+8613800000005", consents=False)
    me = await newcomer.sees("/me")
    assert me["consentsMissing"] == ["user_agreement", "privacy_policy"]
    for path, body in (("/quotes", {}), ("/orders", {}), ("/runner/shift", {"on": True}), ("/me/ways", {})):
        problem = await newcomer.refused(path, body)
        assert (problem["status"], problem["code"]) == (409, "member.consent_missing"), path
        assert problem["document"] == "user_agreement"
    await newcomer.consents()
    assert (await newcomer.sees("/me"))["consentsMissing"] == []
    assert (await newcomer.post("/quotes", {})).status_code == 422


async def test_a_consent_is_to_the_version_in_force(guest: Visitor) -> None:
    newcomer = await guest.signs_in("+8613800000005", consents=False)
    problem = await newcomer.refused("/me/consents", {"document": "user_agreement", "version": "1999-01-01"})
    assert (problem["code"], problem["field"]) == ("field.invalid", "version")


async def test_no_route_asks_for_patch(app: Litestar, guest: Visitor) -> None:
    assert not any(method == "PATCH" for method, _ in every_route(app))
    answer = await guest.http.patch("/me")
    assert (answer.status_code, problem_of(answer)["code"]) == (405, "method.not_allowed")
    assert "PUT" in answer.headers["allow"]


async def test_no_get_changes_what_is_stored(
    app: Litestar, requester: Visitor, runner: Visitor, operator: Visitor, stage: Stage
) -> None:
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    photo = await runner.uploads(f"/orders/{order_id}/proofs")
    found = {"{order_id": order_id, "{file_id": photo, "{campus_id": str(stage.campus.id)}
    query = {"campus": str(stage.campus.id), "latitude": "30.3", "longitude": "120.08", "q": "舍"}
    before = committed(stage)
    answered = set[int]()
    for method, path in every_route(app):
        if method != "GET":
            continue
        parts = (found.get(part.split(":")[0].rstrip("}"), part) for part in path.split("/"))
        for visitor in (requester, runner, operator):
            answer = await visitor.http.get(f"http://errand{'/'.join(parts)}", params=query)
            answered.add(answer.status_code)
            assert answer.status_code in (200, 403, 404, 409), (path, answer.text)
            parts = iter(path.split("/"))
    assert 200 in answered
    assert committed(stage) == before


def committed(stage: Stage) -> dict[str, list[object]]:
    """All rows of the database in memory, but the record of who looked at what."""
    tables = stage.use.database()._tables
    rows = {name: list(table.items()) for name, table in vars(tables).items() if hasattr(table, "items")}
    return {name: found for name, found in rows.items() if name != "audit"}
