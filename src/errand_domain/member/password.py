"""What a password must be, as NIST SP 800-63B has it: long enough and not to be guessed, of whatever characters."""

from typing import Final, Literal, get_args

from attrs import frozen

from errand_domain.errors import Invalid
from errand_domain.member.guessable import is_predictable, is_well_known

LENGTH_LEAST: Final = 10
LENGTH_LEAST_FOR_STAFF: Final = 12
LENGTH_MOST: Final = 128
NAME_LENGTH_LEAST: Final = 3
"""A shorter name before the @ would forbid passwords that have nothing to do with it."""
Weakness = Literal["too_short", "too_long", "well_known", "predictable", "contains_address", "breached"]
WEAKNESSES: Final[tuple[Weakness, ...]] = get_args(Weakness)


@frozen(str=False)
class PasswordWeak(Invalid):
    """The password is too short or long, well known, from a breach, soon guessed, or contains the address's name."""

    code = "member.password_weak"
    sentence = "密码过于简单或长度不符合要求"

    reason: Weakness
    least: int


def length_least(*, is_staff: bool) -> int:
    """So many characters at least."""
    return LENGTH_LEAST_FOR_STAFF if is_staff else LENGTH_LEAST


def check_password(password: str, *, email: str, is_staff: bool) -> None:
    """Raise `PasswordWeak`. Characters are counted as they are; neither kinds of characters nor age matter."""
    least = length_least(is_staff=is_staff)
    name = email.partition("@")[0].casefold()
    plain = password.casefold()
    if len(password) < least:
        raise PasswordWeak(reason="too_short", least=least)
    if len(password) > LENGTH_MOST:
        raise PasswordWeak(reason="too_long", least=least)
    if is_well_known(plain) or len(set(plain)) == 1:
        raise PasswordWeak(reason="well_known", least=least)
    if is_predictable(plain):
        raise PasswordWeak(reason="predictable", least=least)
    if len(name) >= NAME_LENGTH_LEAST and name in plain:
        raise PasswordWeak(reason="contains_address", least=least)
