"""Notices by the kind of their address: texts by one carrier, mail by another."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import structlog

from errand_domain.member.member import WayKind
from errand_domain.ports.outside import Notice, Notices


@runtime_checkable
class Closing(Protocol):
    """What holds connections."""

    async def close(self) -> None:
        """Let go of them."""
        ...


log = structlog.get_logger("notices")


class RoutedNotices(Notices):
    """Each kind of address has at most one carrier. A notice that none carries is dropped, and that is logged.

    `codes_only` are the kinds whose carrier has words for codes and for nothing else.
    """

    def __init__(self, carriers: Mapping[WayKind, Notices], *, codes_only: frozenset[WayKind] = frozenset()) -> None:
        self._carriers = carriers
        self._codes_only = codes_only

    async def send(self, notice: Notice) -> None:
        """Hand it to its carrier; raises what that raises. A code that nobody carries raises `ConnectionError`."""
        kind = notice.to.kind
        carrier = self._carriers.get(kind)
        if carrier is not None and (notice.code or kind not in self._codes_only):
            await carrier.send(notice)
        elif notice.code:
            raise ConnectionError(f"nobody carries codes to a {kind}")
        else:
            log.info("notice_dropped", kind=kind)

    def reaches(self, kind: WayKind) -> bool:
        """Whether the kind has a carrier, and that one does."""
        carrier = self._carriers.get(kind)
        return carrier is not None and carrier.reaches(kind)

    async def close(self) -> None:
        """Let go of the carriers' connections."""
        for carrier in self._carriers.values():
            if isinstance(carrier, Closing):
                await carrier.close()
