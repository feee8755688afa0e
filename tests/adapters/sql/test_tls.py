"""TLS towards a database is what its address says, for the service and for whoever walks its schema."""

import asyncio
from pathlib import Path
from ssl import CERT_NONE, CERT_REQUIRED, SSLContext

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.sql import migrations
from adapters.sql.database import SqlDatabase
from adapters.sql.drivers.tls import MODES, secured
from adapters.sql.faults import AddressInvalid, SqlFault, Unavailable
from tests.adapters.tls import consenting, listening, serving
from tests.certificates import write_certificate
from tests.stage import vault

pytestmark = pytest.mark.anyio
PASSWORD = "a-password-of-ours"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def stranger(folder: Path) -> Path:
    """A certificate that nobody serves with."""
    return write_certificate(folder, "stranger.example.edu.cn")[0]


@pytest.mark.parametrize(
    ("mode", "checks_name", "verifies"),
    [("require", False, CERT_NONE), ("verify-ca", False, CERT_REQUIRED), ("verify-full", True, CERT_REQUIRED)],
)
@pytest.mark.parametrize("scheme", ["postgresql", "mysql", "mariadb"])
def test_an_address_says_how_much_is_verified(stranger: Path, scheme: str, mode: str, checks_name: bool, verifies):
    written = make_url(f"{scheme}://u@db.example/errand?sslmode={mode}&sslrootcert={stranger}&application_name=a")
    address, told = secured(written)
    assert address == make_url(f"{scheme}://u@db.example/errand?application_name=a")
    context = told["ssl"]
    assert isinstance(context, SSLContext)
    assert (context.check_hostname, context.verify_mode) == (checks_name, verifies)
    assert [issuer["subjectAltName"] for issuer in context.get_ca_certs()] == [(("DNS", "stranger.example.edu.cn"),)]


def test_without_a_mode_nothing_is_said_and_disabled_is_disabled():
    plain = make_url("mysql://u@db.example/errand")
    assert secured(plain) == (plain, {})
    assert secured(plain.update_query_dict({"sslmode": "disable"})) == (plain, {"ssl": False})


def test_without_a_file_the_issuers_are_the_systems():
    context = secured(make_url("mysql://u@db.example/errand?sslmode=verify-full"))[1]["ssl"]
    assert isinstance(context, SSLContext)
    assert context.verify_mode == CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("sslmode=verify_full", "sslmode"),
        ("sslmode=prefer", "sslmode"),
        ("ssl_ca=/ca.pem", "ssl_ca"),
        ("ssl=true", "ssl is"),
        ("sslrootcert=/ca.pem", "sslrootcert"),
        ("sslmode=verify-full&sslrootcert=/nowhere/ca.pem", "cannot be read: FileNotFoundError"),
        (f"sslmode=verify-full&sslcert={__file__}", "cannot be read: SSLError"),
    ],
)
async def test_what_cannot_be_right_is_named_before_anybody_is_asked(query: str, named: str):
    for scheme in ("postgresql", "mysql"):
        address = f"{scheme}://u:{PASSWORD}@127.0.0.1:1/errand?{query}"
        with pytest.raises(AddressInvalid, match=named) as refused:
            await SqlDatabase.connect(address, vault())
        assert PASSWORD not in str(refused.value)
        with pytest.raises(AddressInvalid, match=named):
            await migrations.current(address)


async def reached(address: URL) -> None:
    """By the service's driver and by Alembic's; raises `Unavailable` where the one is refused, as the other is."""
    written = address.render_as_string(hide_password=False)
    refused = list[Exception]()
    try:
        await (await SqlDatabase.connect(written, vault())).close()
    except Unavailable as fault:
        refused.append(fault)
    try:
        await migrations.current(written)
    except (Unavailable, SqlFault) as fault:
        refused.append(fault)
    assert len(refused) in {0, 2}
    if refused:
        raise refused[0]


def over_tls(url: str, mode: str, issuer: Path, **changes: object) -> URL:
    return make_url(url).set(**changes).update_query_dict({"sslmode": mode, "sslrootcert": str(issuer)})  # type: ignore[arg-type]


