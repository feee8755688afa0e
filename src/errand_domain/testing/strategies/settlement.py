"""Transfers, earnings and withdrawals."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from errand_domain.ids import CampusId, MemberId, OrderId, WithdrawalId
from errand_domain.settlement import withdrawal_states as withdrawing
from errand_domain.settlement.accounts import ACCOUNTS, Account, AccountKind
from errand_domain.settlement.earning import EARNING_STATES, Earning, EarningState, Frozen, Held, Released, TakenBack
from errand_domain.settlement.ledger import Transfer
from errand_domain.settlement.split import Split, by_rates
from errand_domain.settlement.withdrawal import Withdrawal
from errand_domain.settlement.withdrawal_states import WITHDRAWAL_STATES, WithdrawalState
from errand_domain.testing.strategies.payments import PROVIDERS
from errand_domain.testing.strategies.values import identities, lines, moments, money, shares

_VERSION_MOST = 50
_WATCHED = (withdrawing.Requested, withdrawing.Approved, withdrawing.Sending, withdrawing.WaitingForUser)


def accounts() -> SearchStrategy[Account]:
    """Accounts of every kind, each with an owner of the right sort."""

    def of_kind(kind: AccountKind) -> SearchStrategy[Account]:
        owners = st.sampled_from(PROVIDERS) if ACCOUNTS[kind].owner == "provider" else identities().map(str)
        return owners.map(lambda owner: Account(kind, owner))

    return st.sampled_from(sorted(ACCOUNTS)).flatmap(of_kind)


@st.composite
def transfers(draw: DrawFn) -> Transfer:
    """Movements between any two accounts."""
    debit = draw(accounts())
    credit = draw(accounts().filter(lambda account: account != debit))
    return Transfer(
        key=f"test:{draw(identities())}", debit=debit, credit=credit, amount=draw(money(least=1)), at=draw(moments())
    )


def splits() -> SearchStrategy[Split]:
    """Ordinary divisions of some order's money."""
    return st.builds(by_rates, service=money(least=1), goods=money(most=50_000), shares=shares())


def earning_states(kind: type[EarningState]) -> SearchStrategy[EarningState]:
    """States of that kind."""
    made: dict[type[EarningState], SearchStrategy[Any]] = {
        Held: st.builds(Held, release_at=moments()),
        Frozen: st.builds(Frozen, since=moments(), released=st.booleans()),
        Released: st.builds(Released, released_at=moments()),
        TakenBack: st.builds(TakenBack, taken_back_at=moments()),
    }
    return made[kind]


@st.composite
def earnings(draw: DrawFn, *kinds: type[EarningState]) -> Earning:
    """Earnings in one of those states; without any, in every state."""
    kind = draw(st.sampled_from(kinds or EARNING_STATES))
    return Earning(
        order_id=OrderId(draw(identities())),
        round=draw(st.integers(1, 2)),
        runner_id=MemberId(draw(identities())),
        campus_id=CampusId(draw(identities())),
        split=draw(splits()),
        goods=draw(money(most=50_000)),
        earned_at=draw(moments()),
        state=draw(earning_states(kind)),
        version=1 if kind is Held else draw(st.integers(2, _VERSION_MOST)),
    )


def withdrawal_states(kind: type[WithdrawalState], *, parts: int) -> SearchStrategy[WithdrawalState]:
    """States of that kind, for a withdrawal in that many parts."""
    part = st.integers(1, parts)
    paid = st.integers(0, parts - 1)
    made: dict[type[WithdrawalState], SearchStrategy[Any]] = {
        withdrawing.Requested: st.just(withdrawing.Requested()),
        withdrawing.Approved: st.builds(withdrawing.Approved, approved_by=st.none() | identities().map(MemberId)),
        withdrawing.Sending: st.builds(
            withdrawing.Sending, part=part, since=moments(), silent_since=st.none() | moments()
        ),
        withdrawing.WaitingForUser: st.builds(
            withdrawing.WaitingForUser, part=part, package=lines(most=200), expires_at=moments()
        ),
        withdrawing.Parked: st.builds(withdrawing.Parked, part=part, since=moments(), reason=lines(most=100)),
        withdrawing.Succeeded: st.builds(withdrawing.Succeeded, finished_at=moments()),
        withdrawing.Failed: st.builds(
            withdrawing.Failed, finished_at=moments(), reason=lines(most=100), parts_paid=paid
        ),
        withdrawing.Expired: st.builds(withdrawing.Expired, finished_at=moments(), parts_paid=paid),
    }
    return made[kind]


@st.composite
def withdrawals(draw: DrawFn, *kinds: type[WithdrawalState]) -> Withdrawal:
    """Withdrawals in one of those states; without any, in every state."""
    kind = draw(st.sampled_from(kinds or WITHDRAWAL_STATES))
    parts = tuple(draw(st.lists(money(least=1, most=20_000), min_size=1, max_size=4)))
    return Withdrawal(
        id=WithdrawalId(draw(identities())),
        runner_id=MemberId(draw(identities())),
        campus_id=CampusId(draw(identities())),
        provider=draw(st.sampled_from(PROVIDERS)),
        payee=draw(lines(least=0, most=64)),
        payee_name=draw(lines(least=0, most=20)),
        parts=parts,
        requested_at=draw(moments()),
        query_at=draw(st.none() | moments()) if kind in _WATCHED else None,
        state=draw(withdrawal_states(kind, parts=len(parts))),
        version=1 if kind is withdrawing.Requested else draw(st.integers(2, _VERSION_MOST)),
    )
