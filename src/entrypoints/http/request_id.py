"""One id per request: on the answer, in problems and in the log."""

from collections.abc import Mapping, MutableMapping
from typing import Any
from uuid import UUID, uuid4

_KEY = "errand_request_id"


def give_request_id(scope: MutableMapping[str, Any]) -> UUID:
    """A fresh id for the request."""
    scope[_KEY] = fresh = uuid4()
    return fresh


def request_id_of(scope: Mapping[str, Any]) -> UUID:
    """The id of the request."""
    found: UUID = scope[_KEY]
    return found
