"""Everything put together: with the partners that it holds, the only package that names concrete adapters.

It is a list of constructors, by subject. A provider is overridden in tests and by embedders:
`container.clock.override(…)`.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from dependency_injector.providers import Factory, Object

from entrypoints.container.carriers import let_go
from entrypoints.container.databases import (
    MEMORY,
    database_revision,
    downgrade_database,
    find_vault,
    newest_revision,
    open_database,
    schema_revisions,
    upgrade_database,
)
from entrypoints.container.money import Money
from entrypoints.container.orders import Orders
from entrypoints.container.people import People
from entrypoints.container.ports import Ports
from entrypoints.settings import Settings
from errand_domain.use_cases.background.deliver_message import DeliverMessage
from errand_domain.use_cases.background.fire_timers import FireTimer
from errand_domain.use_cases.background.parked_messages import ListParkedMessages, RetryMessage

__all__ = [
    "MEMORY",
    "Container",
    "database_revision",
    "downgrade_database",
    "newest_revision",
    "running",
    "schema_revisions",
    "upgrade_database",
]


class Container(People, Orders):
    """One installation. `running(settings)` opens it; in memory, `Container(settings=…)` will do."""

    deliver_message = Factory(
        DeliverMessage,
        begin=Ports.begin,
        notices=Ports.notices,
        query=Money.query_payment,
        refunds=Money.advance_refund,
        withdrawals=Money.advance_withdrawal,
        deliveries=Money.report_delivery,
        images=People.submit_image,
        leaving=People.forget_in_orders,
        traces=People.erase_traces,
        store=Ports.file_store,
        pictures=People.show_avatar,
        public=Ports.public_images,
        incoming=Ports.incoming,
    )
    fire_timer = Factory(
        FireTimer,
        orders=Orders.watch_order,
        attempts=Money.query_payment,
        refunds=Money.advance_refund,
        earnings=Money.release_earning,
        withdrawals=Money.advance_withdrawal,
        runners=People.watch_runner,
        images=People.miss_verdict,
        details=People.erase_order_details,
        files=People.erase_unused_file,
        expected=People.erase_unfinished_file,
        cases=People.erase_content_case,
    )
    list_parked_messages = Factory(ListParkedMessages, relay=Ports.relay)
    retry_message = Factory(RetryMessage, begin=Ports.begin, clock=Ports.clock)


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator["Container", None]:
    """A container on its open database, which is closed at the end."""
    database = await open_database(settings, find_vault(settings))
    container = Container(settings=settings, database=Object(database))
    try:
        yield container
    finally:
        await container.partners().close()
        await let_go(container.notices())
        if bucket := container.bucket():
            await bucket.close()
        if redis := container.redis():
            await redis.close()
        await database.close()
