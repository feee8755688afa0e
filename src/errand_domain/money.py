"""Money in whole fen, and rates in basis points. Nothing here is ever a float."""

from typing import Final

from attrs import Attribute, field, frozen

from errand_domain.errors import InvalidField

FULL_BASIS_POINTS: Final = 10_000
_FEN_MAX: Final = 2**53  # what a JSON number can carry without loss


def whole_fen(_: object, attribute: "Attribute[int]", value: object) -> None:
    """An int from 0 up, and no bool: `True` is an int to `isinstance`."""
    if type(value) is not int:
        raise InvalidField(attribute.name, "must be a whole number of fen")
    if not 0 <= value <= _FEN_MAX:
        raise InvalidField(attribute.name, "must be from 0 fen to 2**53 fen")


def whole_basis_points(_: object, attribute: "Attribute[int]", value: object) -> None:
    """An int from 0 to 10,000 basis points (0 % to 100 %)."""
    if type(value) is not int or not 0 <= value <= FULL_BASIS_POINTS:
        raise InvalidField(attribute.name, "must be from 0 to 10000 basis points")


@frozen(order=True)
class Money:
    """An amount that is never negative. A debt is a transfer in the other direction, not a minus sign."""

    fen: int = field(validator=whole_fen)

    def __add__(self, other: "Money") -> "Money":
        """The sum."""
        return Money(self.fen + other.fen)

    def __sub__(self, other: "Money") -> "Money":
        """The difference; raises `InvalidField` where it would be negative."""
        return Money(self.fen - other.fen)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return self.fen > 0

    def share(self, basis_points: int) -> "Money":
        """That part of the amount, rounded down: whoever takes the remainder gets the odd fen."""
        return Money(self.fen * basis_points // FULL_BASIS_POINTS)

    def __str__(self) -> str:
        """As yuan for people: `¥12.05`."""
        return f"¥{self.fen // 100}.{self.fen % 100:02d}"


NOTHING: Final = Money(0)


def at_least_one_fen(_: object, attribute: "Attribute[Money]", value: Money) -> None:
    """An amount that moves: zero is no movement."""
    if not value:
        raise InvalidField(attribute.name, "must be at least 1 fen")


def total(amounts: "tuple[Money, ...] | list[Money]") -> Money:
    """The sum of many amounts, built once."""
    return Money(sum(amount.fen for amount in amounts))
