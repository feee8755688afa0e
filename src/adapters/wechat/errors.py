"""WeChat's error codes, and what each means for a call. Its messages are for people: nothing here depends on them."""

from collections.abc import Mapping
from typing import Final, Literal

Meaning = Literal[
    "unknown",  # WeChat was not well, or we asked too often: ask again later
    "token",  # the access token does not count, or no longer
    "refused",  # it was not done, and says why
]

MEANINGS: Final[Mapping[int, Meaning]] = {
    -1: "unknown",  # busy
    40001: "token",  # a wrong secret, or a token that another one has replaced
    40003: "refused",  # no such openid
    40013: "refused",  # no such app
    40014: "token",  # invalid; unverified against the live service
    40029: "refused",  # no ticket, or one that has expired
    40125: "refused",  # a wrong secret; unverified against the live service
    40163: "refused",  # a ticket that was used; unverified against the live service
    40164: "refused",  # our address is not on the app's list
    40226: "refused",  # WeChat takes the user for a risk
    41030: "refused",  # no such page, or none that is published
    42001: "token",  # expired
    44002: "refused",  # an empty body
    44990: "unknown",  # too often
    45009: "unknown",  # too often for today, or for this minute
    45011: "unknown",  # too often for this minute
    47001: "refused",  # not the JSON that was expected
    48001: "refused",  # the app may not use this interface
    61004: "refused",  # our address is not on the app's list
    10060012: "unknown",  # busy, as shipping management says it
    10060019: "unknown",  # the same
}

TICKET_CODES: Final = frozenset({40029, 40163})
USER_CODES: Final = frozenset({40226})
PAGE_CODES: Final = frozenset({41030})


def meaning_of(errcode: int) -> Meaning:
    """What the code means; one that is not listed is a refusal, of which the interface that was asked knows more."""
    return MEANINGS.get(errcode, "refused")
