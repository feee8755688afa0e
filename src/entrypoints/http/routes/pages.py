"""Where the pages of `entrypoints.console` are. Secrets stand behind the `#` of an address, and are never sent."""

from typing import Any, Final

from litestar import Request, Response, Router, get
from litestar.params import FromPath

from entrypoints.console.files import PageFile, page_files
from entrypoints.http.conditional import is_named
from errand_domain.errors import Missing

PAGE: Final = "html"
KEPT: Final = "no-cache"
DIRECTIVES: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
"""A page runs our own files and asks our own API. No script stands in a page, and none can be put there."""

Asked = Request[Any, Any, Any]


@get("/operator-invitation")
async def show_operator_invitation(request: Asked) -> Response[bytes]:
    """Whoever has the link that `errand operator create` printed chooses a password and teaches an authenticator."""
    return _sent(request, page_files()["operator-invitation.html"])


@get("/console/{name:str}")
async def show_page_file(name: FromPath[str], request: Asked) -> Response[bytes]:
    """What the pages are made of."""
    if name not in page_files() or name.endswith(PAGE):
        raise Missing("file")
    return _sent(request, page_files()[name])


def _sent(request: Asked, file: PageFile) -> Response[bytes]:
    headers = {
        "ETag": file.tag,
        "Cache-Control": KEPT,
        "Content-Security-Policy": "; ".join(DIRECTIVES),
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if is_named(request.headers.get("if-none-match", ""), file.tag):
        return Response(b"", status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)


PAGES: Final = Router("/", route_handlers=[show_operator_invitation, show_page_file], include_in_schema=False)
