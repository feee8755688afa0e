"""Sign in by a one-time code, or by the word of the platform that the mini-program runs on."""

from attrs import frozen

from errand_domain.member.member import Way
from errand_domain.member.session import WrongCode
from errand_domain.ports.mini_program import MiniProgram
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.signing_in.entering import Arrival, Entered, Entrance
from errand_domain.use_cases.signing_in.trying_codes import try_code


@frozen(kw_only=True)
class SignIn:
    """Exchange a code for a session. Whoever signs in for the first time becomes a member."""

    entrance: Entrance

    async def __call__(self, way: Way, code: str, *, arrival: Arrival = Arrival()) -> Entered:  # noqa: B008 - it is frozen
        """Raises `WrongCode` for every reason alike, or `MemberBarred`. A code is good once."""
        if not await self._use(way, code):
            raise WrongCode
        return await self.entrance.let_in(way, arrival=arrival)

    @decided_anew_when_stale
    async def _use(self, way: Way, code: str) -> bool:
        async with self.entrance.begin() as tx:
            right = await try_code(tx, way, code, secrets=self.entrance.secrets, at=self.entrance.clock.now())
            await tx.commit()
        return right


@frozen(kw_only=True)
class SignInByWechat:
    """Exchange the client's ticket for a session. Whoever comes for the first time becomes a member."""

    entrance: Entrance
    mini_program: MiniProgram

    async def __call__(self, ticket: str, *, arrival: Arrival = Arrival()) -> Entered:  # noqa: B008 - it is frozen
        """Raises `TicketRefused`, `UserRefused` or `PlatformUnreachable`, or `MemberBarred`."""
        way = Way("wechat", await self.mini_program.identity(ticket))
        return await self.entrance.let_in(way, arrival=arrival)
