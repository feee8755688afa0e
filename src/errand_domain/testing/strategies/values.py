"""Small values: identities, moments, texts, money, places.

Each strategy is made once: a text weighs all of Unicode against what is refused, and many are drawn for every order.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final, Literal
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from errand_domain.ids import BuildingId, FileId
from errand_domain.member.member import Way
from errand_domain.money import FULL_BASIS_POINTS, Money
from errand_domain.place import Contact, Distance, Point, Stop
from errand_domain.policy import Shares

FEN_MOST = 1_000_000
_REFUSED_CATEGORIES: Final[tuple[Literal["Cc", "Cs", "Co", "Cn", "Zl", "Zp"], ...]] = (
    "Cc",
    "Cs",
    "Co",
    "Cn",
    "Zl",
    "Zp",
)
# What breaks careless code: CJK beyond the basic plane, joined emoji, flags, combining marks, right-to-left
# override, half-width kana, and the signs that have a meaning to SQL, HTML and LIKE.
_AWKWARD = "快递東𠮷ｶﾞ한글🛵👩‍🚀🇨🇳e\u0301o\u0308ﷺ\u202e'\"\\%_;<&\u3000 "
_DAY = timedelta(days=1)


@cache
def identities() -> SearchStrategy[UUID]:
    """UUIDv7s of the years that this service may see."""

    def lay_out(milliseconds: int, high: int, low: int) -> UUID:
        return UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low)

    return st.builds(
        lay_out,
        st.integers(1_700_000_000_000, 2_000_000_000_000),
        st.integers(0, (1 << 12) - 1),
        st.integers(0, (1 << 62) - 1),
    )


@cache
def moments() -> SearchStrategy[datetime]:
    """Aware moments in UTC, to the microsecond."""
    return st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone


def later(than: datetime, *, most: timedelta = 2 * _DAY) -> SearchStrategy[datetime]:
    """Moments after that one."""
    return st.timedeltas(timedelta(microseconds=1), most).map(lambda after: than + after)


def lines(*, most: int, least: int = 1) -> SearchStrategy[str]:
    """What `errand_domain.text.line` takes."""
    return _texts(least=least, most=most)


def paragraphs(*, most: int, least: int = 0) -> SearchStrategy[str]:
    """What `errand_domain.text.paragraph` takes."""
    return _texts(least=least, most=most, breaks="\n")


@cache
def _texts(*, least: int, most: int, breaks: str = "") -> SearchStrategy[str]:
    typed = st.sampled_from(_AWKWARD + breaks) | st.characters(exclude_categories=_REFUSED_CATEGORIES)
    return st.text(typed, min_size=least, max_size=most).filter(lambda text: len(text.strip()) >= least)


@cache
def money(*, least: int = 0, most: int = FEN_MOST) -> SearchStrategy[Money]:
    """Amounts in whole fen."""
    return st.integers(least, most).map(Money)


def splits_of(whole: Money) -> SearchStrategy[tuple[Money, Money]]:
    """Two amounts that together are at most that."""
    return st.tuples(money(most=whole.fen), money(most=whole.fen)).map(
        lambda pair: pair if pair[0] + pair[1] <= whole else (pair[0], whole - pair[0])
    )


@cache
def shares() -> SearchStrategy[Shares]:
    """Rates that together do not exceed the whole."""

    def share(runner: int, agent: int) -> Shares:
        return Shares(runner_basis_points=runner, agent_basis_points=min(agent, FULL_BASIS_POINTS - runner))

    return st.builds(share, st.integers(0, FULL_BASIS_POINTS), st.integers(0, FULL_BASIS_POINTS))


@cache
def points() -> SearchStrategy[Point]:
    """Positions anywhere on earth, to about a centimetre."""

    def at(latitude: int, longitude: int) -> Point:
        return Point(latitude=latitude / 10**7, longitude=longitude / 10**7)

    return st.builds(at, st.integers(-90 * 10**7, 90 * 10**7), st.integers(-180 * 10**7, 180 * 10**7))


@cache
def distances() -> SearchStrategy[Distance]:
    """Walking distances, measured or estimated."""
    return st.builds(Distance, metres=st.integers(0, 50_000), estimated=st.booleans())


@cache
def phones() -> SearchStrategy[str]:
    """Telephone numbers in E.164."""
    return st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)


@cache
def contacts() -> SearchStrategy[Contact]:
    """Whom to call."""
    return st.builds(Contact, name=lines(most=20), phone=phones())


@cache
def stops() -> SearchStrategy[Stop]:
    """Where an errand begins or ends."""
    return st.builds(
        Stop,
        name=lines(most=60),
        point=points(),
        building_id=st.none() | identities().map(BuildingId),
        detail=lines(least=0, most=80),
        contact=st.none() | contacts(),
    )


@cache
def ways() -> SearchStrategy[Way]:
    """Ways to sign in, of each kind."""
    return st.one_of(
        phones().map(lambda phone: Way("phone", phone)),
        st.from_regex(r"[a-z0-9.+_-]{1,64}@[a-z0-9.-]{1,60}", fullmatch=True).map(lambda to: Way("email", to)),
        st.from_regex(r"[A-Za-z0-9_-]{6,64}", fullmatch=True).map(lambda openid: Way("wechat", openid)),
    )


@cache
def photos(*, least: int = 0) -> SearchStrategy[tuple[FileId, ...]]:
    """A few files."""
    return st.lists(identities().map(FileId), min_size=least, max_size=3, unique=True).map(tuple)
