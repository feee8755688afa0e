"""Reading a body: whole or not at all; JSON with its type as stated, every key once, nothing coerced or unknown."""

import json
import re
from collections.abc import AsyncGenerator
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException
from litestar.handlers import HTTPRouteHandler
from litestar.types import Empty

from entrypoints.http.errors import Unreadable, UnsupportedMedia
from errand_domain.errors import InvalidField

_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_ABOUT: Final = re.compile(r"^Object (?:missing required|contains unknown) field `(?P<name>.*)`$", re.DOTALL)
T = TypeVar("T")
_decoders: dict[HTTPRouteHandler, msgspec.json.Decoder[Any]] = {}


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON body is decoded straight into the type that the handler asks for as `data`.

    Litestar would decode to plain objects first and then convert with coercion: `"5"` would pass for 5. And it would
    take a client that goes away in the middle of its body for a fault of ours, which anybody could fill the log with.
    """

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes; raises `Unreadable` where the client goes away before its end."""
        try:
            async for part in super().stream():
                yield part
        except InternalServerException:
            raise Unreadable(detail="the body ended too early") from None

    async def json(self) -> Any:  # noqa: ANN401 - whatever the handler asks for
        """The body as the handler's type; raises `UnsupportedMedia`, `Unreadable` or `InvalidField`."""
        if self._json is Empty:
            media_type, parameters = self.content_type
            if media_type != "application/json" or parameters.get("charset", "utf-8").lower() != "utf-8":
                raise UnsupportedMedia(detail="the body must be application/json in UTF-8")
            self._json = decode(await self.body(), _decoder(self.route_handler))
        return self._json


def _decoder(handler: HTTPRouteHandler) -> msgspec.json.Decoder[Any]:
    decoder = _decoders.get(handler)
    if decoder is None:
        wanted = handler.parsed_fn_signature.parameters["data"].annotation
        decoder = _decoders[handler] = msgspec.json.Decoder(wanted)
    return decoder


def decode(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """The body, decoded; raises `InvalidField` with the dotted name of the field, or `Unreadable`."""
    try:
        decoded = decoder.decode(body)
    except msgspec.ValidationError as fault:
        raise _invalid(str(fault)) from None
    except (ValueError, RecursionError):
        raise Unreadable(detail="the body is not JSON in UTF-8") from None
    json.loads(body, object_pairs_hook=_each_key_once)
    return decoded


def _each_key_once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise Unreadable(detail="an object of the body has the same key twice")


def _invalid(message: str) -> InvalidField:
    found = _AT.match(message)
    what, path = (found["what"], found["path"] or "") if found else (message, "")
    about = _ABOUT.match(what)
    steps = [path.removeprefix("$").removeprefix("."), about["name"] if about else ""]
    field = ".".join(step for step in steps if step)
    return InvalidField(field, what[:1].lower() + what[1:].replace("`", "") if not about else _reason(what))


def _reason(what: str) -> str:
    return "is missing" if what.startswith("Object missing") else "is not known here"
