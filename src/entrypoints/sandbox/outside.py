"""What the partners share, and all of them together."""

from collections.abc import Callable, Iterable, Mapping

from entrypoints.sandbox.courier import Courier
from entrypoints.sandbox.faults import Faults, Kind
from entrypoints.sandbox.manners import Manners
from entrypoints.sandbox.partner import Partner
from entrypoints.sandbox.store import Store

MakePartners = Callable[["Outside"], Iterable[Partner]]


class Outside:
    """What the partners share: where they keep things, what goes wrong, and who carries their notifications."""

    def __init__(self, store: Store, *, manners: Manners | None = None, make_partners: MakePartners) -> None:
        self.store = store
        self.manners = manners or Manners()
        self.partners: Mapping[str, Partner] = {}
        operations = dict[str, tuple[Kind, ...]]()
        self.faults = Faults(operations)
        self.courier = Courier(
            store, self.faults, lambda: self.partners, pass_time=self.pass_time, speed=self.manners.speed
        )
        self.partners = {partner.name: partner for partner in make_partners(self)}
        for partner in self.partners.values():
            operations.update(partner.operations)

    def pass_time(self) -> None:
        """Let every partner do what time has brought."""
        with self.store.together():
            for partner in self.partners.values():
                partner.pass_time()
