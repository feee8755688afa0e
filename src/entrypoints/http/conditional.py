"""Reads that are polled: a weak tag of the body, and 304 where the client has it already."""

from hashlib import blake2b
from typing import Any, Final, TypeVar

import msgspec
from litestar import MediaType, Request, Response

T = TypeVar("T", bound=msgspec.Struct)
UNKEPT: Final = "private, no-store"
"""For what is personal: the client itself may remember tag and body, and no browser keeps them on its disk."""
ASKED_AGAIN: Final = "private, no-cache"
"""For what everybody may know: a browser may keep it, and asks each time whether it still holds."""
_encoder = msgspec.json.Encoder()


def tagged(request: Request[Any, Any, Any], body: T, *, cache: str = UNKEPT) -> Response[T]:
    """The body with its `ETag`, or 304 where `If-None-Match` names it."""
    content = _encoder.encode(body)
    tag = f'W/"{blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": cache}
    if is_named(request.headers.get("if-none-match", ""), tag):
        return Response(None, status_code=304, headers=headers)  # type: ignore[arg-type]  # Litestar's Response is generic over what it encodes
    return Response(content, media_type=MediaType.JSON, headers=headers)  # type: ignore[arg-type]  # Litestar's Response is generic over what it encodes


def is_named(if_none_match: str, tag: str) -> bool:
    """Whether the header names the tag (weak comparison), or anything at all."""
    bare = tag.removeprefix("W/")
    return any(named.strip().removeprefix("W/") in (bare, "*") for named in if_none_match.split(","))
