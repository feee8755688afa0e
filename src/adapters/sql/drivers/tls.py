"""TLS towards a database, as its address asks for it: in the words of PostgreSQL's own library, whichever it is.

asyncpg knows these words in an address, SQLAlchemy in front of it does not, and asyncmy knows no addresses at all. So
they are read here, and each driver is given what `ssl` makes of them. A misspelt one is refused: it would mean nothing.
"""

from ssl import CERT_NONE, SSLContext, create_default_context
from typing import Final

from sqlalchemy import URL

from adapters.sql.faults import AddressInvalid

MODES: Final = ("disable", "require", "verify-ca", "verify-full")
WORDS: Final = ("sslmode", "sslrootcert", "sslcert", "sslkey")


def secured(url: URL) -> tuple[URL, dict[str, SSLContext | bool]]:
    """The address without these words, and the argument that a driver connects with in their place.

    `sslmode` is `disable`; `require`, which encrypts and asks nobody's name; `verify-ca`; or `verify-full`, which alone
    knows the server. `sslrootcert` names a file of issuers in the place of the system's, `sslcert` and `sslkey` those
    of our own certificate. Without a mode the driver does what it usually does. Raises `AddressInvalid`.
    """
    said = {name: _one(value) for name, value in url.query.items() if name.startswith("ssl")}
    unknown = sorted(said.keys() - set(WORDS))
    if unknown:
        raise AddressInvalid(f"{unknown[0]} is none of {', '.join(WORDS)}")
    mode = said.get("sslmode")
    if mode is None:
        if said:
            raise AddressInvalid(f"{min(said)} says nothing without sslmode")
        return url, {}
    if mode not in MODES:
        raise AddressInvalid(f"sslmode is none of {', '.join(MODES)}")
    return url.difference_update_query(WORDS), {"ssl": mode != "disable" and _context(mode, said)}


def _context(mode: str, said: dict[str, str]) -> SSLContext:
    try:
        context = create_default_context(cafile=said.get("sslrootcert"))
        if "sslcert" in said:
            context.load_cert_chain(said["sslcert"], said.get("sslkey"))
    except OSError as fault:
        raise AddressInvalid(f"a certificate or key that it names cannot be read: {type(fault).__name__}") from None
    context.check_hostname = mode == "verify-full"
    if mode == "require":
        context.verify_mode = CERT_NONE
    return context


def _one(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else value[-1]
