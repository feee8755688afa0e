"""Files go to those who may see them, and are what they say."""

from pathlib import Path
from zlib import crc32

import pytest

from errand_domain.testing.contracts.images import MARKER
from tests.http.visitors import PNG, Visitor, problem_of
from tests.pictures import CLEAN_PNG, marked


async def test_the_parties_of_the_order_see_its_photos_and_nobody_else(
    requester: Visitor, runner: Visitor, stranger: Visitor, operator: Visitor
) -> None:
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    photo = await runner.uploads(f"/orders/{order_id}/proofs")
    for viewer in (requester, runner, operator):
        answer = await viewer.get(f"/files/{photo}")
        assert (answer.status_code, answer.content) == (200, PNG)
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"] == f'inline; filename="{photo}.png"'
        assert answer.headers["cache-control"].startswith("private")
    assert problem_of(await stranger.get(f"/files/{photo}"))["code"] == "not_found"


async def test_a_student_card_is_seen_by_its_owner_and_reviewers(
    guest: Visitor, requester: Visitor, runner: Visitor, operator: Visitor
) -> None:
    newcomer = await guest.signs_in("+8613800000006")
    card = await newcomer.uploads("/files")
    assert (await newcomer.get(f"/files/{card}")).status_code == 200
    assert (await requester.get(f"/files/{card}")).status_code == 404
    await newcomer.does(
        "/runner/application",
        {
            "campusId": str(newcomer.stage.campus.id),
            "realName": "张三",
            "studentNumber": "20269999",
            "cardPhoto": card,
            "studyUntil": "2029-06-30",
            "agreementVersion": "2026-11-01",
        },
    )
    queue = await operator.sees("/operator/runners", params={"campus": str(newcomer.stage.campus.id)})
    assert [applicant["cardPhoto"] for applicant in queue["items"]] == [card]
    assert (await operator.get(f"/files/{card}")).content == PNG
    assert (await runner.get(f"/files/{card}")).status_code == 404


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\x89PN", b"MZ\x90\x00", b"\xff\xd8"])
async def test_only_images_are_stored_whatever_their_name_says(requester: Visitor, content: bytes) -> None:
    answer = await requester.http.post("/files", files={"file": ("photo.png", content, "image/png")})
    assert (answer.status_code, problem_of(answer)["code"]) == (422, "file.not_an_image")


async def test_a_file_that_is_too_large_is_refused(requester: Visitor) -> None:
    for length in (8 * 1024 * 1024 + 1, 9 * 1024 * 1024):
        answer = await requester.http.post("/files", files={"file": ("a.png", PNG + b"x" * length, "image/png")})
        assert (answer.status_code, problem_of(answer)["status"]) == (413, 413)
    fits = PNG + b"x" * (8 * 1024 * 1024 - len(PNG))
    answer = await requester.http.post("/files", files={"file": ("a.png", fits, "image/png")})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"garbage"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\na\r\n--x--\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\n\xff\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=\xff", b"--\xff\r\n"),
        ("application/json", b'{"file": "x"}'),
        ("image/png", PNG),
        ("", PNG),
    ],
)
async def test_a_form_that_is_none_is_refused(requester: Visitor, media_type: str, body: bytes) -> None:
    headers = {"Content-Type": media_type.encode("latin-1")}
    answer = await requester.http.post("/files", content=body, headers=headers)
    assert answer.status_code in (400, 415, 422), answer.text
    problem_of(answer)


async def test_nobody_adds_proofs_to_the_orders_of_others(requester: Visitor, stranger: Visitor) -> None:
    order_id = await requester.publishes()
    answer = await stranger.http.post(f"/orders/{order_id}/proofs", files={"file": ("a.png", PNG, "image/png")})
    assert problem_of(answer)["code"] == "not_found"


async def test_what_a_proof_is_for_is_one_of_two_words(requester: Visitor) -> None:
    order_id = await requester.publishes()
    answer = await requester.http.post(
        f"/orders/{order_id}/proofs",
        files={"file": ("a.png", PNG, "image/png")},
        data={"purpose": "student_card"},
    )
    assert (problem_of(answer)["code"], problem_of(answer)["field"]) == ("field.invalid", "purpose")


async def test_what_is_kept_of_a_photo_is_what_one_sees(requester: Visitor) -> None:
    order_id = await requester.publishes()
    for name, sent in marked(MARKER).items():
        photo = await requester.uploads(f"/orders/{order_id}/proofs", sent)
        seen = (await requester.get(f"/files/{photo}")).content
        assert MARKER not in seen, name
        assert seen != sent, name


async def test_an_image_that_would_unfold_to_too_much_is_refused(requester: Visitor) -> None:
    header = CLEAN_PNG[:16] + (60_000).to_bytes(4) * 2 + CLEAN_PNG[24:29]
    bomb = header + crc32(header[12:]).to_bytes(4) + CLEAN_PNG[33:]
    answer = await requester.http.post("/files", files={"file": ("a.png", bomb, "image/png")})
    assert (problem_of(answer)["code"], problem_of(answer)["mostPixels"]) == ("file.too_many_pixels", 40_000_000)


def everything_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_the_folder_holds_no_photo_as_it_was_sent(requester: Visitor, tmp_path: Path) -> None:
    await requester.uploads("/files")
    contents = everything_in(tmp_path)
    assert contents
    assert not any(PNG[:8] in content or PNG[40:60] in content for content in contents)
