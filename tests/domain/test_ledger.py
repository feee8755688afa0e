"""Transfers, the balances that follow from them, and the proof that finds what is wrong."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.errors import InvalidField
from errand_domain.money import Money
from errand_domain.settlement import recipes
from errand_domain.settlement.accounts import ACCOUNTS, STORED, Account
from errand_domain.settlement.ledger import Transfer, balances, verify
from errand_domain.settlement.recipes import Purse
from errand_domain.settlement.split import Split
from errand_domain.testing.strategies.settlement import transfers
from tests.domain.examples import CAMPUS_ID, NOON, ORDER_ID, RUNNER, WITHDRAWAL_ID

ESCROW = recipes.escrow(ORDER_ID)
CLEARING = recipes.clearing("memory")
AVAILABLE = recipes.runner_available(RUNNER)
PAYMENT = Transfer(key="k", debit=CLEARING, credit=ESCROW, amount=Money(601), at=NOON)


def test_half_a_movement_cannot_be_written_down():
    for wrong in ({"amount": Money(0)}, {"credit": CLEARING}):
        with pytest.raises(InvalidField):
            evolve(PAYMENT, **wrong)


@given(st.lists(transfers(), max_size=30))
def test_debits_equal_credits_whatever_was_booked(booked: list[Transfer]):
    folded = balances(booked)
    sides = {"debit": 0, "credit": 0}
    for account, fen in folded.items():
        sides[account.row.side] += fen
    assert sides["debit"] == sides["credit"]
    assert not [found for found in verify(folded) if found.account == "all"]


@given(st.lists(transfers(), max_size=20), st.integers(0, 20))
def test_balances_can_be_folded_in_any_pieces(booked: list[Transfer], cut: int):
    whole = balances(booked)
    for account, fen in balances(booked[cut:]).items():
        whole[account] -= fen
    pieces = balances(booked[:cut])
    assert {account: fen for account, fen in whole.items() if fen} == {a: fen for a, fen in pieces.items() if fen}


def test_a_sound_ledger_has_nothing_wrong_with_it():
    assert verify(balances([PAYMENT])) == ()


def test_a_sum_that_does_not_add_up_is_found():
    folded = balances([PAYMENT]) | {ESCROW: 600}
    assert [found.account for found in verify(folded)] == ["all"]


@pytest.mark.parametrize("kind", ACCOUNTS)
def test_only_the_accounts_that_may_be_negative_may_be(kind: str):
    account = Account(kind, "x")  # type: ignore[arg-type]
    other = Account("provider_clearing", "y")
    pair = (account, other) if account.row.side == "credit" else (other, account)
    drained = Transfer(key="k", debit=pair[0], credit=pair[1], amount=Money(5), at=NOON)
    found = verify(balances([drained]))
    assert bool(found) == (not ACCOUNTS[account.kind].may_be_negative)


def test_of_what_belongs_to_people_and_orders_only_available_earnings_may_be_negative():
    assert [kind for kind in sorted(STORED) if ACCOUNTS[kind].may_be_negative] == ["runner_available"]


def test_a_final_order_that_still_holds_money_is_found():
    folded = balances([PAYMENT])
    assert verify(folded, final_orders=frozenset({"another"})) == ()
    (found,) = verify(folded, final_orders=frozenset({str(ORDER_ID)}))
    assert found.account == str(ESCROW)


# -- Recipes -------------------------------------------------------------------------------------------------


def test_a_recipe_that_divides_more_or_less_than_is_held_is_refused():
    for fen in (600, 602):
        with pytest.raises(ValueError, match="held"):
            recipes.divide(
                ORDER_ID,
                Split(runner=Money(fen)),
                purse=Purse(service=Money(601), goods=Money(0)),
                runner_id=RUNNER,
                campus_id=CAMPUS_ID,
                at=NOON,
            )


def test_a_recipe_that_pays_a_runner_who_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no runner"):
        recipes.divide(
            ORDER_ID,
            Split(runner=Money(601)),
            purse=Purse(service=Money(601), goods=Money(0)),
            runner_id=None,
            campus_id=CAMPUS_ID,
            at=NOON,
        )


def test_the_two_releases_of_an_order_have_keys_of_their_own():
    rounds = [recipes.release(ORDER_ID, RUNNER, earning_round=n, amount=Money(5), at=NOON)[0].key for n in (1, 2)]
    assert len(set(rounds)) == 2


def test_a_withdrawal_freezes_once_and_each_part_is_paid_once():
    froze = recipes.withdraw(WITHDRAWAL_ID, RUNNER, amount=Money(300), at=NOON)
    paid = [
        recipes.paid_out(WITHDRAWAL_ID, RUNNER, part=n, provider="memory", amount=Money(100), at=NOON) for n in (1, 2)
    ]
    rest = recipes.let_go(WITHDRAWAL_ID, RUNNER, amount=Money(100), at=NOON)
    moved = [*froze, *paid[0], *paid[1], *rest]
    assert len({transfer.key for transfer in moved}) == 4
    assert balances(moved) == {AVAILABLE: -200, recipes.runner_withdrawing(RUNNER): 0, CLEARING: -200}
