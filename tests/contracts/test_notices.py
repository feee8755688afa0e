"""The contract of carriers: text messages through the sandbox over sockets, mail to a real server, and both by kind."""

from collections.abc import AsyncIterator, Callable
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope

from adapters.mail.smtp import SmtpMail, SmtpServer
from adapters.memory.outside import MemoryNotices
from adapters.system.clock import SystemClock
from adapters.system.routed_notices import RoutedNotices
from adapters.tencent.sms import TencentSms, TencentSmsAccount
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.inbox import Mailboxes
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.store import Store
from entrypoints.sandbox.tencent_sms.keys import APP, SIGNATURE, TEMPLATE, TEMPLATE_WORDS, TencentSmsKeys
from entrypoints.sandbox.tencent_sms.partner import TencentSms as TencentSmsPartner
from errand_domain.member.member import Way
from errand_domain.ports.outside import Notice, Notices
from errand_domain.testing import contracts
from tests.adapters.mail.serving import mail_served
from tests.sandbox.serving import served

Arrived = Callable[[], tuple[Notice, ...]]


def code_notice(phone: str, code: str) -> Notice:
    return Notice(to=Way("phone", phone), text=TEMPLATE_WORDS.replace("{1}", code), code=code)


class TestTencentSms(contracts.NoticesContract):
    @pytest.fixture
    def sendable(self) -> tuple[Notice, Notice]:
        return code_notice("+8613800138000", "204816"), code_notice("+85251234567", "000000")

    @pytest.fixture
    def outside(self, tmp_path: Path) -> Outside:
        keys = TencentSmsKeys(Keys(tmp_path / "keys"))
        return Outside(
            Store(tmp_path / "sandbox.sqlite3"),
            make_partners=lambda outside: (TencentSmsPartner(outside, keys, SystemClock()),),
        )

    @pytest.fixture
    def arrived(self, outside: Outside) -> Arrived:
        return Mailboxes(outside.store).all

    @pytest.fixture
    async def adapter(self, outside: Outside, tmp_path: Path) -> AsyncIterator[Notices]:
        keys = TencentSmsKeys(Keys(tmp_path / "keys"))
        account = TencentSmsAccount(
            secret_id=keys.secret_id,
            secret_key=keys.secret_key,
            app=APP,
            signature=SIGNATURE,
            code_template=TEMPLATE,
        )
        with served(lambda _: Sandbox(outside)) as address:
            carrier = TencentSms(account, clock=SystemClock(), url=address, allow_plain_http=True)
            yield carrier
            await carrier.close()


class Mailbox:
    """What a real mail server was handed."""

    def __init__(self) -> None:
        self.notices = list[Notice]()

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, _: object, __: object, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=SMTP)
        text = message.get_content().rstrip("\n").replace("\r\n", "\n")
        code = "204816" if "204816" in text else ""
        self.notices.insert(0, Notice(to=Way("email", envelope.rcpt_tos[0]), text=text, code=code))
        return "250 OK"


class TestSmtpMail(contracts.NoticesContract):
    @pytest.fixture
    def sendable(self) -> tuple[Notice, Notice]:
        someone = Way("email", "someone@example.edu.cn")
        code = Notice(to=someone, text="您的登录验证码是 204816 🛵", code="204816")
        return code, Notice(to=someone, text="订单已完成")

    @pytest.fixture
    def mailbox(self) -> Mailbox:
        return Mailbox()

    @pytest.fixture
    def arrived(self, mailbox: Mailbox) -> Arrived:
        return lambda: tuple(mailbox.notices)

    @pytest.fixture
    async def adapter(self, mailbox: Mailbox) -> AsyncIterator[Notices]:
        async with mail_served(mailbox) as port:
            server = SmtpServer(host="127.0.0.1", sender="errand@example.edu.cn", security="plain", port=port)
            yield SmtpMail(server, clock=SystemClock())


class TestRoutedNotices(contracts.NoticesContract):
    @pytest.fixture
    def both(self) -> MemoryNotices:
        return MemoryNotices(is_read=True)

    @pytest.fixture
    def adapter(self, both: MemoryNotices) -> Notices:
        return RoutedNotices({"phone": both, "email": both})

    @pytest.fixture
    def arrived(self, both: MemoryNotices) -> Arrived:
        return lambda: both.inbox
