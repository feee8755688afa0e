"""What is sensitive needs a fresh proof; the refusal says so, and the proof is given where it says."""

from datetime import timedelta
from typing import Final

import pytest
from litestar import Litestar

from adapters.memory.outside import MemoryNotices
from entrypoints.http.app import handlers_of
from entrypoints.http.gate import PROVEN
from errand_domain.member.credential import Credential
from errand_domain.member.session import PROOF_LIFE
from tests.http.conftest import session_for, staff
from tests.http.visitors import API, Visitor, problem_of
from tests.stage import Stage

SENSITIVE: Final = {
    ("POST", "/me/ways"),
    ("POST", "/me/tickets/wechat"),
    ("POST", "/me/tickets/wechat-phone"),
    ("DELETE", "/me/ways/{kind}"),
    ("POST", "/me/exports"),
    ("DELETE", "/me"),
    ("DELETE", "/sessions"),
}
PROOFS: Final = "/sessions/current/proofs"


async def test_what_needs_a_fresh_proof_is_what_is_named_here(app: Litestar) -> None:
    found = {key for key, handler in handlers_of(app).items() if handler.opt.get("proof") == PROVEN["proof"]}
    assert {(method, path.removeprefix(API)) for method, path in found} == SENSITIVE


@pytest.mark.parametrize(("method", "path"), sorted(SENSITIVE))
async def test_without_one_it_is_refused_before_anything_is_read(requester: Visitor, method: str, path: str) -> None:
    requester.stage.clock.advance(PROOF_LIFE)
    answer = await requester.http.request(method, path.replace("{kind}", "phone"))
    problem = problem_of(answer)
    assert (answer.status_code, problem["code"], problem["withinSeconds"]) == (409, "session.proof_needed", 600)
    assert PROOFS in problem["detail"]


@pytest.mark.parametrize(
    ("method", "path"), sorted({*SENSITIVE, ("PUT", "/me/password"), ("DELETE", "/sessions/{another}")})
)
async def test_who_has_two_factors_is_asked_for_both_though_one_was_proven_just_now(
    guest: Visitor, stage: Stage, method: str, path: str
) -> None:
    member = await stage.operator()
    another = await session_for(stage, member)
    async with stage.begin() as tx:
        found = await tx.sessions.find(stage.use.secrets().digest(another), at=stage.clock.now())
        tx.credentials.put(
            Credential(member_id=member.id, password_hash="x", totp_secret="x", changed_at=stage.clock.now())
        )
        await tx.commit()
    assert found is not None
    weak = await staff(guest, stage, member, strength="one_factor")
    path = path.replace("{kind}", "phone").replace("{another}", str(found.session.id))
    answer = await weak.http.request(method, path, json={"password": "four green bicycles", "current": "x"})
    assert (answer.status_code, problem_of(answer)["code"]) == (409, "session.proof_needed")
    assert (await weak.refused(PROOFS, {"kind": "phone", "code": "000000"}))["code"] == "sign_in.second_factor_needed"


async def test_a_code_to_ones_own_phone_opens_it_again(requester: Visitor) -> None:
    requester.stage.clock.advance(timedelta(days=2))
    assert (await requester.http.delete("/sessions")).status_code == 409
    await requester.does(f"{PROOFS}/codes", {"kind": "phone"})
    notices = requester.stage.use.notices()
    assert isinstance(notices, MemoryNotices)
    told = await requester.does(PROOFS, {"kind": "phone", "code": notices.inbox[0].code})
    assert notices.inbox[0].to.value == "+8613800000001"
    assert (await requester.http.delete("/sessions")).status_code == 204
    assert told["provenUntil"]
    assert (await requester.refused(f"{PROOFS}/codes", {"kind": "email"}))["code"] == "field.invalid"


async def test_nothing_is_kept_of_what_is_proven_by_a_password(requester: Visitor) -> None:
    """With a key, answers are kept beside a digest of what was asked; of this nothing is."""
    key = {"Idempotency-Key": "one-and-the-same"}
    for password in ("three blue bicycles", "four blue bicycles"):
        problem = await requester.refused(f"{PROOFS}/password", {"password": password}, headers=key)
        assert problem["code"] == "sign_in.wrong_password"
