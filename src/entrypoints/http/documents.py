"""The texts of the documents, as the application was started with them."""

from typing import Any, Final

from litestar import Request
from litestar.datastructures import State

from entrypoints.documents.shelf import Shelf
from errand_domain.member.consent import Documents

_KEY: Final = "shelf"


def state_with(shelf: Shelf) -> State:
    """The state of an application under those documents."""
    return State({_KEY: shelf})


def shelf_of(request: Request[Any, Any, Any]) -> Shelf:
    """Every text that can be shown, and which are in force."""
    shelf: Shelf = request.app.state[_KEY]
    return shelf


def documents_of(request: Request[Any, Any, Any]) -> Documents:
    """The documents in force and their versions."""
    return shelf_of(request).versions_in_force
