"""A timer that erases meets somebody who needs what it erases, in many interleavings: one of them wins."""

from errand_domain.errors import InvalidField
from errand_domain.retention import UNUSED_FILES_KEPT_FOR
from errand_domain.runner.runner import Runner
from errand_domain.runner.verification import APPLICATION_KEPT_FOR
from errand_domain.use_cases.files.erase_file import EraseUnusedFile
from errand_domain.use_cases.orders.erase_order import EraseOrderDetails, EraseTraces
from errand_domain.use_cases.runners.review_runner import Approve, ReviewRunner
from errand_domain.use_cases.runners.watch_runner import WatchRunner
from tests.domain.examples import SECOND
from tests.simulation.scheduler import seeded
from tests.use_cases.test_privacy import applied, card, is_kept
from tests.use_cases.test_retention import KEPT, found, lived
from tests.use_cases.world import World

SEEDS = range(60)


def staged(seed: int):
    scheduler = seeded(seed)
    return scheduler, scheduler.run(World.built(pause=scheduler.pause))


def test_a_card_is_either_shown_in_an_application_or_erased_and_never_both():
    seen = set[bool]()
    for seed in SEEDS:
        scheduler, world = staged(seed)
        member = scheduler.run(world.member())
        photo = scheduler.run(card(world, member))
        world.clock.advance(UNUSED_FILES_KEPT_FOR)
        shown, _ = scheduler.race(applied(world, member, photo=photo), world.use(EraseUnusedFile)(photo))
        scheduler.run(world.pass_time())
        assert isinstance(shown, Runner | InvalidField), f"seed {seed}"
        assert scheduler.run(is_kept(world, photo)) == isinstance(shown, Runner), f"seed {seed}"
        seen.add(isinstance(shown, Runner))
    assert seen == {True, False}, "both may win"


def test_an_application_is_either_decided_or_dropped():
    seen = set[str]()
    for seed in SEEDS:
        scheduler, world = staged(seed)
        member, reviewer = scheduler.run(world.member()), scheduler.run(world.operator("reviewer"))
        scheduler.run(applied(world, member))
        world.clock.advance(APPLICATION_KEPT_FOR)
        scheduler.race(world.use(ReviewRunner)(member.id, reviewer, Approve()), world.use(WatchRunner)(member.id))
        runner = scheduler.run(world.standing(member))
        assert (runner.verification_name, runner.application.real_name) in (
            ("approved", "林小雨"),
            ("lapsed", None),
        ), f"seed {seed}"
        seen.add(runner.verification_name)
    assert seen == {"approved", "lapsed"}, "both may win"


def test_two_workers_and_somebody_who_leaves_erase_an_order_once_and_wholly():
    for seed in SEEDS:
        scheduler, world = staged(seed)
        requester, runner = scheduler.run(world.member()), scheduler.run(world.runner())
        order = scheduler.run(lived(world, requester, runner))
        scheduler.run(world.pass_time(KEPT - SECOND))
        world.clock.advance(SECOND)
        results = scheduler.race(
            world.use(EraseOrderDetails)(order.id),
            world.use(EraseTraces)(requester.id, order.id),
            world.use(EraseOrderDetails)(order.id),
        )
        assert not [result for result in results if isinstance(result, Exception)], f"seed {seed}"
        bare = scheduler.run(world.order(order))
        assert (bare.details_until, bare.state_name) == (None, order.state_name), f"seed {seed}"
        assert scheduler.run(found(world, order)) == set(), f"seed {seed}"
