"""The payment providers of this installation, by name."""

from collections.abc import Mapping

from attrs import frozen

from errand_domain.errors import InvalidField
from errand_domain.ports.payments import Payments, Payouts, RefundDesk


@frozen(kw_only=True)
class Providers:
    """Which provider collects, gives back and pays out."""

    payments: Mapping[str, Payments]
    refunds: Mapping[str, RefundDesk]
    payouts: Mapping[str, Payouts]

    def collecting(self, name: str) -> Payments:
        """The provider that collects under that name; raises `InvalidField`."""
        if name not in self.payments:
            raise InvalidField("provider", f"must be one of {', '.join(sorted(self.payments))}")
        return self.payments[name]

    def paying_out(self, name: str) -> Payouts:
        """The provider that pays out under that name; raises `InvalidField`."""
        if name not in self.payouts:
            raise InvalidField("provider", f"must be one of {', '.join(sorted(self.payouts))}")
        return self.payouts[name]
