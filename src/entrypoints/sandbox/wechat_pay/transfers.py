"""A transfer to a user, who confirms it in WeChat within a day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from attrs import evolve, field, frozen

from entrypoints.sandbox.wechat_pay.errors import WechatPayError
from entrypoints.sandbox.wechat_pay.shapes import TransferAsked
from entrypoints.sandbox.wechat_pay.wire import rfc3339

CONFIRM_WITHIN: Final = timedelta(hours=24)
FEN_LEAST: Final = 10
FEN_MOST: Final = 20_000
NAMED_FROM_FEN: Final = 200_000
UNNAMED_BELOW_FEN: Final = 30
SCENE_REPORTS: Final[Mapping[str, frozenset[str]]] = {"1005": frozenset({"岗位类型", "报酬说明"})}
State = Literal["PROCESSING", "WAIT_USER_CONFIRM", "SUCCESS", "FAIL", "CANCELING", "CANCELLED"]
ENDS: Final = frozenset({"SUCCESS", "FAIL", "CANCELLED"})


@frozen(kw_only=True)
class Transfer:
    """One transfer under the merchant's number; its money is locked until it ends."""

    number: str
    bill_id: str
    params: str = field(repr=False)
    openid: str = field(repr=False)
    remark: str
    amount_fen: int
    notify_url: str
    package: str = field(repr=False)
    created_at: datetime
    updated_at: datetime
    state: State = "WAIT_USER_CONFIRM"
    fail_reason: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDS

    @property
    def spent_fen(self) -> int:
        """What of the merchant's money is gone, or locked for it."""
        return 0 if self.state in ("FAIL", "CANCELLED") else self.amount_fen

    def asked_again(self, params: str) -> "Transfer":
        """The same transfer; raises `WechatPayError` where it is another."""
        if params != self.params:
            raise WechatPayError("INVALID_REQUEST", "单号已存在但信息不一致")
        return self

    def moved(self, state: State, at: datetime, *, reason: str = "") -> "Transfer":
        """In that state from now on, unless it is over; a cancelled one says why."""
        if self.is_over:
            return self
        return evolve(self, state=state, updated_at=at, fail_reason=reason)

    def cancelled(self, at: datetime) -> "Transfer":
        """On its way back; raises `WechatPayError` where it is too late."""
        if self.state in ("CANCELING", "CANCELLED"):
            return self
        if self.is_over:
            raise WechatPayError("INVALID_REQUEST", "转账单状态不支持撤销")
        return self.moved("CANCELING", at)

    def passed(self, at: datetime) -> "Transfer":
        """What time has made of it."""
        if self.state == "CANCELING":
            return self.moved("CANCELLED", at, reason="MCH_CANCEL")
        if self.state == "WAIT_USER_CONFIRM" and at >= self.created_at + CONFIRM_WITHIN:
            return self.moved("FAIL", at, reason="OVERDUE_CLOSE")
        return self

    def answered(self) -> dict[str, object]:
        """The answer to the request: the only one with the package."""
        told: dict[str, object] = {
            "out_bill_no": self.number,
            "transfer_bill_no": self.bill_id,
            "create_time": rfc3339(self.created_at),
            "state": self.state,
        }
        if self.state == "WAIT_USER_CONFIRM":
            told["package_info"] = self.package
        if self.fail_reason:
            told["fail_reason"] = self.fail_reason
        return told

    def told(self, merchant: str, app: str, *, more_fen: int = 0, key: str = "mch_id") -> dict[str, object]:
        """The transfer, as a query tells it; a notification spells the merchant another way."""
        told: dict[str, object] = {
            key: merchant,
            "out_bill_no": self.number,
            "transfer_bill_no": self.bill_id,
            "appid": app,
            "state": self.state,
            "transfer_amount": self.amount_fen + more_fen,
            "transfer_remark": self.remark,
            "openid": self.openid,
            "create_time": rfc3339(self.created_at),
            "update_time": rfc3339(self.updated_at),
        }
        if self.fail_reason:
            told["fail_reason"] = self.fail_reason
        return told


def check(asked: TransferAsked) -> None:
    """Raise `WechatPayError` for what such a transfer may not be."""
    if not FEN_LEAST <= asked.transfer_amount <= FEN_MOST:
        raise WechatPayError("INVALID_REQUEST", "超过单笔转账上下限")
    if asked.user_name and asked.transfer_amount < UNNAMED_BELOW_FEN:
        raise WechatPayError("PARAM_ERROR", "低于0.3元不支持传入收款用户姓名")
    wanted = SCENE_REPORTS.get(asked.transfer_scene_id)
    if wanted is None:
        raise WechatPayError("INVALID_REQUEST", "转账场景未开通")
    if frozenset(report.info_type for report in asked.transfer_scene_report_infos) != wanted:
        raise WechatPayError("PARAM_ERROR", "转账场景报备信息不正确")


def requested(
    asked: TransferAsked, params: str, *, bill_id: str, package: str, takes_time: bool, at: datetime
) -> Transfer:
    """A new transfer; one that takes time is not ready to be confirmed yet."""
    return Transfer(
        number=asked.out_bill_no,
        bill_id=bill_id,
        params=params,
        openid=asked.openid,
        remark=asked.transfer_remark,
        amount_fen=asked.transfer_amount,
        notify_url=asked.notify_url or "",
        package=package,
        created_at=at,
        updated_at=at,
        state="PROCESSING" if takes_time else "WAIT_USER_CONFIRM",
    )
