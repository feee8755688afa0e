"""What all ways to sign in end with: a member, and a session of theirs."""

from datetime import datetime

from attrs import field, frozen

from errand_domain.ids import MemberId
from errand_domain.member.member import Member, Way, WayTaken
from errand_domain.member.session import SESSIONS_MOST, Means, Session, Strength, life_of
from errand_domain.ports.outside import Clock, Ids, Secrets
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.text import line
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.signing_in.known_devices import device_token


@frozen(kw_only=True)
class Arrival:
    """What is kept of where somebody signs in from: how they call the device, and the network in part.

    `known_by` is what the device was given when it was signed in last. What cannot be kept is refused here, before a
    code is used up and before there is a member.
    """

    device: str = field(default="", validator=line(least=0, most=120))
    place: str = field(default="", repr=False)
    known_by: str = field(default="", repr=False)


@frozen(kw_only=True)
class Entered:
    """A fresh session. Both tokens are shown once and stored nowhere; by `device_token` the device is known later."""

    member: Member
    session: Session
    token: str = field(repr=False)
    device_token: str = field(repr=False)


@frozen(kw_only=True)
class Entrance:
    """Where those who have proven who they are come in."""

    begin: Begin
    clock: Clock
    ids: Ids
    secrets: Secrets

    @decided_anew_when_stale
    async def let_in(self, way: Way, *, arrival: Arrival) -> Entered:
        """A session, by one thing proven, of whoever signs in that way: a new member where nobody does.

        Raises `MemberBarred`.
        """
        member = await self._member_of(way)
        member.check_here()
        entered = self.session_for(member, by=way.kind, strength="one_factor", arrival=arrival, now=self.clock.now())
        async with self.begin() as tx:
            await start(tx, member, entered.session)
            await tx.commit()
        return entered

    def session_for(self, member: Member, *, by: Means, strength: Strength, arrival: Arrival, now: datetime) -> Entered:
        """A session that is not stored yet."""
        token = self.secrets.token()
        session = Session(
            id=self.ids.new(),
            member_id=member.id,
            token_hash=self.secrets.digest(token),
            device=arrival.device,
            place=arrival.place,
            by=by,
            strength=strength,
            started_at=now,
            expires_at=now + life_of(strength),
        )
        known_by = device_token(member, self.secrets, last=arrival.known_by)
        return Entered(member=as_proven(member, strength), session=session, token=token, device_token=known_by)

    async def _member_of(self, way: Way) -> Member:
        try:
            return await self._found_or_made(way)
        except WayTaken:  # by somebody who came through another door in the same moment: it is the same person
            return await self._found_or_made(way)

    async def _found_or_made(self, way: Way) -> Member:
        async with self.begin() as tx:
            member = await tx.members.of_way(way)
            if member is None:
                member = Member(id=MemberId(self.ids.new()), ways=(way,), joined_at=self.clock.now())
                tx.members.add(member)
                await tx.commit()
        return member


async def start(tx: Transaction, member: Member, session: Session) -> None:
    """Start it, if the member is still as known here; where there are as many as one may have, the oldest ends.

    Whoever unlinks the way, bars the member, changes the password or closes the account saves the member in the commit
    that ends sessions: this one starts before, and is ended by it, or is decided anew after it.
    """
    tx.members.hold(member)
    live = await tx.sessions.of_member(session.member_id, at=session.started_at)
    for old in live[SESSIONS_MOST - 1 :]:
        tx.sessions.end(old.id)
    tx.sessions.start(session)


def as_proven(member: Member, strength: Strength) -> Member:
    """The member as far as they have proven who they are: staff's powers take two factors."""
    return member if strength == "two_factors" or not member.grants else member.without_powers()
