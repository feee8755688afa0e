"""The logs and figures of a whole run have nothing of what people typed, were sent, or are called."""

from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from pyotp.totp import TOTP

from tests.demo.demonstration import Demo
from tests.demo.planted import forms, found
from tests.demo.planting import (
    API,
    MAIL,
    NEXT_PASSWORD,
    OPENID,
    PASSWORD,
    PHONE,
    RUNNERS_MAIL,
    RUNNERS_PHONE,
    STAFF_MAIL,
    STAFF_PASSWORD,
    TEXTS,
    Planting,
)
from tests.demo.serving import Process, free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]
NEAR_EAST_GATE: Final = {"latitude": 30.3062, "longitude": 120.0950}


def comes_in(run: Planting) -> str:
    """By mail, WeChat, which fails at first, phone and password; the token of the last session."""
    token = run.by_code("email", MAIL)
    run.done("/me", {"nickname": TEXTS["nickname"], "campusId": run.campus_id}, token=token, method="PUT")
    run.done("/me/tickets/wechat", {"ticket": run.ticket("users", OPENID, "open")}, token=token)
    run.done("/me/tickets/wechat-phone", {"ticket": run.ticket("phones", PHONE, "show")}, token=token)
    run.done("/me/password", {"password": PASSWORD}, token=token, method="PUT")
    change = {"password": NEXT_PASSWORD, "current": PASSWORD}
    run.done("/me/password", change, token=token, method="PUT")
    run.refused(422, "/me/password", change, token=token, method="PUT")
    run.goes_wrong("wechat.session", "server_error")
    run.refused(409, "/sessions/wechat", {"ticket": run.ticket("users", OPENID, "open")})
    run.refused(422, "/sessions/wechat", {"ticket": run.secret("ticket", "of-nobody-planted")})
    run.entered("/sessions/wechat", {"ticket": run.ticket("users", OPENID, "open")})
    run.by_code("phone", PHONE)
    run.refused(422, "/sessions/password", {"email": MAIL, "password": PASSWORD})
    return run.entered("/sessions/password", {"email": MAIL, "password": NEXT_PASSWORD})


def becomes_runner(run: Planting) -> str:
    token = run.by_code("phone", RUNNERS_PHONE)
    way = {"kind": "email", "address": RUNNERS_MAIL}
    run.refused(422, "/me/ways", way | {"code": "000000"}, token=token)
    run.done("/me/ways", way | {"code": run.code("email", RUNNERS_MAIL)}, token=token)
    card = run.upload(token, "/files").json()["id"]
    application = {
        "campusId": run.campus_id,
        "realName": TEXTS["real_name"],
        "studentNumber": TEXTS["student_number"],
        "cardPhoto": card,
        "studyUntil": "2029-06-30",
        "agreementVersion": "2026-11-01",
    }
    run.done("/runner/application", application, token=token)
    reviewer = run.operator("冬至")
    link = run.done(f"/files/{card}/links", token=reviewer)["url"]
    assert httpx.get(link, trust_env=False).is_success
    run.secret("file link", link.rpartition("/")[2])
    member_id = run.post("/me", token=token, method="GET").json()["id"]
    decisions = f"/operator/runners/{member_id}/decisions"
    run.done(decisions, {"decision": "want_more", "reason": TEXTS["reason"]}, token=reviewer)
    run.done("/runner/application", application, token=token)
    run.done(decisions, {"decision": "approve"}, token=reviewer)
    run.done("/runner/shift", {"on": True}, token=token)
    return token


def publishes(run: Planting, requester: str) -> str:
    terms = run.terms()
    quoted = run.done("/quotes", {"campusId": run.campus_id, "terms": terms}, token=requester)
    sealed = run.secret("quote", quoted["sealedQuote"])
    publication = {"sealedQuote": sealed, "terms": terms, "provider": "wechat_pay"}
    return f"/orders/{run.done('/orders', publication, token=requester)['id']}"


