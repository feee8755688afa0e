"""Our numbers, as WeChat Pay takes them. The SDK puts them into addresses as they are, so nothing else may pass."""

import re
from typing import Final

_ORDER: Final = re.compile(r"[0-9A-Za-z_|*-]{6,32}")
_REFUND: Final = re.compile(r"[0-9A-Za-z_|*@-]{1,64}")  # the length is unverified against the live service
_TRANSFER: Final = re.compile(r"[0-9A-Za-z]{1,32}")


def order_number(number: str) -> str:
    """The number; raises `ValueError` where it is none of an order."""
    return _checked(number, _ORDER)


def refund_number(number: str) -> str:
    """The number; raises `ValueError` where it is none of a refund."""
    return _checked(number, _REFUND)


def transfer_number(number: str) -> str:
    """The number; raises `ValueError` where it is none of a transfer."""
    return _checked(number, _TRANSFER)


def _checked(number: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(number):
        raise ValueError("not a number that WeChat Pay takes")
    return number
