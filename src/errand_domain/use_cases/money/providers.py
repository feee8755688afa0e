"""The payment providers of this installation, by name."""

from collections.abc import Mapping
from typing import TypeVar

from attrs import field, frozen

from errand_domain.errors import InvalidField, Missing
from errand_domain.ports.bills import Bills
from errand_domain.ports.notifications import Notifications
from errand_domain.ports.payments import Payments, Payouts, RefundDesk
from errand_domain.ports.shipping import Shipping

T = TypeVar("T")


@frozen(kw_only=True)
class Providers:
    """Who collects, gives back, pays out, and what else a provider can do.

    A provider without an entry in `shipping` keeps no money back; one without `bills` cannot be reconciled with.
    `notifications` go by the name of their channel.
    """

    payments: Mapping[str, Payments] = field(factory=dict[str, Payments])
    refunds: Mapping[str, RefundDesk] = field(factory=dict[str, RefundDesk])
    payouts: Mapping[str, Payouts] = field(factory=dict[str, Payouts])
    shipping: Mapping[str, Shipping] = field(factory=dict[str, Shipping])
    bills: Mapping[str, Bills] = field(factory=dict[str, Bills])
    notifications: Mapping[str, Notifications] = field(factory=dict[str, Notifications])

    def collecting(self, name: str) -> Payments:
        """The provider that collects under that name; raises `InvalidField`."""
        return _named(self.payments, name)

    def paying_out(self, name: str) -> Payouts:
        """The provider that pays out under that name; raises `InvalidField`."""
        return _named(self.payouts, name)

    def billing(self, name: str) -> Bills:
        """The bills of the provider of that name; raises `InvalidField`."""
        return _named(self.bills, name)

    def notifying(self, channel: str) -> Notifications:
        """The channel of that name; raises `Missing`."""
        if channel not in self.notifications:
            raise Missing("channel")
        return self.notifications[channel]


def _named(found: Mapping[str, T], name: str) -> T:
    if name not in found:
        raise InvalidField("provider", f"must be one of {', '.join(sorted(found))}")
    return found[name]
