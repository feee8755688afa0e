"""The files of the pages, read once, each with its media type and a tag by which a browser knows that it has it."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from attrs import frozen

MEDIA_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "html": "text/html",
        "css": "text/css",
        "js": "text/javascript",
        "svg": "image/svg+xml",
    }
)


@frozen
class PageFile:
    """One file as it is sent."""

    content: bytes
    media_type: str
    tag: str


@cache
def page_files() -> Mapping[str, PageFile]:
    """Every file by name: what is not in here is not served, whatever an address says."""
    found = dict[str, PageFile]()
    for file in files("entrypoints.console").joinpath("static").iterdir():
        ending = file.name.rpartition(".")[2]
        content = file.read_bytes()
        found[file.name] = PageFile(content, MEDIA_TYPES[ending], f'"{sha256(content).hexdigest()[:32]}"')
    return MappingProxyType(found)
