"""What a key must be, and that seals and digests depend on it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from adapters.crypto.quote_seal import HmacQuoteSeal
from adapters.crypto.secrets import SystemSecrets
from errand_domain.order.refusals import QuoteForged
from errand_domain.testing import examples

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


@pytest.mark.parametrize("made", [HmacQuoteSeal, SystemSecrets])
def test_a_short_key_is_refused(made):
    with pytest.raises(ValueError, match="32 bytes"):
        made(b"k" * 31)


def test_digests_depend_on_the_key():
    assert SystemSecrets(KEY).digest("204816") != SystemSecrets(OTHER_KEY).digest("204816")


def test_a_digest_is_no_signature_of_a_quote():
    """The same key in both places must not let one be used as the other."""
    seal, secrets = HmacQuoteSeal(KEY), SystemSecrets(KEY)
    sealed = seal.seal(examples.quote())
    payload = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))[32:]
    forged = urlsafe_b64encode(bytes.fromhex(secrets.digest(payload.decode())) + payload).rstrip(b"=").decode()
    with pytest.raises(QuoteForged):
        seal.unseal(forged)


def test_a_lower_price_in_the_payload_is_a_forgery():
    seal = HmacQuoteSeal(KEY)
    sealed = seal.seal(examples.quote())
    content = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    written = json.loads(content[32:])
    written[3][0] = 1
    changed = content[:32] + json.dumps(written, separators=(",", ":")).encode()
    with pytest.raises(QuoteForged):
        seal.unseal(urlsafe_b64encode(changed).rstrip(b"=").decode())


def test_one_spelling_alone_is_taken():
    seal = HmacQuoteSeal(KEY)
    sealed = seal.seal(examples.quote())
    for other in (sealed + "=", sealed + "\n", f" {sealed}", sealed + "===="):
        with pytest.raises(QuoteForged):
            seal.unseal(other)
