"""What members say of themselves, what they accept, and whom they avoid."""

from attrs import field, frozen

from errand_domain.ids import CampusId, MemberId
from errand_domain.member.consent import Consent, Document, Documents, TextDigests, check_in_force
from errand_domain.member.member import Member
from errand_domain.permissions import check
from errand_domain.ports.content import ContentCheck
from errand_domain.ports.outside import Clock, Ids
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.content.judging import ContentRefused, Published, author_of, doubt_about, open_case
from errand_domain.use_cases.deciding import decided_anew_when_stale


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
