"""Whole lives of a campus, by seed. A failure names its seed; `python -m tests.simulation --first SEED --seeds 1`."""

from collections import Counter

import pytest

from errand_domain.order.events import EVENTS
from errand_domain.settlement import recipes
from tests.simulation.campus_life import CampusLife, lived
from tests.simulation.proof import faults_of

STEPS = 6_000
SEEDS = range(24)
BATCH = 6


@pytest.mark.parametrize("first", range(0, len(SEEDS), BATCH))
def test_everything_finds_its_end_and_every_fen_is_explained(first: int):
    seen = Counter[str]()
    for seed in SEEDS[first : first + BATCH]:
        life = lived(seed, steps=STEPS)
        assert faults_of(life) == [], f"seed {seed}"
        seen += life.seen
    assert seen["crashed"] > 0
    assert seen["accept"] > 0


def journal(life: CampusLife) -> list[str]:
    return [f"{n} {transfer}" for n, transfer in life.world.database._tables.transfers]


def test_one_seed_replays_everything():
    one, again = lived(7, steps=STEPS), lived(7, steps=STEPS)
    assert journal(one)
    assert journal(one) == journal(again)
    assert one.seen == again.seen


def test_lives_reach_every_kind_of_end():
    ends = Counter[str]()
    happened = Counter[str]()
    for seed in SEEDS:
        life = lived(seed, steps=STEPS)
        ends += Counter(order.state_name for order in life.world.database._tables.orders)
        happened += Counter(type(line.event).__name__ for line in life.world.database._tables.history)
    assert set(ends) == {"completed", "resolved", "cancelled", "expired"}
    rare = {"PickupImpossible", "RunnerMissing", "ReturnResolved"}
    assert {event.__name__ for event in EVENTS} - rare <= set(happened)


def test_a_program_that_loses_a_refund_is_caught(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recipes, "refunded", lambda *_, **__: ())
    assert any(faults_of(lived(seed, steps=STEPS)) for seed in SEEDS[:4])
