"""Statements made of statements: several writes as one, one question asked for many."""

import re
from collections.abc import Sequence
from typing import Final

_SLOT: Final = re.compile(r"\$(\d+)")
_TYPED_SLOT: Final = re.compile(r"\$(\d+)::(TIMESTAMP WITH TIME ZONE|[A-Z]+)")
GUARD: Final = re.compile(r"errand write (\d+) met")


def composed(statements: Sequence[str], guarded: Sequence[bool]) -> str:
    """The writes as CTEs of one statement, which fails where a guarded one did not meet exactly one row.

    The text of that failure names the write, see `GUARD`.
    """
    parts, shift = list[str](), 0
    for number, statement in enumerate(statements):
        slots = [int(slot) for slot in _SLOT.findall(statement)]
        moved = _moved(statement, shift)
        parts.append(f"w{number} AS ({moved} RETURNING 1)")
        shift += max(slots, default=0)
    guards = "".join(
        f" WHEN (SELECT count(*) FROM w{number}) <> 1"  # noqa: S608 - made of our own statements, values stay parameters
        # The count in the text keeps the planner from working the cast out, and failing, beforehand.
        f" THEN CAST('errand write {number} met ' || (SELECT count(*) FROM w{number}) || ' rows' AS INTEGER)"
        for number, is_guarded in enumerate(guarded)
        if is_guarded
    )
    return f"WITH {', '.join(parts)} SELECT {f'CASE{guards} ELSE 1 END' if guards else '1'}"


def _moved(statement: str, shift: int) -> str:
    return _SLOT.sub(lambda slot: f"${int(slot[1]) + shift}", statement)


def asked_for_many(question: str) -> str:
    """The question for each row of arrays: parameters become arrays, and each answer begins with its row's number.

    OFFSET 0 keeps the planner from turning the loop over index look-ups into a join that reads the whole table.
    """
    kinds = {int(number): kind for number, kind in _TYPED_SLOT.findall(question)}
    arrays = ", ".join(f"${number}::{kinds[number]}[]" for number in sorted(kinds))
    names = ", ".join(f"a{number}" for number in sorted(kinds))
    one = _TYPED_SLOT.sub(lambda slot: f"asked.a{slot[1]}", question)
    return (
        f"SELECT asked.place, answer.* FROM unnest({arrays}) WITH ORDINALITY AS asked({names}, place),"  # noqa: S608 - our own names
        f" LATERAL ({one} OFFSET 0) AS answer"
    )
