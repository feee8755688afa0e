"""Whole lives of orders under the product's policy, and under one that is as far from it as rules allow."""

from datetime import timedelta

from hypothesis import settings

from errand_domain.money import Money
from errand_domain.policy import Policy, Shares, Tariff, Withdrawals
from errand_domain.testing.order_machine import OrderMachine

LIVES = settings(stateful_step_count=60, deadline=None)


class OddMachine(OrderMachine):
    """Shares that leave odd fen, fees above small rewards, payouts in many parts, and a clock in days."""

    policy = Policy(
        tariff=Tariff(base=Money(101), step_fee=Money(7)),
        shares=Shares(runner_basis_points=3_333, agent_basis_points=3_334),
        withdrawals=Withdrawals(least=Money(1), most_per_transfer=Money(50), most_per_day=Money(900)),
        cancel_fee=Money(5_000),
        arrival_fee=Money(5_000),
        dispute_within=timedelta(days=9),
        hold_earnings_for=timedelta(days=9),
    )
    clock_step = timedelta(hours=6)
    runners_count = 1


TestProductsPolicy = OrderMachine.TestCase
TestProductsPolicy.settings = LIVES
TestOddPolicy = OddMachine.TestCase
TestOddPolicy.settings = LIVES
