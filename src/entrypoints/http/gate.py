"""Who is asking: every route under the API is private unless it says otherwise by name."""

from typing import Any, Final, Literal, cast

from litestar import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from entrypoints.container import Container
from entrypoints.http.errors import Unreadable
from entrypoints.http.limits import Limits
from errand_domain.member.member import Member
from errand_domain.member.session import NotSignedIn, Session

Access = Literal["public", "without_consent", "with_consent"]
PUBLIC: Final[dict[str, Access]] = {"access": "public"}
PROVEN: Final = {"proof": "fresh"}
"""What a handler says that changes by what one comes in, or takes everything along: who asks was proven just now."""
WITHOUT_CONSENT: Final[dict[str, Access]] = {"access": "without_consent"}

Asking = Request[Member, Session, Any]
"""A request of somebody who is signed in: `request.user` is the member, `request.auth` the session."""

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_TOKEN_LENGTH_MOST: Final = 200


class Gate(ASGIMiddleware):
    """Lets through who is signed in and does not ask too often. To change something needs the consents, too."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, container: Container) -> None:
        self._recognise = container.recognise
        self._check_fresh_proof = container.check_fresh_proof
        self._limits = Limits(container)
        self._documents = container.settings().documents

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Raises `Unreadable`, `TooManyRequests`, `NotSignedIn`, `ConsentMissing` or `ProofTooOld`."""
        asked = cast("HTTPScope", scope)
        if not asked["query_string"].isascii():
            # No address has such bytes, and what they mean nobody has agreed on: some would read UTF-8, some Latin-1.
            raise Unreadable(detail="the query must write all that is not ASCII with percent signs")
        access: Access = asked["route_handler"].opt.get("access", "with_consent")
        if access == "public":
            await self._limits.hold_address(asked)
        else:
            token = bearer_token(asked)
            is_counted = await self._limits.hold_session(asked, token)
            try:
                found = await self._recognise()(token)
            except NotSignedIn:
                await self._limits.miss(asked, token)
                raise
            if not is_counted:
                await self._limits.meet(asked, token, found.member.id)
            asked["user"], asked["auth"] = found.member, found.session
            if access == "with_consent" and asked["method"] not in READING:
                found.member.check_consents(self._documents)
            if asked["route_handler"].opt.get("proof") == PROVEN["proof"]:
                await self._check_fresh_proof()(found.session)
        await next_app(scope, receive, send)


def bearer_token(scope: HTTPScope) -> str:
    """The token of the `Authorization` header; raises `NotSignedIn`."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            if scheme.lower() == "bearer" and 0 < len(token) <= _TOKEN_LENGTH_MOST:
                return token
    raise NotSignedIn
