"""Have images judged that members show each other, hear the verdicts, and turn to a person where none comes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, assert_never

from attrs import frozen

from errand_domain.content.screening import (
    JUDGED_WITHIN,
    ImageDoubted,
    ImagePassed,
    ImageRefused,
    ImageSubmitted,
    ScreeningEvent,
    VerdictMissed,
    Waiting,
)
from errand_domain.errors import Missing
from errand_domain.ids import FileId
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.content import Verdict
from errand_domain.ports.files import FileStore
from errand_domain.ports.image_check import ImageCheck, Judged, Submitted, SubmittedImage, Unjudged
from errand_domain.ports.link_seal import FileLink, LinkAddress, LinkSeal
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.content.judging import wechat_identity_of
from errand_domain.use_cases.content.screening import SCENE_OF, awaits_verdict, campus_of, find_file, screen
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.files.stored_files import FetchedFile

CHECK_LINK_LIFE: Final = JUDGED_WITHIN
TRIED_FOR: Final = timedelta(minutes=4)
"""How long after the upload a check that is silent is asked again. Then it is left to the timer, and to a person: the
outbox parks a message whose tenth try fails, and nobody could do more about it than the timer does."""

_EVENTS: Final[Mapping[Verdict, ScreeningEvent]] = {
    "pass": ImagePassed(),
    "review": ImageDoubted(),
    "risky": ImageRefused(),
}


@frozen(kw_only=True)
class SubmitImage:
    """An image that was stored is submitted, with a link that is good for it alone; safe to do again.

    Where two submissions are made of one, the trace of one is kept, and the verdict on the other is about nothing.
    """

    begin: Begin
    clock: Clock
    seal: LinkSeal
    address: LinkAddress
    check: ImageCheck

    async def __call__(self, file_id: FileId) -> None:
        """Submit it, unless it was already, or was erased; raises `ConnectionError` where that may help later."""
        now = self.clock.now()
        async with self.begin() as tx:
            file = await find_file(tx, file_id)
            if file is None or not isinstance(file.screening, Waiting) or file.trace:
                return
            author = await tx.members.get(file.owner_id)
        scene = SCENE_OF[file.purpose]
        if scene is None:
            return
        expires_at = now.replace(microsecond=0) + CHECK_LINK_LIFE
        link = FileLink(file_id=file_id, viewer_id=None, purpose=file.purpose, expires_at=expires_at)
        image = SubmittedImage(
            file_id=file_id,
            url=self.address.of(self.seal.seal(link)),
            scene=scene,
            author=author.id,
            wechat_identity=wechat_identity_of(author),
        )
        try:
            answer = await self.check.submit(image)
        except ConnectionError:
            if now < file.at + TRIED_FOR:
                raise
            return
        await self._record(file_id, _event_of(answer), at=now)

    @decided_anew_when_stale
    async def _record(self, file_id: FileId, event: ScreeningEvent, *, at: datetime) -> None:
        async with self.begin() as tx:
            file = await find_file(tx, file_id)
            if file is not None and not file.trace:
                await screen(tx, file, event, at=at)
                await tx.commit()


@frozen(kw_only=True)
class RecordVerdict:
    """A verdict comes under its trace. The same one again, or one on what was erased, changes nothing."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, trace: str, verdict: Verdict) -> None:
        """Believe it: whoever told it was verified. A trace that we do not know is about nothing of ours."""
        now = self.clock.now()
        async with self.begin() as tx:
            try:
                file = await tx.files.of_trace(trace)
            except Missing:
                return
            await screen(tx, file, _EVENTS[verdict], at=now)
            await tx.commit()


@frozen(kw_only=True)
class MissVerdict:
    """The timer of an image fires: no verdict has come, so a person looks. The image is shown meanwhile."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def __call__(self, file_id: FileId) -> None:
        """Open a case, unless the timer was stale."""
        now = self.clock.now()
        async with self.begin() as tx:
            file = await find_file(tx, file_id)
            if file is None or file.judged_by is None or now < file.judged_by:
                return
            await screen(tx, file, VerdictMissed(), at=now)
            await tx.commit()


@frozen(kw_only=True)
class ShowToCheck:
    """Whoever judges follows the link that was submitted. Recorded, as a look of nobody who is a member."""

    begin: Begin
    clock: Clock
    store: FileStore

    async def __call__(self, link: FileLink) -> FetchedFile:
        """The image, as long as a verdict on it is awaited; raises `Missing`."""
        async with self.begin() as tx:
            file = await tx.files.get(link.file_id)
            if file.purpose != link.purpose or not awaits_verdict(file):
                raise Missing("file")
            tx.audit.record(
                AuditLine(
                    at=self.clock.now(),
                    actor_id=None,
                    campus_id=await campus_of(tx, file),
                    action="file.seen_by_check",
                    subject=f"file:{file.id}",
                )
            )
            await tx.commit()
        return FetchedFile(file=file, content=await self.store.get(file.id))


def _event_of(answer: Submitted | Judged | Unjudged) -> ScreeningEvent:
    match answer:
        case Submitted():
            return ImageSubmitted(trace=answer.trace)
        case Judged():
            return _EVENTS[answer.verdict]
        case Unjudged():
            return VerdictMissed()
        case _:
            assert_never(answer)
