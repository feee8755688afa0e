"""Refusals: the four kinds of answer that say no, and what every refusal carries.

A refusal is expected and never a fault of the program. Its class says what is the case
(`OrderTaken`), its `code` is stable across versions, its attributes are the facts, and its
`sentence` is what a person reads. Edges map the four kinds to a status once; see
`all_refusals` for the complete list, from which the reference page and the tests are made.
"""

from collections.abc import Iterator
from typing import ClassVar

from attrs import fields, frozen, has


class DomainError(Exception):
    """Something was asked that the rules refuse; nothing has changed."""

    code: ClassVar[str]
    sentence: ClassVar[str]

    def facts(self) -> dict[str, object]:
        """The attributes of this refusal by name: what the asker may know about it."""
        kind = type(self)
        return {a.name: getattr(self, a.name) for a in fields(kind)} if has(kind) else {}

    def __str__(self) -> str:
        """Code and facts on one line, for logs."""
        facts = ", ".join(f"{name}={value}" for name, value in self.facts().items())
        return f"{self.code} ({facts})" if facts else self.code


class Invalid(DomainError):
    """What was sent cannot be right, whoever sends it and whenever."""


class Forbidden(DomainError):
    """The asker is known and may not do this."""


class NotFound(DomainError):
    """There is no such thing, or it is not the asker's: both look the same."""


class Conflict(DomainError):
    """It would be right at another time, or was right a moment ago."""


@frozen(str=False)
class InvalidField(Invalid):
    """One field has a value that cannot be right."""

    code = "field.invalid"
    sentence = "填写的内容有误"

    field: str
    reason: str


@frozen(str=False)
class Missing(NotFound):
    """There is no such thing, or it is not yours."""

    code = "not_found"
    sentence = "没有找到，或者你无权查看"

    what: str


@frozen(str=False)
class NotPermitted(Forbidden):
    """The action needs a role, or a relation to the object, that the asker does not have."""

    code = "not_permitted"
    sentence = "你没有权限进行此操作"

    action: str


@frozen(str=False)
class Stale(Conflict):
    """Somebody else changed it first; read again and decide again."""

    code = "stale"
    sentence = "内容刚刚被更新，请刷新后重试"

    what: str


def all_refusals() -> tuple[type[DomainError], ...]:
    """Every concrete refusal that is imported, ordered by code."""

    def walk(kind: type[DomainError]) -> Iterator[type[DomainError]]:
        for child in kind.__subclasses__():
            if "code" in vars(child):
                yield child
            yield from walk(child)

    return tuple(sorted(set(walk(DomainError)), key=lambda refusal: refusal.code))
