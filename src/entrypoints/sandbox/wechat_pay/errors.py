"""WeChat Pay's refusals: status and code, in the newer spelling or the older one."""

from collections.abc import Mapping
from typing import Final

CODES: Final[Mapping[str, tuple[int, str]]] = {
    "PARAM_ERROR": (400, "参数错误"),
    "INVALID_REQUEST": (400, "请求不符合业务规则"),
    "APPID_MCHID_NOT_MATCH": (400, "商户号与AppID不匹配"),
    "ORDER_PAID": (400, "该订单已支付"),
    "ORDER_CLOSED": (400, "该订单已关闭"),
    "NO_STATEMENT_EXIST": (400, "账单不存在"),
    "STATEMENT_CREATING": (400, "账单生成中，请稍后再试"),
    "SIGN_ERROR": (401, "签名错误"),
    "NOT_ENOUGH": (403, "商户可用余额不足"),
    "ORDER_NOT_EXIST": (404, "订单不存在"),
    "RESOURCE_NOT_EXISTS": (404, "查询的资源不存在"),
    "NOT_FOUND": (404, "记录不存在"),
    "FREQUENCY_LIMITED": (429, "请求过于频繁，请稍后再试"),
    "SYSTEM_ERROR": (500, "系统异常，请稍后重试"),
}


class WechatPayError(Exception):
    """What WeChat Pay answers in the place of what was asked for."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, usual = CODES[code]
        self.code = code
        self.message = message or usual

    def told(self, *, old_spelling: bool) -> dict[str, str]:
        """The body of the answer."""
        return {"code": self.code.replace("_", "") if old_spelling else self.code, "message": self.message}
