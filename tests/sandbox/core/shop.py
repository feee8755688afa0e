"""A partner as small as can be: it counts, collects, tells of it, and owns what lies under `/shop/`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from attrs import evolve, frozen

from entrypoints.sandbox.faults import ANY_CALL, NEWS, Kind
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partner import Letter, Partner, Waiting, Written
from entrypoints.sandbox.wire import DROPPED, Asked, Reply

LATE_SECONDS: Final = 0.3
PAUSES_SECONDS: Final = (0, 15, 30)
NASTY: Final = "<b>\"&'?#"


@frozen(kw_only=True)
class Bill:
    """What somebody owes the shop."""

    number: str
    amount_fen: int
    notify_url: str
    what: str = "一箱书"
    is_paid: bool = False


class Shop(Partner):
    """Counts its calls, and collects."""

    name = "corner-shop"
    operations: Mapping[str, tuple[Kind, ...]] = {"shop.count": ANY_CALL, "shop.notify.payment": NEWS}
    schedule = tuple(timedelta(seconds=seconds) for seconds in PAUSES_SECONDS)
    late_seconds = LATE_SECONDS

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self.bills = outside.store.table("shop.bills", Bill)
        self.counts = outside.store.table("shop.counts", int)

    def owe(self, number: str, *, amount_fen: int = 500, notify_url: str = "", what: str = "一箱书") -> None:
        """Somebody owes that from now on."""
        self.bills[number] = Bill(number=number, amount_fen=amount_fen, notify_url=notify_url, what=what)

    def owns(self, path: str) -> bool:
        return path.startswith("/shop/")

    def serve(self, asked: Asked) -> Reply:
        if asked.path == "/shop/echo":
            told = f"{asked.method} {asked.target} {asked.headers['host']} {len(asked.body)}"
            return Reply(headers={"Content-Type": "text/plain"}, body=told.encode())
        fault = self._outside.faults.take("shop.count")
        if fault == "drop_request":
            return DROPPED
        self.counts["calls"] = self.counts.get("calls", 0) + 1
        if asked.path == "/shop/break":
            raise ArithmeticError("the till is jammed")
        if fault == "drop_answer":
            return DROPPED
        reply = Reply(body=str(self.counts["calls"]).encode())
        return reply.late(self.late_seconds) if fault == "delay" else reply

    def waiting(self) -> tuple[Waiting, ...]:
        return tuple(
            Waiting(
                partner=self.name,
                kind="payments",
                number=one.number,
                what=one.what,
                amount_fen=one.amount_fen,
                acts=("pay", "haggle"),
            )
            for one in self.bills.values()
            if not one.is_paid
        )

    def act(self, kind: str, number: str, act: str) -> Mapping[str, object]:
        if (kind, act) != ("payments", "pay"):
            raise LookupError(f"{kind}/{act}")
        bill = self.bills[number]
        if bill.is_paid:
            raise ValueError(f"{number} is paid")
        self.bills[number] = evolve(bill, is_paid=True)
        self.tell(number, bill.notify_url)
        return {"number": number, "state": "paid"}

    def tell(self, number: str, url: str) -> None:
        """The merchant shall hear that it was paid."""
        content = f"{number} was paid"
        self._outside.courier.post(
            Letter(id=number, partner=self.name, operation="shop.notify.payment", url=url, content=content)
        )

    def pass_time(self) -> None:
        self.counts["passed"] = self.counts.get("passed", 0) + 1

    def written(self, letter: Letter, fault: Kind | None) -> Written:
        spoilt = f" ({fault})" if fault else ""
        return Written(headers={"x-shop": self.name}, body=f"{letter.content}{spoilt}".encode(), query="v=1")

    def understood(self, status: int, body: bytes) -> bool:
        return status == 200 and body == b"ok"

    def balance_fen(self) -> int | None:
        return sum(one.amount_fen for one in self.bills.values() if one.is_paid)
