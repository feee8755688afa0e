"""Bad input of every field is refused with the field named, and never a fault of ours."""

import json
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any, Final

import pytest

from entrypoints.container import MEMORY
from entrypoints.http.app import create_app
from tests.databases import container_on
from tests.http.conftest import staff
from tests.http.visitors import Visitor, problem_of, terms_on_the_wire
from tests.stage import Stage

NASTY: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    1.5,
    10**30,
    -(10**30),
    "",
    " ",
    "x" * 100_000,
    "\u0000",
    "a\u0007b",
    "\ufffe",
    "🏃" * 500,
    "\u202eabc",
    "' OR 1=1 --",
    [],
    {},
    [[]],
    {"fen": 1},
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "2026-11-02T12:00:00",
    "2026-13-45T99:99:99Z",
    "not-a-uuid",
    "00000000-0000-0000-0000-000000000000",
)
FIELDS: Final = (
    "campusId",
    "tipFen",
    "terms",
    "terms.category",
    "terms.pickup",
    "terms.pickup.name",
    "terms.pickup.point",
    "terms.pickup.point.latitude",
    "terms.pickup.point.longitude",
    "terms.pickup.buildingId",
    "terms.dropoff.detail",
    "terms.dropoff.contact",
    "terms.dropoff.contact.name",
    "terms.dropoff.contact.phone",
    "terms.item",
    "terms.weightGrams",
    "terms.note",
    "terms.window",
    "terms.window.earliest",
    "terms.window.latest",
    "terms.handover",
    "terms.handover.place",
    "terms.handover.runnerGender",
    "terms.pickupCode",
    "terms.goodsAdvanceFen",
)
RAW: Final[tuple[bytes, ...]] = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"{}garbage",
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b'{"kind": "phone", "address": "\xff"}',
    b'{"kind": "phone", "address": "\\ud800"}',
    b'{"kind": "phone", "address": "13800138000", "address": "13800138001"}',
    b'{"kind": NaN, "address": Infinity}',
    b'{"kind": 1e999}',
    b'{"kind":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"kind": "phone", "address": ' + b"9" * 5_000 + b"}",
    b"[" * 200_000,
)


