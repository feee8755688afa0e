"""A multipart form as it is posted to a bucket: fields, and the file as the last of them."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, Final, cast

from attrs import field, frozen
from multipart import (  # pyright: ignore[reportMissingTypeStubs] - it ships none
    MultipartError,
    MultipartParser,
    parse_options_header,  # pyright: ignore[reportUnknownVariableType]
)

from entrypoints.sandbox.storage.errors import StorageError
from entrypoints.sandbox.wire import BODY_BYTES_MOST, Asked

FILE: Final = "file"
FIELD_BYTES_MOST: Final = 20 * 1024


@frozen(kw_only=True)
class Form:
    """The fields before the file, by their names in lower case, and the file."""

    fields: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


def read_form(asked: Asked) -> Form:
    """The form; raises `StorageError` where it is none, or has not one file. What stands behind the file is unread."""
    kind, options = cast("tuple[str, Mapping[str, str]]", parse_options_header(asked.headers.get("content-type", "")))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise StorageError("MalformedPOSTRequest")
    fields = dict[str, str]()
    try:
        for part in _parts(asked.body, options["boundary"]):
            if part.name == FILE:
                return Form(fields=fields, content=part.raw)
            if part.size > FIELD_BYTES_MOST or part.name.lower() in fields:
                raise StorageError("InvalidArgument", "a field is too long, or is there twice")
            fields[part.name.lower()] = part.value
    except (MultipartError, UnicodeError):
        raise StorageError("MalformedPOSTRequest") from None
    raise StorageError("InvalidArgument", "POST requires exactly one file upload per request.")


def _parts(body: bytes, boundary: str) -> Iterable[Any]:
    """The parts in their order, all of them in memory."""
    parser: Any = MultipartParser(
        BytesIO(body),
        boundary,
        content_length=len(body),
        memory_limit=BODY_BYTES_MOST,
        spool_limit=BODY_BYTES_MOST,
    )
    return cast("Iterable[Any]", parser)