def does_an_errand(run: Planting, requester: str, runner: str) -> None:
    """Published, paid, brought, disputed; the provider stumbles, and so does the database."""
    order = publishes(run, requester)
    run.goes_wrong("wechat_pay.prepay", "server_error")
    run.refused(409, f"{order}/pay", {"provider": "wechat_pay"}, token=requester)
    order = publishes(run, requester)
    payment = run.done(f"{order}/pay", {"provider": "wechat_pay"}, token=requester)
    run.outside(f"wechat-pay/payments/{payment['number']}/pay")
    assert run.post(order, token=requester, method="GET").json()["state"] == "open"
    run.done(f"{order}/accept", {}, token=runner)
    run.goes_wrong("wechat.upload_shipping", "server_error")
    run.done(f"{order}/arrive", {"position": NEAR_EAST_GATE}, token=runner)
    run.done(f"{order}/pickup-code", {}, token=runner)
    photo = run.upload(runner, f"{order}/proofs", purpose="proof").json()["id"]
    run.done(f"{order}/pick-up", {"photos": [photo]}, token=runner)
    run.refused(422, f"{order}/deliver", {"code": "000000"}, token=runner)
    shown = run.post(order, token=requester, method="GET").json()
    run.done(f"{order}/deliver", {"code": run.secret("code", shown["deliveryCode"])}, token=runner)
    with run.without("reviews"):
        run.refused(500, f"{order}/review", {"stars": 5, "text": TEXTS["review"]}, token=requester)
    run.done(f"{order}/review", {"stars": 5, "text": TEXTS["review"]}, token=requester)
    run.done(f"{order}/dispute", {"reason": "damaged", "text": TEXTS["statement"]}, token=requester)
    run.done(f"{order}/dispute/statements", {"text": TEXTS["answer"]}, token=runner)
    with run.without("disputes"):
        run.refused(500, f"{order}/dispute/statements", {"text": TEXTS["answer"]}, token=runner)


def sends_what_cannot_be(run: Planting, token: str) -> None:
    """Everything where it does not belong: what is refused must not be quoted."""
    values = [*TEXTS.values(), PHONE, MAIL, token]
    bearer = {"Authorization": f"Bearer {token}"}
    for value in values:
        run.refused(422, "/quotes", {value: value, "terms": {value: value}}, token=token)
        run.refused(422, "/sign-in/codes", {"kind": value, "address": value})
        assert run.post(f"/orders/{quote(value)}", token=token, method="GET").status_code == 404
        assert run.post(f"/{quote(value)}?{quote(value)}={quote(value)}", method="GET").status_code == 404
        raw = run.http.get(f"{API}/hall", params={"latitude": value, "longitude": value}, headers=bearer)
        assert raw.is_client_error, raw.text
        for content, kind in ((value, "application/json"), (f'{{"{value}": 1, "{value}": 2}}', "application/json")):
            raw = run.http.post(f"{API}/quotes", content=content, headers=bearer | {"Content-Type": kind})
            assert raw.is_client_error, raw.text
        raw = run.http.post(f"{API}/quotes", content=value, headers=bearer | {"Content-Type": quote(value)})
        assert raw.is_client_error, raw.text
        for channel in ("wechat-pay", "alipay", "wechat", quote(value)):
            raw = run.http.post(f"{API}/notifications/{channel}", content=value, params={"signature": value})
            assert raw.is_client_error
        odd = {"Idempotency-Key": quote(value) * 9, "X-Forwarded-For": quote(value), "If-None-Match": quote(value)}
        assert run.http.post(f"{API}/quotes", json={}, headers=bearer | odd).status_code == 422
        assert run.http.get(f"{API}/me", headers={"Authorization": f"Bearer {quote(value)}x"}).status_code == 401
        assert run.http.request("PLANT", f"{API}/me", headers=bearer).is_client_error
        assert run.upload(token, "/files", value.encode()).is_client_error


