"""Whoever has a whole dump of a database, made with its own tools, reads nothing about a person in it."""

import subprocess
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve
from sqlalchemy import make_url

from adapters.crypto.vault import Vault
from adapters.sql.database import SqlDatabase
from errand_domain.dispute.dispute import Statement
from errand_domain.member.member import Way
from errand_domain.ports.answers import Answer
from errand_domain.ports.audit import AuditLine
from errand_domain.testing import examples
from tests.databases import emptied
from tests.servers.programs import debian_postgres_folders
from tests.stage import vault

pytestmark = pytest.mark.anyio

PLANTED: Final = {
    "phone": "+8613912340987",
    "nickname": "夜跑的小鹿",
    "device": "鹿的紫色手机",
    "real name": "诸葛若兰",
    "student number": "2026990417",
    "room": "梅园三栋四零二",
    "note": "请放在鞋柜第二格",
    "pickup code": "QX-77-3141",
    "payee": "oPAYEE4711planted",
    "payee name": "诸葛若兰丙",
    "review": "雨天也准时到达",
    "statement": "封条被人撕开过",
    "reason": "照片上的人不是他本人",
    "answer": "answer-with-13912340987",
}


class Open(Vault):
    """Seals nothing: the negative control."""

    def seal(self, text: str, *, about: str) -> str:  # noqa: ARG002 - the signature is the vault's
        return text

    def seal_bytes(self, content: bytes, *, about: str) -> bytes:  # noqa: ARG002 - the same
        return content

    def index(self, kind: str, value: str) -> str:  # noqa: ARG002 - the same
        return value


async def _live(address: str, kept_by: Vault) -> None:
    """Somebody's data in every table that has a place for them."""
    member = evolve(examples.member(), nickname=PLANTED["nickname"], ways=(Way("phone", PLANTED["phone"]),))
    order, runner, withdrawal = examples.order(), examples.runner(), examples.withdrawal()
    terms = evolve(
        order.terms,
        note=PLANTED["note"],
        pickup_code=PLANTED["pickup code"],
        dropoff=evolve(order.terms.dropoff, detail=PLANTED["room"]),
    )
    shown = evolve(runner.application, real_name=PLANTED["real name"], student_number=PLANTED["student number"])
    dispute = examples.dispute()
    said = Statement(author_id=dispute.requester_id, text=PLANTED["statement"], at=dispute.opened_at)
    database = await SqlDatabase.connect(address, kept_by)
    try:
        async with database.begin() as tx:
            tx.members.add(member)
            tx.sessions.start(evolve(examples.session(member.id), device=PLANTED["device"]))
            tx.orders.add(evolve(order, terms=terms))
            tx.runners.add(evolve(runner, application=shown))
            tx.withdrawals.add(evolve(withdrawal, payee=PLANTED["payee"], payee_name=PLANTED["payee name"]))
            tx.reviews.add(evolve(examples.review(), text=PLANTED["review"]))
            tx.disputes.add(evolve(dispute, statements=(said,)))
            decided = AuditLine(
                at=order.placed_at,
                actor_id=member.id,
                campus_id=order.campus_id,
                action="runner.rejected",
                subject=f"runner:{runner.member_id}",
                detail=PLANTED["reason"],
            )
            tx.audit.record(decided)
            await tx.commit()
        now = order.placed_at
        await database.answers.reserve(
            member.id, "key", request_digest="a", now=now, leased_until=now + timedelta(minutes=1)
        )
        answer = Answer(status=201, media_type="application/json", body=PLANTED["answer"].encode())
        await database.answers.keep(member.id, "key", answer)
    finally:
        await database.close()


def _dump(address: str) -> bytes:
    """All of the database, as its own tools write it; of SQLite, every byte of its files."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
    if url.get_backend_name() == "postgresql":
        program = next(folder / "pg_dump" for folder in debian_postgres_folders() if (folder / "pg_dump").exists())
        words = [str(program), "--inserts", url.set(drivername="postgresql").render_as_string(hide_password=False)]
    else:
        words = [
            "mariadb-dump", "--no-defaults", "--protocol=tcp", "--skip-ssl", "--skip-extended-insert",
            f"--host={url.host}", f"--port={url.port}", f"--user={url.username}", f"--password={url.password or ''}",
            str(url.database),
        ]  # fmt: skip
    return subprocess.run(words, check=True, capture_output=True).stdout


def _found(dump: bytes) -> set[str]:
    """Which of the planted values are in it, in whatever spelling a database might give them."""
    low = dump.lower()

    def is_in(value: str) -> bool:
        plain = value.encode()
        # JSON of msgspec keeps letters as they are; others would escape them.
        spellings = (plain, value.encode("utf-16-le"), value.encode("unicode_escape"), plain.hex().encode())
        # Base64 shifts with the place: what is whole within it looks alike in one of three.
        shifted = (b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4] for shift in range(3))
        return any(one in dump for one in (*spellings, *shifted)) or plain.hex().encode() in low

    return {name for name, value in PLANTED.items() if is_in(value)}


async def test_a_dump_holds_nothing_about_a_person(address):
    await emptied(address)
    await _live(address, vault())
    dump = _dump(address)
    assert b"sign_in_codes" in dump
    assert _found(dump) == set()


async def test_without_the_vault_the_dump_holds_all_of_it(address):
    await emptied(address)
    ring = vault()
    await _live(address, Open(ring._rings))
    try:
        assert _found(_dump(address)) == set(PLANTED)
    finally:
        await emptied(address)
