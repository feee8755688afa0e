"""People who use the API as their phones do: over HTTP, with nothing but what they were told."""

import re
from datetime import timedelta
from typing import Any, Final

import httpx
from litestar import Litestar

from adapters.memory.outside import MemoryNotices
from tests.pictures import CLEAN_PNG
from tests.stage import DORMITORY, NORTH_GATE, Stage

API: Final = "/api/v1"
PNG: Final = CLEAN_PNG
DIGITS: Final = re.compile(r"\d{6}")


class Visitor:
    """Somebody at a phone, signed in or not."""

    def __init__(self, app: Litestar, stage: Stage, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        self.http = httpx.AsyncClient(transport=transport, base_url=f"http://errand{API}", headers=headers)
        self.app, self.stage, self.token = app, stage, token
        self.id = ""

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.http.get(path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.http.post(path, **({} if body is None else {"json": body}), **more)

    async def does(self, path: str, body: Any = None, **more: Any) -> Any:
        """POST what must succeed, and get its body."""
        answer = await self.post(path, body, **more)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def sees(self, path: str, **more: Any) -> Any:
        """GET what must be there."""
        answer = await self.get(path, **more)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def refused(self, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """POST what must be refused, and get the problem."""
        return problem_of(await self.post(path, body, **more))

    async def signs_in(self, phone: str, *, consents: bool = True) -> "Visitor":
        """The same phone, signed in."""
        notices = self.stage.use.notices()
        assert isinstance(notices, MemoryNotices)
        await self.does("/sign-in/codes", {"kind": "phone", "address": phone})
        code = notices.inbox[0].code
        entered = await self.does("/sessions", {"kind": "phone", "address": phone, "code": code, "device": "test"})
        visitor = Visitor(self.app, self.stage, entered["token"])
        visitor.id = entered["memberId"]
        if consents:
            await visitor.consents()
        return visitor

    async def consents(self) -> None:
        for document in (await self.sees("/documents"))["items"]:
            if document["isRequired"]:
                await self.does("/me/consents", {"document": document["document"], "version": document["version"]})

    async def becomes_runner(self, operator: "Visitor", number: str = "20260001") -> None:
        """Applies, is approved, and starts a shift."""
        card = await self.uploads("/files")
        application = {
            "campusId": str(self.stage.campus.id),
            "realName": "王小明",
            "studentNumber": number,
            "cardPhoto": card,
            "studyUntil": "2029-06-30",
            "agreementVersion": "2026-11-01",
        }
        assert (await self.does("/runner/application", application))["verification"] == "applied"
        decided = await operator.does(f"/operator/runners/{self.id}/decisions", {"decision": "approve"})
        assert decided["verification"] == "approved"
        assert (await self.does("/runner/shift", {"on": True})) == {"isOnShift": True}

    async def uploads(self, path: str, content: bytes = PNG, **fields: str) -> str:
        answer = await self.http.post(path, files={"file": ("photo.png", content, "image/png")}, data=fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def publishes(self, **changes: Any) -> str:
        """Quotes and places an order; its id."""
        terms = terms_on_the_wire(self.stage) | changes
        campus_id = str(self.stage.campus.id)
        quote = await self.does("/quotes", {"campusId": campus_id, "terms": terms, "tipFen": 100})
        order = await self.does("/orders", {"sealedQuote": quote["sealedQuote"], "terms": terms, "provider": "memory"})
        assert order["state"] == "awaiting_payment"
        return str(order["id"])

    async def pays(self, order_id: str) -> None:
        """Starts to pay; then the provider, and nobody else, says that it is paid."""
        started = await self.does(f"/orders/{order_id}/pay", {"provider": "memory"})
        report = self.stage.provider.pay(started["number"])
        await self.stage.use.record_payment()(report, self.stage.provider.merchant)

    async def opens(self, **changes: Any) -> str:
        """An order in the hall."""
        order_id = await self.publishes(**changes)
        await self.pays(order_id)
        return order_id


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """The problem, which has every member that a problem must have."""
    assert answer.headers["content-type"] == "application/problem+json", (answer.status_code, answer.text)
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert problem["title"]
    assert problem["detail"]
    return problem


def point_on_the_wire(point: Any) -> dict[str, float]:
    return {"latitude": point.latitude, "longitude": point.longitude}


def terms_on_the_wire(stage: Stage) -> dict[str, Any]:
    """A parcel from the station to the dormitory, with a phone, a room and a pickup code."""
    now = stage.clock.now()
    return {
        "category": "parcel",
        "pickup": {"name": "北门驿站", "point": point_on_the_wire(NORTH_GATE)},
        "dropoff": {
            "name": "丹阳 3 舍",
            "point": point_on_the_wire(DORMITORY),
            "buildingId": str(stage.campus.buildings[1].id),
            "detail": "Room 512",
            "contact": {"name": "李雷", "phone": "138 0013 8000"},
        },
        "item": "一箱书",
        "window": {"earliest": now.isoformat(), "latest": (now + timedelta(hours=3)).isoformat()},
        "pickupCode": "8-2-3041",
    }
