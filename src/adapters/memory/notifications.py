"""A channel in memory: only what was written here is believed."""

from secrets import token_hex

from errand_domain.ports.notifications import Delivery, Notification, NotificationRefused, Notifications


class MemoryNotifications(Notifications):
    """`written` is the provider's side: the delivery that it would send, as often as it likes."""

    def __init__(self, channel: str = "memory") -> None:
        self.channel = channel
        self._written: dict[bytes, Notification] = {}

    def written(self, told: Notification) -> Delivery:
        """The delivery that tells it."""
        body = token_hex().encode()
        self._written[body] = told
        return Delivery(headers={}, body=body)

    async def read(self, delivery: Delivery) -> Notification:
        """What was written; raises `NotificationRefused`."""
        if delivery.body not in self._written:
            raise NotificationRefused("signature")
        return self._written[delivery.body]
