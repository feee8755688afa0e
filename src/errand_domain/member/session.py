"""Being signed in: one-time codes, and sessions that end at once when revoked."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from attrs import evolve, field, frozen

from errand_domain.errors import Conflict, Forbidden, Invalid
from errand_domain.ids import MemberId
from errand_domain.member.member import Way
from errand_domain.text import line

CODE_LIFE: Final = timedelta(minutes=5)
CODE_TRIES: Final = 5
CODE_PAUSE: Final = timedelta(seconds=60)
SESSION_LIFE: Final = timedelta(days=30)


@frozen(str=False)
class WrongCode(Invalid):
    """The code is wrong, used, expired, or was never sent: all look the same."""

    code = "sign_in.wrong_code"
    sentence = "验证码不正确或已过期"


@frozen(str=False)
class CodeTooSoon(Conflict):
    """Another code was sent a moment ago."""

    code = "sign_in.code_too_soon"
    sentence = "验证码发送过于频繁，请稍后再试"

    seconds: int


@frozen(str=False)
class NotSignedIn(Forbidden):
    """There is no such session, or it has ended."""

    code = "sign_in.required"
    sentence = "请先登录"


@frozen(kw_only=True)
class SignInCode:
    """A code that was sent to an address. Only its hash is kept."""

    way: Way
    code_hash: str = field(repr=False)
    sent_at: datetime
    tries_left: int = CODE_TRIES
    version: int = 1

    def followed_by(self, code_hash: str, *, at: datetime) -> "SignInCode":
        """A new code to the same address; of two that are sent at once, one takes this one's place."""
        return SignInCode(way=self.way, code_hash=code_hash, sent_at=at, version=self.version + 1)

    @property
    def expires_at(self) -> datetime:
        """Until when it is good."""
        return self.sent_at + CODE_LIFE

    def is_good(self, *, at: datetime) -> bool:
        """Whether it may still be tried."""
        return self.tries_left > 0 and at < self.expires_at

    def tried(self) -> "SignInCode":
        """The code after one try."""
        return evolve(self, tries_left=self.tries_left - 1, version=self.version + 1)

    def spent(self) -> "SignInCode":
        """The code after its use: good for nothing."""
        return evolve(self, tries_left=0, version=self.version + 1)


@frozen(kw_only=True)
class Session:
    """One signed-in device. Only the hash of its token is kept."""

    id: UUID
    member_id: MemberId
    token_hash: str = field(repr=False)
    device: str = field(default="", validator=line(least=0, most=120))
    started_at: datetime
    expires_at: datetime


def check_pause(last: SignInCode | None, *, at: datetime) -> None:
    """Raise `CodeTooSoon` within a minute of the last code to the same address."""
    if last is not None and at < last.sent_at + CODE_PAUSE:
        raise CodeTooSoon(int((last.sent_at + CODE_PAUSE - at).total_seconds()) + 1)
