"""Settings: read once from the environment, validated, frozen.

Every name is `ERRAND_` and the field in capitals. What is secret may be a file instead, named by the same variable with
`_FILE` behind it: `ERRAND_SECRET_KEY_FILE`, `ERRAND_DATABASE_URL_FILE` and `ERRAND_REDIS_URL_FILE`, for addresses may
have passwords in them, and what partners gave us. What is wrong is told in one line that names the variable.
"""

import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Final, Literal, cast, get_args
from urllib.parse import urlsplit

from attrs import field, fields, frozen

from entrypoints.network import is_safe_database, is_safe_redis
from errand_domain.member.consent import Document

Mode = Literal["production", "development"]
MiniProgramVersion = Literal["release", "trial", "develop"]
SECRET_BYTES_LEAST: Final = 32
RUN_BY: Final = "ERRAND_OPERATOR_"
LINE_MOST: Final = 200
PARTNERS: Final = ("ERRAND_WECHAT_", "ERRAND_ALIPAY_", "ERRAND_TENCENT_", "ERRAND_SMTP_", "ERRAND_S3_")
_FILE: Final = "_FILE"
_COUNTRY: Final = re.compile(r"[1-9]\d{0,2}", re.ASCII)


class SettingsInvalid(Exception):
    """A setting cannot be right; the message names it."""


@frozen(kw_only=True)
class RunBy:
    """Who offers the service, as the documents that people consent to must say: a legal person and how to reach it.

    `registration` is its unified social credit code, or what stands for one; `privacy_contact` reaches whoever is
    responsible for personal information.
    """

    name: str = ""
    registration: str = ""
    address: str = ""
    contact: str = ""
    privacy_contact: str = ""


