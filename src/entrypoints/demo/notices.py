"""What the demonstration's people hear: codes reach their phones by text message, through the sandbox's carrier.

News has no approved words in text messages, and no mail is sent here: what would go unheard is shown beside the texts.
"""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from attrs import evolve

from entrypoints.container.carriers import find_notices, let_go
from entrypoints.sandbox.inbox import KEPT_MOST, Received
from entrypoints.settings import Settings
from errand_domain.member.member import WayKind
from errand_domain.ports.outside import Notice, Notices

NAME: Final = f"{__name__}:carriers"
"""What `ERRAND_NOTICES` says of it."""


class DemoNotices(Notices):
    """Codes to phones by the real carrier; everything else is remembered, for the sandbox's page to show."""

    def __init__(self, texts: Notices) -> None:
        self._texts = texts
        self._shown = deque[Received](maxlen=KEPT_MOST)

    async def send(self, notice: Notice) -> None:
        """Raises `ConnectionError` where the text message may not have been sent."""
        if notice.code and notice.to.kind == "phone":
            await self._texts.send(notice)
        else:
            self._shown.appendleft(
                Received(
                    kind=notice.to.kind, to=notice.to.value, text=notice.text, code=notice.code, at=datetime.now(UTC)
                )
            )

    def reaches(self, kind: WayKind) -> bool:
        """Phones alone: what is remembered here is seen on the page of this process, and by no other's."""
        return kind == "phone"

    def beside(self, texts: Iterable[Received]) -> tuple[Received, ...]:
        """What was remembered, together with those texts, newest first."""
        return tuple(sorted((*self._shown, *texts), key=lambda one: one.at, reverse=True))

    async def close(self) -> None:
        """Let go of the carrier's connections."""
        await let_go(self._texts)


def carriers(settings: Settings) -> Notices:
    """The carriers of a demonstration."""
    return DemoNotices(find_notices(evolve(settings, notices=("tencent_sms",))))
