"""From the container to the handlers: each use-case factory becomes a dependency by name and type.

The factory is asked at every request, so that `container.accept_errand.override(…)` works at any time. Neither
dependency-injector's markers nor a provider given to `Provide` work in Litestar. A handler asks for one use case only:
two dependencies would be resolved in a task group, which costs more than the rest of the request.
"""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, TypeAlias, TypeVar

from dependency_injector.providers import Factory
from litestar import Router
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation

from entrypoints.container import Container

T = TypeVar("T")
Uses: TypeAlias = NamedDependency[SkipValidation[T]]
"""`accept_errand: Uses[AcceptErrand]` in a handler: the use case of that name, as the container makes it now."""


def use_cases(container: Container) -> dict[str, Provide]:
    """Every use case of the container, under the name of its provider."""
    found = dict[str, Provide]()
    for name, provider in container.providers.items():
        if isinstance(provider, Factory):
            found[name] = Provide(_maker(provider), sync_to_thread=False)
    return found


def wired(router: Router, found: Mapping[str, Provide]) -> Router:
    """The router with the use cases that its handlers ask for: Litestar weighs each against each for every handler."""
    handlers = (handler for route in router.routes for handler in getattr(route, "route_handlers", ()))
    asked = {name for handler in handlers for name in signature(handler.fn).parameters}
    return Router("/", route_handlers=[router], dependencies={name: found[name] for name in sorted(asked & set(found))})


def _maker(factory: "Factory[Any]") -> Callable[[], Any]:
    def make() -> object:
        return factory()

    make.__annotations__["return"] = factory.provides
    return make
