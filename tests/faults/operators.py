"""Finance: mends what is wrong at the provider, and then sees to what is parked, with the commands that there are."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from errand_domain.member.member import Member
from errand_domain.member.roles import ROLES, Grant
from tests.domain.examples import CAMPUS, MINUTE

if TYPE_CHECKING:
    from tests.faults.world import World

SEEN_AT_ONCE: Final = 10
CONSOLE: Final = "provider's console"
RETRY_REFUND: Final = "errand refund retry"
RETRY_WITHDRAWAL: Final = "errand withdrawal retry"
RETRY_MESSAGE: Final = "errand messages retry"
RECONCILE: Final = "errand ledger reconcile"
Act = Callable[[], Awaitable[object]]


class Operators:
    """Somebody with every role at the campus, and what they had to do."""

    def __init__(self, world: "World") -> None:
        self.commands = list[str]()
        self._world = world
        self._finance: Member | None = None

    async def take_office(self) -> None:
        """From here on there is somebody to tell."""
        grants = frozenset(Grant(role, CAMPUS.id) for role in ROLES)
        self._finance = await self._world.people.member(grants=grants)

    @property
    def finance(self) -> Member:
        """Who decides."""
        assert self._finance is not None
        return self._finance

    async def see_to_what_is_parked(self) -> None:
        """Mend the cause outside; what is parked nevertheless is tried again."""
        if not await self._parked():
            return
        self._world.mend()
        self._finish_stuck_refunds()
        await self._world.passes(MINUTE)
        for command, act in await self._parked():
            self.commands.append(command)
            await act()
        await self._world.passes(MINUTE)

    def _finish_stuck_refunds(self) -> None:
        """In the provider's console finance gives it to the payer in another way."""
        partner = self._world.outside.partners["wechat-pay"]
        for one in partner.waiting():
            if one.kind == "refunds" and one.what == "退款异常":
                self.commands.append(CONSOLE)
                partner.act("refunds", one.number, "finish")

    async def _parked(self) -> list[tuple[str, Act]]:
        """What waits for a person, and the command for it."""
        use, finance = self._world.use, self.finance
        refunds = await use.list_abnormal_refunds()(CAMPUS.id, finance, limit=SEEN_AT_ONCE)
        withdrawals = await use.list_campus_withdrawals()(CAMPUS.id, finance, states=("parked",), limit=SEEN_AT_ONCE)
        messages = await use.list_parked_messages()(finance, limit=SEEN_AT_ONCE)
        return [
            *((RETRY_REFUND, partial(use.retry_refund(), one.number, finance)) for one in refunds),
            *((RETRY_WITHDRAWAL, partial(use.retry_withdrawal(), one.id, finance)) for one in withdrawals),
            *((RETRY_MESSAGE, partial(use.retry_message(), one.id, finance)) for one in messages),
        ]
