"""The outside world from the command line: served alone, and acted in over HTTP."""

import json
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import frozen
from click.testing import CliRunner, Result

from entrypoints.cli.main import main
from entrypoints.container.carriers import find_notices
from entrypoints.partners import Partners
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.faults import ANY_CALL, NEWS, Kind
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter, Partner, Waiting, Written
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.wire import Asked, Reply
from entrypoints.settings import read_settings
from errand_domain.member.member import Way
from errand_domain.ports.outside import Notice
from errand_domain.ports.payments import PaymentReport, Started
from errand_domain.testing import examples
from tests.architecture.rules import PROJECT
from tests.demo.serving import Process, free_port
from tests.sandbox.serving import served

NUMBER = "0192f0c1a2b37c4d8e5f"
NOBODY = "http://127.0.0.1:1"


class Stall(Partner):
    """Whatever waits there can be done there, once."""

    schedule = (timedelta(0), timedelta(hours=1))

    def __init__(self, outside: Outside, name: str, *things: tuple[str, str, tuple[str, ...]]) -> None:
        self.name = name
        self.operations: Mapping[str, tuple[Kind, ...]] = {f"{name}.query": ANY_CALL, f"{name}.notify.payment": NEWS}
        self._courier = outside.courier
        self._things = {number: (kind, acts) for kind, number, acts in things}

    def owns(self, path: str) -> bool:
        return path.startswith(f"/{self.name}/")

    def serve(self, asked: Asked) -> Reply:
        return Reply(body=asked.body)

    def waiting(self) -> tuple[Waiting, ...]:
        return tuple(
            Waiting(partner=self.name, kind=kind, number=number, what="一箱书", amount_fen=1234, acts=acts)
            for number, (kind, acts) in self._things.items()
        )

    def act(self, kind: str, number: str, act: str) -> Mapping[str, object]:
        if kind != self._things[number][0]:
            raise LookupError(kind)
        if act not in self._things.pop(number)[1]:
            raise ValueError(f"{number} cannot {act}")
        operation = f"{self.name}.notify.payment"
        self._courier.post(Letter(id=number, partner=self.name, operation=operation, url=NOBODY, content=act))
        return {"number": number, "state": act}

    def pass_time(self) -> None:
        """It is always the same time."""

    def written(self, letter: Letter, fault: Kind | None) -> Written:
        return Written(headers={}, body=f"{letter.content} {fault}".encode())

    def understood(self, status: int, body: bytes) -> bool:
        return (status, body) == (200, b"ok")

    def balance_fen(self) -> int | None:
        return {"wechat-pay": 1234, "alipay": -5}.get(self.name)


@frozen
class Shell:
    """Somebody who types `errand sandbox …`."""

    def run(self, *words: object) -> Result:
        return CliRunner().invoke(main, ["sandbox", *(str(word) for word in words)])

    def done(self, *words: object) -> str:
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def told(self, *words: object) -> Any:
        return json.loads(self.done(*words, "--json"))

    def refused(self, *words: object) -> str:
        """The one line with which it ended."""
        result = self.run(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.count("\n") == 1
        return result.stderr.rstrip()


@pytest.fixture
def outside() -> Outside:
    def make(outside: Outside) -> tuple[Partner, ...]:
        return (
            Stall(
                outside,
                "wechat-pay",
                ("payments", NUMBER, ("pay",)),
                ("transfers", "t1", ("confirm", "expire", "fail")),
                ("refunds", "r1", ("finish",)),
                ("payments", "both", ("pay",)),
            ),
            Stall(outside, "wechat", ("orders", "o1", ("confirm-receipt",))),
            Stall(outside, "alipay", ("payments", "a1", ("pay",)), ("payments", "both", ("pay",))),
        )

    return Outside(Store(), make_partners=make)


@pytest.fixture
def shell(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    with served(lambda _: Sandbox(outside)) as address:
        monkeypatch.setenv("ERRAND_SANDBOX_URL", address)
        yield Shell()


def test_what_waits_is_listed(shell):
    first = shell.told("waiting")[0]
    assert first == {
        "partner": "wechat-pay",
        "kind": "payments",
        "number": NUMBER,
        "what": "一箱书",
        "amount_fen": 1234,
        "acts": ["pay"],
    }
    table = shell.done("waiting")
    assert all(word in table for word in (NUMBER, "¥12.34", "confirm, expire, fail", "一箱书", "alipay"))


@pytest.mark.parametrize(
    ("command", "number", "partner", "state"),
    [
        ("pay", NUMBER, "wechat-pay", "pay"),
        ("pay", "a1", "alipay", "pay"),
        ("confirm", "t1", "wechat-pay", "confirm"),
        ("confirm", "o1", "wechat", "confirm-receipt"),
        ("finish", "r1", "wechat-pay", "finish"),
    ],
)
def test_a_number_finds_its_partner(shell, command, number, partner, state):
    assert shell.told(command, number) == {"partner": partner, "number": number, "state": state}
    assert number not in {one["number"] for one in shell.told("waiting")}
    assert number in shell.refused(command, number)


def test_any_act_can_be_done(shell):
    assert shell.told("act", "wechat-pay", "transfers", "t1", "expire")["state"] == "expire"
    assert "alipay" in shell.done("act", "alipay", "payments", "both", "pay")
    assert [one["partner"] for one in shell.told("waiting") if one["number"] == "both"] == ["wechat-pay"]


def test_a_number_that_is_not_known_is_refused_with_those_near_it(shell):
    near = NUMBER.replace("c1", "cl")
    assert shell.refused("pay", near) == f"nothing waits under {near}; near it are {NUMBER}"
    assert shell.refused("pay", "x") == "nothing waits under x"


def test_what_cannot_be_done_with_a_number_is_refused_with_what_can(shell):
    assert shell.refused("pay", "t1") == "t1 cannot pay: what may be done there is confirm, expire, fail"


def test_a_number_that_two_partners_have_is_not_guessed(shell):
    assert shell.refused("pay", "both").startswith("both waits at wechat-pay and alipay: ")
    assert len([one for one in shell.told("waiting") if one["number"] == "both"]) == 2


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("nobody", "payments", NUMBER, "pay"), "there is no such thing: nobody"),
        (("alipay", "payments", NUMBER, "pay"), f"there is no such thing: {NUMBER}"),
        (("wechat-pay", "refunds", NUMBER, "pay"), "there is no such thing: refunds"),
        (("wechat-pay", "payments", NUMBER, "fly"), f"{NUMBER} cannot fly"),
    ],
)
def test_what_the_sandbox_refuses_is_told_in_its_words(shell, words, line):
    assert shell.refused("act", *words) == line


