"""Being signed in: one-time codes, and sessions that end at once when revoked."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from attrs import Factory, evolve, field, frozen

from errand_domain.errors import Conflict, Forbidden, Invalid
from errand_domain.ids import MemberId
from errand_domain.member.member import Way, WayKind
from errand_domain.text import line

CODE_LIFE: Final = timedelta(minutes=5)
CODE_TRIES: Final = 5
CODE_PAUSE: Final = timedelta(seconds=60)
CODES_AN_HOUR: Final = 5
CODES_A_DAY: Final = 10
BURNT_AN_HOUR: Final = 3
"""So many codes of one address may be guessed at to their end within an hour; then the address has a pause."""
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
SESSION_LIFE: Final = timedelta(days=30)
STAFF_SESSION_LIFE: Final = timedelta(hours=12)
IDLE_LONGEST: Final = timedelta(days=14)
STAFF_IDLE_LONGEST: Final = timedelta(minutes=30)
SEEN_EVERY: Final = timedelta(days=1)
STAFF_SEEN_EVERY: Final = timedelta(minutes=5)
"""That a session is in use is written down so often at the most: reading must not become writing."""
PROOF_LIFE: Final = timedelta(minutes=10)
SESSIONS_MOST: Final = 10
"""Of one member: a further one ends the oldest. Two that start at the same moment may be one too many."""

Means = Literal["phone", "email", "wechat", "password"]
"""By what somebody signed in: a code that was sent there, the platform's word, or a password."""
Strength = Literal["one_factor", "two_factors"]


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
class CodeNotSent(Conflict):
    """Nobody carried the code there: it may be that address, or that the carrier is away."""

    code = "sign_in.code_not_sent"
    sentence = "验证码没有发出，请检查号码或邮箱，稍后再试"


@frozen(str=False)
class CountryNotServed(Invalid):
    """No codes go to phones of that country or region, whoever has the number: each message costs."""

    code = "sign_in.country_not_served"
    sentence = "暂不支持向该国家或地区的手机号发送验证码"


@frozen(str=False)
class NotSignedIn(Forbidden):
    """There is no such session, or it has ended."""

    code = "sign_in.required"
    sentence = "请先登录"


@frozen(str=False)
class ProofTooOld(Conflict):
    """That needs a fresh proof of who asks: prove it at /sessions/current/proofs, by both factors where one has two."""

    code = "session.proof_needed"
    sentence = "为了账号安全，请先验证身份"

    within_seconds: int


@frozen(kw_only=True)
class CodeHistory:
    """When codes were sent to an address before the last one, and when codes to it were guessed at to their end."""

    sent: tuple[datetime, ...] = ()
    burnt: tuple[datetime, ...] = ()


@frozen(kw_only=True)
class SignInCode:
    """A code that was sent to an address. Only its hash is kept."""

    way: Way
    code_hash: str = field(repr=False)
    sent_at: datetime
    tries_left: int = CODE_TRIES
    history: CodeHistory = CodeHistory()
    version: int = 1

    def followed_by(self, code_hash: str, *, at: datetime) -> "SignInCode":
        """A new code to the same address; of two that are sent at once, one takes this one's place."""
        history = CodeHistory(
            sent=_within((*self.history.sent, self.sent_at), DAY, at=at), burnt=_within(self.history.burnt, HOUR, at=at)
        )
        return SignInCode(way=self.way, code_hash=code_hash, sent_at=at, history=history, version=self.version + 1)

    @property
    def expires_at(self) -> datetime:
        """Until when it is good."""
        return self.sent_at + CODE_LIFE

    def is_good(self, *, at: datetime) -> bool:
        """Whether it may still be tried."""
        return self.tries_left > 0 and at < self.expires_at

    def tried(self) -> "SignInCode":
        """The code after one wrong try; the last one burns it."""
        left = self.tries_left - 1
        burnt = (*self.history.burnt, self.sent_at) if left == 0 else self.history.burnt
        history = evolve(self.history, burnt=burnt)
        return evolve(self, tries_left=left, history=history, version=self.version + 1)

    def spent(self) -> "SignInCode":
        """The code after its use: good for nothing."""
        return evolve(self, tries_left=0, version=self.version + 1)


