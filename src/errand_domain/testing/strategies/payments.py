"""Attempts to collect money, and refunds, in every state."""

from typing import Any, get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from errand_domain.ids import AttemptId, CampusId, MemberId, OrderId
from errand_domain.payment import refund as refunding
from errand_domain.payment.attempt import (
    ATTEMPT_STATES,
    Attempt,
    AttemptState,
    Closed,
    Created,
    Failed,
    Pending,
    Purpose,
    Succeeded,
    Unknown,
)
from errand_domain.payment.refund import REFUND_STATES, Refund, RefundReason, RefundState, refund_number
from errand_domain.testing.strategies.values import identities, lines, moments, money

PROVIDERS = ("memory", "wechat_pay", "alipay")
_VERSION_MOST = 50


def attempt_states(kind: type[AttemptState]) -> SearchStrategy[AttemptState]:
    """States of that kind."""
    made: dict[type[AttemptState], SearchStrategy[Any]] = {
        Created: st.just(Created()),
        Pending: st.builds(Pending, client_parameters=lines(most=200)),
        Succeeded: st.builds(
            Succeeded,
            transaction_id=lines(most=32),
            paid_at=moments(),
            payer=lines(least=0, most=64),
            shipped_at=st.none() | moments(),
            settled_at=st.none() | moments(),
        ),
        Closed: st.builds(Closed, closed_at=moments()),
        Failed: st.builds(Failed, reason=lines(most=100)),
        Unknown: st.builds(Unknown, since=moments(), queries=st.integers(0, 100)),
    }
    return made[kind]


@st.composite
def attempts(draw: DrawFn, *kinds: type[AttemptState]) -> Attempt:
    """Attempts in one of those states; without any, in every state."""
    kind = draw(st.sampled_from(kinds or ATTEMPT_STATES))
    return Attempt(
        id=AttemptId(draw(identities())),
        order_id=OrderId(draw(identities())),
        campus_id=CampusId(draw(identities())),
        payer_id=MemberId(draw(identities())),
        purpose=draw(st.sampled_from(get_args(Purpose))),
        provider=draw(st.sampled_from(PROVIDERS)),
        amount=draw(money(least=1)),
        created_at=draw(moments()),
        query_at=draw(st.none() | moments()) if kind in (Created, Pending, Unknown) else None,
        state=draw(attempt_states(kind)),
        version=1 if kind is Created else draw(st.integers(2, _VERSION_MOST)),
    )


def refund_states(kind: type[RefundState]) -> SearchStrategy[RefundState]:
    """States of that kind."""
    made: dict[type[RefundState], SearchStrategy[Any]] = {
        refunding.Requested: st.just(refunding.Requested()),
        refunding.Processing: st.builds(
            refunding.Processing,
            refund_id=lines(most=64),
            accepted_at=st.none() | moments(),
            silent_since=st.none() | moments(),
        ),
        refunding.Refunded: st.builds(refunding.Refunded, refunded_at=moments(), accepted_at=st.none() | moments()),
        refunding.RefundClosed: st.builds(refunding.RefundClosed, closed_at=moments()),
        refunding.Abnormal: st.builds(refunding.Abnormal, since=moments(), advice=lines(most=200)),
    }
    return made[kind]


@st.composite
def refunds(draw: DrawFn, *kinds: type[RefundState]) -> Refund:
    """Refunds in one of those states; without any, in every state."""
    kind = draw(st.sampled_from(kinds or REFUND_STATES))
    attempt_id = AttemptId(draw(identities()))
    reason: RefundReason = draw(st.sampled_from(get_args(RefundReason)))
    return Refund(
        number=refund_number(attempt_id, reason, nth=draw(st.integers(1, 9))),
        attempt_id=attempt_id,
        order_id=OrderId(draw(identities())),
        campus_id=CampusId(draw(identities())),
        provider=draw(st.sampled_from(PROVIDERS)),
        amount=draw(money(least=1)),
        reason=reason,
        requested_at=draw(moments()),
        query_at=draw(st.none() | moments()) if kind in (refunding.Requested, refunding.Processing) else None,
        state=draw(refund_states(kind)),
        version=1 if kind is refunding.Requested else draw(st.integers(2, _VERSION_MOST)),
    )
