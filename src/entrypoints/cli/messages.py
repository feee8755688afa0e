"""`errand messages`: what could not be delivered, and trying it again."""

from uuid import UUID

import click

from entrypoints.cli.desk import LIMIT, OPERATOR, Desk, at_desk
from errand_domain.ids import MessageId


@click.group("messages")
def noun() -> None:
    """Messages of the outbox: a message that failed ten times is parked, and holds its lane until it is retried."""


@noun.command("parked")
@LIMIT
@OPERATOR
@at_desk
async def parked(desk: Desk, *, limit: int) -> None:
    """What is parked and why, oldest first."""
    if desk.operator is None:
        found = await desk.relay.parked(limit=limit)
    else:
        found = await desk.container.list_parked_messages()(desk.operator, limit=limit)
    waiting = await desk.relay.pending()
    rows = [
        {
            "id": envelope.id,
            "message": type(envelope.message).__name__,
            "lane": envelope.lane,
            "tries": envelope.tries,
            "last_fault": envelope.last_fault,
        }
        for envelope in found
    ]
    desk.output.rows(rows, none=f"Nothing is parked; {waiting} wait to be delivered.")


@noun.command("retry")
@click.argument("message_id", type=click.UUID)
@OPERATOR
@at_desk
async def retry(desk: Desk, *, message_id: UUID) -> None:
    """Try a parked message again; audited."""
    await desk.container.retry_message()(MessageId(message_id), desk.operator)
    desk.output.facts({"id": message_id, "due": "now"})