@pytest.mark.parametrize("number", ["a?b", "a#b", "a b", "%61", "付款"])
def test_a_number_is_never_taken_for_a_path(shell, number):
    assert shell.refused("act", "wechat-pay", "payments", number, "pay") == f"there is no such thing: {number}"


def test_faults_are_asked_for_and_listed(shell, outside):
    asked = shell.told("fault", "alipay.query", "drop_answer", "--times", 2)
    assert asked == {"operation": "alipay.query", "kind": "drop_answer", "times": 2}
    assert outside.faults.waiting() == (("alipay.query", "drop_answer"),) * 2
    listed = {one["operation"]: one for one in shell.told("faults")}
    assert listed["alipay.query"]["waiting"] == ["drop_answer", "drop_answer"]
    assert listed["alipay.notify.payment"]["kinds"] == [*NEWS]
    assert "drop_answer, drop_answer" in shell.done("faults")


def test_an_operation_that_there_is_not_is_refused_with_those_near_it(shell, outside):
    line = shell.refused("fault", "wechat_pay.notify.payment", "lost")
    assert line.startswith("there is no operation wechat_pay.notify.payment; near it are wechat-pay.notify.payment")
    assert outside.faults.waiting() == ()


def test_a_fault_that_cannot_happen_there_is_refused_with_those_that_can(shell, outside):
    line = shell.refused("fault", "alipay.query", "lost")
    assert line == f"lost cannot happen at alipay.query: what can is {', '.join(ANY_CALL)}"
    assert outside.faults.waiting() == ()


def test_notifications_are_tried_now(shell):
    shell.told("pay", NUMBER)
    (tried,) = shell.told("deliver")
    assert (tried["id"], tried["operation"]) == (NUMBER, "wechat-pay.notify.payment")
    assert (tried["understood"], tried["tries"], tried["outcome"]) == (False, 2, "ConnectError")
    assert shell.done("deliver") == "No notification waits.\n"


def test_balances_are_told_in_fen_and_in_yuan(shell):
    assert shell.told("balances") == [
        {"partner": "wechat-pay", "balance_fen": 1234},
        {"partner": "alipay", "balance_fen": -5},
    ]
    table = shell.done("balances")
    assert "¥12.34" in table
    assert "−¥0.05" in table


EVERY_COMMAND = [
    ("waiting",),
    ("pay", "x"),
    ("confirm", "x"),
    ("finish", "x"),
    ("act", "wechat-pay", "payments", "x", "pay"),
    ("fault", "wechat_pay.query", "delay"),
    ("faults",),
    ("deliver",),
    ("balances",),
]


@pytest.mark.parametrize("words", EVERY_COMMAND, ids=" ".join)
def test_where_nobody_answers_is_said_in_one_line(words):
    line = Shell().refused(*words, "--url", NOBODY)
    assert line == f"{NOBODY} does not answer (ConnectError): errand sandbox serve starts a sandbox"


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://127.0.0.1", "http://127.0.0.1:x", "http://[", "http://127.0.0.1:99999"]
)
def test_an_address_that_is_none_is_said_in_one_line(url):
    assert Shell().refused("waiting", "--url", url).startswith(f"{url} does not answer (")


