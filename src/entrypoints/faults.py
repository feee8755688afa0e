"""What a log may say of an exception: its classes and where it was raised, never its message, which may quote."""

from traceback import walk_tb
from types import TracebackType


def kinds_of(fault: BaseException | None) -> list[str]:
    """The class of the exception, and of those that caused it."""
    kinds = list[str]()
    while fault is not None:
        kinds.append(type(fault).__qualname__)
        fault = fault.__cause__ or fault.__context__
    return kinds


def places_of(traceback: TracebackType | None) -> list[str]:
    """Module, line and function of each frame."""
    return [
        f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}" for frame, line in walk_tb(traceback)
    ]
