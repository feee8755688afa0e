"""Which images are judged, whether they are shown meanwhile, and what a verdict brings about.

An image is shown before it was judged. A runner proves a step with a photo and the errand goes on; a verdict may take
half an hour. It is shown to one other member, by whom it can be reported, and withheld as soon as the verdict says so.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from errand_domain.content.case import Doubt, case_id_of
from errand_domain.content.screening import (
    JUDGED_WITHIN,
    FileWithheld,
    ImageCleared,
    ImageDoubted,
    ImageHeld,
    ImageRefused,
    ImageRemoved,
    InDoubt,
    Passed,
    Screening,
    ScreeningEvent,
    TakenAway,
    Unscreened,
    VerdictMissed,
    Waiting,
    Withheld,
    can_happen,
)
from errand_domain.errors import Missing
from errand_domain.ids import CampusId, FileId
from errand_domain.ports.content import Scene
from errand_domain.ports.files import FilePurpose, StoredFile
from errand_domain.ports.outbox import EraseFile, ShowPicture, Tell
from errand_domain.ports.transaction import Transaction
from errand_domain.use_cases.content.judging import Published, new_case, open_among

SCENE_OF: Final[Mapping[FilePurpose, Scene | None]] = {
    "proof": "order",
    "evidence": "dispute",
    "avatar": "profile",
    "student_card": None,  # handed to no third party: reviewers look at it, each look is recorded
}
"""In which scene images of each purpose are judged; those with none are judged by nobody. A test holds it complete."""

_DOUBTS: Final[Mapping[type[ScreeningEvent], Doubt]] = {
    ImageDoubted: "doubtful",
    VerdictMissed: "unanswered",
    ImageRefused: "risky",
}


def first_screening(purpose: FilePurpose, *, at: datetime) -> Screening:
    """What is so of a new file of that purpose."""
    return Unscreened() if SCENE_OF[purpose] is None else Waiting(due_at=at + JUDGED_WITHIN)


def is_shown(file: StoredFile) -> bool:
    """Whether those who may see the image are shown it."""
    return not isinstance(file.screening, Withheld | TakenAway)


def check_shown(file: StoredFile) -> None:
    """Raise `FileWithheld` for an image that nobody is shown any more."""
    if not is_shown(file):
        raise FileWithheld


def awaits_verdict(file: StoredFile) -> bool:
    """Whether somebody may still be judging it."""
    return isinstance(file.screening, Waiting) or file.trace != ""


async def find_file(tx: Transaction, file_id: FileId) -> StoredFile | None:
    """The file, or `None` where it was erased meanwhile."""
    try:
        return await tx.files.get(file_id)
    except Missing:
        return None


async def campus_of(tx: Transaction, file: StoredFile) -> CampusId | None:
    """Whose operators look at the image: those of its order's campus, or of its owner's, if they still have one."""
    if file.order_id is None:
        return (await tx.members.get(file.owner_id)).campus_id
    return (await tx.orders.get(file.order_id)).campus_id


async def screen(tx: Transaction, file: StoredFile, event: ScreeningEvent, *, at: datetime) -> StoredFile:
    """Gather what the event brings about: the file, a case for a person, a word to the author.

    What cannot happen to it any more changes nothing: somebody was first.
    """
    if not can_happen(file.screening, event):
        return file
    was, file = file, file.apply(event)
    tx.files.save(file)
    doubt = _DOUBTS.get(type(event))
    # What was in doubt before has its case already.
    if doubt is not None and not isinstance(was.screening, InDoubt) and (campus_id := await campus_of(tx, file)):
        about = Published(campus_id=campus_id, author_id=file.owner_id, kind="image", subject=file.id)
        # And so may have what was reported before its verdict. Whoever lets it stand in this moment looks again.
        cases = await tx.content_cases.of_subject("image", file.id)
        reported = open_among(cases, about)
        if reported is None:
            case_id = case_id_of("image", file.id, len(cases))
            tx.content_cases.add(new_case(case_id, about, doubt, at=at))
        else:
            tx.content_cases.save(reported.touched())
    show_if_harmless(tx, file, at=at)
    if isinstance(file.screening, Withheld):
        tx.outbox.add(Tell(member_id=file.owner_id, kind="image_withheld", order_id=file.order_id), at=at)
    return file


def show_if_harmless(tx: Transaction, file: StoredFile, *, at: datetime) -> None:
    """Gather that the picture of a member becomes public. Before its verdict, or after another one, it never does."""
    if isinstance(file.screening, Passed):
        _see_to_picture(tx, file, at=at)


def _see_to_picture(tx: Transaction, file: StoredFile, *, at: datetime) -> None:
    """Gather that what is public of a member's picture becomes what it should be."""
    if file.purpose == "avatar":
        tx.outbox.add(ShowPicture(file_id=file.id, media_type=file.media_type), at=at, lane=f"picture:{file.owner_id}")


async def hold_image(tx: Transaction, file_id: FileId, *, at: datetime) -> bool:
    """Gather that nobody is shown it until a person has decided, and its author hears so; whether that changes it."""
    file = await find_file(tx, file_id)
    if file is None or not can_happen(file.screening, ImageHeld()):
        return False
    held = file.apply(ImageHeld())
    tx.files.save(held)
    _see_to_picture(tx, held, at=at)
    tx.outbox.add(Tell(member_id=file.owner_id, kind="image_withheld", order_id=file.order_id), at=at)
    return True


async def clear_image(tx: Transaction, file_id: FileId, *, at: datetime) -> None:
    """Gather that a person saw nothing wrong with it. What was withheld is shown again, and its author hears so."""
    file = await find_file(tx, file_id)
    if file is None or not can_happen(file.screening, ImageCleared()):
        return
    if isinstance(file.screening, Withheld):
        tx.outbox.add(Tell(member_id=file.owner_id, kind="image_restored", order_id=file.order_id), at=at)
    cleared = file.apply(ImageCleared())
    tx.files.save(cleared)
    show_if_harmless(tx, cleared, at=at)


async def remove_image(tx: Transaction, file_id: FileId, *, at: datetime) -> None:
    """Gather that a person took it away: its bytes go, and the facts stay, for it may have proved something."""
    file = await find_file(tx, file_id)
    if file is None or not can_happen(file.screening, ImageRemoved()):
        return
    removed = file.apply(ImageRemoved())
    tx.files.save(removed)
    _see_to_picture(tx, removed, at=at)
    tx.outbox.add(EraseFile(file_id=file_id), at=at)
