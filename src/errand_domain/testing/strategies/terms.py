"""What is asked for, and what it costs."""

from datetime import timedelta
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from errand_domain.ids import CampusId, MemberId, QuoteId
from errand_domain.money import NOTHING, Money
from errand_domain.order.pricing import Price
from errand_domain.order.quote import Quote, fingerprint
from errand_domain.order.terms import Handover, Terms, Window
from errand_domain.policy import CATEGORIES
from errand_domain.testing.strategies.values import (
    distances,
    identities,
    later,
    lines,
    moments,
    money,
    paragraphs,
    shares,
    stops,
)

_SURCHARGE_MOST = 5_000


@st.composite
def windows(draw: DrawFn) -> Window:
    """When an errand is wanted: up to a week long."""
    earliest = draw(moments())
    return Window(earliest=earliest, latest=draw(later(earliest, most=timedelta(days=7))))


@cache
def handovers() -> SearchStrategy[Handover]:
    """Every way of handing over that the house rules leave."""
    return st.one_of(
        st.builds(
            Handover,
            place=st.just("gate"),
            admits=st.sampled_from(("anyone", "women", "men", "nobody")),
            runner_gender=st.sampled_from((None, "female", "male")),
        ),
        st.builds(
            Handover,
            place=st.just("door"),
            admits=st.just("anyone"),
            runner_gender=st.sampled_from((None, "female", "male")),
        ),
        st.builds(
            Handover, place=st.just("door"), admits=st.just("women"), runner_gender=st.sampled_from((None, "female"))
        ),
        st.builds(
            Handover, place=st.just("door"), admits=st.just("men"), runner_gender=st.sampled_from((None, "male"))
        ),
    )


@st.composite
def terms(draw: DrawFn) -> Terms:
    """The content of an order of any category."""
    category = draw(st.sampled_from(CATEGORIES))
    return Terms(
        category=category,
        pickup=draw(stops()),
        dropoff=draw(stops()),
        item=draw(lines(most=80)),
        weight_grams=draw(st.integers(1, 30_000)),
        note=draw(paragraphs(most=300)),
        window=draw(windows()),
        handover=draw(handovers()),
        pickup_code=draw(lines(least=0, most=40)),
        goods_advance=draw(money(least=1, most=50_000)) if category == "purchase" else NOTHING,
    )


def prices(*, goods_advance: Money | None = None) -> SearchStrategy[Price]:
    """Prices of at least one fen, with that goods advance where one is given."""
    surcharge = money(most=_SURCHARGE_MOST)
    return st.builds(
        Price,
        base=money(least=1, most=_SURCHARGE_MOST),
        distance=surcharge,
        weight=surcharge,
        night=surcharge,
        urgency=surcharge,
        tip=surcharge,
        goods_advance=money(most=50_000) if goods_advance is None else st.just(goods_advance),
        shares=shares(),
    )


@st.composite
def quotes(draw: DrawFn) -> Quote:
    """Offers for some terms."""
    wanted = draw(terms())
    return Quote(
        id=QuoteId(draw(identities())),
        member_id=MemberId(draw(identities())),
        campus_id=CampusId(draw(identities())),
        price=draw(prices(goods_advance=wanted.goods_advance)),
        distance=draw(distances()),
        fingerprint=fingerprint(wanted),
        expires_at=draw(moments()),
    )
