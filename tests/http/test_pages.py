"""The pages for browsers: strict headers, a tag each, and nothing but the files that belong to them."""

import re

import httpx
import pytest

from entrypoints.console.files import page_files
from errand_domain.member.password import WEAKNESSES
from tests.http.visitors import Visitor, problem_of

PAGE = "http://errand/operator-invitation"


async def asked(guest: Visitor, address: str, **headers: str) -> httpx.Response:
    return await guest.http.get(address, headers=headers)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("operator-invitation", "text/html; charset=utf-8"),
        ("console/operator-invitation.js", "text/javascript; charset=utf-8"),
        ("console/pages.css", "text/css; charset=utf-8"),
        ("console/icon.svg", "image/svg+xml"),
    ],
)
async def test_a_page_and_its_files_are_sent_once_and_run_nothing_but_our_own(
    guest: Visitor, path: str, media_type: str
) -> None:
    first = await asked(guest, f"http://errand/{path}")
    assert (first.status_code, first.headers["content-type"]) == (200, media_type)
    policy = first.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in first.headers["content-security-policy"]
    assert first.headers["cross-origin-opener-policy"] == "same-origin"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert first.headers["x-content-type-options"] == "nosniff"
    again = await asked(guest, f"http://errand/{path}", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"


async def test_no_script_and_no_style_stands_in_a_page(guest: Visitor) -> None:
    page = (await asked(guest, PAGE)).text
    assert page.count("<script") == page.count('<script type="module" src=') == 1
    assert "<style" not in page
    assert " style=" not in page
    assert " on" not in "".join(part.partition(">")[0] for part in page.split("<")[1:])


@pytest.mark.parametrize("name", ["operator-invitation.html", "nothing.js", "..%2ffiles.py", "%2e%2e"])
async def test_what_is_no_file_of_a_page_is_not_there(guest: Visitor, name: str) -> None:
    answer = await asked(guest, f"http://errand/console/{name}")
    assert (problem_of(answer)["status"], problem_of(answer)["code"]) == (404, "not_found")


def test_the_page_has_words_for_every_reason_why_a_password_is_weak() -> None:
    page = page_files()["operator-invitation.js"].content.decode()
    told = re.findall(r"^  (\w+): \(", page.partition("const WEAK = {")[2].partition("};")[0], re.MULTILINE)
    assert set(told) == set(WEAKNESSES)


FORBIDDEN = {
    "keeps something in the browser": r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.|serviceWorker",
    "listens to other pages": r"onmessage|[\"']message[\"']|postMessage|BroadcastChannel",
    "makes a page or a program of text": r"(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function",
    "writes to a property whose name came from elsewhere": r"\]\s*=(?!=)|Object\.(assign|defineProperty)|__proto__",
    "asks somebody else": r"https?://(?!www\.w3\.org/2000/svg)",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_script_of_ours_does_what_a_page_with_secrets_must_not(what: str) -> None:
    scripts = {name: file.content.decode() for name, file in page_files().items() if name.endswith(".js")}
    assert len(scripts) > 1
    assert [name for name, script in scripts.items() if re.search(FORBIDDEN[what], script)] == []
