"""`errand runner`: applications, and standing."""

import click

from entrypoints.cli.desk import CAMPUS, LIMIT, OPERATOR, Desk, at_desk, find_member
from entrypoints.cli.runner_review import review
from errand_domain.permissions import check
from errand_domain.runner.runner import Runner
from errand_domain.use_cases.runners.review_runner import Approve, Decision, Reinstate, Reject, Suspend, WantMore

WHO = click.argument("member_ref", metavar="RUNNER")
SEEN_DIGITS = 4


@click.group("runner")
def noun() -> None:
    """Runners, named by the member's id or phone number. Names and student numbers are printed in part only."""


noun.add_command(review)


def facts(runner: Runner) -> dict[str, object]:
    """One line about a runner."""
    shown = runner.application
    return {
        "member": runner.member_id,
        "verification": runner.verification_name,
        "name": f"{shown.real_name[:1]}**" if shown.real_name else "",
        "student_number": f"…{shown.student_number[-SEEN_DIGITS:]}" if shown.student_number else "",
        "erased": shown.is_erased,
        "study_until": shown.study_until,
        "credit": runner.credit,
        "on_shift": runner.on_shift,
        "applied_at": shown.submitted_at,
    }


@noun.command("queue")
@CAMPUS
@LIMIT
@OPERATOR
@at_desk
async def queue(desk: Desk, *, campus_ref: str | None, limit: int) -> None:
    """Applications that wait for a reviewer, oldest first."""
    campus = await desk.campus(campus_ref)
    if desk.operator is not None:
        check("review_runners", desk.operator, campus_id=campus.id)
    async with desk.begin() as tx:
        waiting = await tx.runners.queue(campus.id, limit=limit)
    desk.output.rows([facts(runner) for runner in waiting], none="No application waits.")


@noun.command("show")
@WHO
@OPERATOR
@at_desk
async def show(desk: Desk, *, member_ref: str) -> None:
    """One runner, with the lines that explain the credit."""
    member = await find_member(desk.begin, member_ref)
    standing = await desk.container.view_standing()(member.id)
    if desk.operator is not None:
        check("review_runners", desk.operator, campus_id=standing.runner.campus_id)
    lines = [{"at": c.at, "reason": c.reason, "points": c.points, "order": c.order_id} for c in standing.lines]
    if desk.output.as_json:
        desk.output.facts({**facts(standing.runner), "credit_lines": lines})
        return
    desk.output.facts(facts(standing.runner))
    desk.output.rows(lines, title="Credit", none="The credit has not moved yet.")


@noun.command("approve")
@WHO
@OPERATOR
@at_desk
async def approve(desk: Desk, *, member_ref: str) -> None:
    """The card is good; the runner is told. Audited."""
    await _decide(desk, member_ref, Approve())


@noun.command("reject")
@WHO
@click.option("--reason", required=True, help="Told to the applicant.")
@OPERATOR
@at_desk
async def reject(desk: Desk, *, member_ref: str, reason: str) -> None:
    """Refuse the application. Audited."""
    await _decide(desk, member_ref, Reject(reason=reason))


@noun.command("want-more")
@WHO
@click.option("--wanted", required=True, help="What is missing; told to the applicant.")
@OPERATOR
@at_desk
async def want_more(desk: Desk, *, member_ref: str, wanted: str) -> None:
    """Ask for something better. Audited."""
    await _decide(desk, member_ref, WantMore(wanted=wanted))


@noun.command("suspend")
@WHO
@click.option("--reason", required=True, help="Told to the runner.")
@OPERATOR
@at_desk
async def suspend(desk: Desk, *, member_ref: str, reason: str) -> None:
    """Bar the runner for now. Audited."""
    await _decide(desk, member_ref, Suspend(reason=reason))


@noun.command("reinstate")
@WHO
@OPERATOR
@at_desk
async def reinstate(desk: Desk, *, member_ref: str) -> None:
    """Let the runner back. Audited."""
    await _decide(desk, member_ref, Reinstate())


async def _decide(desk: Desk, member_ref: str, decision: Decision) -> None:
    operator = desk.signed
    member = await find_member(desk.begin, member_ref)
    desk.output.facts(facts(await desk.container.review_runner()(member.id, operator, decision)))
