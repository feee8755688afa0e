"""Everything put together: the only module that names concrete adapters.

It is a list of constructors. A provider is overridden in tests and by embedders: `container.clock.override(…)`.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, Factory, Object, Provider, Singleton

import adapters
from adapters.crypto.quote_seal import HmacQuoteSeal
from adapters.crypto.secrets import SystemSecrets
from adapters.memory.database import MemoryDatabase
from adapters.memory.outside import MemoryContentCheck, MemoryMaps, MemoryNotices
from adapters.storage.folder import FolderFileStore
from adapters.system.clock import SystemClock
from adapters.system.ids import SystemIds
from entrypoints.choosing import choose
from entrypoints.partners import Partners
from entrypoints.settings import Settings, SettingsInvalid
from errand_domain.ports.outside import ContentCheck, Maps, Notices
from errand_domain.use_cases.accept_errand import AcceptErrand
from errand_domain.use_cases.advance_withdrawal import AdvanceWithdrawal
from errand_domain.use_cases.apply_as_runner import ApplyAsRunner
from errand_domain.use_cases.arrive_at_pickup import ArriveAtPickup
from errand_domain.use_cases.browse_hall import BrowseHall
from errand_domain.use_cases.cancel_errand import CancelErrand, QuoteCancellation
from errand_domain.use_cases.confirm_errand import ConfirmErrand
from errand_domain.use_cases.confirm_withdrawal import CancelWithdrawal, ReopenConfirmation
from errand_domain.use_cases.deliver_item import DeliverItem
from errand_domain.use_cases.deliver_message import DeliverMessage
from errand_domain.use_cases.dispute_order import OpenDispute, ReviewRuling, RuleDispute, StateCase
from errand_domain.use_cases.erase_document import EraseDocument
from errand_domain.use_cases.export_member import ExportMember
from errand_domain.use_cases.files import FetchFile, UploadFile
from errand_domain.use_cases.fire_timers import FireTimer
from errand_domain.use_cases.give_up_errand import GiveUpErrand
from errand_domain.use_cases.hand_over_errand import OfferErrand, ReassignErrand, TakeOverErrand
from errand_domain.use_cases.manage_campus import AddCampus, ChangePolicy, OpenCampus
from errand_domain.use_cases.manage_members import BarMember, GrantRole
from errand_domain.use_cases.manage_profile import (
    BlockMember,
    CloseAccount,
    GiveConsent,
    LinkWay,
    UnlinkWay,
    UpdateProfile,
)
from errand_domain.use_cases.parked_messages import ListParkedMessages, RetryMessage
from errand_domain.use_cases.pay_for_errand import OpenAttempt, PayForErrand, RaiseTip, StartPayment
from errand_domain.use_cases.pick_up_item import PickUpItem
from errand_domain.use_cases.providers import Providers
from errand_domain.use_cases.publish_errand import PublishErrand
from errand_domain.use_cases.query_payment import QueryPayment
from errand_domain.use_cases.quote_errand import QuoteErrand
from errand_domain.use_cases.read_audit import ReadAudit
from errand_domain.use_cases.read_reviews import ReadRating, ReadReviews
from errand_domain.use_cases.receive_notification import ReceiveNotification
from errand_domain.use_cases.recheck_payment import RecheckPayment
from errand_domain.use_cases.reconcile_day import ReconcileDay
from errand_domain.use_cases.record_payment import RecordPayment
from errand_domain.use_cases.record_settlement import RecordSettlement
from errand_domain.use_cases.refunding import AdvanceRefund, RetryRefund
from errand_domain.use_cases.release_earning import ReleaseEarning
from errand_domain.use_cases.report_delivery import ReportDelivery
from errand_domain.use_cases.report_pickup_impossible import ReportPickupImpossible
from errand_domain.use_cases.report_return import ReportReturn
from errand_domain.use_cases.resolve_order import CancelByOperations, ResolveReturn
from errand_domain.use_cases.resolve_withdrawal import GiveUpWithdrawal, RetryWithdrawal
from errand_domain.use_cases.review_order import ReviewOrder
from errand_domain.use_cases.review_runner import LapseRunner, ReviewQueue, ReviewRunner
from errand_domain.use_cases.runner_standing import SwitchShift, ViewStanding
from errand_domain.use_cases.sign_in import ListSessions, Recognise, RequestCode, SignIn, SignOut
from errand_domain.use_cases.verify_ledger import VerifyLedger
from errand_domain.use_cases.view_campuses import FindPlaces, ListCampuses, ViewCampus
from errand_domain.use_cases.view_dispute import ListDisputes, ViewDispute
from errand_domain.use_cases.view_earnings import ListWithdrawals, ViewEarnings
from errand_domain.use_cases.view_money_at_campus import ListAbnormalRefunds, ListCampusWithdrawals
from errand_domain.use_cases.view_order import ListOrders, OrderHistory, ReadPickupCode, ViewOrder
from errand_domain.use_cases.watch_order import WatchOrder
from errand_domain.use_cases.withdraw_earnings import DecideWithdrawal, RequestWithdrawal

if TYPE_CHECKING:
    from adapters.sql.database import SqlDatabase

MEMORY: Final = "memory:"


async def open_database(settings: Settings) -> "MemoryDatabase | SqlDatabase":
    """The database of the URL; SQLAlchemy is loaded only when it is needed, for `errand --help` has no time for it."""
    if settings.database_url == MEMORY:
        return MemoryDatabase()
    from adapters.sql.database import SqlDatabase  # noqa: PLC0415 - see above

    return await SqlDatabase.connect(settings.database_url)


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator["Container", None]:
    """A container on its open database, which is closed at the end."""
    database = await open_database(settings)
    container = Container(settings=settings, database=Object(database))
    try:
        yield container
    finally:
        await container.partners().close()
        await database.close()


async def upgrade_database(settings: Settings, revision: str = "head") -> None:
    """Bring the schema to that revision."""
    from adapters.sql import migrations  # noqa: PLC0415 - Alembic is loaded only where a schema is walked

    await migrations.upgrade(settings.database_url, revision)


async def downgrade_database(settings: Settings, revision: str) -> None:
    """Take the schema back to that revision."""
    from adapters.sql import migrations  # noqa: PLC0415 - Alembic is loaded only where a schema is walked

    await migrations.downgrade(settings.database_url, revision)


async def database_revision(settings: Settings) -> str | None:
    """The revision of the schema; `None` where there is none."""
    from adapters.sql import migrations  # noqa: PLC0415 - Alembic is loaded only where a schema is walked

    return await migrations.current(settings.database_url)


def schema_revisions() -> tuple[str, ...]:
    """The revisions that this program brings, by file name: found without loading what would walk them."""
    return tuple(sorted(file.name for file in (Path(adapters.__path__[0]) / "sql/migrations/versions").glob("*.py")))


def memory_database(settings: Settings) -> MemoryDatabase:
    """The database of a container that was made without one; raises `SettingsInvalid` where it would be another."""
    if settings.database_url != MEMORY:
        raise SettingsInvalid("a container on a stored database is opened with `running`")
    return MemoryDatabase()


def find_maps(settings: Settings) -> Maps:
    """The maps that the settings name."""
    return choose("ERRAND_MAPS", settings.maps, {"memory": lambda _: MemoryMaps()}, settings)


def find_notices(settings: Settings) -> Notices:
    """The carrier of notices that the settings name."""
    return choose("ERRAND_NOTICES", settings.notices, {"memory": lambda _: MemoryNotices()}, settings)


def find_content_check(settings: Settings) -> ContentCheck:
    """The content check that the settings name."""
    return choose("ERRAND_CONTENT", settings.content, {"memory": lambda _: MemoryContentCheck()}, settings)


class Container(DeclarativeContainer):
    """One installation. `running(settings)` opens it; in memory, `Container(settings=…)` will do."""

    settings = Dependency(instance_of=Settings)

    database: Dependency[Any] = Dependency(default=Singleton(memory_database, settings))
    begin = database.provided.begin
    hall = database.provided.hall
    timers = database.provided.timers
    relay = database.provided.relay
    answers = database.provided.answers
    clock = Singleton(SystemClock)
    ids = Singleton(SystemIds)
    secrets = Singleton(SystemSecrets, settings.provided.secret_key)
    quote_seal = Singleton(HmacQuoteSeal, settings.provided.secret_key)
    partners = Singleton(Partners, settings)
    payment_providers: Provider[Providers] = partners.provided.providers
    maps = Singleton(find_maps, settings)
    notices = Singleton(find_notices, settings)
    content_check = Singleton(find_content_check, settings)
    file_store = Singleton(FolderFileStore, settings.provided.files_folder)

    accept_errand = Factory(AcceptErrand, begin=begin, clock=clock)
    advance_withdrawal = Factory(AdvanceWithdrawal, begin=begin, clock=clock, providers=payment_providers)
    apply_as_runner = Factory(ApplyAsRunner, begin=begin, clock=clock, documents=settings.provided.documents)
    arrive_at_pickup = Factory(ArriveAtPickup, begin=begin, clock=clock)
    browse_hall = Factory(BrowseHall, begin=begin, hall=hall)
    quote_cancellation = Factory(QuoteCancellation, begin=begin, clock=clock)
    cancel_errand = Factory(CancelErrand, begin=begin, clock=clock)
    confirm_errand = Factory(ConfirmErrand, begin=begin, clock=clock)
    deliver_item = Factory(DeliverItem, begin=begin, clock=clock)
    open_dispute = Factory(OpenDispute, begin=begin, clock=clock, ids=ids)
    state_case = Factory(StateCase, begin=begin, clock=clock)
    rule_dispute = Factory(RuleDispute, begin=begin, clock=clock)
    review_ruling = Factory(ReviewRuling, begin=begin, clock=clock)
    upload_file = Factory(UploadFile, begin=begin, clock=clock, ids=ids, store=file_store)
    fetch_file = Factory(FetchFile, begin=begin, clock=clock, store=file_store)
    give_up_errand = Factory(GiveUpErrand, begin=begin, clock=clock)
    offer_errand = Factory(OfferErrand, begin=begin, clock=clock)
    take_over_errand = Factory(TakeOverErrand, begin=begin, clock=clock)
    reassign_errand = Factory(ReassignErrand, begin=begin, clock=clock)
    add_campus = Factory(AddCampus, begin=begin)
    change_policy = Factory(ChangePolicy, begin=begin, clock=clock)
    open_campus = Factory(OpenCampus, begin=begin)
    grant_role = Factory(GrantRole, begin=begin, clock=clock)
    bar_member = Factory(BarMember, begin=begin, clock=clock)
    update_profile = Factory(UpdateProfile, begin=begin, content=content_check)
    give_consent = Factory(GiveConsent, begin=begin, clock=clock, documents=settings.provided.documents)
    link_way = Factory(LinkWay, begin=begin, clock=clock, secrets=secrets)
    unlink_way = Factory(UnlinkWay, begin=begin)
    block_member = Factory(BlockMember, begin=begin)
    close_account = Factory(CloseAccount, begin=begin, clock=clock)
    start_payment = Factory(StartPayment, begin=begin, clock=clock, providers=payment_providers)
    pick_up_item = Factory(PickUpItem, begin=begin, clock=clock)
    publish_errand = Factory(
        PublishErrand,
        begin=begin,
        clock=clock,
        ids=ids,
        secrets=secrets,
        seal=quote_seal,
        content=content_check,
        providers=payment_providers,
    )
    quote_errand = Factory(QuoteErrand, begin=begin, clock=clock, ids=ids, maps=maps, seal=quote_seal)
    record_payment = Factory(RecordPayment, begin=begin, clock=clock)
    query_payment = Factory(QueryPayment, begin=begin, clock=clock, providers=payment_providers, record=record_payment)
    recheck_payment = Factory(
        RecheckPayment, begin=begin, providers=payment_providers, query=query_payment, record=record_payment
    )
    reconcile_day = Factory(ReconcileDay, begin=begin, providers=payment_providers)
    open_attempt = Factory(
        OpenAttempt, begin=begin, clock=clock, ids=ids, providers=payment_providers, query=query_payment
    )
    pay_for_errand = Factory(PayForErrand, open=open_attempt, start=start_payment)
    raise_tip = Factory(RaiseTip, open=open_attempt, start=start_payment)
    advance_refund = Factory(AdvanceRefund, begin=begin, clock=clock, providers=payment_providers)
    report_delivery = Factory(ReportDelivery, begin=begin, clock=clock, providers=payment_providers)
    record_settlement = Factory(RecordSettlement, begin=begin, clock=clock, providers=payment_providers)
    receive_notification = Factory(
        ReceiveNotification,
        begin=begin,
        providers=payment_providers,
        payments=record_payment,
        refunds=advance_refund,
        withdrawals=advance_withdrawal,
        settlements=record_settlement,
    )
    deliver_message = Factory(
        DeliverMessage,
        begin=begin,
        notices=notices,
        query=query_payment,
        refunds=advance_refund,
        withdrawals=advance_withdrawal,
        deliveries=report_delivery,
        store=file_store,
    )
    retry_refund = Factory(RetryRefund, begin=begin, clock=clock, advance=advance_refund)
    release_earning = Factory(
        ReleaseEarning, begin=begin, clock=clock, providers=payment_providers, settle=record_settlement
    )
    report_pickup_impossible = Factory(ReportPickupImpossible, begin=begin, clock=clock)
    report_return = Factory(ReportReturn, begin=begin, clock=clock)
    cancel_by_operations = Factory(CancelByOperations, begin=begin, clock=clock)
    resolve_return = Factory(ResolveReturn, begin=begin, clock=clock)
    review_order = Factory(ReviewOrder, begin=begin, clock=clock, ids=ids, content=content_check)
    review_runner = Factory(ReviewRunner, begin=begin, clock=clock)
    review_queue = Factory(ReviewQueue, begin=begin)
    lapse_runner = Factory(LapseRunner, begin=begin, clock=clock)
    export_member = Factory(ExportMember, begin=begin, clock=clock)
    read_audit = Factory(ReadAudit, begin=begin)
    read_reviews = Factory(ReadReviews, begin=begin)
    read_rating = Factory(ReadRating, begin=begin)
    erase_document = Factory(EraseDocument, begin=begin, clock=clock)
    view_standing = Factory(ViewStanding, begin=begin)
    switch_shift = Factory(SwitchShift, begin=begin)
    request_code = Factory(RequestCode, begin=begin, clock=clock, secrets=secrets, notices=notices)
    sign_in = Factory(SignIn, begin=begin, clock=clock, ids=ids, secrets=secrets)
    recognise = Factory(Recognise, begin=begin, clock=clock, secrets=secrets)
    list_sessions = Factory(ListSessions, begin=begin, clock=clock)
    sign_out = Factory(SignOut, begin=begin, clock=clock)
    verify_ledger = Factory(VerifyLedger, begin=begin)
    view_earnings = Factory(ViewEarnings, begin=begin)
    list_withdrawals = Factory(ListWithdrawals, begin=begin)
    view_order = Factory(ViewOrder, begin=begin, clock=clock)
    read_pickup_code = Factory(ReadPickupCode, begin=begin, clock=clock)
    order_history = Factory(OrderHistory, begin=begin)
    list_orders = Factory(ListOrders, begin=begin, clock=clock)
    watch_order = Factory(WatchOrder, begin=begin, clock=clock, query=query_payment)
    fire_timer = Factory(
        FireTimer,
        orders=watch_order,
        attempts=query_payment,
        refunds=advance_refund,
        earnings=release_earning,
        withdrawals=advance_withdrawal,
        documents=erase_document,
        runners=lapse_runner,
    )
    request_withdrawal = Factory(RequestWithdrawal, begin=begin, clock=clock, ids=ids, providers=payment_providers)
    decide_withdrawal = Factory(DecideWithdrawal, begin=begin, clock=clock)
    find_places = Factory(FindPlaces, begin=begin)
    list_campuses = Factory(ListCampuses, begin=begin)
    view_campus = Factory(ViewCampus, begin=begin)
    list_disputes = Factory(ListDisputes, begin=begin)
    view_dispute = Factory(ViewDispute, begin=begin)
    list_abnormal_refunds = Factory(ListAbnormalRefunds, begin=begin)
    list_campus_withdrawals = Factory(ListCampusWithdrawals, begin=begin)
    list_parked_messages = Factory(ListParkedMessages, relay=relay)
    retry_withdrawal = Factory(RetryWithdrawal, begin=begin, clock=clock)
    give_up_withdrawal = Factory(
        GiveUpWithdrawal, begin=begin, clock=clock, providers=payment_providers, advance=advance_withdrawal
    )
    reopen_confirmation = Factory(
        ReopenConfirmation, begin=begin, providers=payment_providers, advance=advance_withdrawal
    )
    cancel_withdrawal = Factory(
        CancelWithdrawal, begin=begin, clock=clock, providers=payment_providers, advance=advance_withdrawal
    )
    retry_message = Factory(RetryMessage, relay=relay, clock=clock)
