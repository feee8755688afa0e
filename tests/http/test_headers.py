"""Every answer carries the headers by which a browser does nothing with it that nobody meant."""

import httpx
import pytest
from litestar import Litestar

from tests.http.test_avatars import got, send
from tests.http.test_gate import PUBLIC, every_route
from tests.http.visitors import Visitor

ADDRESSES = tuple(
    f"http://errand{path}" for path in ("/health/live", "/schema", "/api/v1/me", "/api/v1/documents", "/nowhere")
)


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_answer_is_for_its_asker_alone_and_is_never_a_page(guest: Visitor, address: str) -> None:
    answer = await guest.get(address)
    check_headers(answer)
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in answer.headers


async def test_an_image_an_export_and_an_empty_answer_are_never_a_page_either(
    requester: Visitor, runner: Visitor, operator: Visitor
) -> None:
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    photo = await runner.uploads(f"/orders/{order_id}/proofs")
    link = (await requester.does(f"/files/{photo}/links"))["url"].partition("/api/v1")[2]
    tag = (await requester.get("/me")).headers["etag"]
    answers = [
        await requester.get(f"/files/{photo}"),
        await operator.get(f"/files/{photo}"),
        await requester.get(link),
        await got(requester, await send(requester)),
        await requester.get("/me", headers={"If-None-Match": tag}),
        await requester.post("/me/exports"),
        await requester.http.delete("/me/avatar"),
    ]
    for answer in answers:
        assert answer.status_code in (200, 304), answer.text
        check_headers(answer)


async def test_a_picture_that_everybody_may_see_is_called_by_its_name_alone(requester: Visitor) -> None:
    url = await send(requester)
    assert (await got(requester, url)).headers["content-disposition"] == f'inline; filename="{url.rpartition("/")[2]}"'


async def test_what_takes_a_session_to_read_is_stored_by_no_browser(
    app: Litestar, requester: Visitor, runner: Visitor, operator: Visitor
) -> None:
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    photo = await runner.uploads(f"/orders/{order_id}/proofs")
    query = {"campus": str(requester.stage.campus.id), "latitude": "30.3", "longitude": "120.08"}
    read = set[str]()
    for method, path in every_route(app):
        if method != "GET" or (method, path) in PUBLIC:
            continue
        address = path.replace("{order_id}", order_id).replace("{file_id}", photo)
        for visitor in (requester, runner, operator):
            answer = await visitor.get(f"http://errand{address}", params=query)
            if answer.status_code != httpx.codes.OK:
                continue
            read.add(path)
            # Photos of an errand are looked at again and again: the browser of whoever may see them keeps them an hour.
            usual = "private, max-age=3600" if path.endswith("/files/{file_id}") else "no-store"
            assert usual in answer.headers["cache-control"], path
    assert len(read) > 15


def check_headers(answer: httpx.Response) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert "access-control-allow-origin" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
