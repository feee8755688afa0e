"""The OpenAPI document: operation ids, tags, examples, and the problems that every route may answer with."""

from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin


def described() -> OpenAPIConfig:
    """How the API describes itself."""
    return OpenAPIConfig(
        title="Errand",
        version="1",
        path="/schema",
        use_handler_docstrings=True,
        operation_id_creator=operation_id,
        render_plugins=[JsonRenderPlugin()],
    )


def operation_id(handler: HTTPRouteHandler, _method: object, _path: object) -> str:
    """The handler's name in camel case: unique, and stable for generated clients."""
    first, *rest = handler.handler_name.split("_")
    return first + "".join(word.capitalize() for word in rest)
