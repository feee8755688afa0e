"""How the outside world behaves where nothing is asked of it: how long things take, and what they cost."""

from datetime import timedelta

from attrs import frozen


@frozen(kw_only=True)
class Manners:
    """Times are of the business clock, but for `answer_late_seconds` and `speed`, which are of the wall's.

    `speed` divides the pauses between the tries of a notification.
    """

    refund_takes: timedelta = timedelta(seconds=3)
    settles_after: timedelta = timedelta(days=1)
    answer_late_seconds: float = 12
    fee_basis_points: int = 60
    speed: int = 1
    old_spelling: bool = False
    """Error codes as older merchants get them: `ORDERNOTEXIST` for `ORDER_NOT_EXIST`."""
    balance_before_fen: int = 0
    """What the merchant had on the account before anybody paid."""