def works_as_operator(run: Planting) -> None:
    """Follows the link, and comes in with a code of the authenticator and with one for when it is lost."""
    link = run.invited()
    seen = run.done("/operator-invitations/looked-at", {"token": link})
    secret = run.secret("authenticator's secret", seen["totpSecret"])
    chosen = {"token": link, "password": STAFF_PASSWORD}
    run.refused(422, "/operator-invitations/accepted", chosen | {"code": "000000"})
    accepted = run.done("/operator-invitations/accepted", chosen | {"code": TOTP(secret).now()})
    recovery = [run.secret("recovery code", code) for code in accepted["recoveryCodes"]]
    entered = {"email": STAFF_MAIL, "password": STAFF_PASSWORD, "second": recovery[0]}
    token = run.entered("/sessions/password", entered)
    run.refused(422, "/sessions/password", entered)
    run.refused(403, f"/operator/runners?campus={run.campus_id}", token=token, method="GET")


def takes_leave(run: Planting, token: str) -> None:
    run.done("/me/exports", token=token)
    run.done("/me/ways/phone", token=token, method="DELETE")
    run.done("/sessions", token=token, method="DELETE")


@pytest.fixture(scope="module")
def run(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> tuple[Planting, str]:
    """All of it, with a second worker beside; and everything that the processes have written."""
    port = free_port()
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    worker = Process("worker", "--metrics-port", str(port), log=log, settings=demo.folder.environment)
    run = Planting(demo=demo)
    worker.start()
    try:
        worker.await_log("worker_started")
        requester = comes_in(run)
        runner = becomes_runner(run)
        does_an_errand(run, requester, runner)
        sends_what_cannot_be(run, requester)
        works_as_operator(run)
        takes_leave(run, requester)
        figures = [httpx.get(url, trust_env=False).text for url in (f"{demo.url}/metrics", f"http://127.0.0.1:{port}")]
    finally:
        run.http.close()
        worker.stop()
    return run, "\n".join([demo.process.log, worker.log, *figures, *_other_logs(demo.folder.path)])


def _other_logs(folder: Path) -> list[str]:
    return [file.read_text("utf-8", errors="replace") for file in folder.rglob("*.log")]


def test_nothing_that_was_planted_is_in_what_the_processes_wrote(run: tuple[Planting, str]) -> None:
    planting, written = run
    assert len(planting.planted) > 40
    leaks = {name: where for name, value in planting.planted.items() if (where := found(value, written))}
    assert leaks == {}


def test_the_processes_wrote_of_what_was_done_and_of_what_went_wrong(run: tuple[Planting, str]) -> None:
    _, written = run
    for event in (
        "worker_started",
        "sign_in.succeeded",
        "sign_in.failed",
        "password.changed",
        "operator.enrolled",
        "staff.acted",
        "input.refused",
        "access.refused",
        "data.exported",
        "request failed",
        "notification_received",
        "notification_refused",
    ):
        assert f'"{event}"' in written, event
    for route in ("/api/v1/orders/{order_id}/review", "/api/v1/sessions/wechat"):
        assert f'route="{route}"' in written
    assert 'by": "wechat"' in written
    assert "errand_outbox" in written


@pytest.mark.parametrize("form", ["plain", "url", "json", "base64"])
def test_a_planted_line_is_found_in_each_form(form: str, run: tuple[Planting, str]) -> None:
    planting, written = run
    for value in planting.planted.values():
        for text in forms(value)[form]:
            line = f'{{"event": "x", "detail": "{text}"}}'
            assert form in found(value, f"{written}\n{line}"), (form, text)


def test_an_escaped_escape_is_found_too() -> None:
    value: Any = TEXTS["room"]
    assert found(value, r'{"event": "{\\\"room\\\": \\\"\\\\u690d\\\\u697c\\\\u4e03\\\\u5c42 31 \\\\u5ba4\\\"}"}') == {
        "json"
    }
    assert found(value, "植楼七层 32 室") == set()
