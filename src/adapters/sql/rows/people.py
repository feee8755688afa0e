"""Campuses, members and runners as rows."""

from typing import Any, Final

from adapters.crypto.vault import Vault
from adapters.sql.documents import Document, read_json, write_json
from adapters.sql.sealing import blind_indices
from adapters.sql.statements import Row
from adapters.sql.tables.people import CAMPUSES, MEMBERS, RUNNERS, SESSIONS
from errand_domain.campus import Campus
from errand_domain.member.member import Member
from errand_domain.member.session import Session
from errand_domain.runner.runner import Runner
from errand_domain.runner.verification import Application, Applied, Verification

CAMPUS: Final = Document[Campus](Campus)
MEMBER: Final = Document[Member](Member)
APPLICATION: Final = Document[Application](Application)
VERIFICATION: Final = Document[Verification](Verification)

READ_CAMPUS: Final = (CAMPUSES.c.document,)
READ_MEMBER: Final = (MEMBERS.c.id, MEMBERS.c.document, MEMBERS.c.private)
READ_SESSION: Final = tuple(
    SESSIONS.c[name]
    for name in (
        "id",
        "member_id",
        "token_hash",
        "device",
        "place",
        "means",
        "strength",
        "started_at",
        "expires_at",
        "seen_at",
        "proved_by",
        "proved_at",
    )
)
READ_RUNNER: Final = tuple(
    RUNNERS.c[name] for name in ("member_id", "credit", "on_shift", "version", "document", "private")
)
CHANGING_CAMPUS: Final = ("name", "document", "version")
CHANGING_MEMBER: Final = ("campus_id", "barred", "closed_at", "document", "private", "version")
CHANGING_RUNNER: Final = (
    "campus_id",
    "student_number",
    "student_number_next",
    "state",
    "queued_since",
    "credit",
    "on_shift",
    "due_at",
    "document",
    "private",
    "version",
)
_PERSONAL: Final = ("nickname", "avatar", "ways")


def campus_from_row(row: Row) -> Campus:
    """The campus of a row of `READ_CAMPUS`."""
    return CAMPUS.load(row[0])


def changing_campus_columns(campus: Campus) -> dict[str, Any]:
    """The columns that a save replaces."""
    return {"name": campus.name, "document": CAMPUS.dump(campus), "version": campus.version}


def member_from_row(row: Row) -> Member:
    """The member of a row of `READ_MEMBER`."""
    return MEMBER.put_together({**read_json(row[1]), **read_json(row[2])})


def changing_member_columns(member: Member) -> dict[str, Any]:
    """The columns that a save replaces."""
    public = MEMBER.take_apart(member)
    private = {name: public.pop(name) for name in _PERSONAL}
    return {
        "campus_id": member.campus_id,
        "barred": member.barred,
        "closed_at": member.closed_at,
        "document": write_json(public),
        "private": write_json(private),
        "version": member.version,
    }


def session_from_row(row: Row) -> Session:
    """The session of a row of `READ_SESSION`."""
    session_id, member_id, token_hash, device, place, means, strength, started_at, expires_at, *later = row
    seen_at, proved_by, proved_at = later
    return Session(
        id=session_id,
        member_id=member_id,
        token_hash=token_hash,
        device=device,
        place=place,
        by=means,
        strength=strength,
        started_at=started_at,
        expires_at=expires_at,
        seen_at=seen_at,
        proved_by=proved_by or means,
        proved_at=proved_at or started_at,
    )


def session_row(session: Session) -> dict[str, Any]:
    """Every column of a session."""
    return {
        "id": session.id,
        "member_id": session.member_id,
        "token_hash": session.token_hash,
        "device": session.device,
        "place": session.place,
        "means": session.by,
        "strength": session.strength,
        "started_at": session.started_at,
        "expires_at": session.expires_at,
        "seen_at": session.seen_at,
        "proved_by": session.proved_by,
        "proved_at": session.proved_at,
    }


def runner_from_row(row: Row) -> Runner:
    """The runner of a row that begins with `READ_RUNNER`."""
    member_id, credit, on_shift, version, document, private = row
    return Runner(
        member_id=member_id,
        application=APPLICATION.load(private),
        verification=VERIFICATION.load(document),
        credit=credit,
        on_shift=on_shift,
        version=version,
    )


def number_indices(runner: Runner, vault: Vault) -> tuple[str, str] | tuple[None, None]:
    """By what the student number is found to be somebody's, now and next; nothing for who claims none."""
    number = runner.claimed_number
    return blind_indices(vault, f"student number {runner.campus_id}", number) if number else (None, None)


def changing_runner_columns(runner: Runner, vault: Vault) -> dict[str, Any]:
    """The columns that a save replaces."""
    verification = runner.verification
    number, number_next = number_indices(runner, vault)
    return {
        "campus_id": runner.campus_id,
        "student_number": number,
        "student_number_next": number_next,
        "state": runner.verification_name,
        "queued_since": verification.since if isinstance(verification, Applied) else None,
        "credit": runner.credit,
        "on_shift": runner.on_shift,
        "due_at": runner.due_at,
        "document": VERIFICATION.dump(verification),
        "private": APPLICATION.dump(runner.application),
        "version": runner.version,
    }
