"""The OpenAPI document: operation ids, tags, examples, and the problems that every route may answer with.

Litestar writes what it sees in the signatures. Added here is what it cannot see: who may come in, the key that a POST
may carry, the tag of polled reads, examples, and that refusals have one shape whoever refuses.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, cast

import msgspec
from litestar import Request
from litestar.enums import OpenAPIMediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin

from entrypoints.http.errors import PROBLEM_JSON, PROTOCOL, detail_of, status_of
from entrypoints.http.idempotency import HEADER
from entrypoints.http.limits import route_class
from entrypoints.http.refusals import SEPARATOR
from entrypoints.http.wire.examples import EXAMPLES, problem_example
from entrypoints.http.wire.shapes import Asked
from errand_domain.errors import InvalidField
from errand_domain.member.consent import ConsentMissing
from errand_domain.member.session import NotSignedIn
from errand_domain.ports.rate_limits import TooManyRequests

Node = dict[str, Any]
BEARER: Final = "session"
PROBLEM_REF: Final = {"$ref": "#/components/schemas/Problem"}
NUMBERS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
SHARED: Final = {
    **PROTOCOL,
    **{
        status_of(refusal): (refusal.code, refusal.sentence, detail_of(refusal))
        for refusal in (NotSignedIn, ConsentMissing, InvalidField, TooManyRequests)
    },
}
DONE: Final = {"200": "Done.", "201": "Made.", "204": "Done; there is nothing to say."}
IMAGE: Final = {"schema": {"type": "string", "format": "binary"}}
ABOUT: Final = """Campus errands: quote, publish, pay, take, deliver, confirm, settle and withdraw.

Money is whole fen (`…Fen`), distances are metres (`…Metres`), moments are RFC 3339 with their offset, positions are
GCJ-02. What people must accept before anything is stored is at `/documents`, each text with its version. Refusals are
`application/problem+json` with a stable `code`. A field that is not known is refused.
"""


class Document(OpenAPIRenderPlugin):
    """The document as JSON, completed once per application."""

    def __init__(self) -> None:
        super().__init__(path=["/openapi.json", "/"], media_type=OpenAPIMediaType.OPENAPI_JSON)
        self._written: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The completed document."""
        if self._written is None:
            handlers = {operation_id(h, None, None): h for h in _api_handlers(request)}
            self._written = msgspec.json.encode(completed(openapi_schema, handlers))
        return self._written


def described() -> OpenAPIConfig:
    """How the API describes itself."""
    return OpenAPIConfig(
        title="Errand",
        version="1",
        description=ABOUT,
        path="/schema",
        use_handler_docstrings=True,
        operation_id_creator=operation_id,
        render_plugins=[Document()],
    )


def operation_id(handler: HTTPRouteHandler, _method: object, _path: object) -> str:
    """The handler's name in camel case: unique, and stable for generated clients."""
    first, *rest = handler.handler_name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _api_handlers(request: Request[Any, Any, Any]) -> Iterator[HTTPRouteHandler]:
    for route in request.app.routes:
        handlers = cast("list[HTTPRouteHandler]", getattr(route, "route_handlers", []))
        yield from (h for h in handlers if h.resolve_include_in_schema())


def completed(document: Node, handlers: dict[str, HTTPRouteHandler]) -> Node:
    """The document with all that the signatures do not tell."""
    components = document["components"]
    components["securitySchemes"] = {BEARER: {"type": "http", "scheme": "bearer"}}
    for name, schema in components["schemas"].items():
        _complete_schema(name, schema)
    for methods in document["paths"].values():
        for method, operation in methods.items():
            if isinstance(operation, dict) and "operationId" in operation:
                node = cast("Node", operation)
                _complete_operation(method, node, handlers[node["operationId"]])
    return document


