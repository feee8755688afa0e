"""Where we are reached, as the application was started to say."""

from typing import Any, Final

from litestar import Litestar, Request

_KEY: Final = "public_url"
_PICTURES: Final = "pictures"
OWN_PICTURES: Final = "/api/v1/public-images"


def reached_at(app: Litestar, public_url: str, *, cdn_base: str | None = None) -> Litestar:
    """The application, which knows its address outside, and where pictures are public."""
    app.state[_KEY] = public_url.rstrip("/")
    app.state[_PICTURES] = cdn_base or f"{app.state[_KEY]}{OWN_PICTURES}"
    return app


def picture_address_of(request: Request[Any, Any, Any], name: str) -> str | None:
    """Where the picture of that name is; nowhere, if there is no name."""
    return f"{request.app.state[_PICTURES]}/{name}" if name else None


def address_of(request: Request[Any, Any, Any]) -> str:
    """The address outside, without a slash at its end."""
    address: str = request.app.state[_KEY]
    return address
