"""What the demonstration's people do outside, through the sandbox's console: pay, confirm, and look at their phones."""

from collections.abc import Mapping
from typing import Any, Final, cast

from attrs import frozen
from httpx import AsyncClient

SECONDS_MOST: Final = 10


@frozen(kw_only=True)
class PeopleOutside:
    """Hands that reach into the sandbox, wherever it is served."""

    url: str

    async def pay(self, number: str) -> None:
        """Somebody pays by WeChat Pay."""
        await self._act(f"wechat-pay/payments/{number}/pay")

    async def confirm(self, number: str) -> None:
        """A runner confirms one part of a withdrawal."""
        await self._act(f"wechat-pay/transfers/{number}/confirm")

    async def code_at(self, phone: str) -> str:
        """The code that the last text message to that phone brought."""
        async with AsyncClient(timeout=SECONDS_MOST, trust_env=False) as client:
            answer = await client.get(f"{self.url}/sandbox/inbox", params={"to": phone})
        items = cast("list[dict[str, str]]", answer.raise_for_status().json()["items"])
        return next(one["code"] for one in items if one["code"])

    async def _act(self, act: str) -> Mapping[str, Any]:
        async with AsyncClient(timeout=SECONDS_MOST, trust_env=False) as client:
            answer = await client.post(f"{self.url}/sandbox/{act}")
        if not answer.is_success:
            raise RuntimeError(f"the sandbox refused {act}: {answer.text}")
        return cast("Mapping[str, Any]", answer.json())
