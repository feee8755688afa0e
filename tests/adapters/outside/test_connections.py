"""Whoever cannot show who they are is told nothing, and nobody sends us on to somewhere else."""

import ssl
from asyncio import StreamReader, StreamWriter, start_server
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from adapters.mail.smtp import SmtpMail, SmtpServer
from adapters.memory.clock import MemoryClock
from adapters.outside.connections import Connections
from errand_domain.member.member import Way
from errand_domain.ports.outside import Notice
from errand_domain.testing import examples


def certificate_of_its_own(folder: Path) -> ssl.SSLContext:
    """For 127.0.0.1, signed by nobody but itself."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    path = folder / "own.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@asynccontextmanager
async def pretending(folder: Path) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Somebody with such a certificate, and what they were told."""
    heard = list[bytes]()

    async def listen(reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"220 mail.example.edu.cn\r\n")  # mail servers speak first
        heard.append(await reader.read(1000))
        writer.close()

    server = await start_server(listen, "127.0.0.1", 0, ssl=certificate_of_its_own(folder))
    async with server:
        yield server.sockets[0].getsockname()[1], heard


async def test_a_partner_whose_certificate_nobody_vouches_for_is_told_nothing(tmp_path: Path):
    connections = Connections()
    async with pretending(tmp_path) as (port, heard):
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await connections.client.post(f"https://127.0.0.1:{port}/", content=b"a secret")
        await connections.close()
    assert heard == []


async def test_a_mail_server_whose_certificate_nobody_vouches_for_gets_no_mail(tmp_path: Path):
    async with pretending(tmp_path) as (port, heard):
        server = SmtpServer(host="127.0.0.1", sender="errand@example.edu.cn", security="tls", port=port)
        with pytest.raises(ConnectionError, match=r"^no mail: "):
            await SmtpMail(server, clock=MemoryClock(examples.NOW)).send(
                Notice(to=Way("email", "someone@example.edu.cn"), text="204816")
            )
    assert heard == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_nobody_is_followed_to_somewhere_else(status: int):
    asked = list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(status, headers={"Location": "http://169.254.169.254/secrets"})

    connections = Connections(httpx.MockTransport(answer))
    found = await connections.client.get("https://partner.example/question")
    await connections.close()
    assert (found.status_code, asked) == (status, ["https://partner.example/question"])
