"""What goes wrong on request: where it can happen, once each, in order."""

from typing import get_args

import pytest

from entrypoints.sandbox.faults import MEANINGS, TIMES_MOST, CallFault, Faults, NewsFault
from entrypoints.sandbox.outside import Outside


@pytest.fixture
def faults() -> Faults:
    return Faults({"bank.pay": ("delay", "drop_answer"), "bank.notify": ("lost",)})


def test_each_is_met_once_and_in_the_order_of_asking(faults: Faults):
    faults.ask("bank.pay", "delay", times=2)
    faults.ask("bank.pay", "drop_answer")
    assert [faults.take("bank.pay") for _ in range(4)] == ["delay", "delay", "drop_answer", None]


def test_each_is_met_by_its_own_operation(faults: Faults):
    faults.ask("bank.notify", "lost")
    assert faults.take("bank.pay") is None
    assert faults.take("bank.notify") == "lost"


@pytest.mark.parametrize(
    ("operation", "kind"), [("bank.pay", "lost"), ("bank.close", "delay"), ("bank.pay", "nonsense")]
)
def test_what_cannot_happen_there_cannot_be_asked_for(faults: Faults, operation, kind):
    with pytest.raises(ValueError, match=f"{kind} cannot happen at {operation}"):
        faults.ask(operation, kind)
    assert faults.waiting() == ()


@pytest.mark.parametrize("times", [0, -1, TIMES_MOST + 1])
def test_it_is_asked_for_a_number_of_times_that_makes_sense(faults: Faults, times):
    with pytest.raises(ValueError, match="1 to 100 times"):
        faults.ask("bank.pay", "delay", times=times)
    assert faults.waiting() == ()


def test_what_waits_is_shown_and_can_be_forgotten(faults: Faults):
    faults.ask("bank.pay", "delay", times=2)
    faults.ask("bank.notify", "lost")
    faults.take("bank.pay")
    assert faults.waiting() == (("bank.pay", "delay"), ("bank.notify", "lost"))
    faults.clear()
    assert faults.waiting() == ()


def test_every_fault_has_a_meaning():
    assert set(MEANINGS) == {*get_args(CallFault), *get_args(NewsFault)}


def test_partners_bring_their_operations(outside: Outside):
    outside.faults.ask("shop.count", "delay")
    assert set(outside.faults.operations) == {"shop.count", "shop.notify.payment"}
