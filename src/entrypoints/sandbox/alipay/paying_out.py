"""Paying out: transfers to accounts at Alipay, which arrive without anybody's doing."""

from collections.abc import Mapping
from typing import Final

from entrypoints.sandbox.account import digits
from entrypoints.sandbox.alipay.errors import AlipayError
from entrypoints.sandbox.alipay.kept import NAME, Kept
from entrypoints.sandbox.alipay.orders import TransferKey, TransferOrder, read, transfer_order
from entrypoints.sandbox.alipay.transfers import ACCOUNT_BARRED, Course, Transfer, ordered
from entrypoints.sandbox.alipay.wire import is_certified
from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.partner import Waiting

COURSES: Final[Mapping[Kind, Course]] = {"takes_time": "takes_time", "fails": "fails"}


class PayingOut:
    """The desk of transfers."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def transfer(self, parameters: dict[str, str], fault: Kind | None) -> Mapping[str, object]:
        """Take a transfer on, or tell of the one that has that number. In key mode none is taken."""
        if not is_certified(parameters):
            raise AlipayError("isv.insufficient-isv-permissions", "40006")
        order = transfer_order(parameters)
        known = self._kept.transfers.get(order.number)
        return (self._taken(order, fault) if known is None else known.ordered_again(order)).taken()

    def query_transfer(self, parameters: dict[str, str], fault: Kind | None) -> Mapping[str, object]:
        """What became of it."""
        key = read(parameters, TransferKey, "INVALID_PARAMETER")
        if not key.out_biz_no and not key.order_id:
            raise AlipayError("INVALID_PARAMETER")
        if key.order_id:
            found = next((one for one in self._kept.transfers.values() if one.order_number == key.order_id), None)
        else:
            found = self._kept.transfers.get(key.out_biz_no)
        if found is None:
            raise AlipayError("ORDER_NOT_EXIST")
        return found.shown(more_fen=1 if fault == "wrong_amount" else 0)

    def finish(self, number: str) -> str:
        """One that takes its time arrives; raises `LookupError`."""
        return self._ended(self._found(number).arrived(self._kept.account.now()))

    def fail(self, number: str) -> str:
        """One that takes its time comes back; raises `LookupError`."""
        return self._ended(self._found(number).failed(ACCOUNT_BARRED))

    def pass_time(self) -> None:
        """What takes its time comes to its end."""
        now = self._kept.account.now()
        for number in self._kept.account.unfinished("transfer"):
            transfer = self._kept.transfers[number]
            if (passed := transfer.passed(now)) is not transfer:
                self._ended(passed)

    def waiting(self) -> tuple[Waiting, ...]:
        """What is under way."""
        found = (self._kept.transfers[number] for number in self._kept.account.unfinished("transfer"))
        return tuple(
            Waiting(
                partner=NAME,
                kind="transfers",
                number=one.number,
                what=one.title,
                amount_fen=one.amount_fen,
                acts=("finish", "fail"),
            )
            for one in found
        )

    def _taken(self, order: TransferOrder, fault: Kind | None) -> Transfer:
        if fault == "not_enough" or order.amount_fen > self._kept.account.balance_fen:
            raise AlipayError("PAYER_BALANCE_NOT_ENOUGH")
        course = COURSES.get(fault, "at_once") if fault else "at_once"
        now = self._kept.account.now()
        transfer = ordered(order, order_number=f"{now:%Y%m%d}110070{digits(14)}", at=now, course=course)
        self._kept.transfers[transfer.number] = transfer
        self._kept.account.move(-transfer.amount_fen)
        if transfer.status == "DEALING":
            self._kept.account.begin("transfer", transfer.number)
        return transfer

    def _ended(self, transfer: Transfer) -> str:
        was = self._kept.transfers[transfer.number]
        if was != transfer:
            self._kept.transfers[transfer.number] = transfer
            self._kept.account.end("transfer", transfer.number)
            self._kept.account.move(was.spent_fen - transfer.spent_fen)
        return transfer.status

    def _found(self, number: str) -> Transfer:
        found = self._kept.transfers.get(number)
        if found is None:
            raise LookupError(number)
        return found