@frozen(kw_only=True)
class Session:
    """One signed-in device. Only the hash of its token is kept.

    `place` is the network that it was started from, without what would tell one device in it from another. Who it is
    was proven when it was started, and may be proven again: `proved_at` and `proved_by` are of the last time.
    """

    id: UUID
    member_id: MemberId
    token_hash: str = field(repr=False)
    device: str = field(default="", validator=line(least=0, most=120))
    place: str = field(default="", repr=False, validator=line(least=0, most=60))
    by: Means = "phone"
    strength: Strength = "one_factor"
    started_at: datetime
    expires_at: datetime
    seen_at: datetime = field(default=Factory(lambda session: session.started_at, takes_self=True))
    proved_at: datetime = field(default=Factory(lambda session: session.started_at, takes_self=True))
    proved_by: Means = field(default=Factory(lambda session: session.by, takes_self=True))

    def is_live(self, *, at: datetime) -> bool:
        """Whether it has neither run out nor been idle for too long, which is sooner where it has staff's powers."""
        idle = STAFF_IDLE_LONGEST if self.strength == "two_factors" else IDLE_LONGEST
        return at < min(self.expires_at, self.seen_at + idle)

    def is_unseen(self, *, at: datetime) -> bool:
        """Whether it is time to write down that it is in use."""
        return self.seen_at + (STAFF_SEEN_EVERY if self.strength == "two_factors" else SEEN_EVERY) <= at

    def proves_email(self, *, at: datetime) -> bool:
        """Whether a code that was sent to the member's e-mail address has proven it a moment ago."""
        return self.proved_by == "email" and self.is_proven(at=at)

    def rests_on(self, kind: WayKind) -> bool:
        """Whether it was started or last proven by that way."""
        return not {self.by, self.proved_by}.isdisjoint(means_of(kind))

    def is_proven(self, *, at: datetime) -> bool:
        """Whether it was proven a moment ago who asks."""
        return at < self.proved_at + PROOF_LIFE

    def check_proven(self, *, at: datetime, by_both: bool) -> None:
        """Raise `ProofTooOld` where that is longer ago; with `by_both`, where it was proven by less than both factors.

        Of those who have a second factor, a password proves nothing without it: what it has proven, both have.
        """
        if not self.is_proven(at=at) or (by_both and self.proved_by != "password"):
            raise ProofTooOld(int(PROOF_LIFE.total_seconds()))


def means_of(kind: WayKind) -> tuple[Means, ...]:
    """What proves nothing without that way; a password is good with the e-mail address alone."""
    return ("email", "password") if kind == "email" else (kind,)


def life_of(strength: Strength) -> timedelta:
    """How long a session of that strength lasts at the most."""
    return STAFF_SESSION_LIFE if strength == "two_factors" else SESSION_LIFE


def check_pause(last: SignInCode | None, *, at: datetime, is_known: bool = False) -> None:
    """Raise `CodeTooSoon` where the address has had its codes, of the minute, hour or day, or too many were burnt.

    Where it is known who asks, only that of the minute counts: the others may be the work of strangers.
    """
    if last is None:
        return
    sent = (*last.history.sent, last.sent_at)
    paused_until = last.sent_at + CODE_PAUSE
    free_at = max(
        paused_until,
        _free_at(sent, most=CODES_AN_HOUR, per=HOUR, otherwise=at),
        _free_at(sent, most=CODES_A_DAY, per=DAY, otherwise=at),
        _free_at(last.history.burnt, most=BURNT_AN_HOUR, per=HOUR, otherwise=at),
    )
    if is_known:
        free_at = paused_until
    if at < free_at:
        raise CodeTooSoon(int((free_at - at).total_seconds()) + 1)


def _free_at(moments: tuple[datetime, ...], *, most: int, per: timedelta, otherwise: datetime) -> datetime:
    """When one more fits: once the one that is `most` back is older than `per`."""
    return moments[-most] + per if len(moments) >= most else otherwise


def _within(moments: Iterable[datetime], span: timedelta, *, at: datetime) -> tuple[datetime, ...]:
    return tuple(moment for moment in moments if at < moment + span)
