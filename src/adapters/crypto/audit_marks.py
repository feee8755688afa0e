"""Seals and links of the audit record: what somebody who owns the database, but not the keys, cannot make.

Each line is sealed when it is written, so that none can be slipped in or changed; each is then linked to the one
before, so that none can be taken out or moved.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, Final

from attrs import frozen

from adapters.crypto.vault import Vault
from errand_domain.ports.audit import AuditLine

BEGINNING: Final = ""
"""What the first line is linked to."""
Written = Sequence[Any]
"""The fields of a line in their order, as they were read: a line that was tampered with may be none."""
_NONCE_BYTES: Final = 16
_NONCE_DIGITS: Final = 2 * _NONCE_BYTES


@frozen
class AuditMarks:
    """Makes and checks seals and links with the key ring's key of marks."""

    vault: Vault

    def seal(self, entry: AuditLine) -> str:
        """A seal of that line, another one each time, so that a copy of a line betrays itself."""
        nonce = secrets.token_hex(_NONCE_BYTES)
        return nonce + self._sealed(nonce, fields_of(entry))

    def is_sealed(self, written: Written, seal: str) -> bool:
        """Whether that line, to the letter, was sealed here."""
        nonce, mark = seal[:_NONCE_DIGITS], seal[_NONCE_DIGITS:]
        return compare_digest(mark.encode(), self._sealed(nonce, written).encode())

    def link(self, before: str, position: int, written: Written, seal: str | None) -> str:
        """The mark of the line at that position, after the one whose mark was `before`."""
        content = json.dumps([before, position, seal, *_canonical(written)], separators=(",", ":"))
        return self.vault.mark("audit", content.encode()).hex()

    def _sealed(self, nonce: str, written: Written) -> str:
        content = json.dumps([nonce, *_canonical(written)], separators=(",", ":"))
        return self.vault.mark("audit line", content.encode()).hex()


def fields_of(entry: AuditLine) -> Written:
    """The fields of a line in their order."""
    return entry.at, entry.actor_id, entry.campus_id, entry.action, entry.subject, entry.detail


def _canonical(written: Written) -> list[str | None]:
    """The line in one way only, whichever database it comes from."""
    return [
        value.astimezone(UTC).isoformat(timespec="microseconds")
        if isinstance(value, datetime)
        else None
        if value is None
        else str(value)
        for value in written
    ]
