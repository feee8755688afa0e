"""What can go wrong between us and a database. Drivers' own exceptions stop at the drivers and become these."""

from attrs import frozen


class AddressInvalid(ValueError):
    """The address of the database cannot be right; the message names the part of it, and no value."""


class Unavailable(ConnectionError):
    """The database did not answer. Of a commit that was under way nobody knows whether it happened."""


class SqlFault(Exception):
    """The database refused a statement for a reason that is a fault of this program; the cause tells which."""


class Passing(Exception):
    """A deadlock, a serialization failure or a lock that did not come: the same writes may succeed in a moment."""


@frozen(str=False)
class Violated(Exception):
    """A constraint of that name stands against the writes; all of them were undone."""

    constraint: str
