"""SMTP on loopback: the account signs in, and what it hands over is in everybody's inbox."""

import asyncio
import hmac
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.inbox import Mailboxes
from entrypoints.sandbox.mail.keys import SENDER, MailKeys
from entrypoints.sandbox.mail.partner import OPERATION
from entrypoints.sandbox.outside import Outside
from errand_domain.errors import Invalid
from errand_domain.member.member import Way
from errand_domain.ports.outside import Notice

NAME: Final = "mail.sandbox.example"
BYTES_MOST: Final = 1024 * 1024
TAKEN: Final = "250 2.0.0 taken"
NOT_SIGNED_IN: Final = "530 5.7.0 Authentication required"
NOT_THE_SENDER: Final = "553 5.7.1 sender is not the account's address"
NO_ADDRESS: Final = "553 5.1.3 that is no address"
REFUSED_WITH: Final = {
    "server_error": "451 4.3.0 try again later",
    "rate_limited": "452 4.5.3 too many messages",
    "fails": "550 5.1.1 no such mailbox",
}
_CODE: Final = re.compile(r"(?<!\d)\d{6}(?!\d)")


class MailServer:
    """One account's way to hand over mail. Whoever comes is on this machine: the socket is."""

    def __init__(self, outside: Outside, keys: MailKeys) -> None:
        self._outside = outside
        self._keys = keys
        self._mailboxes = Mailboxes(outside.store)

    @asynccontextmanager
    async def served(self, listener: socket.socket) -> AsyncGenerator[None, None]:
        """It answers on that socket; whoever is still connected at the end is let go of."""
        sessions = list[SMTP]()

        def session() -> SMTP:
            made = SMTP(
                self,
                hostname=NAME,
                ident="sandbox",
                data_size_limit=BYTES_MOST,
                auth_require_tls=False,
                authenticator=self.authenticate,
            )
            sessions.append(made)
            return made

        server = await asyncio.get_running_loop().create_server(session, sock=listener)
        async with server:
            yield
        for one in sessions:
            if one.transport is not None:
                one.transport.close()

    def authenticate(self, _: SMTP, __: Session, ___: Envelope, mechanism: str, given: object) -> AuthResult:
        """Whether that is the account and its password."""
        right = LoginPassword(SENDER.encode(), self._keys.password.encode())
        known = isinstance(given, LoginPassword) and all(
            [hmac.compare_digest(given.login, right.login), hmac.compare_digest(given.password, right.password)]
        )
        return AuthResult(success=known and mechanism in {"PLAIN", "LOGIN"}, handled=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whoever signed in may send, under the account's own address."""
        if not session.authenticated:
            return NOT_SIGNED_IN
        if address != SENDER:
            return NOT_THE_SENDER
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return TAKEN

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        """Everybody has a mailbox."""
        try:
            Way("email", address.lower())
        except Invalid:
            return NO_ADDRESS
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Take it in, with the fault that waits for it."""
        fault = self._outside.faults.take(OPERATION)
        if fault in REFUSED_WITH:
            return REFUSED_WITH[fault]
        if fault != "drop_request":
            self._arrive(envelope)
        return await self._answered(server, fault)

    async def _answered(self, server: SMTP, fault: Kind | None) -> str:
        if fault in ("drop_request", "drop_answer") and server.transport is not None:
            server.transport.close()
        if fault == "delay":
            await asyncio.sleep(self._outside.manners.answer_late_seconds)
        return TAKEN

    def _arrive(self, envelope: Envelope) -> None:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        text = text_of(message_from_bytes(content, policy=policy.default))
        code = _CODE.search(text)
        for address in envelope.rcpt_tos:
            notice = Notice(to=Way("email", address.lower()), text=text, code=code[0] if code else "")
            self._mailboxes.arrive(notice, datetime.now(UTC))


def text_of(message: EmailMessage) -> str:
    """What somebody reads who opens it."""
    body = message.get_body(("plain", "html"))
    return str(body.get_content()).strip() if body is not None else ""
