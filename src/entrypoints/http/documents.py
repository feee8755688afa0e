"""The documents in force, as the application was started with them."""

from typing import Any, Final

from litestar import Request
from litestar.datastructures import State

from errand_domain.member.consent import Documents

_KEY: Final = "documents_in_force"


def state_with(documents: Documents) -> State:
    """The state of an application under those documents."""
    return State({_KEY: documents})


def documents_of(request: Request[Any, Any, Any]) -> Documents:
    """The documents in force and their versions."""
    documents: Documents = request.app.state[_KEY]
    return documents
