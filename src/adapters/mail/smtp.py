"""Notices by mail, handed to one SMTP server."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final, Literal

import aiosmtplib
from attrs import field, frozen

from adapters.outside.breaker import Breaker, NotAsked, Silence
from errand_domain.member.member import WayKind
from errand_domain.ports.outside import Clock, Notice, Notices

Security = Literal["tls", "starttls", "plain"]
SECONDS_MOST: Final = 10.0
PORTS: Final[dict[Security, int]] = {"tls": 465, "starttls": 587, "plain": 25}
CODE_SUBJECT: Final = "校园跑腿 · 验证码"
SUBJECT: Final = "校园跑腿 · 通知"


@frozen(kw_only=True)
class SmtpServer:
    """Where mail is handed over, and as whom. `plain` is for development: nothing hides the codes on their way."""

    host: str
    sender: str
    security: Security = "starttls"
    port: int = 0
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse, in one line that names the part, what could never work."""
        if not self.host or any(letter.isspace() for letter in self.host):
            raise ValueError("host is not a host")
        if self.security not in PORTS:
            raise ValueError(f"security is not one of {', '.join(PORTS)}")
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together")
        try:
            domain = Address(addr_spec=self.sender).domain
        except (ValueError, IndexError):
            domain = ""
        if not domain:
            raise ValueError("sender is not a mail address")


class SmtpMail(Notices):
    """One connection for each message; certificates are checked against the system's."""

    def __init__(self, server: SmtpServer, *, clock: Clock, breaker: Breaker | None = None) -> None:
        self._server = server
        self._clock = clock
        self._breaker = breaker or Breaker("smtp")

    def reaches(self, kind: WayKind) -> bool:
        """Mailboxes alone."""
        return kind == "email"

    async def send(self, notice: Notice) -> None:
        """Hand it over; raises `ConnectionError`, without address and text, where the server did not take it."""
        with self._breaker.guard():
            await self._hand_over(notice)

    async def _hand_over(self, notice: Notice) -> None:
        server = self._server
        try:
            await aiosmtplib.send(
                self._written(notice),
                sender=server.sender,
                recipients=[notice.to.value],
                hostname=server.host,
                port=server.port or PORTS[server.security],
                username=server.user or None,
                password=server.password or None,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                timeout=SECONDS_MOST,
            )
        except aiosmtplib.SMTPResponseException as refused:
            raise ConnectionError(f"refused with {refused.code}") from None
        except (MessageError, ValueError) as fault:  # before anything was sent
            raise NotAsked(f"no mail: {type(fault).__name__}") from None
        except OSError as fault:  # which the library's own time-outs and lost connections are, too
            raise Silence(f"no mail: {type(fault).__name__}") from None
        except aiosmtplib.SMTPException as fault:
            raise ConnectionError(f"no mail: {type(fault).__name__}") from None

    def _written(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = CODE_SUBJECT if notice.code else SUBJECT
        message["From"] = Address(addr_spec=self._server.sender)
        message["To"] = Address(addr_spec=notice.to.value)
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = make_msgid(domain=Address(addr_spec=self._server.sender).domain)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text, charset="utf-8", cte="base64")
        return message
