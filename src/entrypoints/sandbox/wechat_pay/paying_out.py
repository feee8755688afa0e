"""Paying out: transfers to users, and what users do with them."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from secrets import token_urlsafe
from typing import Final

from entrypoints.sandbox.account import digits
from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.partner import Waiting
from entrypoints.sandbox.wechat_pay.errors import WechatPayError
from entrypoints.sandbox.wechat_pay.kept import Kept, canonical
from entrypoints.sandbox.wechat_pay.keys import APP, MERCHANT
from entrypoints.sandbox.wechat_pay.shapes import TransferAsked, decoded
from entrypoints.sandbox.wechat_pay.transfers import State, Transfer, check, requested
from entrypoints.sandbox.wire import Asked
from entrypoints.sandbox.words import CHINA

A_DAY_FEN_MOST: Final = 200_000
PACKAGE_BYTES: Final = 48
READY_AFTER: Final = timedelta(minutes=2)


class PayingOut:
    """The desk of transfers."""

    def __init__(self, kept: Kept, opened: Callable[[str], str]) -> None:
        """`opened` reads what the merchant has encrypted."""
        self._kept = kept
        self._opened = opened

    def transfer(self, asked: Asked, _: Mapping[str, str], fault: Kind | None) -> Mapping[str, object]:
        """Take a transfer on, or give out the package of the same one again."""
        wanted = decoded(asked.body, TransferAsked)
        if wanted.appid != APP:
            raise WechatPayError("APPID_MCHID_NOT_MATCH")
        check(wanted)
        params = self._params(wanted, asked.body)
        known = self._kept.transfers.get(wanted.out_bill_no)
        if known is None:
            known = self._taken(wanted, params, fault)
        return known.asked_again(params).answered()

    def query_transfer(self, _: Asked, names: Mapping[str, str], fault: Kind | None) -> Mapping[str, object]:
        """What became of it: everything but the package."""
        found = self._found(names["number"], by_id=names["by"] == "transfer")
        return found.told(MERCHANT, APP, more_fen=1 if fault == "wrong_amount" else 0)

    def cancel_transfer(self, _: Asked, names: Mapping[str, str], __: Kind | None) -> Mapping[str, object]:
        """Take it back, which takes a moment."""
        transfer = self._found(names["number"], by_id=False).cancelled(self._kept.account.now())
        self._kept.transfers[transfer.number] = transfer
        return {
            "out_bill_no": transfer.number,
            "transfer_bill_no": transfer.bill_id,
            "state": transfer.state,
            "update_time": transfer.told(MERCHANT, APP)["update_time"],
        }

    def confirm(self, number: str) -> str:
        """The user confirms."""
        return self._acted(number, "SUCCESS")

    def expire(self, number: str) -> str:
        """The user lets the day pass."""
        return self._acted(number, "FAIL", reason="OVERDUE_CLOSE")

    def fail(self, number: str) -> str:
        """The user's account does not take it."""
        return self._acted(number, "FAIL", reason="PAYEE_ACCOUNT_ABNORMAL")

    def pass_time(self) -> None:
        """What is not ready becomes ready, what is taken back is back, what nobody confirmed is over."""
        now = self._kept.account.now()
        for number in self._kept.account.unfinished("transfer"):
            transfer = self._kept.transfers[number]
            if transfer.state == "PROCESSING" and now >= transfer.created_at + READY_AFTER:
                self._kept.transfers[number] = transfer.moved("WAIT_USER_CONFIRM", now)
            elif (passed := transfer.passed(now)) is not transfer:
                self._ended(passed)

    def waiting(self, partner: str) -> tuple[Waiting, ...]:
        """What could be confirmed now."""
        found = (self._kept.transfers[number] for number in self._kept.account.unfinished("transfer"))
        return tuple(
            Waiting(
                partner=partner,
                kind="transfers",
                number=one.number,
                what=one.remark,
                amount_fen=one.amount_fen,
                acts=("confirm", "expire", "fail"),
            )
            for one in found
            if one.state == "WAIT_USER_CONFIRM"
        )

    def _taken(self, wanted: TransferAsked, params: str, fault: Kind | None) -> Transfer:
        now = self._kept.account.now()
        today = now.astimezone(CHINA).date()
        to_user = sum(
            one.spent_fen
            for one in self._kept.transfers.values()
            if one.openid == wanted.openid and one.created_at.astimezone(CHINA).date() == today
        )
        if to_user + wanted.transfer_amount > A_DAY_FEN_MOST:
            raise WechatPayError("INVALID_REQUEST", "超过该用户单日收款限额")
        if fault == "not_enough" or wanted.transfer_amount > self._kept.account.balance_fen:
            raise WechatPayError("NOT_ENOUGH")
        transfer = requested(
            wanted,
            params,
            bill_id=f"1330{digits(24)}",
            package=token_urlsafe(PACKAGE_BYTES),
            takes_time=fault == "takes_time",
            at=now,
        )
        self._kept.transfers[transfer.number] = transfer
        self._kept.account.move(-transfer.amount_fen)
        self._kept.account.begin("transfer", transfer.number)
        return transfer

    def _acted(self, number: str, state: State, *, reason: str = "") -> str:
        transfer = self._kept.transfers.get(number)
        if transfer is None:
            raise LookupError(number)
        if transfer.state == state:
            return state
        if transfer.state != "WAIT_USER_CONFIRM":
            raise ValueError(f"{number} waits for nobody: it is {transfer.state}")
        return self._ended(transfer.moved(state, self._kept.account.now(), reason=reason)).state

    def _ended(self, transfer: Transfer) -> Transfer:
        self._kept.transfers[transfer.number] = transfer
        self._kept.account.end("transfer", transfer.number)
        if transfer.state != "SUCCESS":
            self._kept.account.move(transfer.amount_fen)
        told = transfer.told(MERCHANT, APP, key="mchid")
        self._kept.tell("transfer", "MCHTRANSFER.BILL.FINISHED", transfer.notify_url, told)
        return transfer

    def _params(self, wanted: TransferAsked, body: bytes) -> str:
        """What a second request must repeat: a name encrypted anew is another text, and the same name."""
        if not wanted.user_name:
            return canonical(body)
        name = self._opened(wanted.user_name)
        return canonical(json.dumps({**json.loads(body), "user_name": name}).encode())

    def _found(self, number: str, *, by_id: bool) -> Transfer:
        if by_id:
            found = next((one for one in self._kept.transfers.values() if one.bill_id == number), None)
        else:
            found = self._kept.transfers.get(number)
        if found is None:
            raise WechatPayError("NOT_FOUND")
        return found
