"""The keys that personal data is encrypted with: several, by name, of which one is current.

The ring lies in a file of its own, away from the database and its backups: a backup without the ring tells nothing. A
key that is not current any more still opens what it sealed, until everything was sealed anew.
"""

import json
import os
import secrets
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Final, Protocol, cast

from attrs import evolve, field, frozen
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NAME_BYTES: Final = 4


class KeyRingInvalid(Exception):
    """The ring cannot be used; the message says why and shows no key."""


class KeyRingBusy(KeyRingInvalid):
    """Somebody else is changing the ring."""


@frozen(kw_only=True)
class KeyRing:
    """Keys of AES-256 by name, the name of the one that seals, and the keys of blind indices and of the audit's marks.

    While the key of the indices is replaced there are two: the one in force, and the next. The marks of the audit chain
    are made once and never again, so that their key stays: it is the first that indices had, kept in `mark_key` once
    that is replaced.
    """

    keys: Mapping[str, bytes] = field(repr=False)
    current: str
    index_key: bytes = field(repr=False)
    index_key_next: bytes | None = field(default=None, repr=False)
    mark_key: bytes | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a ring whose current key is missing, or with a key of another length."""
        if self.current not in self.keys:
            raise KeyRingInvalid("the current key is not in the key ring")
        others = (key for key in (self.index_key, self.index_key_next, self.mark_key) if key is not None)
        if any(len(key) != KEY_BYTES for key in (*self.keys.values(), *others)):
            raise KeyRingInvalid(f"a key of the key ring has not {KEY_BYTES} bytes")

    def with_new_key(self) -> "KeyRing":
        """The ring with a further key, which is current from now on."""
        name = secrets.token_hex(NAME_BYTES)
        return evolve(self, keys={**self.keys, name: secrets.token_bytes(KEY_BYTES)}, current=name)

    def without(self, name: str) -> "KeyRing":
        """The ring without a key that is not current."""
        return evolve(self, keys={other: key for other, key in self.keys.items() if other != name})

    def with_next_index(self) -> "KeyRing":
        """The ring with a further key of indices, for all that is written from now on, beside the one in force."""
        return evolve(self, index_key_next=secrets.token_bytes(KEY_BYTES), mark_key=self.mark_key or self.index_key)

    def with_index_settled(self) -> "KeyRing":
        """The ring in which the next key of indices is the one in force, and the only one."""
        return evolve(self, index_key=self.index_key_next or self.index_key, index_key_next=None)


def new_ring() -> KeyRing:
    """A ring of one random key."""
    name = secrets.token_hex(NAME_BYTES)
    return KeyRing(keys={name: secrets.token_bytes(KEY_BYTES)}, current=name, index_key=secrets.token_bytes(KEY_BYTES))


def ring_from(secret: bytes) -> KeyRing:
    """The ring that follows from one secret: for development and tests, where nothing has to be rotated."""
    return KeyRing(keys={"derived": _derived(secret, b"data")}, current="derived", index_key=_derived(secret, b"index"))


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"errand key ring, " + purpose).derive(secret)


Listener = Callable[[KeyRing], None]
Seen = tuple[int, int]
"""When a file was changed, and its number: every replacing makes another file."""


class KeyRings(Protocol):
    """Where the ring comes from."""

    def current(self) -> KeyRing:
        """The ring as it was read last."""
        ...

    def again(self) -> KeyRing:
        """The ring as it is now, read anew: asked for where a key was not known."""
        ...

    def listen(self, listener: Listener) -> None:
        """Tell the ring to the listener now, and whenever it is another one."""
        ...


@frozen
class GivenRing(KeyRings):
    """A ring that does not change."""

    ring: KeyRing

    def current(self) -> KeyRing:
        """The ring."""
        return self.ring

    def again(self) -> KeyRing:
        """The same ring."""
        return self.ring

    def listen(self, listener: Listener) -> None:
        """Tell it once."""
        listener(self.ring)


class KeyRingFile(KeyRings):
    """A ring in a JSON file that is readable by this user alone; it is replaced as a whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ring: KeyRing | None = None
        self._seen: Seen | None = None
        self._listener: Listener | None = None

    def current(self) -> KeyRing:
        """The ring; read again where the file was replaced. Raises `KeyRingInvalid`."""
        try:
            found = self._path.stat()
        except OSError as fault:
            if self._ring is not None:
                return self._ring  # serving goes on with what is known
            raise KeyRingInvalid(f"the key ring cannot be read: {fault.strerror}") from fault
        # Two files may be of one moment: clocks of file systems are coarse, and backups keep times.
        seen = found.st_mtime_ns, found.st_ino
        if self._ring is None or seen != self._seen:
            before, self._ring, self._seen = self._ring, _parsed(self._path), seen
            if self._listener is not None and before != self._ring:
                self._listener(self._ring)
        return self._ring

    def again(self) -> KeyRing:
        """The ring, read anew."""
        self._seen = None
        return self.current()

    def listen(self, listener: Listener) -> None:
        """Tell the ring now, and whenever another one is read."""
        listener(self.current())
        self._listener = listener

    @contextmanager
    def alone(self) -> Generator[None]:
        """Whoever changes the ring by what it says does so alone: raises `KeyRingBusy` while somebody else does.

        Of two who change it at once, the second would write over the key that the first has added and sealed with. A
        process that is killed lets go.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path.with_name(f".{self._path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            try:
                flock(descriptor, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                raise KeyRingBusy("somebody else is changing the key ring: wait until they have finished") from None
            yield
        finally:
            os.close(descriptor)

    def replace(self, ring: KeyRing) -> None:
        """Write another ring in the place of this one, durably: what it will seal opens with nothing else."""
        written = {
            "current": ring.current,
            "index": ring.index_key.hex(),
            **({"index_next": ring.index_key_next.hex()} if ring.index_key_next else {}),
            **({"marks": ring.mark_key.hex()} if ring.mark_key else {}),
            "keys": {name: key.hex() for name, key in ring.keys.items()},
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = mkstemp(dir=self._path.parent, prefix=".")  # made with mode 0600
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(written, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # a rename is durable once its folder is
        finally:
            os.close(folder)
        self.again()


def _parsed(path: Path) -> KeyRing:
    try:
        written = cast("dict[str, Any]", json.loads(path.read_text("ascii")))
        return KeyRing(
            keys={str(name): bytes.fromhex(key) for name, key in written["keys"].items()},
            current=str(written["current"]),
            index_key=bytes.fromhex(written["index"]),
            index_key_next=bytes.fromhex(written["index_next"]) if "index_next" in written else None,
            mark_key=bytes.fromhex(written["marks"]) if "marks" in written else None,
        )
    except OSError as fault:
        raise KeyRingInvalid(f"the key ring cannot be read: {fault.strerror}") from fault
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyRingInvalid("the key ring is not the JSON that `errand keys` writes") from None
