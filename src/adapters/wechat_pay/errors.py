"""WeChat Pay's error codes, and what each means for us. Its messages are for people: nothing here depends on them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, Literal

Meaning = Literal[
    "unknown",  # it may have happened: ask again under the same number
    "wrong",  # the request itself cannot be right
    "inspect",  # a rule was not met, or the number stands for other data: the code alone does not say which
    "not_allowed",  # keys, permissions, risk control: somebody has to change something there or here
    "paid",  # paid already
    "closed",  # closed already
    "reused",  # the number is taken: by us, or by somebody who shares the merchant
    "absent",  # there is no such thing there
    "short_of_money",  # the merchant's balance does not cover it
    "payer_unreachable",  # the payer's account takes nothing back
    "no_bill",  # nothing moved on that day
    "bill_later",  # the bill is still being written
]

MEANINGS: Final[Mapping[str, Meaning]] = {
    "PARAM_ERROR": "wrong",
    "INVALID_REQUEST": "inspect",
    "APPID_MCHID_NOT_MATCH": "not_allowed",
    "MCH_NOT_EXISTS": "not_allowed",
    "SIGN_ERROR": "not_allowed",
    "NO_AUTH": "not_allowed",
    "RULE_LIMIT": "not_allowed",
    "TRADE_ERROR": "not_allowed",
    "ACCOUNT_ERROR": "not_allowed",
    "ORDER_PAID": "paid",
    "ORDER_CLOSED": "closed",
    "OUT_TRADE_NO_USED": "reused",
    "ORDER_NOT_EXIST": "absent",
    "RESOURCE_NOT_EXISTS": "absent",
    "NOT_FOUND": "absent",  # of transfers; unverified against the live service
    "NOT_ENOUGH": "short_of_money",
    "USER_ACCOUNT_ABNORMAL": "payer_unreachable",
    "NO_STATEMENT_EXIST": "no_bill",
    "STATEMENT_CREATING": "bill_later",
    "FREQUENCY_LIMITED": "unknown",
    "RATELIMIT_EXCEEDED": "unknown",
    "SYSTEM_ERROR": "unknown",
    "BANK_ERROR": "unknown",
    "OPENID_MISMATCH": "unknown",
    "INVALID_TRANSACTIONID": "unknown",
}


def _one_spelling(code: str) -> str:
    """Older interfaces write the same codes without their underscores."""
    return code.replace("_", "").upper()


_DOCUMENTED: Final[Mapping[str, str]] = {_one_spelling(code): code for code in MEANINGS}


def documented(code: str) -> str:
    """The code as the table spells it; one that is not there, as it came."""
    return _DOCUMENTED.get(_one_spelling(code), code)


def meaning_of(status: int, code: str) -> Meaning:
    """What an error answer means; a code that nobody told us of may mean anything."""
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "unknown"
    return MEANINGS.get(documented(code), "unknown")
