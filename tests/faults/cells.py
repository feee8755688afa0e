"""The matrix: every fault that the partners can be asked for, at every step of every story that takes that step.

It is made from the sandbox's own tables: a new partner, operation or kind of fault is a new cell, and a cell that no
story reaches fails a test until there is one.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from attrs import frozen

from entrypoints.sandbox.faults import Kind
from entrypoints.sandbox.partners import OPERATIONS
from tests.faults import stories as s
from tests.faults.stories import Story

Often = Literal["once", "twice", "for two days"]
OFTEN: Final[tuple[Often, ...]] = get_args(Often)
NOT_FELT: Final[tuple[Kind, ...]] = ("drop_request", "drop_answer")
"""Once is not enough: a question is asked again at once where its connection broke."""
TIMES: Final[Mapping[Often, int]] = {"once": 1, "twice": 2, "for two days": 100}
NOT_REACHED: Final[Mapping[str, str]] = {
    "wechat_pay.certificates": "asked for in certificate mode only, and the sandbox hands out a public key",
    **dict.fromkeys(
        ("wechat.session", "wechat.phone", "wechat.code"),
        "tells who somebody is, and moves no money: tests/contracts/test_mini_program.py and tests/adapters/wechat",
    ),
    "mail.hand_over": "carries codes, and moves no money: tests/sandbox/mail and tests/adapters/mail",
    "tencent_sms.send": "carries codes, and moves no money: tests/adapters/tencent",
    **dict.fromkeys(
        ("wechat.check_image", "wechat.notify.image"),
        "judges an image, and moves no money: tests/use_cases/test_images.py and tests/sandbox/wechat",
    ),
    "storage.objects": "keeps files, and moves no money: tests/adapters/storage",
    "storage.forms": "keeps files, and moves no money: tests/sandbox/storage",
    "wechat.check_text": "asked before there is an order; tests/adapters/wechat and tests/contracts hold its faults",
}
"""Operations that no story reaches, and why."""


@frozen(kw_only=True)
class Telling:
    """A story with one provider that tells us what happens, or that we have to ask; and what it reaches.

    `end` is the end that it has where nothing goes wrong.
    """

    story: Story
    provider: str
    is_told: bool
    end: str
    reaches: tuple[str, ...]

    @property
    def name(self) -> str:
        """As people call it."""
        words = self.story.__name__.replace("_", " ")
        return f"{words}, {self.provider}" if self.is_told else f"{words}, {self.provider}, untold"


@frozen(kw_only=True)
class Cell:
    """One telling in which one thing goes wrong, so often in a row."""

    telling: Telling
    operation: str
    kind: Kind
    often: Often

    @property
    def name(self) -> str:
        """As tests call it."""
        return f"{self.telling.name}: {self.operation}: {self.kind}, {self.often}"


def _telling(story: Story, provider: str, told: str, end: str, reaches: str) -> Telling:
    """A line of the table below. What is reached belongs to the provider, or to WeChat where that is said."""
    operations = (name if name.startswith("wechat.") else f"{provider}.{name}" for name in reaches.split())
    return Telling(story=story, provider=provider, is_told=told == "told", end=end, reaches=tuple(sorted(operations)))


DELIVERY: Final = "wechat.token wechat.upload_shipping"
TELLINGS: Final = tuple(
    _telling(*line)
    for line in (
        (s.payment, "wechat_pay", "told", "open", "prepay notify.payment"),
        (s.payment, "wechat_pay", "untold", "open", "prepay query"),
        (s.payment_at_the_last_moment, "wechat_pay", "untold", "open", "prepay query close"),
        (
            *(s.payment_of_a_cancelled_order, "wechat_pay", "told", "given back"),
            "prepay notify.payment refund notify.refund",
        ),
        (
            *(s.payment_of_a_cancelled_order, "wechat_pay", "untold", "given back"),
            "prepay close query refund query_refund",
        ),
        (s.nobody_pays, "wechat_pay", "told", "unpaid", "prepay query close"),
        (s.tip_and_cancellation, "wechat_pay", "told", "given back", "prepay notify.payment refund notify.refund"),
        (s.cancellation, "wechat_pay", "told", "given back", "refund notify.refund"),
        (s.cancellation, "wechat_pay", "untold", "given back", "refund query_refund"),
        (s.refund_asked_for_again, "wechat_pay", "untold", "given back", "refund"),
        (
            *(s.cancellation_for_a_fee, "wechat_pay", "told", "divided"),
            f"refund notify.refund {DELIVERY} wechat.notify.delivery wechat.notify.settlement",
        ),
        (
            *(s.purchase, "wechat_pay", "told", "divided"),
            f"refund notify.refund {DELIVERY} wechat.notify.delivery wechat.notify.settlement",
        ),
        (s.purchase, "wechat_pay", "untold", "divided", f"refund query_refund {DELIVERY} wechat.get_order"),
        (s.withdrawal, "wechat_pay", "told", "paid out", "transfer query_transfer notify.transfer"),
        (s.withdrawal, "wechat_pay", "untold", "paid out", "transfer query_transfer"),
        (
            *(s.withdrawal_taken_back, "wechat_pay", "told", "given up"),
            "transfer query_transfer cancel_transfer notify.transfer",
        ),
        (
            *(s.withdrawal_taken_back, "wechat_pay", "untold", "given up"),
            "transfer query_transfer cancel_transfer",
        ),
        (s.withdrawal_never_confirmed, "wechat_pay", "told", "expired", "transfer query_transfer notify.transfer"),
        (s.withdrawal_never_confirmed, "wechat_pay", "untold", "expired", "transfer query_transfer"),
        (s.reconciliation, "wechat_pay", "told", "matched", "trade_bill fund_bill download"),
        (s.payment, "alipay", "told", "open", "notify.payment"),
        (s.payment, "alipay", "untold", "open", "query"),
        (s.payment_at_the_last_moment, "alipay", "untold", "open", "query close"),
        (s.payment_of_a_cancelled_order, "alipay", "told", "given back", "notify.payment refund"),
        (s.payment_of_a_cancelled_order, "alipay", "untold", "given back", "query close refund"),
        (s.nobody_pays, "alipay", "told", "unpaid", "query close"),
        (s.tip_and_cancellation, "alipay", "told", "given back", "notify.payment refund"),
        (s.cancellation, "alipay", "told", "given back", "refund notify.payment"),
        (s.cancellation, "alipay", "untold", "given back", "refund"),
        (s.refund_asked_for_again, "alipay", "untold", "given back", "refund query_refund"),
        (s.cancellation_for_a_fee, "alipay", "told", "divided", "refund notify.payment"),
        (s.purchase, "alipay", "told", "divided", "refund notify.payment"),
        (s.withdrawal, "alipay", "told", "paid out", "transfer query_transfer"),
        (s.reconciliation, "alipay", "told", "matched", "bill download"),
    )
)
CELLS: Final = tuple(
    Cell(telling=telling, operation=operation, kind=kind, often=often)
    for telling in TELLINGS
    for operation in telling.reaches
    for kind in OPERATIONS[operation]
    for often in OFTEN
    if often != "twice" or kind in NOT_FELT
)