def _complete_schema(name: str, schema: Node) -> None:
    """Requests refuse unknown fields; bounds of integers are written as integers; the example stands beside."""
    if name in _closed():
        schema["additionalProperties"] = False
    if name == "Problem":
        schema["additionalProperties"] = True
    for part in schema.get("properties", {}).values():
        _whole_bounds(part)
    if name in EXAMPLES:
        schema["example"] = EXAMPLES[name]


@cache
def _closed() -> frozenset[str]:
    return frozenset(kind.__name__ for kind in Asked.__subclasses__())


def _whole_bounds(schema: Node) -> None:
    for name in NUMBERS:
        if isinstance(schema.get(name), float) and schema[name].is_integer():
            schema[name] = int(schema[name])


def _complete_operation(method: str, operation: Node, handler: HTTPRouteHandler) -> None:
    is_public = handler.opt.get("access") == "public"
    responses: Node = operation["responses"]
    body = operation.get("requestBody")
    statuses = [] if is_public else [401]
    if route_class(handler) != "unlimited":
        _complete_refusals_for_haste(responses)
    if body or operation.get("parameters"):
        statuses += [400, 422]
    if body:
        statuses += [413, 415]
    if not is_public:
        operation["security"] = [{BEARER: []}]
    if method != "get" and not is_public and handler.opt.get("access") != "without_consent":
        statuses.append(409)
    if method == "post" and not is_public:
        operation.setdefault("parameters", []).append(_key_parameter())
        statuses += [400, 409, 413, 422]
    for parameter in operation.get("parameters", []):
        _whole_bounds(parameter.get("schema", {}))
        if parameter["in"] == "path":
            statuses.append(404)
    _complete_responses(operation, responses, statuses, is_tagged=_is_tagged(handler))


def _complete_refusals_for_haste(responses: Node) -> None:
    """Beside what a route itself refuses for haste, there is what every route does."""
    common = _refusal(429)
    told = responses.setdefault("429", common)
    if TooManyRequests.code not in told["description"]:
        told["description"] += SEPARATOR + common["description"]
    told["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "After so many seconds."}}


def _complete_responses(operation: Node, responses: Node, statuses: list[int], *, is_tagged: bool) -> None:
    if "400" in responses:
        responses["400"] = _refusal(400)
    for status in statuses:
        responses.setdefault(str(status), _refusal(status))
    if is_tagged:
        operation.setdefault("parameters", []).append(
            {"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}
        )
        responses["200"].setdefault("headers", {})["ETag"] = {"schema": {"type": "string"}}
        responses["304"] = {"description": "Nothing has changed since."}
    for done in DONE.keys() & responses.keys():
        responses[done]["description"] = DONE[done]
    if "image/*" in responses.get("200", {}).get("content", {}):
        responses["200"]["content"] = {"image/jpeg": IMAGE, "image/png": IMAGE}
    contents = [operation.get("requestBody", {}), *responses.values()]
    for content in (part.get("content", {}) for part in contents):
        for media_type, media in content.items():
            _exemplify(media_type, media)


def _exemplify(media_type: str, media: Node) -> None:
    name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
    if media_type != PROBLEM_JSON and name in EXAMPLES:
        media["example"] = EXAMPLES[name]


def _is_tagged(handler: HTTPRouteHandler) -> bool:
    kind = handler.parsed_fn_signature.return_type
    inner = kind.inner_types[0].annotation if kind.inner_types else None
    return "GET" in handler.http_methods and inner is not None and inner is not bytes


def _refusal(status: int) -> Node:
    code, title, detail = SHARED[status]
    example = problem_example(status=status, code=code, title=title, detail=detail)
    return {
        "description": f"`{code}` {title}",
        "content": {PROBLEM_JSON: {"schema": PROBLEM_REF, "example": example}},
    }


def _key_parameter() -> Node:
    return {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "Chosen by the client: the same request with the same key gets the same answer, once done.",
        "schema": {"type": "string", "pattern": "^[!-~]{8,64}$"},
    }