def at(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The body with that value at the path."""
    changed = deepcopy(body)
    *above, last = path.split(".")
    node = changed
    for name in above:
        node = node.setdefault(name, {})
    node[last] = value
    return changed


@pytest.fixture(scope="module")
async def visitors(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Visitor, Visitor]]:
    """Somebody who has not signed in, and an approved runner, for all of this file: what is refused changes nothing."""
    async with container_on(MEMORY, tmp_path_factory.mktemp("refusing")) as container:
        stage = await Stage.build(container)
        guest = Visitor(create_app(stage.use), stage)
        runner = await guest.signs_in("+8613800000002")
        await runner.becomes_runner(await staff(guest, stage, await stage.operator()))
        yield guest, runner


@pytest.fixture
def guest(visitors: tuple[Visitor, Visitor]) -> Visitor:
    return visitors[0]


@pytest.fixture
def runner(visitors: tuple[Visitor, Visitor]) -> Visitor:
    return visitors[1]


@pytest.fixture
def requester(runner: Visitor) -> Visitor:
    return runner


@pytest.fixture
def quote(requester: Visitor) -> dict[str, Any]:
    return {"campusId": str(requester.stage.campus.id), "terms": terms_on_the_wire(requester.stage), "tipFen": 0}


@pytest.mark.parametrize("field", FIELDS)
async def test_each_field_refuses_what_it_cannot_be(requester: Visitor, quote: dict[str, Any], field: str) -> None:
    refused = 0
    for value in NASTY:
        answer = await requester.post("/quotes", at(quote, field, value))
        if answer.is_success:
            continue
        refused += 1
        problem = problem_of(answer)
        assert problem["status"] in (404, 409, 422), (field, value, answer.text)
        if problem["code"] == "field.invalid":
            named = problem["field"]
            assert named.partition(".")[0] in (field.partition(".")[0], "campus"), (field, value, problem)
    assert refused > 5


@pytest.mark.parametrize("field", FIELDS)
async def test_a_field_nobody_knows_is_named(requester: Visitor, quote: dict[str, Any], field: str) -> None:
    if "." not in field or isinstance(quote["terms"].get(field.split(".")[1]), dict):
        body = at(quote, f"{field}.priceFen" if field in ("terms", "terms.pickup", "terms.window") else "priceFen", 1)
        answer = await requester.post("/quotes", body)
        assert problem_of(answer)["field"].endswith("priceFen")


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
async def test_a_body_that_is_no_strict_json_is_refused(guest: Visitor, raw: bytes) -> None:
    answer = await guest.http.post("/sign-in/codes", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), (raw[:40], answer.status_code)
    problem_of(answer)


@pytest.mark.parametrize(
    "media_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", "application/xml", "json"],
)
async def test_only_json_in_utf_8_is_read(guest: Visitor, media_type: str) -> None:
    body = json.dumps({"kind": "phone", "address": "13800138000"})
    answer = await guest.http.post("/sign-in/codes", content=body, headers={"Content-Type": media_type})
    assert (answer.status_code, problem_of(answer)["code"]) == (415, "media_type.unsupported")


@pytest.mark.parametrize("length", [1024 * 1024 + 1, 10 * 1024 * 1024])
async def test_a_body_that_is_too_large_is_refused_unread(requester: Visitor, length: int) -> None:
    for headers in ({}, {"Idempotency-Key": "a-large-body"}):
        answer = await requester.http.post(
            "/quotes", content=b" " * length, headers={"Content-Type": "application/json", **headers}
        )
        assert (answer.status_code, problem_of(answer)["code"]) == (413, "request.too_large")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("", "phone"),
        ("12345", "phone"),
        ("138001380000000000", "phone"),
        ("+0013800138000", "phone"),
        ("13800138000 ext. 5", "phone"),
        ("a@b", "email"),
        ("@example.edu.cn", "email"),
        ("a b@example.edu.cn", "email"),
        ("a@exa mple.cn", "email"),
        ("a@" + "x" * 70 + ".cn", "email"),
        ("a@..", "email"),
        ("a\u0000@example.cn", "email"),
        ("a(1)@example.cn", "email"),
        ('"a"@example.cn', "email"),
        ("a,b@example.cn", "email"),
        (".a@example.cn", "email"),
        ("a..b@example.cn", "email"),
        ("a@example.cn.", "email"),
        ("a@example.cn,example.com", "email"),
        ("a@[192.0.2.1]", "email"),
        ("a@192.0.2.1", "email"),
        ("x" * 65 + "@example.cn", "email"),
    ],
)
async def test_an_address_that_is_none_is_refused(guest: Visitor, kind: str, address: str) -> None:
    problem = await guest.refused("/sign-in/codes", {"kind": kind, "address": address})
    assert (problem["status"], problem["field"]) == (422, "address")


async def test_a_phone_of_a_country_that_is_not_served_is_refused(guest: Visitor) -> None:
    problem = await guest.refused("/sign-in/codes", {"kind": "phone", "address": "+852 5123 4567"})
    assert (problem["status"], problem["code"]) == (422, "sign_in.country_not_served")
    assert problem["title"] == "暂不支持向该国家或地区的手机号发送验证码"


@pytest.mark.parametrize(
    ("written", "kept"),
    [("138 0013 8000", "+8613800138000"), ("+86-138-0013-8000", "+8613800138000"), ("+1 202 555 0143", "+12025550143")],
)
async def test_phone_numbers_are_kept_in_one_spelling(written: str, kept: str) -> None:
    from entrypoints.http.wire.addresses import e164

    assert e164(written) == kept


async def test_mail_addresses_are_kept_in_one_spelling() -> None:
    from entrypoints.http.wire.addresses import mailbox

    assert mailbox(" Li.Lei@Example.EDU.cn ") == "li.lei@example.edu.cn"
    assert mailbox("李雷@例子.中国") == "李雷@xn--fsqu00a.xn--fiqs8s"


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("/hall", {"latitude": "nan", "longitude": "120"}, "latitude"),
        ("/hall", {"latitude": "91", "longitude": "120"}, "latitude"),
        ("/hall", {"latitude": "30"}, ""),
        ("/hall", {"latitude": "30", "longitude": "120", "within": "0"}, "within"),
        ("/hall", {"latitude": "30", "longitude": "120", "within": "10001"}, "within"),
        ("/hall", {"latitude": "30", "longitude": "120", "limit": "99999999999999999999"}, "limit"),
        ("/orders", {"limit": "0"}, "limit"),
        ("/orders", {"limit": "1e2"}, "limit"),
        ("/orders", {"before": "x"}, "before"),
        ("/orders", {"phase": "nonsense"}, "phase"),
        ("/orders", {"role": "operations"}, "role"),
        ("/places", {"campus": "x"}, "campus"),
    ],
)
async def test_a_query_that_cannot_be_names_its_parameter(
    runner: Visitor, path: str, params: dict[str, str], field: str
) -> None:
    answer = await runner.get(path, params=params)
    problem = problem_of(answer)
    if field:
        assert (problem["status"], problem["code"]) == (422, "field.invalid"), answer.text
        assert problem["field"].startswith(field)
    else:
        assert problem["status"] == 400


@pytest.mark.parametrize("query", [b"%ff%fe", b"q=%00", b"campus=%F0%9F", b"&&&=&", b"q=" + b"a" * 10_000])
async def test_a_query_in_no_encoding_is_no_fault_of_ours(guest: Visitor, query: bytes) -> None:
    campus = f"campus={guest.stage.campus.id}&".encode()
    for asked in (query, campus + query):
        answer = await guest.http.get(f"/places?{asked.decode('ascii')}")
        assert answer.status_code < 500, asked
