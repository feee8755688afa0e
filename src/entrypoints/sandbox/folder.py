"""A sandbox of its own in one folder: keys that were handed out once, and what the partners remember."""

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from attrs import frozen

from entrypoints.sandbox.keys import FOLDER_MODE, Keys
from entrypoints.sandbox.mail.keys import MailKeys
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partners import environment, make_partners
from entrypoints.sandbox.store import Store
from errand_domain.ports.outside import Clock


class WallClock(Clock):
    """The machine's time: alone, the outside world has no other."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.now(UTC)


@frozen
class SandboxFolder:
    """Readable by this user alone; the same folder is the same world after a restart."""

    path: Path

    @property
    def keys(self) -> Keys:
        """What the partners hand out, and what they keep to themselves."""
        return Keys(self._made() / "keys")

    @property
    def books(self) -> Path:
        """What the partners remember."""
        return self._made() / "sandbox.sqlite3"

    def outside(self, *, speed: int) -> Outside:
        """Every partner, whose notifications are repeated that many times faster than theirs are."""
        partners = make_partners(self.keys, WallClock())
        return Outside(Store(self.books), manners=Manners(speed=speed), make_partners=partners)

    def environment(self, url: str, *, mail_port: int) -> Mapping[str, str]:
        """What the service must be started with, and what the commands need, where it is served at that address."""
        return {
            "ERRAND_MODE": "development",
            "ERRAND_SANDBOX_URL": url,
            "ERRAND_NOTICES": "tencent_sms,smtp",
            **environment(self.keys, url),
            **MailKeys(self.keys).environment(mail_port),
        }

    def _made(self) -> Path:
        path = self.path.resolve()
        path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        return path


def exports(environment: Mapping[str, str]) -> str:
    """The environment for a shell."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment.items())
