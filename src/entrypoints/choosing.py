"""Which adapter stands behind a name of the settings: one of ours, or an embedder's `module:factory`."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TypeVar, cast

from entrypoints.settings import Settings, SettingsInvalid

T = TypeVar("T")
Make = Callable[[Settings], T]


def choose(setting: str, name: str, ours: Mapping[str, Make[T]], settings: Settings) -> T:
    """The adapter of that name, made; raises `SettingsInvalid` where there is none."""
    if name in ours:
        return ours[name](settings)
    module_name, colon, factory_name = name.partition(":")
    if not colon:
        raise SettingsInvalid(f"{setting} must be one of {', '.join(sorted(ours))} or module:factory, not {name!r}")
    try:
        factory = getattr(import_module(module_name), factory_name)
    except (ImportError, AttributeError) as fault:
        raise SettingsInvalid(f"{setting} names {name!r}, which cannot be loaded: {fault}") from fault
    return cast("Make[T]", factory)(settings)
