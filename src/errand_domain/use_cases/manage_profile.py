"""What members do with their own account."""

from uuid import UUID

from attrs import field, frozen

from errand_domain.ids import CampusId, MemberId
from errand_domain.member.consent import Consent, Document, Documents, TextDigests, check_in_force
from errand_domain.member.member import AccountBusy, Member, Way, WayKind, WayTaken
from errand_domain.member.session import WrongCode
from errand_domain.order.states import Phase
from errand_domain.permissions import check
from errand_domain.ports.content import ContentCheck
from errand_domain.ports.outbox import ForgetMember
from errand_domain.ports.outside import Clock, Ids, Secrets
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.settlement.recipes import accounts_of_runner
from errand_domain.use_cases.avatars import erase_avatars
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.erase_cards import erase_cards
from errand_domain.use_cases.judging import ContentRefused, Published, author_of, doubt_about, open_case
from errand_domain.use_cases.trying_codes import try_code

UNFINISHED: tuple[Phase, ...] = ("awaiting_payment", "waiting", "in_progress")


@frozen(kw_only=True)
class UpdateProfile:
    """A member chooses a nickname and a home campus."""

    begin: Begin
    clock: Clock
    ids: Ids
    content: ContentCheck

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId, *, nickname: str, campus_id: CampusId | None) -> Member:
        """The member; raises `ContentRefused`, or `Missing` for a campus that is not there.

        A nickname in doubt needs a campus, where somebody can look at it.
        """
        author = await author_of(self.begin, member_id)
        doubt = await doubt_about(nickname, "profile", author, content=self.content)
        if doubt is not None and campus_id is None:
            raise ContentRefused
        async with self.begin() as tx:
            if campus_id is not None:
                await tx.campuses.get(campus_id)
            before = await tx.members.get(member_id)
            check("manage_profile", before, relation="self")
            member = before.profile(nickname=nickname, campus_id=campus_id)
            tx.members.save(member)
            if doubt is not None and campus_id is not None and nickname != before.nickname:
                published = Published(
                    campus_id=campus_id, author_id=member_id, kind="nickname", subject=member_id, quote=nickname
                )
                open_case(tx, self.ids, published, doubt, at=self.clock.now())
            await tx.commit()
        return member


@frozen(kw_only=True)
class GiveConsent:
    """A member accepts a document in the version that is in force."""

    begin: Begin
    clock: Clock
    documents: Documents
    digests: TextDigests = field(factory=dict[tuple[Document, str], str])

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId, *, document: Document, version: str) -> Member:
        """The member with the consent on record; raises `InvalidField` for another version."""
        check_in_force(document, version, self.documents)
        async with self.begin() as tx:
            member = await tx.members.get(member_id)
            check("manage_profile", member, relation="self")
            given = Consent(
                document=document,
                version=version,
                at=self.clock.now(),
                text_sha256=self.digests.get((document, version)),
            )
            consented = member.consent(given)
            if consented is not member:
                tx.members.save(consented)
                await tx.commit()
        return consented


@frozen(kw_only=True)
class LinkWay:
    """A member adds a way to sign in, proven by a code that was sent there."""

    begin: Begin
    clock: Clock
    secrets: Secrets

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId, way: Way, code: str) -> Member:
        """The member; raises `WrongCode` or `WayTaken`."""
        async with self.begin() as tx:
            member = await tx.members.get(member_id)
            check("manage_profile", member, relation="self")
            right = await try_code(tx, way, code, secrets=self.secrets, at=self.clock.now())
            if right:
                member = await link(tx, member, way)
            await tx.commit()
        if not right:
            raise WrongCode
        return member


async def link(tx: Transaction, member: Member, way: Way) -> Member:
    """The member, who signs in that way as well from the commit on; raises `WayTaken`."""
    owner = await tx.members.of_way(way)
    if owner is not None and owner.id != member.id:
        raise WayTaken
    linked = member.link(way)
    if linked is not member:
        tx.members.save(linked)
    return linked


@frozen(kw_only=True)
class UnlinkWay:
    """A member removes a way to sign in, but never the last. Whoever came in by it is signed out.

    They might go on for as long as their proof is fresh, and take the account, though what they came by is gone.
    """

    begin: Begin

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId, kind: WayKind, *, but: UUID | None = None) -> Member:
        """The member; raises `LastWay`. `but` is the session that asks, which stays."""
        async with self.begin() as tx:
            member = await tx.members.get(member_id)
            check("manage_profile", member, relation="self")
            member = member.unlink(kind)
            tx.members.save(member)
            tx.sessions.end_resting_on(kind, member_id, but=but)
            await tx.commit()
        return member


@frozen(kw_only=True)
class BlockMember:
    """A member no longer wants to meet another, in either role; or does again."""

    begin: Begin

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId, other: MemberId, *, blocked: bool) -> Member:
        """The member; raises `Missing` for a member who is not there."""
        async with self.begin() as tx:
            member = await tx.members.get(member_id)
            check("avoid_members", member)
            await tx.members.get(other)
            member = member.block(other) if blocked else member.unblock(other)
            tx.members.save(member)
            await tx.commit()
        return member


@frozen(kw_only=True)
class CloseAccount:
    """A member leaves: refused while money or an order is open, then every personal field is erased.

    What stands in their ended orders goes after it, an order at a time, by a message of the same commit.

    Member and runner are read first and saved, so that publishing or accepting at the same time meets one of them.
    """

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId) -> Member:
        """The closed account, signed out everywhere; raises `AccountBusy`."""
        async with self.begin() as tx:
            now = self.clock.now()
            member = await tx.members.get(member_id)
            check("close_account", member, relation="self")
            runner = await tx.runners.find(member_id)
            await _check_idle(tx, member_id)
            await erase_avatars(tx, member, at=now)
            member = member.close(at=now)
            tx.members.save(member)
            if runner is not None:
                tx.runners.save(runner.leave(at=now))
            await erase_cards(tx, member_id, until=now, at=now)
            tx.credentials.forget(member_id)
            tx.reports.forget_reporter(member_id)
            tx.sessions.end_all(member_id)
            tx.outbox.add(ForgetMember(member_id=member_id), at=now)
            await tx.commit()
        return member


async def _check_idle(tx: Transaction, member_id: MemberId) -> None:
    if await tx.orders.placed_by(member_id, phases=UNFINISHED, before=None, limit=1):
        raise AccountBusy("order")
    if await tx.orders.run_by(member_id, phases=UNFINISHED, before=None, limit=1):
        raise AccountBusy("order")
    if await tx.refunds.owed_to(member_id, limit=1):
        raise AccountBusy("refund")
    if any((await tx.ledger.balances(accounts_of_runner(member_id))).values()):
        raise AccountBusy("balance")
