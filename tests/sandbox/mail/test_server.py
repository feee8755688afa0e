"""Mail handed over on loopback by our own adapter is in everybody's inbox, and only the account may hand over."""

import socket
from collections.abc import Iterator
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from adapters.mail.smtp import SmtpMail, SmtpServer
from adapters.memory.clock import MemoryClock
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.mail.keys import SENDER, MailKeys
from entrypoints.sandbox.mail.partner import OPERATION, Mail
from entrypoints.sandbox.mail.server import MailServer
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from errand_domain.member.member import Way
from errand_domain.ports.outside import Notice
from errand_domain.testing import examples
from tests.sandbox.serving import served

SOMEBODY = "someone@example.edu.cn"
CODE = Notice(to=Way("email", SOMEBODY), text="您的登录验证码是 204816，5 分钟内有效。", code="204816")
NEWS = Notice(to=Way("email", SOMEBODY), text="您的订单已送达，请确认。（订单 12345678）")


class Office:
    """The sandbox with its mail server, as it is served."""

    def __init__(self, outside: Outside, keys: MailKeys, port: int, url: str) -> None:
        self.outside, self.keys, self.port, self.url = outside, keys, port, url

    def mail(self, **changes: str) -> SmtpMail:
        """Our own adapter, with what the sandbox hands out."""
        given = self.keys.environment(self.port)
        wanted = {
            "host": given["ERRAND_SMTP_HOST"],
            "sender": given["ERRAND_SMTP_SENDER"],
            "security": given["ERRAND_SMTP_SECURITY"],
            "user": given["ERRAND_SMTP_USER"],
            "password": Path(given["ERRAND_SMTP_PASSWORD_FILE"]).read_text("utf-8"),
        }
        server = SmtpServer(**(wanted | changes), port=int(given["ERRAND_SMTP_PORT"]))  # type: ignore[arg-type]
        return SmtpMail(server, clock=MemoryClock(examples.NOW))

    async def inbox(self, to: str = "") -> list[dict[str, str]]:
        async with httpx.AsyncClient(base_url=self.url) as http:
            answer = await http.get("/sandbox/inbox", params={"to": to} if to else {})
        return list(answer.json()["items"])


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    keys = MailKeys(Keys(tmp_path / "keys"))
    outside = Outside(
        Store(tmp_path / "sandbox.sqlite3"),
        manners=Manners(answer_late_seconds=0.05),
        make_partners=lambda _: (Mail(),),
    )
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        server = MailServer(outside, keys)
        with served(lambda _: Sandbox(outside, mail=lambda: server.served(listener))) as url:
            yield Office(outside, keys, listener.getsockname()[1], url)


async def test_a_code_by_mail_is_read_in_the_inbox(office: Office):
    await office.mail().send(NEWS)
    await office.mail().send(CODE)
    shown = [(one["to"], one["text"], one["code"]) for one in await office.inbox(SOMEBODY)]
    assert shown == [(SOMEBODY, CODE.text, "204816"), (SOMEBODY, NEWS.text, "")]
    assert await office.inbox("nobody@example.edu.cn") == []
    async with httpx.AsyncClient(base_url=office.url) as http:
        assert CODE.text in (await http.get("/sandbox")).text


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"user": "somebody-else@sandbox.example"},
        {"user": "", "password": ""},
        {"sender": "somebody-else@sandbox.example"},
    ],
)
async def test_nobody_but_the_account_hands_over_anything(office: Office, changes: dict[str, str]):
    with pytest.raises(ConnectionError, match=r"^refused with 5\d\d$"):
        await office.mail(**changes).send(CODE)
    assert await office.inbox() == []


@pytest.mark.parametrize(
    ("kind", "arrives"),
    [
        ("server_error", False),
        ("rate_limited", False),
        ("fails", False),
        ("drop_request", False),
        ("drop_answer", True),
    ],
)
async def test_what_is_asked_to_go_wrong_does_once(office: Office, kind, arrives: bool):
    office.outside.faults.ask(OPERATION, kind)
    with pytest.raises(ConnectionError):
        await office.mail().send(CODE)
    assert len(await office.inbox()) == arrives
    await office.mail().send(CODE)
    assert len(await office.inbox()) == 1 + arrives


async def test_an_answer_that_is_late_comes(office: Office):
    office.outside.faults.ask(OPERATION, "delay")
    await office.mail().send(CODE)
    assert len(await office.inbox()) == 1


async def test_an_address_that_is_none_has_no_mailbox(office: Office):
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=office.port, use_tls=False, start_tls=False)
    async with client:
        await client.login(SENDER, office.keys.password)
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await client.sendmail(SENDER, ["nobody"], b"Subject: x\r\n\r\nx")
    assert await office.inbox() == []


async def test_what_is_no_mail_is_an_empty_one(office: Office):
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=office.port, use_tls=False, start_tls=False)
    async with client:
        await client.login(SENDER, office.keys.password)
        await client.sendmail(SENDER, [SOMEBODY], b"Content-Type: image/png\r\n\r\n\x89PNG")
    assert [one["text"] for one in await office.inbox()] == [""]
