"""Stored answers in SQL."""

from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import bindparam, insert, select, update

from adapters.crypto.vault import Vault
from adapters.sql.drivers.driver import Driver
from adapters.sql.faults import Violated
from adapters.sql.retries import patiently
from adapters.sql.sealing import blind_indices
from adapters.sql.statements import Statement
from adapters.sql.tables.delivery import ANSWERS
from errand_domain.ids import MemberId
from errand_domain.ports.answers import Answer, Answers, KeyForOther, StillWorking

_RESERVED: Final = ("member_id", "key", "request_digest", "reserved_at", "leased_until")


_RESERVE: Final = Statement(
    insert(ANSWERS).values({name: bindparam(f"new_{name}", type_=ANSWERS.c[name].type) for name in _RESERVED})
)
_MINE: Final = (ANSWERS.c.member_id == bindparam("old_member_id"), ANSWERS.c.key == bindparam("old_key"))
_LOOK: Final = Statement(
    select(
        *(
            ANSWERS.c[name]
            for name in ("member_id", "key", "request_digest", "leased_until", "status", "media_type", "body")
        )
    ).where(*_MINE)
)
_TAKE_OVER: Final = Statement(
    update(ANSWERS)
    .where(*_MINE, ANSWERS.c.status.is_(None), ANSWERS.c.leased_until == bindparam("was"))
    .values(leased_until=bindparam("until"), reserved_at=bindparam("now"))
)
_KEEP: Final = Statement(
    update(ANSWERS)
    .where(*_MINE)
    .values(status=bindparam("done"), media_type=bindparam("kind"), body=bindparam("new_body"), leased_until=None)
)


@frozen
class SqlAnswers(Answers):
    """One row per member and key."""

    driver: Driver
    vault: Vault

    async def reserve(
        self, member_id: MemberId, key: str, *, request_digest: str, now: datetime, leased_until: datetime
    ) -> Answer | None:
        """Take the key: `None` says go on, an answer says that it was done before."""
        # What is asked may be guessed where there is little to choose from, such as a phone: a plain digest would tell.
        digests = blind_indices(self.vault, "request", request_digest)
        mine = {"old_member_id": member_id, "old_key": key}
        if await self._insert(member_id, key, digests[-1], now, leased_until):
            return None
        rows = await self.driver.fetch(_LOOK, mine)
        if not rows:
            # It was forgotten between the two statements: whoever asks again finds the key free.
            raise StillWorking
        _, _, digest, lease, status, media_type, body = rows[0]
        if digest not in digests:
            raise KeyForOther
        if status is not None:
            return Answer(status=status, media_type=media_type, body=bytes(body))
        if lease > now or not await self._change(_TAKE_OVER, {**mine, "was": lease, "until": leased_until, "now": now}):
            raise StillWorking
        return None

    async def keep(self, member_id: MemberId, key: str, answer: Answer) -> None:
        """Store the answer for repeats."""
        await self._change(
            _KEEP,
            {
                "old_member_id": member_id,
                "old_key": key,
                "done": answer.status,
                "kind": answer.media_type,
                "new_body": answer.body,
            },
        )

    async def _insert(
        self, member_id: MemberId, key: str, request_digest: str, now: datetime, leased_until: datetime
    ) -> bool:
        parameters = {
            "new_member_id": member_id,
            "new_key": key,
            "new_request_digest": request_digest,
            "new_reserved_at": now,
            "new_leased_until": leased_until,
        }
        try:
            await self._change(_RESERVE, parameters)
        except Violated:
            return False
        return True

    async def _change(self, statement: Statement, parameters: dict[str, Any]) -> int:
        return await patiently(lambda: self.driver.change(statement, parameters))
