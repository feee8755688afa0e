"""Proving again who asks: what is sensitive needs it to be a moment ago, and says so with `session.proof_needed`."""

from typing import Final

from litestar import Router, post
from litestar.params import JSONBody

from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import WITHOUT_CONSENT, Asking
from entrypoints.http.idempotency import NOT_KEPT
from entrypoints.http.refusals import refusals
from entrypoints.http.whence import address_of
from entrypoints.http.wire.proofs import (
    CodeProofAsked,
    PasswordProofAsked,
    ProofCodeAsked,
    ProvenTold,
    TicketProofAsked,
)
from errand_domain.errors import InvalidField
from errand_domain.member.credential import SecondFactorNeeded, WrongPassword, WrongSecondFactor
from errand_domain.member.session import CodeNotSent, CodeTooSoon, CountryNotServed, WrongCode
from errand_domain.ports.mini_program import PlatformUnreachable, TicketRefused, UserRefused
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.signing_in.prove_again import ProveAgain, own_way
from errand_domain.use_cases.signing_in.request_code import RequestCode

OPT: Final = {**WITHOUT_CONSENT, **NOT_KEPT}
"""Of a proof nothing is kept, not even a keyed digest; a key has no effect."""


@post(
    "/codes",
    status_code=204,
    opt=OPT,
    responses=refusals(InvalidField, CountryNotServed, CodeTooSoon, CodeNotSent, TooManyRequests),
)
async def send_proof_code(data: JSONBody[ProofCodeAsked], request: Asking, request_code: Uses[RequestCode]) -> None:
    """Send a one-time code to the member's own phone or mailbox: clients know neither but masked."""
    await request_code(own_way(request.user, data.kind), address=address_of(request))


@post("/", status_code=200, opt=OPT, responses=refusals(InvalidField, WrongCode, SecondFactorNeeded))
async def prove_by_code(data: JSONBody[CodeProofAsked], request: Asking, prove_again: Uses[ProveAgain]) -> ProvenTold:
    """By a code that was sent to a way that is linked."""
    return ProvenTold(proven_until=await prove_again.by_code(request.auth, data.kind, data.code))


@post(
    "/wechat",
    status_code=200,
    opt=OPT,
    responses=refusals(InvalidField, TicketRefused, UserRefused, PlatformUnreachable, SecondFactorNeeded),
)
async def prove_by_wechat(
    data: JSONBody[TicketProofAsked], request: Asking, prove_again: Uses[ProveAgain]
) -> ProvenTold:
    """By `wx.login`'s code of the identity that is linked."""
    return ProvenTold(proven_until=await prove_again.by_ticket(request.auth, data.ticket))


@post(
    "/password",
    status_code=200,
    opt=OPT,
    responses=refusals(WrongPassword, SecondFactorNeeded, WrongSecondFactor, TooManyRequests),
)
async def prove_by_password(
    data: JSONBody[PasswordProofAsked], request: Asking, prove_again: Uses[ProveAgain]
) -> ProvenTold:
    """By the password; operators with the authenticator's code, too, and by nothing less."""
    proven = await prove_again.by_password(request.auth, data.password, second=data.second)
    return ProvenTold(proven_until=proven)


PROOFS: Final = Router(
    "/sessions/current/proofs",
    route_handlers=[send_proof_code, prove_by_code, prove_by_wechat, prove_by_password],
    tags=["sign-in"],
)
