"""A ticket is all that a mini-program needs: one form, to us or to a bucket, and then the file."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve

from entrypoints.container import MEMORY, Container, running
from entrypoints.http.app import create_app
from entrypoints.sandbox.app import Sandbox
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.storage.partner import StoredObject
from entrypoints.settings import Settings, read_settings
from errand_domain.use_cases.files.upload_tickets import SEND_WITHIN
from tests.http.visitors import PNG, Visitor, problem_of
from tests.pictures import JPEG
from tests.sandbox.serving import served
from tests.sandbox.storage.playing import keys_of, outside_of
from tests.stage import Stage, settings

CARD = {"purpose": "student_card", "sizeBytes": len(PNG), "mediaType": "image/png"}


def proof(order_id: str) -> dict[str, Any]:
    return {"purpose": "proof", "orderId": order_id, "sizeBytes": len(JPEG), "mediaType": "image/jpeg"}


async def sent(visitor: Visitor, ticket: dict[str, Any], content: bytes) -> httpx.Response:
    """What `wx.uploadFile` does, which carries no session here."""
    url, files = ticket["url"], {ticket["fileField"]: ("it", content)}
    if url.startswith(visitor.stage.use.settings().public_url):
        transport = httpx.ASGITransport(app=visitor.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport) as http:
            return await http.post(url, data=ticket["formFields"], files=files)
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(url, data=ticket["formFields"], files=files)


async def test_an_image_comes_to_us_with_its_ticket_and_no_session(requester: Visitor) -> None:
    ticket = await requester.does("/files/tickets", CARD)
    assert (ticket["method"], ticket["url"]) == ("POST", "http://127.0.0.1:8000/api/v1/uploads")
    first = await sent(requester, ticket, PNG)
    assert first.status_code == 201
    assert (await sent(requester, ticket, PNG)).json() == first.json()
    for _ in range(2):
        assert await requester.does("/files/received", {"token": ticket["token"]}) == first.json()
    assert (await requester.get(f"/files/{first.json()['id']}")).content == PNG


async def test_the_ticket_of_somebody_else_and_one_that_is_none_are_not_there(
    requester: Visitor, stranger: Visitor
) -> None:
    ticket = await requester.does("/files/tickets", CARD)
    await sent(requester, ticket, PNG)
    assert (await stranger.refused("/files/received", {"token": ticket["token"]}))["code"] == "not_found"
    assert (await stranger.refused("/files/received", {"token": "x"}))["code"] == "not_found"
    forged = {**ticket, "formFields": {"ticket": ticket["token"][:-1]}}
    assert problem_of(await sent(requester, forged, PNG))["code"] == "not_found"


async def test_a_ticket_that_is_over_says_so(requester: Visitor) -> None:
    ticket = await requester.does("/files/tickets", CARD)
    assert (await requester.refused("/files/received", {"token": ticket["token"]}))["code"] == "upload.nothing_received"
    requester.stage.clock.advance(SEND_WITHIN)
    told = problem_of(await sent(requester, ticket, PNG))
    assert (told["status"], told["code"]) == (409, "upload.ticket_expired")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"orderId": "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60"}, "field.invalid"),
        ({"purpose": "proof"}, "field.invalid"),
        ({"purpose": "anything"}, "field.invalid"),
        ({"mediaType": "image/svg+xml"}, "field.invalid"),
        ({"sizeBytes": 0}, "field.invalid"),
        ({"sizeBytes": 8 * 1024 * 1024 + 1}, "file.too_large"),
    ],
)
async def test_a_ticket_is_for_an_image_that_could_be_kept(requester: Visitor, changes, code) -> None:
    assert (await requester.refused("/files/tickets", CARD | changes))["code"] == code


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Outside, dict[str, str]]]:
    """The bucket of the sandbox, and what it hands out."""
    folder = tmp_path_factory.mktemp("storage")
    outside = outside_of(folder)
    with served(lambda _: Sandbox(outside)) as address:
        yield outside, keys_of(folder).environment(address)


def with_bucket(kind: str, handed_out: dict[str, str], folder: Path) -> Settings:
    read = read_settings({"ERRAND_MODE": "development", "ERRAND_SECRET_KEY": "5e" * 32, **handed_out})
    return evolve(settings(MEMORY, folder), files=kind, direct_uploads=True, partners=read.partners)


@pytest.fixture(params=["s3", "cos"])
async def in_bucket(
    request: pytest.FixtureRequest, bucket: tuple[Outside, dict[str, str]], tmp_path: Path
) -> AsyncIterator[Container]:
    async with running(with_bucket(request.param, bucket[1], tmp_path)) as container:
        yield container


async def test_a_photo_goes_through_the_bucket_and_lies_there_sealed(
    in_bucket: Container, bucket: tuple[Outside, dict[str, str]]
) -> None:
    stage = await Stage.build(in_bucket)
    requester = await Visitor(create_app(stage.use), stage).signs_in("+8613800000001")
    ticket = await requester.does("/files/tickets", proof(await requester.publishes()))
    assert "127.0.0.1:8000" not in ticket["url"]
    assert "ticket" not in ticket["formFields"]
    answer = await sent(requester, ticket, JPEG)
    assert answer.status_code == 204, answer.text
    file = await requester.does("/files/received", {"token": ticket["token"]})
    assert await requester.does("/files/received", {"token": ticket["token"]}) == file
    shown = (await requester.get(f"/files/{file['id']}")).content
    assert shown.startswith(b"\xff\xd8")
    card = await requester.does("/files/tickets", CARD)
    assert card["url"] == "http://127.0.0.1:8000/api/v1/uploads"
    card_id = (await sent(requester, card, PNG)).json()["id"]
    assert (await requester.get(f"/files/{card_id}")).content == PNG
    kept = dict(bucket[0].store.table("storage.objects", StoredObject).items())
    assert {f"files/{name.replace('-', '')}" for name in (file["id"], card_id)} <= set(kept)
    assert not [key for key in kept if key.startswith("incoming/")]
    assert not [key for key, one in kept.items() if shown[:12] in one.content or PNG[:12] in one.content]


async def test_while_the_bucket_does_not_answer_people_hear_it(
    in_bucket: Container, bucket: tuple[Outside, dict[str, str]]
) -> None:
    stage = await Stage.build(in_bucket)
    requester = await Visitor(create_app(stage.use), stage).signs_in("+8613800000001")
    bucket[0].faults.ask("storage.objects", "bad_signature")
    answer = await requester.http.post("/files", files={"file": ("it.png", PNG, "image/png")})
    assert problem_of(answer)["code"] == "file.store_unreachable"
    assert "retry-after" in answer.headers
