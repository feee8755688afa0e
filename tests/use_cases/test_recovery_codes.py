"""Recovery codes: long enough for what is kept of them."""

from math import log2

import pytest
from attrs import evolve

from adapters.crypto.secrets import SystemSecrets
from errand_domain.member.credential import WrongSecondFactor
from errand_domain.use_cases.signing_in.recovery_codes import (
    ALPHABET,
    LENGTH,
    RANDOM_DIGITS,
    is_recovery_code,
    new_recovery_code,
    recovery_digest,
)
from tests.use_cases.enrolling import enroll
from tests.use_cases.world import World


class Digits(SystemSecrets):
    """Randomness that came out like this."""

    def __init__(self, found: str) -> None:
        super().__init__(b"k" * 32)
        self._found = found

    def digits(self, count: int) -> str:
        assert count == len(self._found)
        return self._found


def test_a_recovery_code_has_more_than_a_hundred_and_twelve_bits_and_none_gets_lost() -> None:
    assert RANDOM_DIGITS * log2(10) >= 112
    assert len(ALPHABET) ** LENGTH > 10**RANDOM_DIGITS
    first, last = Digits("0" * RANDOM_DIGITS), Digits("9" * RANDOM_DIGITS)
    assert new_recovery_code(first) == "000000-000000-000000-000000"
    assert new_recovery_code(last) != new_recovery_code(Digits("9" * (RANDOM_DIGITS - 1) + "8"))
    assert new_recovery_code(last) != new_recovery_code(Digits("8" + "9" * (RANDOM_DIGITS - 1)))
    assert all(is_recovery_code(new_recovery_code(one)) for one in (first, last))


async def test_a_recovery_code_of_ten_digits_is_none_any_more(world: World):
    """Those were handed out before, and are too short for the digest that is kept."""
    staff = await enroll(world)
    async with world.begin() as tx:
        credential = await tx.credentials.of_member(staff.member.id)
        assert credential is not None
        old = recovery_digest(staff.member.id, "12345-67890", world.secrets)
        tx.credentials.put(evolve(credential, recovery_hashes=(old,)).saved())
        await tx.commit()
    with pytest.raises(WrongSecondFactor):
        await staff.enter(world, second="12345-67890")
