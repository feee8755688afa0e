"""Alipay's codes, and what each means for us. Its messages are for people: nothing here depends on them."""

from collections.abc import Mapping
from typing import Final, Literal

Meaning = Literal[
    "unknown",  # it may have happened: ask again under the same number
    "refused",  # it did not happen; the sub-code says why
    "absent",  # there is no such thing there
    "closed",  # closed already
    "paid",  # paid already
    "over",  # finished: nothing can be given back any more
    "reused",  # the number stands for other data
    "short_of_money",  # the merchant's balance does not cover it
    "payee_wrong",  # the payee's account, or their name, is not right
    "no_bill",  # there is no bill of that day
]

SUCCESS: Final = "10000"
# The gateway's codes that say that the call did nothing. Any other leaves it open: 20000, and what is new to us.
DID_NOTHING: Final = frozenset({"20001", "40001", "40002", "40003", "40004", "40006"})

# Sub-codes are unverified against the live service, but for ACQ.TRADE_HAS_SUCCESS and ACQ.INVALID_PARAMETER.
MEANINGS: Final[Mapping[str, Meaning]] = {
    "ACQ.SYSTEM_ERROR": "unknown",
    "SYSTEM_ERROR": "unknown",
    "REQUEST_PROCESSING": "unknown",
    "isv.app-call-limited": "unknown",  # it may well be asked again
    "ACQ.TRADE_NOT_EXIST": "absent",
    "ORDER_NOT_EXIST": "absent",
    "ACQ.TRADE_HAS_CLOSE": "closed",
    "ACQ.TRADE_HAS_SUCCESS": "paid",
    "ACQ.TRADE_HAS_FINISHED": "over",
    "PAYMENT_INFO_INCONSISTENCY": "reused",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "reused",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": "short_of_money",
    "PAYER_BALANCE_NOT_ENOUGH": "short_of_money",
    "BALANCE_IS_NOT_ENOUGH": "short_of_money",
    "PAYEE_NOT_EXIST": "payee_wrong",
    "PAYEE_USER_INFO_ERROR": "payee_wrong",
    "isp.bill_not_exist": "no_bill",
}
# The platform's own troubles, wherever in it they arise.
_TROUBLES: Final = ("aop.", "isp.")


def meaning_of(code: str, sub_code: str) -> Meaning:
    """What an answer other than success means.

    A sub-code that is new to us refuses nonetheless: the code in front of it says that the call did nothing.
    """
    if code not in DID_NOTHING:
        return "unknown"
    if sub_code in MEANINGS:
        return MEANINGS[sub_code]
    return "unknown" if sub_code.startswith(_TROUBLES) else "refused"
