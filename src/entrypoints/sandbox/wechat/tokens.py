"""The stable access token, by WeChat's rules: who asks twice gets the same, until it is nearly over."""

from datetime import datetime, timedelta
from typing import Final, Literal

from attrs import evolve, frozen

LASTS: Final = timedelta(hours=2)
RENEWED_BEFORE_END: Final = timedelta(minutes=5)
FORCED_A_DAY_MOST: Final = 20
FORCED_APART: Final = timedelta(seconds=30)
DAY: Final = timedelta(days=1)

Standing = Literal["counts", "expired", "unknown"]


@frozen(kw_only=True)
class Token:
    """One token, and until when it counts."""

    text: str
    expires_at: datetime

    def seconds_left(self, at: datetime) -> int:
        """How long it still counts."""
        return int((self.expires_at - at).total_seconds())


@frozen(kw_only=True)
class Tokens:
    """The tokens of one app, the newest last, and when a new one was forced."""

    given: tuple[Token, ...] = ()
    forced_at: tuple[datetime, ...] = ()

    def asked(self, text: str, *, at: datetime, force: bool) -> "Tokens":
        """The tokens after a request, of which the last is the answer; `text` is what a new one would be.

        In the last five minutes a new one is given, and the old one counts beside it until its end. One that is
        forced takes the old one away at once, and is given only so often.
        """
        newest = self.given[-1] if self.given else None
        token = Token(text=text, expires_at=at + LASTS)
        if force and self._may_force(at):
            recent = tuple(moment for moment in self.forced_at if at - moment < DAY)
            return Tokens(given=(token,), forced_at=(*recent, at))
        if newest is not None and newest.expires_at - at >= RENEWED_BEFORE_END:
            return self
        return evolve(self, given=(*self.given[-1:], token))

    def standing(self, text: str, *, at: datetime) -> Standing:
        """Whether that token counts now."""
        for token in self.given:
            if token.text == text:
                return "counts" if at < token.expires_at else "expired"
        return "unknown"

    def _may_force(self, at: datetime) -> bool:
        today = [moment for moment in self.forced_at if at - moment < DAY]
        return len(today) < FORCED_A_DAY_MOST and (not today or at - today[-1] >= FORCED_APART)
