"""Where we are reached, as the application was started to say."""

from typing import Any, Final

from litestar import Litestar, Request

_KEY: Final = "public_url"


def reached_at(app: Litestar, public_url: str) -> Litestar:
    """The application, which knows its address outside."""
    app.state[_KEY] = public_url.rstrip("/")
    return app


def address_of(request: Request[Any, Any, Any]) -> str:
    """The address outside, without a slash at its end."""
    address: str = request.app.state[_KEY]
    return address
