"""`errand ledger`: the proof that no fen has appeared or vanished, balances, the journal, and the providers' bills."""

import sys
from typing import Final

import click

from entrypoints.cli.desk import LIMIT, Desk, at_desk
from entrypoints.cli.reconcile import reconcile
from errand_domain.settlement.accounts import ACCOUNTS, Account
from errand_domain.settlement.ledger import balances

UNSOUND: Final = 1
PAGE: Final = 5_000


@click.group("ledger")
def noun() -> None:
    """The journal of transfers between accounts."""


noun.add_command(reconcile)


@noun.command("verify")
@at_desk
async def verify(desk: Desk) -> None:
    """Fold the whole journal and prove it: debits equal credits, final orders hold nothing. Exit 1 if unsound."""
    proof = await desk.container.verify_ledger()()
    found = [{"account": one.account, "found": one.found} for one in proof.imbalances]
    facts = {"sound": not found, "transfers": proof.transfers, "accounts": proof.accounts}
    desk.output.facts(facts | ({"imbalances": found} if desk.output.as_json else {}))
    if found:
        if not desk.output.as_json:
            desk.output.rows(found, title="Imbalances")
        sys.exit(UNSOUND)


@noun.command("balances")
@click.option("--kind", type=click.Choice(sorted(ACCOUNTS)), help="Only accounts of that kind.")
@click.option("--all", "with_empty", is_flag=True, help="Accounts that stand at nothing as well.")
@at_desk
async def show_balances(desk: Desk, *, kind: str | None, with_empty: bool) -> None:
    """Every account's balance, folded from the journal and counted on its own side."""
    folded: dict[Account, int] = {}
    last = 0
    async with desk.begin() as tx:
        while page := await tx.ledger.journal(after=last, limit=PAGE):
            for account, fen in balances(entry.transfer for entry in page).items():
                folded[account] = folded.get(account, 0) + fen
            last = page[-1].sequence
    desk.output.rows(
        [
            {"account": account.kind, "owner": account.owner, "side": account.row.side, "balance_fen": fen}
            for account, fen in sorted(folded.items())
            if (fen or with_empty) and kind in (None, account.kind)
        ],
        none="No account holds anything.",
    )


@noun.command("journal")
@click.option("--after", type=click.IntRange(0), default=0, help="Entries after that sequence number.")
@LIMIT
@at_desk
async def journal(desk: Desk, *, after: int, limit: int) -> None:
    """The transfers, oldest first."""
    async with desk.begin() as tx:
        entries = await tx.ledger.journal(after=after, limit=limit)
    desk.output.rows(
        [
            {
                "sequence": entry.sequence,
                "at": entry.transfer.at,
                "debit": str(entry.transfer.debit),
                "credit": str(entry.transfer.credit),
                "amount": entry.transfer.amount,
                "key": entry.transfer.key,
            }
            for entry in entries
        ],
        none="The journal is empty.",
    )
