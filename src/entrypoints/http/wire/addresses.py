"""Phone numbers and e-mail addresses, brought to the one spelling that we keep."""

import re
import unicodedata
from typing import Final, Literal

import phonenumbers

from errand_domain.errors import InvalidField
from errand_domain.member.member import Way, WayKind

AddressKind = Literal["phone", "email"]
HOME_REGION: Final = "CN"
_BLANK: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Letters and marks that are drawn as nothing, beside those that Python itself does not call printable."""
_ATOM: Final = rf"[^\s\"(),.:;<>@\[\]\\{_BLANK}]+"
_LOCAL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)
"""Without the quotes and comments that RFC 5322 allows: one mailbox could be spelled in endless ways, each of which
counts by itself. And no numbers of hosts: mail goes to names."""
_SHOWN_START, _SHOWN_END = 6, 2


def e164(written: str, *, field: str = "phone") -> str:
    """A Chinese mobile number, or any with its `+`, as E.164; raises `InvalidField`."""
    try:
        number = phonenumbers.parse(written, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise InvalidField(field, "is not a phone number") from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise InvalidField(field, "is not a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mailbox(written: str, *, field: str = "address") -> str:
    """An e-mail address in lower case, its domain as it goes over the wire; raises `InvalidField`.

    Letters in full width, as keyboards for Chinese may write them, are those in half width. What nobody sees is
    refused: two accounts must not look like one, nor may one mailbox be asked for codes under ever new names.
    """
    local, at, domain = unicodedata.normalize("NFKC", written.strip()).rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise InvalidField(field, "is not an e-mail address") from None
    address = unicodedata.normalize("NFKC", local.lower()), ascii_domain.lower()
    if not at or not address[0].isprintable() or not _LOCAL.fullmatch(address[0]) or not _DOMAIN.fullmatch(address[1]):
        raise InvalidField(field, "is not an e-mail address")
    return "@".join(address)


def way_of(kind: AddressKind, address: str) -> Way:
    """The way to sign in that this address is; raises `InvalidField`."""
    value = e164(address, field="address") if kind == "phone" else mailbox(address)
    try:
        return Way(kind, value)
    except InvalidField as refusal:
        raise InvalidField("address", refusal.reason) from None


def masked(kind: WayKind, value: str) -> str:
    """Enough of the address for its owner to know it."""
    if kind == "email":
        local, _, domain = value.rpartition("@")
        return f"{local[:1]}***@{domain}"
    return f"{value[:_SHOWN_START]}****{value[-_SHOWN_END:]}"
