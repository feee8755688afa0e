"""Stored answers in memory."""

from datetime import datetime

from attrs import evolve

from adapters.memory.access import Pause
from adapters.memory.tables import Reservation, Tables
from errand_domain.ids import MemberId
from errand_domain.ports.answers import Answer, Answers, KeyForOther, StillWorking


class MemoryAnswers(Answers):
    """Stored answers in memory."""

    def __init__(self, tables: Tables, pause: Pause) -> None:
        self._tables = tables
        self._pause = pause

    async def reserve(
        self, member_id: MemberId, key: str, *, request_digest: str, now: datetime, leased_until: datetime
    ) -> Answer | None:
        """Take the key, or get the answer; raises `KeyForOther` or `StillWorking`."""
        await self._pause()
        held = self._tables.answers.get((member_id, key))
        if held is not None:
            if held.request_digest != request_digest:
                raise KeyForOther
            if held.answer is not None:
                return held.answer
            if now < held.leased_until:
                raise StillWorking
        taken = Reservation(request_digest=request_digest, reserved_at=now, leased_until=leased_until)
        self._tables.change([lambda tables: tables.answers.put((member_id, key), taken)])
        return None

    async def keep(self, member_id: MemberId, key: str, answer: Answer) -> None:
        """Store the answer for repeats."""
        await self._pause()
        held = self._tables.answers.get((member_id, key))
        if held is not None:
            kept = evolve(held, answer=answer)
            self._tables.change([lambda tables: tables.answers.put((member_id, key), kept)])
