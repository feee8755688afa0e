"""Prove that nobody has changed the audit record."""

from typing import Final

from attrs import frozen

from errand_domain.ports.audit import AuditChain, Broken, ChainHead, Sound

LINKED_AT_ONCE_MOST: Final = 500


@frozen(kw_only=True)
class VerifyAudit:
    """Go through the whole chain; with a head that was noted down earlier, show that nothing was cut off since."""

    chain: AuditChain

    async def __call__(self, *, expected: ChainHead | None = None) -> Sound | Broken:
        """The head to note down elsewhere, or the first link that does not fit."""
        return await self.chain.verify(expected=expected)


@frozen(kw_only=True)
class LinkAudit:
    """Link what was written since the last time, a batch after another."""

    chain: AuditChain

    async def __call__(self) -> int:
        """How many lines were linked."""
        linked = 0
        while count := await self.chain.link(limit=LINKED_AT_ONCE_MOST):
            linked += count
        return linked
