"""Passwords hashed with argon2id (RFC 9106), beside the event loop."""

from asyncio import Semaphore, to_thread
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from errand_domain.ports.credentials import PasswordHashes

MEMORY_KIB: Final = 64 * 1024
PASSES: Final = 3
LANES: Final = 4
"""The second recommended option of RFC 9106, for where memory is short. After a change, sign-ins renew hashes."""
AT_ONCE_MOST: Final = 4
"""So many are hashed at the same time, and take so many times that memory; whoever comes then waits."""


class Argon2PasswordHashes(PasswordHashes):
    """argon2id in threads."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES, lanes: int = LANES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID)
        self._free = Semaphore(AT_ONCE_MOST)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """A fresh hash."""
        async with self._free:
            return await to_thread(self._hasher.hash, password)

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether that is the password; without a hash, one that nobody knows the password of is asked in vain."""
        nobodys = self._nobodys = self._nobodys or await self.hash("")
        async with self._free:
            right = await to_thread(self._verify, password_hash or nobodys, password)
        return right and password_hash is not None

    def is_current(self, password_hash: str) -> bool:
        """Whether it was made with the parameters of today."""
        return not self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
