"""Every command that somebody gives by name (`--as`) asks the same table as the routes do."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from click.testing import CliRunner

from entrypoints.cli.main import main
from entrypoints.container import Container
from errand_domain.errors import Missing, NotPermitted
from errand_domain.permissions import OTHERS_ONLY, POLICY
from tests.permissions.rows import CONCERNED
from tests.permissions.world import STAFF, World
from tests.stage import Stage, settings

COMMANDS: Final = {
    "audit show order:1": "see_audit",
    "campus close": "manage_campus",
    "campus open": "manage_campus",
    "campus policy --set tariff.night_from=23:00": "manage_campus",
    "content clear {case_id}": "moderate_content",
    "content open order {order_id} --reason x": "moderate_content",
    "content list": "moderate_content",
    "content show {image_case_id} --to /dev/null": "moderate_content",
    "content remove {case_id} --reason x": "moderate_content",
    "member bar {applicant_id} --reason x": "manage_members",
    "member grant {other_id} --role finance": "manage_members",
    "member list": "manage_members",
    "member revoke {other_id} --role finance": "manage_members",
    "member show {other_id}": "manage_members",
    "member unbar {applicant_id} --reason x": "manage_members",
    "messages parked": "retry_messages",
    "messages retry {message_id}": "retry_messages",
    "operator create --email new@example.edu.cn --role finance": "manage_members",
    "operator disable {admin_id}": "manage_members",
    "operator list": "manage_members",
    "operator reset {admin_id}": "manage_members",
    "order cancel {order_id} --reason x": "resolve_orders",
    "order history {order_id}": "see_orders",
    "order list": "see_orders",
    "order reassign {order_id} --to {other_id}": "resolve_orders",
    "order resolve-return {order_id} --refund-fen 0 --runner-fen 0": "resolve_orders",
    "order rule {disputed_id} --refund-fen 0 --runner-fen 1 --reason x": "resolve_disputes",
    "order show {order_id}": "see_orders",
    "payment query {attempt_number}": "see_money",
    "payment show {attempt_number}": "see_money",
    "refund list": "see_money",
    "refund retry {refund_number}": "approve_withdrawals",
    "runner approve {applicant_id}": "review_runners",
    "runner queue": "review_runners",
    "runner reinstate {offered_id}": "suspend_runners",
    "runner reject {applicant_id} --reason x": "review_runners",
    "runner review": "review_runners",
    "runner show {offered_id}": "review_runners",
    "runner suspend {offered_id} --reason x": "suspend_runners",
    "runner want-more {applicant_id} --wanted x": "review_runners",
    "withdrawal approve {withdrawal_id}": "approve_withdrawals",
    "withdrawal give-up {withdrawal_id} --reason x": "approve_withdrawals",
    "withdrawal list": "see_money",
    "withdrawal reject {withdrawal_id} --reason x": "approve_withdrawals",
    "withdrawal retry {withdrawal_id}": "approve_withdrawals",
}
AT_ANY_CAMPUS: Final = frozenset({"audit show", "messages parked", "messages retry", "member list", "member show"})
"""What belongs to no campus: a role at any of them will do."""


MAY_BE_MISSING: Final = frozenset({"messages retry"})
"""Whoever may, still finds nothing."""
LOOKS: Final = frozenset({"runner show"})
"""What only looks, and may be looked at by whom it is about."""


def named(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that can be told who gives it."""
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            yield from named(found, (*words, name)) if found else ()
    elif any(parameter.name == "as_member" for parameter in command.params):
        yield " ".join(words)


def noun_and_verb(written: str) -> str:
    return " ".join(written.split()[:2])


def test_every_command_with_a_name_to_it_says_what_it_takes() -> None:
    assert {noun_and_verb(written) for written in COMMANDS} == set(named(main))


def test_every_command_is_refused_to_whoever_the_table_refuses_it_and_changes_nothing(tmp_path: Path) -> None:
    container = Container(settings=settings("memory:", tmp_path))
    world = asyncio.run(_build(container))
    wrong = list[str]()
    for written, action in COMMANDS.items():
        for who in (*STAFF, "stranger"):
            role, _, where = who.partition(" ")
            counts = where == "here" or (where == "elsewhere" and noun_and_verb(written) in AT_ANY_CAMPUS)
            words = [word.format(**world.names) for word in written.split()]
            told = CliRunner().invoke(main, [*words, "--as", world.ids[who]], obj=container)
            refusals = (NotPermitted,) if noun_and_verb(written) in MAY_BE_MISSING else (NotPermitted, Missing)
            refused = told.exit_code == 2 and any(f"[{refusal.code}]" in told.output for refusal in refusals)
            if refused == (counts and role in POLICY[action]) or told.exit_code not in (0, 2):
                wrong.append(f"{written} by {who}: {told.exit_code} {told.output}")
            if refused and (changed := world.changed()):
                wrong.append(f"{written} by {who}: refused, and changed {changed}")
            world.restore()
    assert not wrong, "\n".join(wrong)


def test_nobody_decides_about_themselves_by_any_command(tmp_path: Path) -> None:
    container = Container(settings=settings("memory:", tmp_path))
    world = asyncio.run(_build(container))
    wrong = list[str]()
    for written, action in COMMANDS.items():
        if action not in OTHERS_ONLY:
            continue
        for who in {who for name, people in CONCERNED.items() if f"{{{name}}}" in written for who in people}:
            asyncio.run(world.promote(who))
            before = world.rows()
            words = [word.format(**world.names) for word in written.split()]
            told = CliRunner().invoke(main, [*words, "--as", world.ids[who]], obj=container)
            if noun_and_verb(written) not in LOOKS and OTHERS_ONLY[action].code not in told.output:
                wrong.append(f"{written} by {who}: {told.exit_code} {told.output}")
            if world.rows() != before:
                wrong.append(f"{written} by {who}: changed something")
            world.restore()
    assert not wrong, "\n".join(wrong)


async def _build(container: Container) -> World:
    return await World.build(await Stage.build(container))
