"""Codes for whoever has lost the authenticator: written down once, good once each.

They have 119 random bits, so that a keyed digest is enough to keep of them (ASVS 6.5.2 asks for 112). What has fewer
is no recovery code: those of ten digits, which were handed out before, are not taken any more.
"""

import re
from typing import Final

from errand_domain.ids import MemberId
from errand_domain.ports.outside import Secrets

RANDOM_DIGITS: Final = 36
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's: no letter in it is taken for a digit."""
LENGTH: Final = 24
GROUP: Final = 6
PATTERN: Final = rf"([{ALPHABET}]{{{GROUP}}}-){{3}}[{ALPHABET}]{{{GROUP}}}"
_RECOVERY: Final = re.compile(PATTERN)


def new_recovery_code(secrets: Secrets) -> str:
    """A fresh one, such as `04t6sq-x1k9wd-7hz3mb-v5rc2e`."""
    number, letters = int(secrets.digits(RANDOM_DIGITS)), ""
    for _ in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        letters = ALPHABET[digit] + letters
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def is_recovery_code(typed: str) -> bool:
    """Whether it has the shape of one."""
    return _RECOVERY.fullmatch(typed) is not None


def recovery_digest(member_id: MemberId, code: str, secrets: Secrets) -> str:
    """What is kept of one."""
    return secrets.digest(f"recovery:{member_id}:{code}")
