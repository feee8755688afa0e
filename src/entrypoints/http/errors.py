"""Every refusal as problem+json (RFC 9457): one table of statuses, one renderer.

A refusal of the domain brings its code, its sentence and its facts; what the protocol itself refuses (no such path,
unreadable JSON) gets the same shape. What nobody foresaw is a 500 that tells nothing and is logged.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import ClientException, HTTPException, ValidationException

from entrypoints.faults import kinds_of, places_of
from entrypoints.http.noted import note_refusal
from entrypoints.http.request_id import request_id_of
from errand_domain.errors import Conflict, DomainError, Forbidden, Invalid, InvalidField, Missing, NotFound, Stale
from errand_domain.member.session import CodeTooSoon, NotSignedIn
from errand_domain.money import Money
from errand_domain.payment.attempt import PaymentUnknown
from errand_domain.ports.answers import StillWorking
from errand_domain.ports.files import StoreUnreachable
from errand_domain.ports.mini_program import PlatformUnreachable
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.settlement.withdrawal import WithdrawalUnknown
from errand_domain.use_cases.files.stored_files import FileTooLarge

PROBLEM_JSON: Final = "application/problem+json"
RETRY_SECONDS: Final = 2

STATUSES: Final[Mapping[type[DomainError], int]] = {
    Invalid: 422,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    # Refusals that HTTP has a word of its own for.
    NotSignedIn: 401,
    FileTooLarge: 413,
    CodeTooSoon: 429,
    TooManyRequests: 429,
}

WORTH_RETRYING: Final[tuple[type[DomainError], ...]] = (
    Stale,
    StillWorking,
    PaymentUnknown,
    WithdrawalUnknown,
    PlatformUnreachable,
    StoreUnreachable,
)
"""Refusals that may be gone in a moment, though nothing else has changed: they say `Retry-After` and are not kept as
the answer to an idempotency key."""

PROTOCOL: Final[Mapping[int, tuple[str, str, str]]] = {
    400: ("request.malformed", "请求格式有误", "The request cannot be read."),
    404: (Missing.code, Missing.sentence, "There is no such address."),
    405: ("method.not_allowed", "不支持这种请求方法", "This address does not know that method."),
    413: ("request.too_large", "请求内容过大", "The body is larger than this route takes."),
    415: ("media_type.unsupported", "不支持的内容类型", "This route does not read that media type."),
}
UNFORESEEN: Final = ("internal", "服务暂时出错，请稍后再试", "Something went wrong on our side.")

WIRE_NAMES: Final[Mapping[str, str]] = {
    "tip": "tipFen",
    "amount": "amountFen",
    "goods_advance": "goodsAdvanceFen",
    "within_metres": "within",
}
"""Fields that are called otherwise on the wire than in the domain; all others differ in their camels only."""

IN_THE_TERMS: Final[Mapping[str, str]] = {
    "category": "terms.category",
    "weight_grams": "terms.weightGrams",
    "goods_advance": "terms.goodsAdvanceFen",
    "latest": "terms.window.latest",
    "handover": "terms.handover",
    "pickup.building_id": "terms.pickup.buildingId",
    "dropoff.building_id": "terms.dropoff.buildingId",
}
"""Fields that a use case refuses after the terms were put together: where clients sent them."""

_log = structlog.get_logger("errand.http")


class Unreadable(ClientException):
    """The request is not what its headers say, or not JSON: 400."""

    status_code = 400


class UnsupportedMedia(ClientException):
    """The body has a media type that this route does not read: 415."""

    status_code = 415


def status_of(refusal: type[DomainError]) -> int:
    """The status of that class of refusal: its own, or that of its kind."""
    return next(STATUSES[kind] for kind in refusal.__mro__ if kind in STATUSES)


def detail_of(refusal: type[DomainError]) -> str:
    """What that class of refusal means, in one sentence."""
    return (refusal.__doc__ or "").partition("\n")[0]


def camel(name: str) -> str:
    """`weight_grams` as `weightGrams`; what is camel-case already stays."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def wire_name(field: str) -> str:
    """The domain's name of a field, dotted where it lies deeper, as clients spell it."""
    if field in IN_THE_TERMS:
        return IN_THE_TERMS[field]
    path, dot, last = field.rpartition(".")
    above = ".".join(camel(part) for part in path.split("."))
    return above + dot + WIRE_NAMES.get(last, camel(last))


