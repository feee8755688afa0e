"""The texts that people accept can be read by everybody, and a consent says which words it was given to."""

from hashlib import sha256
from uuid import UUID

import pytest
from attrs import evolve

from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.settings import SettingsInvalid
from errand_domain.ids import MemberId
from tests.http.visitors import Visitor, problem_of


async def test_what_is_in_force_can_be_read_before_signing_in(guest: Visitor) -> None:
    items = (await guest.sees("/documents"))["items"]
    assert [item["document"] for item in items] == ["user_agreement", "privacy_policy", "runner_agreement"]
    assert [item["isRequired"] for item in items] == [True, True, False]
    for item in items:
        text = await guest.sees(f"/documents/{item['document']}/{item['version']}")
        assert text["title"] == item["title"]
        assert text["effectiveOn"] == item["effectiveOn"] == "2026-11-01"
        assert text["text"].startswith(f"# 校园跑腿{item['title']}\n")
        assert text["sha256"] == item["sha256"] == sha256(text["text"].encode()).hexdigest()


async def test_a_text_is_kept_by_whoever_has_it(guest: Visitor) -> None:
    first = await guest.get("/documents/privacy_policy/2026-11-01")
    assert first.headers["cache-control"] == "public, max-age=86400, immutable"
    again = await guest.get("/documents/privacy_policy/2026-11-01", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await guest.get("/documents")).headers["cache-control"] == "private, no-cache"


async def test_what_was_never_published_is_not_there(guest: Visitor) -> None:
    for path in ("user_agreement/2026-11-02", "cookie_policy/2026-11-01", "user_agreement/..%2f..%2fREADME"):
        problem = problem_of(await guest.get(f"/documents/{path}"))
        assert (problem["status"], problem["code"]) == (404, "not_found")


async def test_a_consent_records_the_digest_of_the_words_that_were_shown(guest: Visitor, operator: Visitor) -> None:
    runner = await guest.signs_in("+8613800000002")
    await runner.becomes_runner(operator)
    shown = {item["document"]: item["sha256"] for item in (await guest.sees("/documents"))["items"]}
    async with guest.stage.begin() as tx:
        member = await tx.members.get(MemberId(UUID(runner.id)))
    assert {consent.document: consent.text_sha256 for consent in member.consents} == shown


async def test_an_application_that_lacks_a_text_is_not_made(container: Container) -> None:
    """Whoever embeds the application hears at its making that a text is missing, and not at the first request."""
    other = Container(settings=evolve(container.settings(), privacy_policy_version="2099-01-01"))
    with pytest.raises(SettingsInvalid, match="ERRAND_PRIVACY_POLICY_VERSION"):
        create_app(other)
