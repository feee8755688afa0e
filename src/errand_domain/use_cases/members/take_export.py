"""Hand over everything that is held about a member, with the images, once a day at the most."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, Final

from attrs import field, frozen

from errand_domain.errors import Missing
from errand_domain.ids import FileId, MemberId
from errand_domain.member.member import Member
from errand_domain.permissions import check
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.files import FileStore, StoredFile
from errand_domain.ports.outbox import Tell
from errand_domain.ports.outside import Clock
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.content.screening import is_shown
from errand_domain.use_cases.limiting import hold_to
from errand_domain.use_cases.members.export_member import ExportMember

EXPORTS_MOST: Final = 1
PER: Final = timedelta(days=1)
PAGE: Final = 100


@frozen(kw_only=True)
class Taken:
    """What the export says, and which files come with it: those that are withheld do not."""

    facts: Mapping[str, Any]
    files: tuple[StoredFile, ...]
    store: FileStore = field(repr=False)

    async def contents(self) -> AsyncIterator[tuple[StoredFile, bytes]]:
        """Each file that is still there, one after another; one that was erased meanwhile is left out."""
        for file in self.files:
            try:
                content = await self.store.get(file.id)
            except Missing:
                continue
            yield file, content


@frozen(kw_only=True)
class TakeExport:
    """The member takes it, or the machine's command line on their request; recorded, and the member is told.

    Nothing of it is stored: whoever loses it takes another.
    """

    begin: Begin
    clock: Clock
    limits: RateLimits
    export: ExportMember
    store: FileStore

    async def __call__(self, member_id: MemberId, *, by: Member | None) -> Taken:
        """All of it; `TooManyRequests` for a member who took one within a day. `by` is `None` for the command line."""
        check("export_self", by, relation="self" if by is not None and by.id == member_id else None, of="member")
        now = self.clock.now()
        if by is not None:
            await hold_to(self.limits, f"export:{member_id}", most=EXPORTS_MOST, per=PER, at=now)
        facts = await self.export(member_id)
        files = list[StoredFile]()
        async with self.begin() as tx:
            last: FileId | None = None
            while page := await tx.files.of_owner(member_id, before=last, limit=PAGE):
                files += filter(is_shown, page)
                last = page[-1].id
            tx.audit.record(
                AuditLine(
                    at=now,
                    actor_id=by.id if by else None,
                    campus_id=None,
                    action="member.exported",
                    subject=f"member:{member_id}",
                )
            )
            tx.outbox.add(Tell(member_id=member_id, kind="data_exported"), at=now)
            await tx.commit()
        return Taken(facts=facts, files=tuple(files), store=self.store)
