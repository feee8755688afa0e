"""Pictures of members: everybody may see them, so they are public only once they were judged harmless.

What is uploaded is a file like others, sealed and waiting for its verdict. When that is good, the picture is shown: a
copy becomes public under a name that nobody guesses, and takes the place of the one before.
"""

from contextlib import suppress
from datetime import datetime

from attrs import frozen

from errand_domain.content.screening import Passed
from errand_domain.errors import Missing
from errand_domain.ids import FileId, MemberId
from errand_domain.member.member import Member
from errand_domain.member.picture import is_picture_name, media_type_of, picture_name
from errand_domain.permissions import check
from errand_domain.ports.files import FileStore, StoredFile
from errand_domain.ports.outbox import EraseFile, ShowPicture, WithdrawPicture
from errand_domain.ports.outside import Clock, Secrets
from errand_domain.ports.public_images import PublicImages
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.content.screening import find_file
from errand_domain.use_cases.deciding import decided_anew_when_stale


async def erase_avatars(tx: Transaction, member: Member, *, at: datetime, but: StoredFile | None = None) -> None:
    """Gather that the member's pictures go, and what is public of them; of those before one, if it stays."""
    for file in await tx.files.of_no_order(member.id, "avatar"):
        if but is None or file.id < but.id:
            tx.files.remove(file.id)
            tx.outbox.add(EraseFile(file_id=file.id), at=at)
    if member.avatar:
        tx.outbox.add(WithdrawPicture(name=member.avatar), at=at)


async def shown_picture(tx: Transaction, member: Member, secrets: Secrets) -> StoredFile | None:
    """The file of the picture that everybody sees, if there is one."""
    files = await tx.files.of_no_order(member.id, "avatar") if member.avatar else ()
    return next((file for file in files if _name_of(file.id, file.media_type, secrets) == member.avatar), None)


def _name_of(file_id: FileId, media_type: str, secrets: Secrets) -> str:
    return picture_name(secrets.digest(f"picture of {file_id}"), media_type)


@frozen(kw_only=True)
class RemoveAvatar:
    """A member is shown without a picture again; what waited for its verdict goes, too."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, member_id: MemberId) -> Member:
        """The member without a picture."""
        async with self.begin() as tx:
            member = await tx.members.get(member_id)
            check("manage_profile", member, relation="self")
            await erase_avatars(tx, member, at=self.clock.now())
            member = member.picture("")
            tx.members.save(member)
            await tx.commit()
        return member


@frozen(kw_only=True)
class ShowAvatar:
    """A picture was judged harmless: it becomes public, unless it was removed meanwhile.

    One that is not harmless any more, by the word of a person, is public no more.

    The pictures of one member come in the order of their verdicts, and each removes those that were sent before it.
    """

    begin: Begin
    clock: Clock
    secrets: Secrets
    store: FileStore
    public: PublicImages

    async def __call__(self, message: ShowPicture) -> None:
        """Make it public, or see to it that it is not; safe to do again."""
        name = _name_of(message.file_id, message.media_type, self.secrets)
        if await self._may_be_shown(message.file_id):
            # Where it is erased this very moment, a try that was cut short may have made it public before.
            with suppress(Missing):
                await self.public.put(name, await self.store.get(message.file_id))
                if await self._shown(message.file_id, name):
                    return
        await self._hide(message.file_id, name)
        await self.public.delete(name)

    @decided_anew_when_stale
    async def _hide(self, file_id: FileId, name: str) -> None:
        """See that nobody is told that name any more; what was erased has seen to that itself."""
        async with self.begin() as tx:
            file = await find_file(tx, file_id)
            if file is None or isinstance(file.screening, Passed):
                return
            member = await tx.members.get(file.owner_id)
            if member.avatar == name:
                tx.members.save(member.picture(""))
                await tx.commit()

    async def _may_be_shown(self, file_id: FileId) -> bool:
        async with self.begin() as tx:
            return await _judged_harmless(tx, file_id) is not None

    @decided_anew_when_stale
    async def _shown(self, file_id: FileId, name: str) -> bool:
        async with self.begin() as tx:
            file = await _judged_harmless(tx, file_id)
            if file is None:
                return False
            member = await tx.members.get(file.owner_id)
            if member.avatar == name:
                return True
            if member.closed_at is not None:
                return False
            await erase_avatars(tx, member, at=self.clock.now(), but=file)
            tx.members.save(member.picture(name))
            await tx.commit()
        return True


async def _judged_harmless(tx: Transaction, file_id: FileId) -> StoredFile | None:
    file = await find_file(tx, file_id)
    return file if file is not None and file.purpose == "avatar" and isinstance(file.screening, Passed) else None


@frozen(kw_only=True)
class PublicPicture:
    """A picture as everybody sees it."""

    content: bytes
    media_type: str


@frozen(kw_only=True)
class SeePicture:
    """Whoever knows the name of a picture sees it."""

    public: PublicImages

    async def __call__(self, name: str) -> PublicPicture:
        """The picture; raises `Missing`."""
        if not is_picture_name(name):
            raise Missing("picture")
        return PublicPicture(content=await self.public.get(name), media_type=media_type_of(name))
