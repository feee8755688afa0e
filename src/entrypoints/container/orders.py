"""Campuses, the hall, and the life of an order."""

from dependency_injector.providers import Factory

from entrypoints.container.money import Money
from entrypoints.container.ports import Ports
from errand_domain.use_cases.moderation.moderate_content import DecideContent, ListContent, LookAtImage
from errand_domain.use_cases.moderation.open_content_case import OpenContentCase
from errand_domain.use_cases.moderation.report_content import ReportContent
from errand_domain.use_cases.operators.manage_campus import AddCampus, ChangePolicy, OpenCampus
from errand_domain.use_cases.operators.view_campuses import FindPlaces, ListCampuses, ViewCampus
from errand_domain.use_cases.orders.accept_errand import AcceptErrand
from errand_domain.use_cases.orders.arrive_at_pickup import ArriveAtPickup
from errand_domain.use_cases.orders.browse_hall import BrowseHall
from errand_domain.use_cases.orders.cancel_errand import CancelErrand, QuoteCancellation
from errand_domain.use_cases.orders.confirm_errand import ConfirmErrand
from errand_domain.use_cases.orders.deliver_item import DeliverItem
from errand_domain.use_cases.orders.dispute_order import OpenDispute, ReviewRuling, RuleDispute, StateCase
from errand_domain.use_cases.orders.give_up_errand import GiveUpErrand
from errand_domain.use_cases.orders.hand_over_errand import OfferErrand, ReassignErrand, TakeOverErrand
from errand_domain.use_cases.orders.pick_up_item import PickUpItem
from errand_domain.use_cases.orders.publish_errand import PublishErrand
from errand_domain.use_cases.orders.quote_errand import QuoteErrand
from errand_domain.use_cases.orders.read_reviews import ReadRating, ReadReviews
from errand_domain.use_cases.orders.report_pickup_impossible import ReportPickupImpossible
from errand_domain.use_cases.orders.report_return import ReportReturn
from errand_domain.use_cases.orders.resolve_order import CancelByOperations, ResolveReturn
from errand_domain.use_cases.orders.review_order import ReviewOrder
from errand_domain.use_cases.orders.view_dispute import ListDisputes, ViewDispute
from errand_domain.use_cases.orders.view_order import ListOrders, OrderHistory, ReadPickupCode, ViewOrder
from errand_domain.use_cases.orders.watch_order import WatchOrder


class Orders(Money):
    """Orders from their quote to their review, and where they happen."""

    accept_errand = Factory(AcceptErrand, begin=Ports.begin, clock=Ports.clock)
    arrive_at_pickup = Factory(ArriveAtPickup, begin=Ports.begin, clock=Ports.clock)
    browse_hall = Factory(BrowseHall, begin=Ports.begin, hall=Ports.hall)
    quote_cancellation = Factory(QuoteCancellation, begin=Ports.begin, clock=Ports.clock)
    cancel_errand = Factory(CancelErrand, begin=Ports.begin, clock=Ports.clock)
    confirm_errand = Factory(ConfirmErrand, begin=Ports.begin, clock=Ports.clock)
    deliver_item = Factory(DeliverItem, begin=Ports.begin, clock=Ports.clock)
    open_dispute = Factory(
        OpenDispute, begin=Ports.begin, clock=Ports.clock, ids=Ports.ids, content=Ports.content_check
    )
    state_case = Factory(StateCase, begin=Ports.begin, clock=Ports.clock, ids=Ports.ids, content=Ports.content_check)
    rule_dispute = Factory(RuleDispute, begin=Ports.begin, clock=Ports.clock)
    review_ruling = Factory(ReviewRuling, begin=Ports.begin, clock=Ports.clock)
    give_up_errand = Factory(GiveUpErrand, begin=Ports.begin, clock=Ports.clock)
    offer_errand = Factory(OfferErrand, begin=Ports.begin, clock=Ports.clock)
    take_over_errand = Factory(TakeOverErrand, begin=Ports.begin, clock=Ports.clock)
    reassign_errand = Factory(ReassignErrand, begin=Ports.begin, clock=Ports.clock)
    add_campus = Factory(AddCampus, begin=Ports.begin)
    change_policy = Factory(ChangePolicy, begin=Ports.begin, clock=Ports.clock)
    open_campus = Factory(OpenCampus, begin=Ports.begin, clock=Ports.clock)
    pick_up_item = Factory(PickUpItem, begin=Ports.begin, clock=Ports.clock)
    publish_errand = Factory(
        PublishErrand,
        begin=Ports.begin,
        clock=Ports.clock,
        ids=Ports.ids,
        secrets=Ports.secrets,
        seal=Ports.quote_seal,
        content=Ports.content_check,
        providers=Ports.payment_providers,
    )
    quote_errand = Factory(
        QuoteErrand, begin=Ports.begin, clock=Ports.clock, ids=Ports.ids, maps=Ports.maps, seal=Ports.quote_seal
    )
    report_pickup_impossible = Factory(ReportPickupImpossible, begin=Ports.begin, clock=Ports.clock)
    report_return = Factory(ReportReturn, begin=Ports.begin, clock=Ports.clock)
    cancel_by_operations = Factory(CancelByOperations, begin=Ports.begin, clock=Ports.clock)
    resolve_return = Factory(ResolveReturn, begin=Ports.begin, clock=Ports.clock)
    review_order = Factory(
        ReviewOrder, begin=Ports.begin, clock=Ports.clock, ids=Ports.ids, content=Ports.content_check
    )
    read_reviews = Factory(ReadReviews, begin=Ports.begin)
    read_rating = Factory(ReadRating, begin=Ports.begin)
    view_order = Factory(ViewOrder, begin=Ports.begin, clock=Ports.clock)
    read_pickup_code = Factory(ReadPickupCode, begin=Ports.begin, clock=Ports.clock)
    order_history = Factory(OrderHistory, begin=Ports.begin)
    list_orders = Factory(ListOrders, begin=Ports.begin, clock=Ports.clock)
    watch_order = Factory(WatchOrder, begin=Ports.begin, clock=Ports.clock, query=Money.query_payment)
    find_places = Factory(FindPlaces, begin=Ports.begin)
    list_campuses = Factory(ListCampuses, begin=Ports.begin)
    view_campus = Factory(ViewCampus, begin=Ports.begin)
    report_content = Factory(
        ReportContent,
        begin=Ports.begin,
        clock=Ports.clock,
        ids=Ports.ids,
        secrets=Ports.secrets,
        limits=Ports.rate_limits,
    )
    open_content_case = Factory(OpenContentCase, begin=Ports.begin, clock=Ports.clock, secrets=Ports.secrets)
    list_content = Factory(ListContent, begin=Ports.begin)
    look_at_image = Factory(LookAtImage, begin=Ports.begin, clock=Ports.clock, store=Ports.file_store)
    decide_content = Factory(DecideContent, begin=Ports.begin, clock=Ports.clock)
    list_disputes = Factory(ListDisputes, begin=Ports.begin)
    view_dispute = Factory(ViewDispute, begin=Ports.begin)
