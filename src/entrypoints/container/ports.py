"""What use cases need of the world, and who provides it here: the settings choose."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, Provider, Singleton

from adapters.crypto.authenticators import TotpAuthenticators
from adapters.crypto.link_seal import HmacLinkSeal
from adapters.crypto.passwords import Argon2PasswordHashes
from adapters.crypto.quote_seal import HmacQuoteSeal
from adapters.crypto.secrets import SystemSecrets
from adapters.crypto.ticket_seal import HmacTicketSeal
from adapters.crypto.vault import Vault
from adapters.memory.mini_program import MemoryMiniProgram
from adapters.memory.outside import MemoryMaps
from adapters.memory.rate_limits import MemoryRateLimits
from adapters.storage.sealed import SealedFileStore
from adapters.system.clock import SystemClock
from adapters.system.ids import SystemIds
from adapters.wechat.mini_program import WechatMiniProgram
from adapters.wechat.token import TokenCache
from entrypoints.choosing import Make, choose
from entrypoints.container.carriers import find_notices
from entrypoints.container.content import find_content_check, find_image_check
from entrypoints.container.databases import find_key_rings, memory_database
from entrypoints.container.passwords import find_breached_passwords
from entrypoints.container.storage import find_bucket, find_file_store, find_incoming, find_public_images
from entrypoints.documents.shelf import find_shelf
from entrypoints.partners import Partners
from entrypoints.settings import Settings
from errand_domain.ports.credentials import PasswordHashes
from errand_domain.ports.images import Images
from errand_domain.ports.link_seal import LinkAddress
from errand_domain.ports.mini_program import MiniProgram, MiniProgramCodes
from errand_domain.ports.outside import Maps
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.use_cases.money.providers import Providers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.redis.line import RedisFacts, RedisLine
    from adapters.storage.bucket import Bucket
    from errand_domain.ports.uploads import Incoming


def find_maps(settings: Settings) -> Maps:
    """The maps that the settings name."""
    return choose("ERRAND_MAPS", settings.maps, {"memory": lambda _: MemoryMaps()}, settings)


def find_mini_program(settings: Settings, partners: Partners) -> MiniProgram:
    """The mini-program's platform that the settings name."""
    ours: Mapping[str, Make[MiniProgram]] = {
        "memory": lambda _: MemoryMiniProgram(),
        "wechat": lambda _: WechatMiniProgram(partners.wechat, version=settings.mini_program_version),
    }
    return choose("ERRAND_MINI_PROGRAM", settings.mini_program, ours, settings)


def find_mini_program_codes(settings: Settings, partners: Partners) -> MiniProgramCodes:
    """Who draws the codes that open the mini-program: the same platform."""
    ours: Mapping[str, Make[MiniProgramCodes]] = {
        "memory": lambda _: MemoryMiniProgram(),
        "wechat": lambda _: WechatMiniProgram(partners.wechat, version=settings.mini_program_version),
    }
    return choose("ERRAND_MINI_PROGRAM", settings.mini_program, ours, settings)


def find_images() -> Images:
    """What makes images anew; it is loaded only when it is needed, for `errand --help` has no time for it."""
    from adapters.images.pillow import PillowImages  # noqa: PLC0415 - see above

    return PillowImages()


def link_address(settings: Settings) -> LinkAddress:
    """Where links to files lead, as those outside reach us."""
    return LinkAddress(f"{settings.public_url.rstrip('/')}/api/v1/file-links")


def open_redis(settings: Settings) -> "RedisLine | None":
    """The line to Redis, where the settings name one. Nothing is connected yet."""
    if settings.redis_url is None:
        return None
    from adapters.redis.line import RedisLine  # noqa: PLC0415 - `errand --help` has no time for its client

    return RedisLine(settings.redis_url)


async def redis_facts(settings: Settings) -> "RedisFacts":
    """What the Redis of the settings says of itself; raises `ConnectionError` with the kind of fault alone."""
    from adapters.redis.line import RedisGone, RedisLine  # noqa: PLC0415 - see above

    line = RedisLine(settings.redis_url or "")
    try:
        return await line.facts()
    except RedisGone as gone:
        raise ConnectionError(type(gone.__cause__).__name__) from gone
    finally:
        await line.close()


def find_rate_limits(redis: "RedisLine | None") -> RateLimits:
    """Limits that all servers share where there is Redis; else this process's own."""
    if redis is None:
        return MemoryRateLimits()
    from adapters.redis.rate_limits import RedisRateLimits  # noqa: PLC0415 - see above

    return RedisRateLimits(redis, without=MemoryRateLimits())


def find_tokens(redis: "RedisLine | None", vault: Vault) -> Callable[[str], TokenCache | None]:
    """Where the token of an app of WeChat is kept for all servers, where there is Redis."""

    def find(app: str) -> TokenCache | None:
        if redis is None:
            return None
        from adapters.redis.wechat_token import RedisTokenCache  # noqa: PLC0415 - see above

        return RedisTokenCache(redis, vault, app=app, clock=SystemClock())

    return find


class Ports(DeclarativeContainer):
    """The ports of one installation."""

    settings = Dependency(instance_of=Settings)
    database: Dependency[Any] = Dependency(default=Singleton(memory_database, settings))
    begin = database.provided.begin
    hall = database.provided.hall
    timers = database.provided.timers
    relay = database.provided.relay
    answers = database.provided.answers
    retained = database.provided.retained
    audit_chain = database.provided.audit_chain
    shelf = Singleton(find_shelf, settings)
    clock = Singleton(SystemClock)
    ids = Singleton(SystemIds)
    secrets = Singleton(SystemSecrets, settings.provided.secret_key)
    password_hashes: Provider[PasswordHashes] = Singleton(Argon2PasswordHashes)
    breached_passwords = Singleton(find_breached_passwords, settings)
    authenticators = Singleton(TotpAuthenticators)
    quote_seal = Singleton(HmacQuoteSeal, settings.provided.secret_key)
    link_seal = Singleton(HmacLinkSeal, settings.provided.secret_key)
    link_address = Singleton(link_address, settings)
    ticket_seal = Singleton(HmacTicketSeal, settings.provided.secret_key)
    key_rings = Singleton(find_key_rings, settings)
    vault = Singleton(Vault, key_rings)
    redis: Provider["RedisLine | None"] = Singleton(open_redis, settings)
    rate_limits: Provider[RateLimits] = Singleton(find_rate_limits, redis)
    wechat_tokens = Singleton(find_tokens, redis, vault)
    partners = Singleton(Partners, settings, wechat_tokens)
    payment_providers: Provider[Providers] = partners.provided.providers
    maps = Singleton(find_maps, settings)
    notices = Singleton(find_notices, settings)
    mini_program = Singleton(find_mini_program, settings, partners)
    mini_program_codes = Singleton(find_mini_program_codes, settings, partners)
    content_check = Singleton(find_content_check, settings, partners)
    image_check = Singleton(find_image_check, settings, partners)
    images = Singleton(find_images)
    bucket: Provider["Bucket | None"] = Singleton(find_bucket, settings)
    stored_files = Singleton(find_file_store, settings, bucket)
    file_store = Singleton(SealedFileStore, stored_files, vault)
    public_images = Singleton(find_public_images, settings, bucket)
    incoming: Provider["Incoming | None"] = Singleton(find_incoming, settings, bucket)
