"""What somebody points at: as a member sees it, or as an operator names it. Whoever may not, finds nothing there."""

from typing import Final, assert_never

from errand_domain.content.report import Pointed
from errand_domain.dispute.dispute import Dispute
from errand_domain.errors import Missing
from errand_domain.ids import CampusId, FileId, MemberId, OrderId, ReviewId
from errand_domain.member.member import Member
from errand_domain.order.actions import relation_of
from errand_domain.order.erasing import without_words
from errand_domain.order.order import Order
from errand_domain.order.states import Open
from errand_domain.permissions import Relation
from errand_domain.ports.files import StoredFile
from errand_domain.ports.outside import Secrets
from errand_domain.ports.transaction import Transaction
from errand_domain.review.review import Review, counterpart
from errand_domain.text import TAKEN_AWAY
from errand_domain.use_cases.content.judging import Published, written_in
from errand_domain.use_cases.content.screening import campus_of, find_file, is_shown
from errand_domain.use_cases.members.avatars import shown_picture

WHAT: Final = "content"


async def seen(
    tx: Transaction, viewer: Member, pointed: Pointed, secrets: Secrets
) -> tuple[Relation | None, Published]:
    """What the member points at, and as what they see it; `None` if they do not. Raises `Missing`."""
    try:
        return await _seen(tx, viewer, pointed, secrets)
    except Missing:
        raise Missing(WHAT) from None


async def named(tx: Transaction, pointed: Pointed, secrets: Secrets) -> Published:
    """What an operator points at; raises `Missing`."""
    try:
        return await _named(tx, pointed, secrets)
    except Missing:
        raise Missing(WHAT) from None


async def _seen(
    tx: Transaction, viewer: Member, pointed: Pointed, secrets: Secrets
) -> tuple[Relation | None, Published]:
    match pointed.kind:
        case "order":
            order = await tx.orders.get(OrderId(pointed.subject))
            return await _relation_to(tx, order, viewer), _order(order)
        case "nickname" | "picture":
            order = await tx.orders.get(OrderId(pointed.subject))
            if order.runner_id is None:
                raise Missing(WHAT)
            runner = await tx.members.get(order.runner_id)
            relation = relation_of(order, viewer.id)
            if pointed.kind == "nickname":
                return relation, _nickname(runner, order.campus_id)
            return relation, _image(await shown_picture(tx, runner, secrets), order.campus_id)
        case "statement":
            dispute = await _dispute(tx, pointed)
            return dispute.side_of(viewer.id), _statement(dispute, pointed.number)
        case "review":
            review = await tx.reviews.get(ReviewId(pointed.subject))
            order = await tx.orders.get(review.order_id)
            return await _relation_to_review(tx, review, viewer.id, pointed.order_id), _review(review, order.campus_id)
        case "image":
            file = await _shown(tx, pointed)
            if file.order_id is None:
                raise Missing(WHAT)
            order = await tx.orders.get(file.order_id)
            relation = relation_of(order, viewer.id)
            return None if relation == "offered" else relation, _image(file, order.campus_id)
        case _:
            assert_never(pointed.kind)


async def _named(tx: Transaction, pointed: Pointed, secrets: Secrets) -> Published:
    match pointed.kind:
        case "order":
            return _order(await tx.orders.get(OrderId(pointed.subject)))
        case "nickname":
            member = await tx.members.get(MemberId(pointed.subject))
            return _nickname(member, member.campus_id)
        case "picture":
            member = await tx.members.get(MemberId(pointed.subject))
            return _image(await shown_picture(tx, member, secrets), member.campus_id)
        case "statement":
            return _statement(await _dispute(tx, pointed), pointed.number)
        case "review":
            review = await tx.reviews.get(ReviewId(pointed.subject))
            return _review(review, (await tx.orders.get(review.order_id)).campus_id)
        case "image":
            file = await _shown(tx, pointed)
            return _image(file, await campus_of(tx, file))
        case _:
            assert_never(pointed.kind)


async def _relation_to(tx: Transaction, order: Order, viewer: Member) -> Relation | None:
    """What they are to the order: an approved runner only where the hall shows it to them."""
    party = relation_of(order, viewer.id)
    if party is not None or not isinstance(order.state, Open):
        return party
    load = await tx.runners.load(viewer.id, requester_id=order.requester_id)
    is_in_their_hall = (
        load is not None
        and load.runner.is_approved
        and load.runner.campus_id == order.campus_id
        and order.terms.handover.allows(load.runner.application.gender)
        and not load.blocked
    )
    return "approved_runner" if is_in_their_hall else None


async def _relation_to_review(
    tx: Transaction, review: Review, viewer_id: MemberId, order_id: OrderId | None
) -> Relation | None:
    """Everybody reads what was said of them; of somebody else, the other party of an order of theirs does."""
    if viewer_id in (review.subject_id, review.author_id):
        return "self"
    if order_id is None:
        return None
    order = await tx.orders.get(order_id)
    other = counterpart(viewer_id, requester_id=order.requester_id, runner_id=order.runner_id)
    return relation_of(order, viewer_id) if other == review.subject_id else None


async def _dispute(tx: Transaction, pointed: Pointed) -> Dispute:
    dispute = await tx.disputes.of_order(OrderId(pointed.subject))
    if dispute is None:
        raise Missing(WHAT)
    return dispute


async def _shown(tx: Transaction, pointed: Pointed) -> StoredFile:
    """The image, if anybody sees it: no student card, which is for reviewers alone."""
    file = await find_file(tx, FileId(pointed.subject))
    if file is None or file.purpose == "student_card" or not is_shown(file):
        raise Missing(WHAT)
    return file


def _order(order: Order) -> Published:
    if without_words(order).terms == order.terms:  # names of buildings are left, and are nobody's
        raise Missing(WHAT)
    return _text(
        Published(
            campus_id=order.campus_id,
            author_id=order.requester_id,
            kind="order",
            subject=order.id,
            quote=written_in(order.terms),
        )
    )


def _nickname(member: Member, campus_id: CampusId | None) -> Published:
    return _text(
        Published(
            campus_id=_at(campus_id),
            author_id=member.id,
            kind="nickname",
            subject=member.id,
            quote=member.nickname,
        )
    )


def _review(review: Review, campus_id: CampusId) -> Published:
    return _text(
        Published(campus_id=campus_id, author_id=review.author_id, kind="review", subject=review.id, quote=review.text)
    )


def _statement(dispute: Dispute, number: int) -> Published:
    if not 0 < number <= len(dispute.statements):
        raise Missing(WHAT)
    said = dispute.statements[number - 1]
    return _text(
        Published(
            campus_id=dispute.campus_id,
            author_id=said.author_id,
            kind="statement",
            subject=dispute.id,
            quote=said.text,
        )
    )


def _image(file: StoredFile | None, campus_id: CampusId | None) -> Published:
    if file is None:
        raise Missing(WHAT)
    return Published(campus_id=_at(campus_id), author_id=file.owner_id, kind="image", subject=file.id)


def _text(published: Published) -> Published:
    """What can still be read; raises `Missing`."""
    if not published.quote.strip() or published.quote == TAKEN_AWAY:
        raise Missing(WHAT)
    return published


def _at(campus_id: CampusId | None) -> CampusId:
    """The campus; raises `Missing` where there is none, for nobody could decide."""
    if campus_id is None:
        raise Missing(WHAT)
    return campus_id