@pytest.mark.parametrize("words", EVERY_COMMAND, ids=" ".join)
def test_whoever_is_no_sandbox_is_recognised(words):
    async def another(scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<html>"})

    with served(lambda _: another) as address:  # type: ignore[arg-type, return-value]
        line = Shell().refused(*words, "--url", address)
    assert line == f"{address} answers, but not as a sandbox does (200)"


def test_what_a_shell_exports_is_quoted_and_the_same_every_time(tmp_path: Path):
    folder = tmp_path / "a folder's name"
    text = Shell().done("environment", "--folder", folder, "--port", 8123)
    told = Shell().told("environment", "--folder", folder, "--port", 8123)
    lines = [shlex.split(line) for line in text.splitlines()]
    assert all(word == "export" and len(rest) == 1 for word, *rest in lines)
    assert dict(rest[0].split("=", 1) for _, *rest in lines) == told
    assert told["ERRAND_SANDBOX_URL"] == "http://127.0.0.1:8123"
    assert all(Path(value).is_file() for name, value in told.items() if name.endswith("_FILE"))
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("option", ["--port", "--mail-port"])
def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path, option: str):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = Shell().refused("serve", "--folder", tmp_path / "sandbox", "--port", 0, "--mail-port", 0, option, port)
    assert line.startswith(f"port {port} cannot be had (")
    assert line.endswith(f"choose another with {option}")


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[Process, str]]:
    """A sandbox that is served as a person would, and where."""
    port = free_port()
    words = ("sandbox", "serve", "--folder", "world", "--port", str(port), "--mail-port", str(free_port()))
    process = Process(*words, log=tmp_path / "log", settings={})
    process.start()
    process.await_log("ERRAND_ALIPAY_GATEWAY")
    yield process, f"http://127.0.0.1:{port}"
    process.kill()


async def test_a_service_that_is_started_as_it_says_is_paid_and_sends_mail(alone, monkeypatch: pytest.MonkeyPatch):
    """And the sandbox remembers through a kill -9 what it was told."""
    process, address = alone
    assert process.log.startswith(f"# 沙箱 Sandbox: open {address}/sandbox")
    exports = [shlex.split(line)[1] for line in process.log.splitlines() if line.startswith("export ")]
    environment = dict(line.split("=", 1) for line in exports)
    settings = read_settings({"ERRAND_SECRET_KEY": "a" * 64, **environment})
    monkeypatch.setenv("ERRAND_SANDBOX_URL", environment["ERRAND_SANDBOX_URL"])
    partners = Partners(settings)
    assert set(partners.providers.payments) == {"wechat_pay", "alipay"}
    payments = partners.providers.payments["wechat_pay"]
    attempt = examples.attempt(provider="wechat_pay")
    started = await payments.start(
        attempt,
        description="取快递",
        payer="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    assert isinstance(started, Started)
    by_mail = Notice(to=Way("email", "someone@example.edu.cn"), text="您的登录验证码是 204816", code="204816")
    await find_notices(settings).send(by_mail)
    process.kill()
    process.start()
    process.await_answer(f"{address}/sandbox/open")
    assert Shell().told("inbox", "--to", by_mail.to.value) == [
        {"to": by_mail.to.value, "code": by_mail.code, "text": by_mail.text}
    ]
    assert Shell().told("pay", attempt.number)["partner"] == "wechat-pay"
    assert isinstance(await payments.query(attempt.number), PaymentReport)
    await partners.close()
    assert process.stop() in (0, -signal.SIGTERM)


def test_it_tells_programs_in_json_when_it_is_ready(tmp_path: Path):
    served_at = ("--port", "0", "--mail-port", "0")
    words = [sys.executable, "-m", "entrypoints.cli", "sandbox", "serve", "--folder", "world", *served_at, "--json"]
    with subprocess.Popen(
        words, cwd=tmp_path, env={"PYTHONPATH": str(PROJECT / "src")}, stdout=subprocess.PIPE
    ) as serving:
        assert serving.stdout is not None
        told = json.loads(serving.stdout.readline())
        try:
            assert httpx.get(told["url"], trust_env=False).status_code == 200
            assert told["environment"]["ERRAND_SANDBOX_URL"] == told["url"].removesuffix("/sandbox")
            assert told["environment"]["ERRAND_MODE"] == "development"
            with socket.create_connection(("127.0.0.1", int(told["environment"]["ERRAND_SMTP_PORT"]))) as mail:
                assert mail.recv(100).startswith(b"220 ")
        finally:
            serving.terminate()
        assert serving.wait() in (0, -signal.SIGTERM)


@pytest.mark.parametrize("module", ["litestar", "uvicorn", "entrypoints.container", "entrypoints.sandbox"])
def test_acting_loads_no_server_and_no_service(module):
    script = (
        "import sys, entrypoints.cli.sandbox, entrypoints.cli.sandbox_console; sys.exit(sys.argv[1] in sys.modules)"
    )
    environment = {"PYTHONPATH": str(PROJECT / "src")}
    subprocess.run([sys.executable, "-c", script, module], env=environment, check=True)