async def test_postgresql_is_reached_over_tls_as_far_as_its_certificate_is_right(
    postgres_url: str, folder: Path, stranger: Path
):
    certificate, key = write_certificate(folder, "127.0.0.1")
    port = make_url(postgres_url).port or 5432
    async with listening(consenting(port, serving(certificate, key))) as front:
        for mode in MODES[1:]:
            await reached(over_tls(postgres_url, mode, certificate, port=front))
        await reached(over_tls(postgres_url, "verify-ca", certificate, port=front, host="localhost"))
        await reached(over_tls(postgres_url, "require", stranger, port=front))
        for wrong in (
            over_tls(postgres_url, "verify-full", certificate, port=front, host="localhost"),
            over_tls(postgres_url, "verify-full", stranger, port=front),
            over_tls(postgres_url, "verify-ca", stranger, port=front),
        ):
            with pytest.raises(Unavailable, match="certificate"):
                await reached(wrong)


async def test_where_tls_is_disabled_none_is_spoken(address: str):
    await reached(make_url(address).update_query_dict({"sslmode": "disable"}))


@pytest.fixture(params=["postgres_url", "mariadb_url"])
def address(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


async def test_mariadb_is_reached_by_its_socket(mariadb_url: str):
    socket = await asked(mariadb_url, "SELECT @@socket")
    if not await asyncio.to_thread(Path(socket).exists):
        pytest.skip("this MariaDB is on another machine")
    name = make_url(mariadb_url).database
    await reached(URL.create("mysql", username="root", database=name, query={"unix_socket": socket}))


@pytest.mark.parametrize("mode", MODES[1:])
async def test_a_postgresql_without_tls_is_refused_where_tls_is_asked_for(postgres_url: str, stranger: Path, mode: str):
    with pytest.raises(Unavailable, match="SSL"):
        await reached(over_tls(postgres_url, mode, stranger))


async def test_mariadb_is_reached_over_tls_as_far_as_its_certificate_is_right(mariadb_url: str, stranger: Path):
    certificate = Path(await asked(mariadb_url, "SELECT @@ssl_cert"))
    if not certificate.name:
        pytest.skip("this MariaDB speaks no TLS")
    for mode in MODES[1:]:
        await reached(over_tls(mariadb_url, mode, certificate))
    await reached(over_tls(mariadb_url, "verify-ca", certificate, host="localhost"))
    await reached(over_tls(mariadb_url, "require", stranger))
    for wrong in (
        over_tls(mariadb_url, "verify-full", certificate, host="localhost"),
        over_tls(mariadb_url, "verify-full", stranger),
        over_tls(mariadb_url, "verify-ca", stranger),
    ):
        with pytest.raises(Unavailable):
            await reached(wrong)


async def asked(url: str, question: str) -> str:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        answer = (await connection.execute(text(question))).scalar_one()
    await engine.dispose()
    return str(answer or "")


async def test_whoever_takes_tls_out_of_mariadbs_greeting_hears_no_name_and_no_password(mariadb_url: str):
    address = make_url(mariadb_url).set(username="somebody", password=PASSWORD)
    heard = list[bytes]()

    async def without_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection(address.host, address.port)
        writer.write(greeting_without_tls(await their_reader.readuntil(b"mysql_native_password\0")))
        their_writer.close()
        heard.append(await reader.read(4096))

    async with listening(without_tls) as front:
        with pytest.raises(Unavailable):
            await reached(address.set(port=front).update_query_dict({"sslmode": "require"}))
    assert len(heard) == 2
    assert all(len(said) >= 36 and b"somebody" not in said for said in heard)


def greeting_without_tls(greeting: bytes) -> bytes:
    """Behind the header, the protocol's number, the version, the thread and half of the salt stand the capabilities."""
    at = greeting.index(b"\0", 5) + 1 + 4 + 8 + 1
    capabilities = int.from_bytes(greeting[at : at + 2], "little")
    assert capabilities & 0x0800, "the server offers TLS"
    return greeting[:at] + (capabilities & ~0x0800).to_bytes(2, "little") + greeting[at + 2 :]
