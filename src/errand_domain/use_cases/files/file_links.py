"""Links by which a file is looked at without signing in again: short-lived, and good for one viewer alone."""

from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

from errand_domain.errors import Missing
from errand_domain.ids import FileId
from errand_domain.member.member import Member, MemberBarred
from errand_domain.permissions import check
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.link_seal import FileLink, LinkSeal
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.content.screening import check_shown
from errand_domain.use_cases.files.screen_images import ShowToCheck
from errand_domain.use_cases.files.stored_files import FetchedFile, FetchFile, staff_campus

LINK_LIFE: Final = timedelta(minutes=5)
CARD_LINK_LIFE: Final = timedelta(minutes=2)


@frozen(kw_only=True)
class IssuedLink:
    """The sealed link, and until when it works."""

    token: str = field(repr=False)
    expires_at: datetime


@frozen(kw_only=True)
class IssueFileLink:
    """Whoever may see a file gets a link to it. Links to student cards are for reviewers, and each is recorded."""

    begin: Begin
    clock: Clock
    seal: LinkSeal

    async def __call__(self, file_id: FileId, viewer: Member) -> IssuedLink:
        """The link; raises `Missing` for a file that is not the viewer's to see, `NotPermitted` for one's own card.

        Raises `FileWithheld`, too.
        """
        now = self.clock.now().replace(microsecond=0)
        async with self.begin() as tx:
            file = await tx.files.get(file_id)
            campus_id = await staff_campus(tx, file, viewer)
            check_shown(file)
            if file.purpose == "student_card":
                check("link_card", viewer, campus_id=campus_id)
            if campus_id is not None:
                tx.audit.record(
                    AuditLine(
                        at=now,
                        actor_id=viewer.id,
                        campus_id=campus_id,
                        action="file.link_issued",
                        subject=f"file:{file_id}",
                    )
                )
                await tx.commit()
        expires_at = now + (CARD_LINK_LIFE if file.purpose == "student_card" else LINK_LIFE)
        link = FileLink(file_id=file_id, viewer_id=viewer.id, purpose=file.purpose, expires_at=expires_at)
        return IssuedLink(token=self.seal.seal(link), expires_at=expires_at)


@frozen(kw_only=True)
class FollowFileLink:
    """A link is followed: its viewer looks at the file, as far as they may at this moment; staff looks are recorded."""

    begin: Begin
    clock: Clock
    seal: LinkSeal
    fetch: FetchFile
    fetch_for_check: ShowToCheck

    async def __call__(self, token: str) -> FetchedFile:
        """The file; raises `Missing` for a link that is forged, over, or whose viewer may not look any more.

        Raises `FileWithheld`, too.
        """
        link = self.seal.unseal(token)
        if self.clock.now() >= link.expires_at:
            raise Missing("file")
        if link.viewer_id is None:
            return await self.fetch_for_check(link)
        async with self.begin() as tx:
            viewer = await tx.members.get(link.viewer_id)
        try:
            found = await self.fetch(link.file_id, viewer)
        except MemberBarred:
            raise Missing("file") from None
        if found.file.purpose != link.purpose:
            raise Missing("file")
        return found
