"""How much there is to guess of what must not be guessed, and for how long a code of an authenticator is good."""

from base64 import b32decode, urlsafe_b64decode
from datetime import timedelta

from pyotp.totp import TOTP

from adapters.crypto.authenticators import STEP_SECONDS, TotpAuthenticators
from adapters.crypto.secrets import SystemSecrets
from errand_domain.testing.examples import NOW

KEY = b"k" * 32


def test_a_token_has_256_bits():
    tokens = {SystemSecrets(KEY).token() for _ in range(200)}
    assert len(tokens) == 200
    assert {len(urlsafe_b64decode(f"{token}=")) for token in tokens} == {32}


def test_the_secret_of_an_authenticator_has_160_bits():
    found = {TotpAuthenticators().new_secret() for _ in range(200)}
    assert len(found) == 200
    assert {len(b32decode(secret)) for secret in found} == {20}


def test_a_code_of_an_authenticator_is_good_in_its_step_and_in_those_beside_it():
    secret = TotpAuthenticators().new_secret()
    code = TOTP(secret).at(NOW)
    steps = {
        off: TotpAuthenticators().step(secret, code, at=NOW + timedelta(seconds=off * STEP_SECONDS))
        for off in range(-3, 4)
    }
    found = {off for off, step in steps.items() if step is not None}
    assert found == {-1, 0, 1}
    assert len({steps[off] for off in found}) == 1
