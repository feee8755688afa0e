"""What a key must be, and that seals and digests depend on it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from adapters.crypto.link_seal import HmacLinkSeal
from adapters.crypto.quote_seal import HmacQuoteSeal
from adapters.crypto.secrets import SystemSecrets
from adapters.crypto.ticket_seal import HmacTicketSeal
from errand_domain.errors import Missing
from errand_domain.ids import FileId, MemberId, TicketId
from errand_domain.order.refusals import QuoteForged
from errand_domain.ports.link_seal import FileLink
from errand_domain.ports.uploads import UploadTicket
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


def test_a_link_is_no_ticket_and_a_ticket_is_no_link():
    """Both are read from the same kind of text, signed with the same key."""
    links, tickets = HmacLinkSeal(KEY), HmacTicketSeal(KEY)
    ticket = UploadTicket(
        id=TicketId(examples.fresh()),
        owner_id=MemberId(examples.fresh()),
        order_id=None,
        purpose="student_card",
        size_most=1,
        expires_at=examples.NOW,
    )
    link = FileLink(
        file_id=FileId(ticket.id), viewer_id=ticket.owner_id, purpose="student_card", expires_at=examples.NOW
    )
    for unseal, token in ((links.unseal, tickets.seal(ticket)), (tickets.unseal, links.seal(link))):
        with pytest.raises(Missing):
            unseal(token)


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
    for other in (sealed + "=", sealed + "\n", f" {sealed}", sealed + "====", f"签{sealed[1:]}", sealed[:-1], "", "a"):
        with pytest.raises(QuoteForged):
            seal.unseal(other)
