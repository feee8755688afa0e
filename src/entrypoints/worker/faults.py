"""How a fault is written down: what kind it is and the facts that are ids, never what somebody typed."""

from typing import Final

from errand_domain.errors import DomainError

FAULT_LENGTH_MOST: Final = 200


def named(fault: BaseException) -> str:
    """A refusal by its code and facts, anything else by its class: messages of drivers may quote personal data."""
    written = str(fault) if isinstance(fault, DomainError) else type(fault).__name__
    return written[:FAULT_LENGTH_MOST]
