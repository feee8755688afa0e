"""Alipay's refusals, by the sub-codes that it documents: all of them with status 200."""

from collections.abc import Mapping
from typing import Final

FAILED: Final = "40004"
MESSAGES: Final[Mapping[str, str]] = {
    "10000": "Success",
    "20000": "Service Currently Unavailable",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40004": "Business Failed",
    "40006": "Insufficient Permissions",
}
ERRORS: Final[Mapping[str, str]] = {
    "isp.unknow-error": "系统繁忙",
    "isp.bill_not_exist": "账单不存在",
    "isv.missing-method": "缺少方法名参数",
    "isv.missing-signature": "缺少签名参数",
    "isv.missing-timestamp": "缺少时间戳参数",
    "isv.missing-version": "缺少版本参数",
    "isv.invalid-method": "不存在的方法名",
    "isv.invalid-app-id": "无效的AppID参数",
    "isv.invalid-charset": "字符集错误",
    "isv.invalid-format": "无效的数据格式",
    "isv.invalid-signature": "无效签名",
    "isv.invalid-signature-type": "无效签名类型",
    "isv.invalid-timestamp": "非法的时间戳参数",
    "isv.invalid-app-cert-sn": "应用公钥证书序列号错误",
    "isv.invalid-alipay-root-cert-sn": "支付宝根证书序列号错误",
    "isv.app-call-limited": "应用调用次数超限，包含调用频率超限",
    "isv.insufficient-isv-permissions": "应用权限不足",
    "ACQ.SYSTEM_ERROR": "系统错误",
    "ACQ.INVALID_PARAMETER": "参数无效",
    "ACQ.CONTEXT_INCONSISTENT": "交易信息被篡改",
    "ACQ.TOTAL_FEE_EXCEED": "订单金额超过限额",
    "ACQ.TRADE_NOT_EXIST": "交易不存在",
    "ACQ.TRADE_HAS_SUCCESS": "交易已被支付",
    "ACQ.TRADE_HAS_CLOSE": "交易已经关闭",
    "ACQ.TRADE_HAS_FINISHED": "交易已完结",
    "ACQ.TRADE_STATUS_ERROR": "交易状态不合法",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": "卖家余额不足",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "退款金额超限",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "同一退款号的请求不一致",
    "INVALID_PARAMETER": "参数有误",
    "SYSTEM_ERROR": "系统繁忙",
    "EXCEED_LIMIT_DM_MAX_AMOUNT": "超出单笔转账限额",
    "PAYEE_NOT_EXIST": "收款账号不存在",
    "PAYEE_USER_INFO_ERROR": "支付宝账号和姓名不匹配，请确认姓名是否正确",
    "PAYER_BALANCE_NOT_ENOUGH": "付款方余额不足",
    "PAYMENT_INFO_INCONSISTENCY": "两次请求商户单号一样，但是参数不一致",
    "ORDER_NOT_EXIST": "转账订单不存在",
}


class AlipayError(Exception):
    """Alipay refuses, with that code and that sub-code."""

    def __init__(self, sub_code: str, code: str = FAILED) -> None:
        super().__init__(f"{sub_code}: {ERRORS[sub_code]}")
        self.code = code
        self.sub_code = sub_code

    def told(self) -> dict[str, object]:
        """The inside of the answer."""
        return {
            "code": self.code,
            "msg": MESSAGES[self.code],
            "sub_code": self.sub_code,
            "sub_msg": ERRORS[self.sub_code],
        }