def facts_on_the_wire(refusal: DomainError) -> dict[str, object]:
    """What the asker may know: camel-case, money in fen, moments in RFC 3339."""
    if isinstance(refusal, InvalidField):
        return {"field": wire_name(refusal.field)}
    told = dict[str, object]()
    for name, value in refusal.facts().items():
        match value:
            case Money():
                told[camel(f"{name}_fen")] = value.fen
            case datetime():
                told[camel(name)] = value.isoformat()
            case int() | str():
                told[camel(name)] = value
            case _:
                told[camel(name)] = str(value)
    return told


def problem(
    request: Request[Any, Any, Any],
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    facts: Mapping[str, object] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    """A problem; `instance` is the request's id, by which the log finds it."""
    body = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": f"urn:uuid:{request_id_of(request.scope)}",
        **(facts or {}),
    }
    return Response(msgspec.json.encode(body), status_code=status, media_type=PROBLEM_JSON, headers=headers)


def refused(request: Request[Any, Any, Any], refusal: DomainError) -> Response[bytes]:
    """A refusal of the domain."""
    note_refusal(request.scope, refusal)
    detail = refusal.reason if isinstance(refusal, InvalidField) else detail_of(type(refusal))
    return problem(
        request,
        status=status_of(type(refusal)),
        code=refusal.code,
        title=refusal.sentence,
        detail=detail,
        facts=facts_on_the_wire(refusal),
        headers=_refusal_headers(refusal),
    )


def _refusal_headers(refusal: DomainError) -> dict[str, str]:
    if isinstance(refusal, CodeTooSoon | TooManyRequests):
        return {"Retry-After": str(refusal.seconds)}
    if isinstance(refusal, WORTH_RETRYING):
        return {"Retry-After": str(RETRY_SECONDS)}
    return {"WWW-Authenticate": "Bearer"} if isinstance(refusal, NotSignedIn) else {}


def bad_request(request: Request[Any, Any, Any], fault: HTTPException) -> Response[bytes]:
    """What the protocol refuses."""
    if isinstance(fault, ValidationException):
        return _invalid_parameter(request, fault)
    if fault.status_code not in PROTOCOL:
        return unforeseen(request, fault)
    note_refusal(request.scope, fault)
    code, title, told = PROTOCOL[fault.status_code]
    detail = fault.detail if isinstance(fault, Unreadable | UnsupportedMedia) else told
    return problem(
        request, status=fault.status_code, code=code, title=title, detail=detail, headers=dict(fault.headers or {})
    )


def _invalid_parameter(request: Request[Any, Any, Any], fault: ValidationException) -> Response[bytes]:
    """A query parameter, header or form field that cannot be right; the first of them is named."""
    all_found = cast("list[dict[str, str]]", fault.extra) if isinstance(fault.extra, list) else []
    found = all_found[0] if all_found else dict[str, str]()
    field = found.get("key", "")
    if field in ("", "data"):
        return bad_request(request, Unreadable(detail="something that this request needs is missing"))
    return refused(request, InvalidField(field, found.get("message", "is not valid")))


def unforeseen(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    """What nobody foresaw: the answer tells nothing; the log has the place but no values, which may be personal."""
    _log.error(
        "request failed",
        request_id=str(request_id_of(request.scope)),
        method=request.method,
        route=cast("dict[str, Any]", request.scope).get("path_template", ""),
        fault=kinds_of(fault),
        at=places_of(fault.__traceback__),
    )
    code, title, detail = UNFORESEEN
    return problem(request, status=500, code=code, title=title, detail=detail)


EXCEPTION_HANDLERS: Final[Mapping[int | type[Exception], Any]] = {
    DomainError: refused,
    HTTPException: bad_request,
    Exception: unforeseen,
}
