"""What production refuses: a database or a Redis whose traffic could be read or changed on its way."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.sql.drivers.tls import MODES
from entrypoints.cli.main import main
from entrypoints.settings import SettingsInvalid, read_settings

PAGE = Path("docs/how-to/encrypt-the-way-to-the-database.md")
PASSWORD = "a-password-of-ours"
PRODUCTION = {
    "ERRAND_MODE": "production",
    "ERRAND_SECRET_KEY": "5e" * 32,
    "ERRAND_NOTICES": "smtp",
    "ERRAND_MINI_PROGRAM": "wechat",
    "ERRAND_KEY_RING_FILE": "/nowhere/ring.json",
}
SAFE = [
    ("ERRAND_DATABASE_URL", "sqlite:////srv/errand.db"),
    ("ERRAND_DATABASE_URL", f"postgresql://u:{PASSWORD}@db.example/errand?sslmode=verify-full"),
    ("ERRAND_DATABASE_URL", f"mysql://u:{PASSWORD}@db.example/errand?sslrootcert=/ca.pem&sslmode=verify-full"),
    ("ERRAND_DATABASE_URL", "mariadb://u@db.example/errand?sslmode=verify-full"),
    ("ERRAND_DATABASE_URL", "postgresql://u:has#and?and@localhost/errand"),
    ("ERRAND_DATABASE_URL", "postgresql://u@127.0.0.1:5432/errand"),
    ("ERRAND_DATABASE_URL", "postgresql://u@127.9.9.9/errand"),
    ("ERRAND_DATABASE_URL", "postgresql://u@[::1]:5432/errand"),
    ("ERRAND_DATABASE_URL", "postgresql:///errand?host=/run/postgresql"),
    ("ERRAND_DATABASE_URL", "mysql:///errand?unix_socket=/run/mysqld/mysqld.sock"),
    ("ERRAND_REDIS_URL", f"rediss://:{PASSWORD}@redis.example:6380/0"),
    ("ERRAND_REDIS_URL", "rediss://redis.example/0?ssl_ca_certs=/ca.pem&ssl_cert_reqs=required"),
    ("ERRAND_REDIS_URL", "redis://localhost:6379/0"),
    ("ERRAND_REDIS_URL", "redis://[::1]/0"),
    ("ERRAND_REDIS_URL", "unix:///run/redis/redis.sock"),
]
OPEN = [
    ("ERRAND_DATABASE_URL", f"postgresql://u:{PASSWORD}@db.example/errand"),
    ("ERRAND_DATABASE_URL", f"postgresql+asyncpg://u:{PASSWORD}@10.0.0.5:5432/errand"),
    ("ERRAND_DATABASE_URL", f"postgresql://u:{PASSWORD}@localhost.example/errand"),
    ("ERRAND_DATABASE_URL", f"postgresql://u:{PASSWORD}@127.0.0.1.example/errand"),
    ("ERRAND_DATABASE_URL", f"postgresql://u:{PASSWORD}@localhost/errand?host=db.example"),
    ("ERRAND_DATABASE_URL", f"postgresql://u:{PASSWORD}@/errand?host=localhost&host=db.example"),
    ("ERRAND_DATABASE_URL", f"postgresql://u:{PASSWORD}@/errand?host=/run/postgresql,db.example"),
    ("ERRAND_DATABASE_URL", "postgresql:///errand"),
    ("ERRAND_DATABASE_URL", f"postgresql://u:{PASSWORD}@db.example/errand?sslmode=verify-full&sslmode=disable"),
    ("ERRAND_DATABASE_URL", f"mysql://u:{PASSWORD}@db.example/errand?ssl_ca=/ca.pem"),
    ("ERRAND_DATABASE_URL", f"mariadb://u:{PASSWORD}@db.example/errand?ssl_verify_cert=true"),
    *(
        ("ERRAND_DATABASE_URL", f"{kind}://u:{PASSWORD}@db.example/errand?sslmode={mode}")
        for kind in ("postgresql", "mysql")
        for mode in MODES
        if mode != "verify-full"
    ),
    ("ERRAND_REDIS_URL", f"redis://:{PASSWORD}@redis.example:6379/0"),
    ("ERRAND_REDIS_URL", f"redis://:{PASSWORD}@localhost.example:6379/0"),
    ("ERRAND_REDIS_URL", "redis:///0"),
    ("ERRAND_REDIS_URL", "redis:///0?host=redis.example"),
    ("ERRAND_REDIS_URL", f"rediss://:{PASSWORD}@redis.example/0?ssl_cert_reqs=none"),
    ("ERRAND_REDIS_URL", f"rediss://:{PASSWORD}@redis.example/0?ssl_cert_reqs=optional"),
    ("ERRAND_REDIS_URL", f"rediss://:{PASSWORD}@redis.example/0?ssl_check_hostname=false"),
    ("ERRAND_REDIS_URL", f"rediss://:{PASSWORD}@redis.example/0?ssl_check_hostname="),
]


@pytest.mark.parametrize(("name", "url"), SAFE)
def test_what_is_here_or_verified_serves_production(name: str, url: str):
    read_settings({**PRODUCTION, name: url})


def test_the_addresses_that_the_page_gives_serve_production():
    urls = re.findall(r"`((?:postgresql|mysql|rediss?|unix)://[^`]+)`", PAGE.read_text("utf-8"))
    assert len(urls) == 9
    for url in urls:
        name = "ERRAND_REDIS_URL" if url.startswith(("redis", "unix")) else "ERRAND_DATABASE_URL"
        read_settings({**PRODUCTION, name: url.replace("…", PASSWORD)})


@pytest.mark.parametrize(("name", "url"), OPEN)
def test_production_refuses_what_could_be_read_on_its_way_unless_it_is_told_that_it_cannot(name: str, url: str):
    with pytest.raises(SettingsInvalid, match=f"^{name} must ") as refused:
        read_settings({**PRODUCTION, name: url})
    assert PASSWORD not in str(refused.value)
    assert read_settings({**PRODUCTION, name: url, "ERRAND_PLAIN_NETWORK": "trusted"}).plain_network_trusted
    development = {"ERRAND_MODE": "development", "ERRAND_SECRET_KEY": "5e" * 32}
    assert not read_settings({**development, name: url}).plain_network_trusted


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ERRAND_DATABASE_URL": PASSWORD}, "ERRAND_DATABASE_URL is not an address: @"),
        ({"ERRAND_DATABASE_URL": f"postgresql://u:{PASSWORD}@h:port/d"}, "ERRAND_DATABASE_URL is not an address: @"),
        ({"ERRAND_REDIS_URL": f"redis://:{PASSWORD}@[::1/0"}, "ERRAND_REDIS_URL is not an address: @"),
        ({"ERRAND_REDIS_URL": f"redis://h:{PASSWORD}/0"}, "ERRAND_REDIS_URL is not an address: @"),
        ({"ERRAND_PLAIN_NETWORK": "on"}, "ERRAND_PLAIN_NETWORK must be refused or trusted, not 'on'"),
    ],
)
@pytest.mark.parametrize("mode", ["production", "development"])
def test_what_is_no_address_is_named_and_not_shown(changes: dict[str, str], said: str, mode: str):
    with pytest.raises(SettingsInvalid) as refused:
        read_settings({**PRODUCTION, "ERRAND_MODE": mode, **changes})
    assert str(refused.value).startswith(said)
    assert PASSWORD not in str(refused.value)


ADDRESSES = {
    "ERRAND_DATABASE_URL": f"postgresql://u:{PASSWORD}@db.example/errand?sslmode=verify-full",
    "ERRAND_REDIS_URL": f"rediss://:{PASSWORD}@redis.example/0",
}


def in_a_file(folder: Path, name: str, content: str) -> dict[str, str]:
    file = folder / name.lower()
    file.write_text(content, "utf-8")
    return {f"{name}_FILE": str(file)}


def test_addresses_with_passwords_may_be_files(tmp_path: Path):
    named = PRODUCTION
    for name, url in ADDRESSES.items():
        named = named | in_a_file(tmp_path, name, f"{url}\n")
    assert read_settings(named) == read_settings(PRODUCTION | ADDRESSES)
    assert read_settings(named).database_url == ADDRESSES["ERRAND_DATABASE_URL"]
    nearer = {"ERRAND_DATABASE_URL": "sqlite:////srv/errand.db"}
    assert read_settings(named | nearer).database_url == "sqlite:////srv/errand.db"


@pytest.mark.parametrize("name", ADDRESSES)
def test_no_other_database_and_no_other_redis_is_used_where_the_file_is_of_no_use(name: str, tmp_path: Path):
    other = tmp_path / "bytes"
    other.write_bytes(b"\xff\xfe")
    for given, said in (
        ({f"{name}_FILE": "/nowhere/address"}, f"{name}_FILE cannot be read: No such file or directory"),
        ({f"{name}_FILE": str(other)}, f"{name}_FILE is no text"),
        (in_a_file(tmp_path, name, " \n"), f"{name}_FILE names an empty file"),
    ):
        with pytest.raises(SettingsInvalid) as refused:
            read_settings(PRODUCTION | given)
        assert str(refused.value) == said


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_open_address_from_a_file_is_refused_and_not_shown(name: str, tmp_path: Path):
    url = next(url for other, url in OPEN if other == name)
    with pytest.raises(SettingsInvalid, match=f"^{name} must ") as refused:
        read_settings(PRODUCTION | in_a_file(tmp_path, name, url))
    assert PASSWORD not in str(refused.value)


@pytest.mark.parametrize("words", [("serve",), ("worker",), ("db", "upgrade"), ("order", "list")], ids=" ".join)
def test_no_command_goes_on_with_an_open_address(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]):
    for name, value in (PRODUCTION | {"ERRAND_DATABASE_URL": f"postgresql://u:{PASSWORD}@db.example/errand"}).items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(main, list(words))
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith("ERRAND_DATABASE_URL must say sslmode=verify-full")


def test_the_doctor_says_so(monkeypatch: pytest.MonkeyPatch):
    for name, value in (PRODUCTION | {"ERRAND_REDIS_URL": f"redis://:{PASSWORD}@redis.example/0"}).items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert result.stdout.startswith("WRONG settings: ERRAND_REDIS_URL must begin with rediss://")
    assert PASSWORD not in result.output


def test_the_doctor_says_that_a_file_with_an_address_is_not_there(monkeypatch: pytest.MonkeyPatch):
    for name, value in (PRODUCTION | {"ERRAND_DATABASE_URL_FILE": "/nowhere/address"}).items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert result.stdout.startswith("WRONG settings: ERRAND_DATABASE_URL_FILE cannot be read")


def test_words_about_tls_that_no_driver_knows_are_named_by_the_variable(monkeypatch: pytest.MonkeyPatch):
    for name, value in {
        "ERRAND_MODE": "development",
        "ERRAND_SECRET_KEY": "5e" * 32,
        "ERRAND_DATABASE_URL": f"mysql://u:{PASSWORD}@127.0.0.1:1/errand?ssl_ca=/ca.pem",
    }.items():
        monkeypatch.setenv(name, value)
    for words in (("db", "upgrade"), ("order", "list")):
        result = CliRunner().invoke(main, list(words))
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1), words
        assert result.stderr.startswith("ERRAND_DATABASE_URL: ssl_ca is none of sslmode,")
