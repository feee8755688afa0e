"""Try a one-time code that was sent to an address."""

from datetime import datetime

from errand_domain.member.member import Way
from errand_domain.ports.outside import Secrets
from errand_domain.ports.transaction import Transaction


def digest_of(way: Way, code: str, secrets: Secrets) -> str:
    """What is kept of a code: it is good for its own address alone."""
    return secrets.digest(f"{way.value}:{code}")


async def try_code(tx: Transaction, way: Way, code: str, *, secrets: Secrets, at: datetime) -> bool:
    """Whether the code is right. The try counts once the transaction commits, and a right one is then used."""
    sent = await tx.sessions.code_for(way)
    if sent is None or not sent.is_good(at=at):
        return False
    right = secrets.same(sent.code_hash, digest_of(way, code, secrets))
    tx.sessions.put_code(sent.spent() if right else sent.tried())
    return right