@frozen(kw_only=True)
class Settings:
    """Everything that differs between installations.

    `secret_key` keys digests and seals: changing it signs everybody out and voids open quotes. `payments`, `maps`,
    `notices`, `content` and `mini_program` name adapters; an embedder's own is written `module:factory`. `partners` is
    what partners and carriers gave us, by the name of its variable; `entrypoints.partners` knows what each means.
    `public_url` is where they reach us. Personal data is encrypted with the ring in `key_ring_file`; without one, which
    development alone may do, with a key that follows from `secret_key`. `content_words_file` replaces the list;
    `content_images` names who judges images. New passwords that stand in `breached_passwords_file` are refused.
    Codes go to phones of `sms_countries` alone. Without `redis_url`, each process counts for itself what is limited.
    `files` names where files lie: `folder`, which is `files_folder`, or a bucket: `s3` or `cos`. With `direct_uploads`,
    photos of orders go into that bucket first, past us and not sealed, until they are taken. Pictures of members are
    public: at `cdn_base` and their name, or at our own address.
    Production reaches database and Redis over verified TLS, or on this machine; with `plain_network_trusted`, over a
    network that the deployment itself encrypts, or has to itself.
    What `trusted_proxies` say of whom they speak for is believed, and nobody else.
    Texts in `documents_folder` replace those that come with the program, or add versions; `entrypoints.documents` reads
    both and fills in `run_by` and `service_name`.
    """

    mode: Mode = "production"
    database_url: str = field(default="sqlite:///errand.db", repr=False)
    secret_key: bytes = field(repr=False)
    key_ring_file: Path | None = None
    files: str = "folder"
    files_folder: Path = Path("errand-files")
    direct_uploads: bool = False
    cdn_base: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    payments: tuple[str, ...] = ()
    partners: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    maps: str = "memory"
    notices: tuple[str, ...] = ("memory",)
    content: str = "words"
    content_words_file: Path | None = None
    breached_passwords_file: Path | None = None
    content_images: str = "by_hand"
    mini_program: str = "memory"
    sms_countries: tuple[str, ...] = ("86",)
    redis_url: str | None = field(default=None, repr=False)
    mini_program_version: MiniProgramVersion = "release"
    plain_network_trusted: bool = False
    trusted_proxies: tuple[str, ...] = ()
    rate_limits: bool = True
    host: str = "127.0.0.1"
    port: int = 8000
    user_agreement_version: str = "2026-11-01"
    privacy_policy_version: str = "2026-11-01"
    runner_agreement_version: str = "2026-11-01"
    documents_folder: Path | None = None
    service_name: str = "校园跑腿"
    run_by: RunBy = RunBy()

    @property
    def documents(self) -> tuple[tuple[Document, str], ...]:
        """The documents in force, each with its dated version."""
        return (
            ("user_agreement", self.user_agreement_version),
            ("privacy_policy", self.privacy_policy_version),
            ("runner_agreement", self.runner_agreement_version),
        )


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process; raises `SettingsInvalid`."""
    mode = environment.get("ERRAND_MODE", "production")
    if mode not in get_args(Mode):
        raise SettingsInvalid(f"ERRAND_MODE must be one of {', '.join(get_args(Mode))}, not {mode!r}")
    settings = Settings(
        mode=cast("Mode", mode),
        database_url=_given(environment, "ERRAND_DATABASE_URL", "sqlite:///errand.db"),
        secret_key=_secret(environment),
        key_ring_file=_path(environment, "ERRAND_KEY_RING_FILE"),
        files=environment.get("ERRAND_FILES", "folder"),
        files_folder=Path(environment.get("ERRAND_FILES_FOLDER", "errand-files")),
        cdn_base=_cdn_base(environment.get("ERRAND_CDN_BASE", ""), mode=mode),
        direct_uploads=_switch(environment, "ERRAND_DIRECT_UPLOADS", usual="off"),
        public_url=environment.get("ERRAND_PUBLIC_URL", "http://127.0.0.1:8000"),
        payments=_names(environment.get("ERRAND_PAYMENTS", "")),
        partners=_partners(environment),
        maps=environment.get("ERRAND_MAPS", "memory"),
        notices=_names(environment.get("ERRAND_NOTICES", "memory")),
        content=environment.get("ERRAND_CONTENT", "words"),
        content_words_file=_path(environment, "ERRAND_CONTENT_WORDS_FILE"),
        breached_passwords_file=_path(environment, "ERRAND_BREACHED_PASSWORDS_FILE"),
        content_images=environment.get("ERRAND_CONTENT_IMAGES", "by_hand"),
        mini_program=environment.get("ERRAND_MINI_PROGRAM", "memory"),
        sms_countries=_countries(environment.get("ERRAND_SMS_COUNTRIES", "86")),
        redis_url=_redis_url(_given(environment, "ERRAND_REDIS_URL")),
        mini_program_version=_version(environment.get("ERRAND_MINI_PROGRAM_VERSION", "release")),
        plain_network_trusted=_plain_network(environment),
        trusted_proxies=_networks(environment.get("ERRAND_TRUSTED_PROXIES", "")),
        rate_limits=_switch(environment, "ERRAND_RATE_LIMITS"),
        host=environment.get("ERRAND_HOST", "127.0.0.1"),
        port=_port(environment.get("ERRAND_PORT", "8000")),
        user_agreement_version=environment.get("ERRAND_USER_AGREEMENT_VERSION", "2026-11-01"),
        privacy_policy_version=environment.get("ERRAND_PRIVACY_POLICY_VERSION", "2026-11-01"),
        runner_agreement_version=environment.get("ERRAND_RUNNER_AGREEMENT_VERSION", "2026-11-01"),
        documents_folder=_path(environment, "ERRAND_DOCUMENTS_FOLDER"),
        service_name=_line(environment, "ERRAND_SERVICE_NAME") or "校园跑腿",
        run_by=RunBy(**{one.name: _line(environment, f"{RUN_BY}{one.name.upper()}") for one in fields(RunBy)}),
    )
    if settings.mode == "production" and settings.notices == ("memory",):
        raise SettingsInvalid("ERRAND_NOTICES must not be 'memory' in production: nobody would be told")
    if settings.mode == "production" and settings.mini_program == "memory":
        raise SettingsInvalid("ERRAND_MINI_PROGRAM must not be 'memory' in production: nobody could sign in by it")
    if settings.mode == "production" and not settings.rate_limits:
        raise SettingsInvalid("ERRAND_RATE_LIMITS must not be 'off' in production: anybody could try every code")
    if settings.mode == "production" and settings.key_ring_file is None:
        raise SettingsInvalid("ERRAND_KEY_RING_FILE must name the key ring in production: errand keys create makes one")
    if settings.mode == "production" and settings.content == "memory":
        raise SettingsInvalid("ERRAND_CONTENT must not be 'memory' in production: it knows a handful of words")
    if settings.mode == "production" and settings.content_images == "memory":
        raise SettingsInvalid("ERRAND_CONTENT_IMAGES must not be 'memory' in production: every image would pass")
    _check_network(settings)
    return settings


def _check_network(settings: Settings) -> None:
    """What people's data travels over is this machine's own, or nobody can read or change it on its way.

    What is no address is not shown: a sign in a password that should be escaped may be why.
    """
    is_trusted = settings.mode != "production" or settings.plain_network_trusted
    for name, url, is_safe, wanted in (
        ("ERRAND_DATABASE_URL", settings.database_url, is_safe_database, "say sslmode=verify-full"),
        ("ERRAND_REDIS_URL", settings.redis_url, is_safe_redis, "begin with rediss:// and have the server verified"),
    ):
        try:
            if url is None or is_safe(url) or is_trusted:
                continue
        except ValueError:
            raise SettingsInvalid(
                f"{name} is not an address: @, :, / and # in a password are %40, %3A, %2F and %23"
            ) from None
        raise SettingsInvalid(
            f"{name} must {wanted}, or name a socket or a loopback address, in production;"
            " ERRAND_PLAIN_NETWORK=trusted lets it be, for a network that is encrypted below"
        )


def _version(written: str) -> MiniProgramVersion:
    if written not in get_args(MiniProgramVersion):
        allowed = ", ".join(get_args(MiniProgramVersion))
        raise SettingsInvalid(f"ERRAND_MINI_PROGRAM_VERSION must be one of {allowed}, not {written!r}")
    return cast("MiniProgramVersion", written)


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    return Path(environment[name]) if environment.get(name) else None


def _line(environment: Mapping[str, str], name: str) -> str:
    """One line that people will read."""
    written = environment.get(name, "").strip()
    if not written.isprintable() or len(written) > LINE_MOST or "{{" in written:
        raise SettingsInvalid(f"{name} must be one line of at most {LINE_MOST} characters, without braces")
    return written


def _secret(environment: Mapping[str, str]) -> bytes:
    try:
        key = bytes.fromhex(_given(environment, "ERRAND_SECRET_KEY"))
    except ValueError:
        raise SettingsInvalid("ERRAND_SECRET_KEY must be hexadecimal digits") from None
    if len(key) < SECRET_BYTES_LEAST:
        raise SettingsInvalid(f"ERRAND_SECRET_KEY must be at least {SECRET_BYTES_LEAST} bytes in hexadecimal digits")
    return key


def _partners(environment: Mapping[str, str]) -> dict[str, str]:
    """What payment providers gave us, the content of files in the place of their names."""
    ours = [name for name in environment if name.startswith(PARTNERS)]
    found = {name.removesuffix(_FILE): _content(environment, name) for name in ours if name.endswith(_FILE)}
    return found | {name: environment[name] for name in ours if not name.endswith(_FILE)}


def _given(environment: Mapping[str, str], name: str, usual: str = "") -> str:
    """What is given there, or stands in the file that is named instead."""
    file = f"{name}{_FILE}"
    if environment.get(name) or not environment.get(file):
        return environment.get(name, usual)
    written = _content(environment, file)
    if not written:
        raise SettingsInvalid(f"{file} names an empty file")
    return written


def _content(environment: Mapping[str, str], name: str) -> str:
    try:
        return Path(environment[name]).read_text("utf-8").strip()
    except OSError as fault:
        raise SettingsInvalid(f"{name} cannot be read: {fault.strerror}") from fault
    except UnicodeDecodeError:
        raise SettingsInvalid(f"{name} is no text") from None


def _names(written: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in written.split(",") if name.strip())


def _countries(written: str) -> tuple[str, ...]:
    codes = _names(written)
    if not codes or not all(_COUNTRY.fullmatch(code) for code in codes):
        raise SettingsInvalid("ERRAND_SMS_COUNTRIES must be country codes, such as 86 or 86,852,853,886")
    return codes


def _redis_url(written: str) -> str | None:
    if written and not written.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsInvalid("ERRAND_REDIS_URL must begin with redis://, rediss:// or unix://")
    return written or None


def _cdn_base(written: str, *, mode: str) -> str | None:
    schemes = ("https://",) if mode == "production" else ("https://", "http://")
    if written and not (written.startswith(schemes) and urlsplit(written).hostname):
        raise SettingsInvalid("ERRAND_CDN_BASE must be an address that begins with https://")
    return written.rstrip("/") or None


def _networks(written: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(name)) for name in _names(written))
    except ValueError:
        raise SettingsInvalid("ERRAND_TRUSTED_PROXIES must be networks, such as 10.0.0.0/8 or ::1") from None


def _switch(environment: Mapping[str, str], name: str, *, usual: str = "on") -> bool:
    written = environment.get(name, usual)
    if written not in {"on", "off"}:
        raise SettingsInvalid(f"{name} must be on or off, not {written!r}")
    return written == "on"


def _plain_network(environment: Mapping[str, str]) -> bool:
    written = environment.get("ERRAND_PLAIN_NETWORK", "refused")
    if written not in {"refused", "trusted"}:
        raise SettingsInvalid(f"ERRAND_PLAIN_NETWORK must be refused or trusted, not {written!r}")
    return written == "trusted"


def _port(written: str) -> int:
    if not written.isdecimal() or not 0 <= int(written) < 2**16:
        raise SettingsInvalid(f"ERRAND_PORT must be a port number, not {written!r}")
    return int(written)
