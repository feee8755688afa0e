"""Clients that do errands over HTTP and never give a step up: a server may die under any of them at any moment.

Each remembers what the server has acknowledged. What was acknowledged must still be there at the end.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from attrs import Factory, define, frozen

from errand_domain.campus import Campus
from errand_domain.ids import compact
from tests.pictures import CLEAN_PNG

PIXEL: Final = CLEAN_PNG
PATIENCE: Final = 0.05
SERVER_FAULT: Final = 500
DONE: Final = (200, 201, 204)
CANCELLED_ONE_IN: Final = 4
LEAST_FEN: Final = 100


@frozen(kw_only=True)
class Account:
    """Somebody who is signed in."""

    member_id: UUID
    token: str


@define(kw_only=True)
class Acknowledged:
    """What the server said is so."""

    steps: dict[str, list[str]] = Factory(dict)  # order → the events that it must have gone through
    withdrawals: dict[str, str] = Factory(dict)  # id → the last state told
    paid_fen: dict[str, int] = Factory(dict)
    news: asyncio.Event = Factory(asyncio.Event)

    def note(self, order_id: str, event: str) -> None:
        self.steps.setdefault(order_id, []).append(event)
        self.news.set()

    def note_withdrawal(self, withdrawal_id: str, state: str) -> None:
        self.withdrawals[withdrawal_id] = state
        self.news.set()

    async def reached(self, condition: Callable[[], bool]) -> None:
        """Wait for what the clients are told, however slow the machine is."""
        while not condition():
            self.news.clear()
            await self.news.wait()


@define(kw_only=True)
class Pair:
    """A requester and a runner who do one errand after the other."""

    url: str
    sandbox_url: str
    campus: Campus
    requester: Account
    runner: Account
    chance: Random
    acknowledged: Acknowledged
    retries: int = 0

    async def run(self, finishing: asyncio.Event) -> None:
        """Errands, and a withdrawal now and then, until told to finish; what was begun is brought to its end."""
        async with httpx.AsyncClient(timeout=5) as client:
            while not finishing.is_set():
                await self._errand(client)
                await self._withdraw(client)
            await self._withdraw(client)

    async def _errand(self, client: httpx.AsyncClient) -> None:
        terms = self._terms()
        asked = {"campusId": str(self.campus.id), "terms": terms}
        quote = await self._send(client, self.requester, "/quotes", asked)
        published = {"sealedQuote": quote["sealedQuote"], "terms": terms, "provider": "wechat_pay"}
        order_id = (await self._send(client, self.requester, "/orders", published))["id"]
        self.acknowledged.note(order_id, "placed")
        payment = await self._send(client, self.requester, f"/orders/{order_id}/pay", {"provider": "wechat_pay"})
        await self._outside(client, f"wechat-pay/payments/{payment['number']}/pay")
        self.acknowledged.paid_fen[order_id] = payment["amountFen"]
        await self._reached(client, order_id, "open")
        self.acknowledged.note(order_id, "PaymentConfirmed")
        if self.chance.randrange(CANCELLED_ONE_IN) == 0:
            await self._step(client, self.requester, f"{order_id}/cancel", "OrderCancelled", {"reason": "不需要了"})
            return
        await self._step(client, self.runner, f"{order_id}/accept", "RunnerAccepted")
        here = terms["pickup"]["point"]
        await self._step(client, self.runner, f"{order_id}/arrive", "RunnerArrived", {"position": here})
        photos = [await self._photo(client, order_id)]
        await self._step(client, self.runner, f"{order_id}/pick-up", "ItemPickedUp", {"photos": photos})
        proof = {"photos": [await self._photo(client, order_id)], "position": terms["dropoff"]["point"]}
        await self._step(client, self.runner, f"{order_id}/deliver", "ItemDelivered", proof)
        await self._step(client, self.requester, f"{order_id}/confirm", "OrderCompleted")

    async def _withdraw(self, client: httpx.AsyncClient) -> None:
        income = await self._get(client, self.runner, "/earnings")
        if income["availableFen"] < LEAST_FEN or income["withdrawingFen"]:
            return
        body = {"amountFen": income["availableFen"], "provider": "wechat_pay"}
        made = await self._post(client, self.runner, "/withdrawals", body)
        if made.status_code not in DONE:  # the first try had arrived after all
            assert made.json()["code"] in ("withdrawal.open", "ledger.insufficient_funds"), made.text
        found = (await self._get(client, self.runner, "/withdrawals?limit=1"))["items"][0]
        self.acknowledged.note_withdrawal(found["id"], found["state"])
        while found["state"] not in ("succeeded", "failed", "expired"):
            await self._confirm(client, found["id"])
            found = (await self._get(client, self.runner, "/withdrawals?limit=1"))["items"][0]
            self.acknowledged.note_withdrawal(found["id"], found["state"])

    async def _confirm(self, client: httpx.AsyncClient, withdrawal_id: str) -> None:
        """The runner's own payouts are confirmed as soon as they appear."""
        await asyncio.sleep(PATIENCE)
        answer = await self._patiently(lambda: client.get(f"{self.sandbox_url}/sandbox/open"))
        for waiting in answer.json()["items"]:
            if waiting["number"].startswith(compact(UUID(withdrawal_id))):
                await self._outside(client, f"wechat-pay/transfers/{waiting['number']}/confirm")

    async def _step(self, client: httpx.AsyncClient, who: Account, step: str, event: str, body: Any = None) -> None:
        """One step of an errand: `<order>/accept`. A refusal may follow a lost yes: the history tells."""
        order_id = step.partition("/")[0]
        answer = await self._post(client, who, f"/orders/{step}", body or {})
        if answer.status_code not in DONE:
            history = await self._get(client, self.requester, f"/orders/{order_id}/history")
            assert _snake(event) in [line["event"] for line in history["items"]], (step, answer.text)
        self.acknowledged.note(order_id, event)

    async def _reached(self, client: httpx.AsyncClient, order_id: str, state: str) -> None:
        """Wait until the provider's notification has come through, however often the service dies over it."""
        found = ""
        while found != state:
            await asyncio.sleep(PATIENCE)
            found = (await self._get(client, self.requester, f"/orders/{order_id}"))["state"]

    async def _photo(self, client: httpx.AsyncClient, order_id: str) -> str:
        files = {"file": ("proof.png", PIXEL, "image/png")}
        headers = {"Authorization": f"Bearer {self.runner.token}"}
        path = f"/api/v1/orders/{order_id}/proofs"
        answer = await self._patiently(
            lambda: client.post(self.url + path, files=files, data={"purpose": "proof"}, headers=headers)
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def _outside(self, client: httpx.AsyncClient, act: str) -> None:
        answer = await self._patiently(lambda: client.post(f"{self.sandbox_url}/sandbox/{act}"))
        assert answer.status_code in DONE, answer.text

    async def _send(self, client: httpx.AsyncClient, who: Account, path: str, body: Any) -> Any:
        answer = await self._post(client, who, path, body)
        assert answer.status_code in DONE, answer.text
        return answer.json()

    async def _get(self, client: httpx.AsyncClient, who: Account, path: str) -> Any:
        headers = {"Authorization": f"Bearer {who.token}"}
        answer = await self._patiently(lambda: client.get(f"{self.url}/api/v1{path}", headers=headers))
        assert answer.status_code in DONE, answer.text
        return answer.json()

    async def _post(self, client: httpx.AsyncClient, who: Account, path: str, body: Any) -> httpx.Response:
        """The same key until there is an answer; a new one after a refusal that says `Retry-After`.

        That is how the server speaks when it died over the old key, or when a partner of its own died over the answer.
        """
        while True:
            headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": str(uuid4())}
            send = partial(client.post, f"{self.url}/api/v1{path}", json=body, headers=headers)
            answer = await self._patiently(send)
            if "Retry-After" not in answer.headers:
                return answer
            self.retries += 1
            await asyncio.sleep(PATIENCE)

    async def _patiently(self, ask: Callable[[], Any]) -> httpx.Response:
        """Ask until somebody answers."""
        while True:
            try:
                answer: httpx.Response = await ask()
            except httpx.TransportError:
                self.retries += 1
            else:
                if answer.status_code < SERVER_FAULT:
                    return answer
                self.retries += 1
            await asyncio.sleep(PATIENCE)

    def _terms(self) -> dict[str, Any]:
        pickup, dropoff = self.chance.sample(self.campus.buildings[:10], 2)
        now = datetime.now(UTC)
        return {
            "category": "parcel",
            "pickup": _stop(pickup),
            "dropoff": _stop(dropoff),
            "item": "一个纸箱",
            "window": {"earliest": now.isoformat(), "latest": (now + timedelta(hours=3)).isoformat()},
        }


def _stop(building: Any) -> dict[str, Any]:
    point = {"latitude": building.point.latitude, "longitude": building.point.longitude}
    return {"name": building.name, "point": point, "buildingId": str(building.id)}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
