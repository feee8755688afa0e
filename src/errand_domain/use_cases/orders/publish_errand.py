"""Publish an errand from a quote."""

from typing import Final

from attrs import frozen

from errand_domain.ids import AttemptId, MemberId, OrderId
from errand_domain.order.order import Order
from errand_domain.order.publishing import check_unpaid, place
from errand_domain.order.refusals import QuoteMismatch
from errand_domain.order.states import Phase
from errand_domain.order.terms import Terms
from errand_domain.payment.attempt import Attempt
from errand_domain.permissions import check
from errand_domain.ports.content import ContentCheck
from errand_domain.ports.outside import Clock, Ids, QuoteSeal, Secrets
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.content.judging import Published, author_of, doubt_about, open_case, written_in
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.money.providers import Providers
from errand_domain.use_cases.orders.quote_errand import with_house_rule

UNPAID: Final[tuple[Phase, ...]] = ("awaiting_payment",)


@frozen(kw_only=True)
class Publication:
    """The sealed quote, the same terms again, and how it will be paid."""

    member_id: MemberId
    sealed_quote: str
    terms: Terms
    provider: str


@frozen(kw_only=True)
class PublishErrand:
    """One quote makes one order: publishing again with the same quote answers with the same order.

    The member is saved too, so that nobody publishes who closes the account at the same time, and so that of many
    orders published at once no more await payment than the campus allows.
    """

    begin: Begin
    clock: Clock
    ids: Ids
    secrets: Secrets
    seal: QuoteSeal
    content: ContentCheck
    providers: Providers

    @decided_anew_when_stale
    async def __call__(self, publication: Publication) -> Order:
        """The order, awaiting payment, with a payment attempt that the requester may start."""
        check("publish", publication.member_id)
        now = self.clock.now()
        self.providers.collecting(publication.provider)
        quote = self.seal.unseal(publication.sealed_quote)
        written, author = written_in(publication.terms), await author_of(self.begin, publication.member_id)
        doubt = await doubt_about(written, "order", author, content=self.content)
        async with self.begin() as tx:
            already = await tx.orders.of_quote(quote.id)
            if already is not None:
                if already.requester_id != publication.member_id:
                    raise QuoteMismatch
                return already
            member = await tx.members.get(author.id)
            member.check_here()
            campus = await tx.campuses.get(quote.campus_id)
            most = campus.policy.unpaid_orders_most
            unpaid = await tx.orders.placed_by(member.id, phases=UNPAID, before=None, limit=most)
            check_unpaid(len(unpaid), campus.policy)
            order = place(
                OrderId(self.ids.new()),
                quote,
                with_house_rule(publication.terms, campus.admits_at(publication.terms.dropoff)),
                campus,
                requester_id=publication.member_id,
                delivery_code=self.secrets.digits(6),
                at=now,
            )
            tx.orders.add(order)
            if doubt is not None:
                published = Published(
                    campus_id=order.campus_id, author_id=member.id, kind="order", subject=order.id, quote=written
                )
                open_case(tx, self.ids, published, doubt, at=now)
            tx.members.save(member.touched())
            tx.attempts.add(
                Attempt(
                    id=AttemptId(self.ids.new()),
                    order_id=order.id,
                    campus_id=order.campus_id,
                    payer_id=order.requester_id,
                    purpose="order",
                    provider=publication.provider,
                    amount=order.price.payable,
                    created_at=now,
                    query_at=now + campus.policy.pay_within,
                )
            )
            await tx.commit()
        return order
