"""`errand ledger reconcile`: a provider's bill against our books, both ways, line by line."""

import sys
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, TextIO

import click

from entrypoints.cli import finding as findings
from entrypoints.cli.desk import DRY_RUN, Desk, at_desk
from entrypoints.cli.reconcile_page import page
from errand_domain.ports.bills import BillNotReady
from errand_domain.ports.payments import Lost
from errand_domain.settlement.reconciliation import Matched, day_of
from errand_domain.use_cases.money.reconcile_day import Progress, Reconciled

DIFFERENCES: Final = 1
NO_BILL_YET: Final = 3
YESTERDAY: Final = "yesterday"
CLEAR_LINE: Final = "\r\x1b[K"

Outcome = Reconciled | BillNotReady | Lost


@click.command("reconcile")
@click.argument("day", metavar="DATE")
@click.option(
    "--provider", "names", multiple=True, metavar="NAME", help="May be repeated; all that have bills if left."
)
@click.option("--html", type=click.File("w", encoding="utf-8", lazy=True), help="Write a report to be printed as well.")
@DRY_RUN
@at_desk
async def reconcile(desk: Desk, *, day: str, names: tuple[str, ...], html: TextIO | None) -> None:
    """Compare the providers' bills of DATE with our books, and book the fees; DATE may be `yesterday`.

    DATE (2026-09-01) is a day of the providers' calendar, in China. Every line is compared both ways. Differences are
    told and never booked. Run it again at any time: it ends the same, and books a fee once.

    Exit 0: no difference. Exit 1: differences. Exit 3: a bill is not there yet, or did not come whole; try later.
    Exit 2: refused, or not understood.
    """
    wanted = _day(day, desk)
    outcomes = {name: await _reconciled(desk, name, wanted) for name in names or _all(desk)}
    found = {name: one for name, one in outcomes.items() if isinstance(one, Reconciled)}
    if html is not None and found:
        html.write(page(wanted, [one.found for one in found.values()]))
    if desk.output.as_json:
        desk.decided({"date": wanted, "providers": [_document(name, one) for name, one in outcomes.items()]})
    else:
        for name, outcome in outcomes.items():
            _tell(desk, name, outcome)
        if desk.rehearsal is not None:
            desk.decided({"date": wanted})
    sys.exit(_exit_code(outcomes))


async def _reconciled(desk: Desk, name: str, day: date) -> Outcome:
    """The day with that provider, telling on a terminal how far it is."""
    on_terminal = sys.stderr.isatty()

    def tell(progress: Progress) -> None:
        if on_terminal:
            of = "" if progress.of is None else f" of {progress.of}"
            click.echo(f"{CLEAR_LINE}{name}: {progress.step} {progress.done}{of}", nl=False, err=True)

    try:
        return await desk.container.reconcile_day(begin=desk.begin)(name, day, tell=tell)
    finally:
        if on_terminal:
            click.echo(CLEAR_LINE, nl=False, err=True)


def _day(written: str, desk: Desk) -> date:
    if written == YESTERDAY:
        return day_of(desk.container.clock().now()) - timedelta(days=1)
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise click.UsageError(f"DATE is written 2026-09-01, or {YESTERDAY}") from None


def _all(desk: Desk) -> tuple[str, ...]:
    names = tuple(desk.container.payment_providers().bills)
    if not names:
        raise click.UsageError("no provider of this installation has bills")
    return names


def _exit_code(outcomes: Mapping[str, Outcome]) -> int:
    found = [one.found for one in outcomes.values() if isinstance(one, Reconciled)]
    if not all(one.is_clean for one in found):
        return DIFFERENCES
    return 0 if len(found) == len(outcomes) else NO_BILL_YET


def _document(name: str, outcome: Outcome) -> dict[str, object]:
    """One provider's day for programs: every line of it."""
    match outcome:
        case BillNotReady():
            return {"provider": name, "outcome": "not_ready", "why": outcome.why}
        case Lost():
            return {"provider": name, "outcome": "lost", "why": outcome.why}
        case Reconciled(found=found):
            return {
                "provider": name,
                "outcome": "clean" if found.is_clean else "differences",
                "bill": {kind: {"count": total.count, "fen": total.fen} for kind, total in found.by_kind.items()},
                "found": {word: {"count": total.count, "fen": total.fen} for word, total in found.by_finding.items()},
                "fee_fen": found.fee_fen,
                "fees_booked_now": outcome.booked_count,
                "lines": [findings.facts(one) for one in found.findings],
            }


def _tell(desk: Desk, name: str, outcome: Outcome) -> None:
    """One provider's day for people: the sums, and whatever did not simply match."""
    if isinstance(outcome, BillNotReady | Lost):
        word = "is not there yet" if isinstance(outcome, BillNotReady) else "did not come"
        desk.output.say(f"{name}: the bill {word}: {outcome.why}. Try later.")
        return
    found = outcome.found
    sums = {kind: f"{total.count}, {findings.yuan(total.fen)}" for kind, total in found.by_kind.items()}
    counts = {word: total.count for word, total in found.by_finding.items()}
    fees = {"fees": findings.yuan(found.fee_fen), "fees_booked_now": outcome.booked_count}
    desk.output.facts(sums | fees | counts, title=f"{name} {found.day}")
    notable = [findings.row(one) for one in found.findings if not isinstance(one, Matched)]
    desk.output.rows(notable, title="What did not simply match:", none="Every line matches.")
