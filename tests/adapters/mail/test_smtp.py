"""Mail: what is written, what a server's refusal becomes, and what never shows."""

import pytest

from adapters.mail.smtp import SmtpMail, SmtpServer
from adapters.memory.clock import MemoryClock
from errand_domain.member.member import Way
from errand_domain.ports.outside import Notice
from errand_domain.testing import examples
from tests.adapters.mail.serving import mail_served

NOTICE = Notice(to=Way("email", "someone@example.edu.cn"), text="您的登录验证码是 204816", code="204816")


def mail(**changes: object) -> SmtpMail:
    given = {"host": "127.0.0.1", "sender": "errand@example.edu.cn", "security": "plain"}
    return SmtpMail(SmtpServer(**(given | changes)), clock=MemoryClock(examples.NOW))  # type: ignore[arg-type]


def test_a_mail_says_what_it_is_in_any_language():
    written = mail()._written(NOTICE)
    assert written["Subject"] == "校园跑腿 · 验证码"
    assert written["Message-ID"].endswith("@example.edu.cn>")
    assert written["Auto-Submitted"] == "auto-generated"
    assert "204816" not in str(written["Subject"])
    raw = bytes(written)
    assert raw.isascii()
    assert written.get_content().strip() == NOTICE.text


@pytest.mark.parametrize(
    "address", ["a,b@c.cn", "a<b@c.cn", "a>b@c.cn", "a@b;c", "a@b.cn>,", "<a@b.cn", "(a@b.cn", "a@b.cn."]
)
async def test_an_address_never_becomes_two_or_another_header(address):
    with pytest.raises(ConnectionError) as refused:
        await mail(port=1).send(Notice(to=Way("email", address), text="x"))
    assert address not in str(refused.value)


class Refusing:
    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd calls it so
        return "550 no such user someone@example.edu.cn"


async def test_a_server_that_refuses_is_told_with_its_number_and_nothing_else():
    async with mail_served(Refusing()) as port:
        with pytest.raises(ConnectionError, match=r"^refused with 550$"):
            await mail(port=port).send(NOTICE)


async def test_a_server_without_encryption_gets_nothing_where_encryption_is_asked_for():
    async with mail_served(Refusing()) as port:
        with pytest.raises(ConnectionError, match=r"^no mail: ") as insecure:
            await mail(port=port, security="starttls").send(NOTICE)
    assert "someone" not in str(insecure.value)


async def test_where_nobody_listens_it_is_no_answer():
    with pytest.raises(ConnectionError, match=r"^no mail: ") as refused:
        await mail(port=1).send(NOTICE)
    assert "204816" not in f"{refused.value!r} {refused.value.__cause__!r}"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"host": ""}, "host"),
        ({"host": "a b"}, "host"),
        ({"sender": "nobody"}, "sender"),
        ({"sender": "a@b\nBcc: c@d"}, "sender"),
        ({"security": "none"}, "security"),
        ({"user": "someone"}, "user"),
    ],
)
def test_what_could_never_work_is_refused_by_name(changes, named):
    with pytest.raises(ValueError, match=rf"^{named} "):
        mail(**changes)
