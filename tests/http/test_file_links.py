"""A link shows its file for minutes, to one viewer, as long as they may look, and whoever looked is on record."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from attrs import evolve

from errand_domain.ids import FileId, MemberId
from errand_domain.member.member import Member
from errand_domain.testing.examples import NOW
from tests.http.conftest import staff
from tests.http.visitors import PNG, Visitor, problem_of
from tests.stage import Stage


@pytest.fixture
async def applicant(guest: Visitor) -> Visitor:
    return await guest.signs_in("+8613800000006")


@pytest.fixture
async def card(applicant: Visitor) -> str:
    """The student card of somebody who has applied."""
    card = await applicant.uploads("/files")
    application = {
        "campusId": str(applicant.stage.campus.id),
        "realName": "张三",
        "studentNumber": "20269999",
        "cardPhoto": card,
        "studyUntil": "2029-06-30",
        "agreementVersion": "2026-11-01",
    }
    await applicant.does("/runner/application", application)
    return card


@pytest.fixture
async def proof(requester: Visitor, runner: Visitor) -> str:
    """A photo for an order of the two."""
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    return await runner.uploads(f"/orders/{order_id}/proofs")


async def link(viewer: Visitor, file_id: str) -> dict[str, Any]:
    return await viewer.does(f"/files/{file_id}/links")


def path_of(issued: dict[str, Any]) -> str:
    """Where the link leads, as the phone calls it; the address outside is the one of the settings."""
    before, api, path = issued["url"].partition("/api/v1")
    assert (before, api) == ("http://127.0.0.1:8000", "/api/v1")
    return path


async def looks(guest: Visitor, issued: dict[str, Any]) -> httpx.Response:
    """Somebody with the link and nothing else: no token, no header."""
    return await guest.get(path_of(issued))


async def recorded(stage: Stage, file_id: str) -> list[tuple[str, str]]:
    async with stage.begin() as tx:
        entries = await tx.audit.of_subject(f"file:{file_id}", limit=50)
    return [(entry.action, str(entry.actor_id)) for entry in reversed(entries)]


async def test_a_party_shows_a_proof_by_its_link_without_any_header(
    guest: Visitor, requester: Visitor, proof: str, stage: Stage
) -> None:
    answer = await looks(guest, await link(requester, proof))
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PNG, "image/png")
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert await recorded(stage, proof) == []


async def test_a_link_works_for_five_minutes_and_for_a_card_two(
    guest: Visitor, operator: Visitor, proof: str, card: str, stage: Stage
) -> None:
    for file_id, life in ((proof, 300), (card, 120)):
        issued = await link(operator, file_id)
        stage.clock.advance(timedelta(seconds=life - 2))
        assert (await looks(guest, issued)).status_code == 200
        stage.clock.advance(timedelta(seconds=2))
        assert problem_of(await looks(guest, issued))["code"] == "not_found"


async def test_links_to_cards_and_looks_through_them_are_recorded_with_who(
    guest: Visitor, operator: Visitor, card: str, stage: Stage
) -> None:
    issued = await link(operator, card)
    assert await recorded(stage, card) == [("file.link_issued", operator.id)]
    for _ in range(2):
        answer = await looks(guest, issued)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    assert await recorded(stage, card) == [("file.link_issued", operator.id)] + [("file.seen", operator.id)] * 2


async def test_nobody_but_reviewers_gets_a_link_to_a_card(
    applicant: Visitor, requester: Visitor, runner: Visitor, card: str, stage: Stage
) -> None:
    assert (await applicant.refused(f"/files/{card}/links"))["code"] == "not_permitted"
    for viewer in (requester, runner):
        assert (await viewer.refused(f"/files/{card}/links"))["code"] == "not_found"
    assert await recorded(stage, card) == []


async def test_a_stranger_gets_no_link_to_a_proof(stranger: Visitor, guest: Visitor, proof: str) -> None:
    assert (await stranger.refused(f"/files/{proof}/links"))["code"] == "not_found"
    assert problem_of(await guest.post(f"/files/{proof}/links"))["status"] == 401


def without_roles(member: Member) -> Member:
    return evolve(member, grants=frozenset(), version=member.version + 1)


LOSSES: Final[dict[str, Callable[[Member], Member]]] = {
    "barred": lambda member: member.bar(barred=True),
    "without a role": without_roles,
    "gone": lambda member: member.close(at=NOW),
}


@pytest.mark.parametrize("how", LOSSES)
async def test_the_link_of_a_reviewer_dies_with_their_right_to_look(
    guest: Visitor, stage: Stage, card: str, how: str
) -> None:
    reviewer = await staff(guest, stage, await stage.operator())
    issued = await link(reviewer, card)
    assert (await looks(guest, issued)).status_code == 200
    before = await recorded(stage, card)
    async with stage.begin() as tx:
        tx.members.save(LOSSES[how](await tx.members.get(MemberId(UUID(reviewer.id)))))
        await tx.commit()
    assert problem_of(await looks(guest, issued))["code"] == "not_found"
    assert await recorded(stage, card) == before


@pytest.mark.parametrize("token", ["x", "A" * 98, "A" * 5000, "%00", "é", "a%2Fb", "..%2F..%2Fme"])
async def test_a_link_that_nobody_issued_leads_nowhere(guest: Visitor, token: str) -> None:
    assert problem_of(await guest.get(f"/file-links/{token}"))["status"] == 404


async def test_a_link_leads_to_no_other_file(guest: Visitor, requester: Visitor, proof: str) -> None:
    issued = await link(requester, proof)
    forged = issued["url"][:-40] + ("A" if issued["url"][-40] != "A" else "B") + issued["url"][-39:]
    assert problem_of(await looks(guest, {"url": forged}))["status"] == 404


async def test_a_file_that_was_erased_is_not_there_behind_its_link(
    guest: Visitor, requester: Visitor, proof: str, stage: Stage
) -> None:
    issued = await link(requester, proof)
    async with stage.begin() as tx:
        tx.files.remove(FileId(UUID(proof)))
        await tx.commit()
    assert problem_of(await looks(guest, issued))["status"] == 404
