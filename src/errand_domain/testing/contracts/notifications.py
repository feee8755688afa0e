"""The promises of `errand_domain.ports.notifications`.

Give a fixture `adapter`, and a fixture `genuine`: deliveries that the provider sent us, each of another kind.
"""

from collections.abc import Sequence

import pytest
from attrs import evolve

from errand_domain.ports.notifications import Delivery, NotificationRefused, Notifications


class NotificationsContract:
    """Give fixtures `adapter` (the port) and `genuine` (at least one delivery of the provider's)."""

    pytestmark = pytest.mark.anyio

    async def test_what_the_provider_sent_is_read_however_often_it_comes(
        self, adapter: Notifications, genuine: Sequence[Delivery]
    ) -> None:
        for delivery in genuine:
            told = await adapter.read(delivery)
            assert await adapter.read(delivery) == told

    async def test_a_body_that_was_changed_anywhere_never_tells_another_story(
        self, adapter: Notifications, genuine: Sequence[Delivery]
    ) -> None:
        """What is outside the signature may change without harm; nothing that is told may."""
        for delivery in genuine:
            told, body = await adapter.read(delivery), delivery.body
            changed = [body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :] for at in range(0, len(body), _step(body))]
            refused = 0
            for other in (*changed, b"", body[:-1], body + b" ", body[: len(body) // 2]):
                try:
                    assert await adapter.read(evolve(delivery, body=other)) == told
                except NotificationRefused:
                    refused += 1
            assert refused > len(changed) // 2

    async def test_nobody_else_is_believed(self, adapter: Notifications) -> None:
        for body in (b"", b"{}", b"null", b"[]", b"\xff\xfe", b"a=b&a=c", b"<xml/>", b"0" * 10_000):
            with pytest.raises(NotificationRefused):
                await adapter.read(Delivery(headers={}, body=body))

    async def test_a_stranger_is_not_greeted(self, adapter: Notifications) -> None:
        with pytest.raises(NotificationRefused):
            await adapter.greet(Delivery(headers={}, body=b""))


def _step(body: bytes) -> int:
    return max(len(body) // 40, 1)
