"""One finding of a reconciliation: the facts of it, and the command that resolves it where there is one."""

from typing import assert_never

from errand_domain.money import Money
from errand_domain.settlement.reconciliation import (
    FINDING_NAMES,
    AmountDiffers,
    FeeDiffers,
    Finding,
    GivenUp,
    Matched,
    MissingHere,
    MissingThere,
    UnderWay,
    reference_of,
)
from errand_domain.settlement.withdrawal import Withdrawal


def facts(finding: Finding) -> dict[str, object]:
    """Everything about it, for programs: the same names for every kind, nothing where there is nothing to say."""
    reference = reference_of(finding)
    line = None if isinstance(finding, MissingThere) else finding.line
    ours = here(finding)
    return {
        "finding": FINDING_NAMES[type(finding)],
        "kind": reference.kind,
        "number": reference.number,
        "provider_id": line.provider_id if line else None,
        "at": line.at if line else finding.here.at if isinstance(finding, MissingThere) else None,
        "there_fen": line.amount.fen if line else None,
        "here_fen": ours.fen if ours else None,
        "fee_fen": line.fee_fen if line else None,
        "booked_fee_fen": finding.booked_fen if isinstance(finding, FeeDiffers) else None,
        "reason": finding.reason if isinstance(finding, MissingHere) else None,
        "state": (finding.state or None) if isinstance(finding, MissingHere | UnderWay) else None,
        "command": command(finding),
    }


def row(finding: Finding) -> dict[str, object]:
    """One line for people."""
    told = facts(finding)
    amounts: tuple[object, object] = (there(finding), here(finding))
    if isinstance(finding, FeeDiffers):
        amounts = (f"fee {yuan(finding.line.fee_fen)}", f"fee {yuan(finding.booked_fen)}")
    return {
        "finding": str(told["finding"]).replace("_", " "),
        "kind": told["kind"],
        "number": told["number"],
        "provider_id": told["provider_id"],
        "there": amounts[0],
        "here": amounts[1],
        "why": " ".join(str(told[name]).replace("_", " ") for name in ("reason", "state") if told[name]),
        "resolve_with": told["command"],
    }


def command(finding: Finding) -> str | None:
    """The command that resolves it, or shows more of it; `None` where nothing here helps or nothing needs help."""
    match finding:
        case MissingHere(reason="not_booked"):
            return "errand ledger verify"
        case MissingHere(reason="not_recorded"):
            return _record(finding)
        case MissingThere() | AmountDiffers():
            reference = reference_of(finding)
            return f"errand payment show {reference.number}" if reference.kind == "payment" else None
        case MissingHere() | FeeDiffers() | Matched() | UnderWay() | GivenUp():
            return None
    assert_never(finding)


def _record(finding: MissingHere) -> str | None:
    """How to hear from the provider again what became of it."""
    if finding.line.kind == "payment":
        return f"errand payment query {finding.line.number}"
    if finding.line.kind == "payout" and finding.state == "parked":
        withdrawal_id, _ = Withdrawal.part_of(finding.line.number)
        return f"errand withdrawal retry {withdrawal_id} --as MEMBER"
    return None


def yuan(fen: int) -> str:
    """An amount that may be negative, as people write it."""
    return f"{'-' if fen < 0 else ''}{Money(abs(fen))}"


def there(finding: Finding) -> Money | None:
    """The amount in the bill."""
    return None if isinstance(finding, MissingThere) else finding.line.amount


def here(finding: Finding) -> Money | None:
    """The amount in our books: the same, where both know it."""
    match finding:
        case MissingHere():
            return None
        case MissingThere():
            return finding.here.amount
        case AmountDiffers():
            return finding.here
        case FeeDiffers() | Matched() | UnderWay() | GivenUp():
            return finding.line.amount
    assert_never(finding)
