"""How a refusal looks, for the OpenAPI document."""

from msgspec import Struct


class Problem(Struct, frozen=True, kw_only=True):
    """A refusal (RFC 9457). `code` is stable, `title` is for people; further members are the facts of this code."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    field: str = ""
