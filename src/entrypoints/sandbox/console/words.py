"""What the console calls things: partners, what waits, what may be done, and where something may go wrong."""

from collections.abc import Mapping
from typing import Final

PARTNERS: Final[Mapping[str, str]] = {
    "wechat-pay": "微信支付",
    "alipay": "支付宝",
    "wechat": "微信",
    "tencent-sms": "腾讯云短信",
    "mail": "邮件",
}
KINDS: Final[Mapping[str, str]] = {
    "payments": "待支付",
    "transfers": "待收款",
    "orders": "待确认收货",
    "refunds": "退款中",
}
"""In the order in which the page shows them."""
ACTS: Final[Mapping[str, str]] = {
    "pay": "支付",
    "confirm": "确认收款",
    "confirm-receipt": "确认收货",
    "finish": "立即到账",
    "expire": "超时未确认",
    "fail": "失败",
}
OPERATIONS: Final[Mapping[str, str]] = {
    "prepay": "下单",
    "query": "查询支付",
    "close": "关闭支付",
    "refund": "申请退款",
    "query_refund": "查询退款",
    "transfer": "发起转账",
    "query_transfer": "查询转账",
    "cancel_transfer": "撤销转账",
    "trade_bill": "申请交易账单",
    "fund_bill": "申请资金账单",
    "bill": "申请账单",
    "download": "下载账单",
    "certificates": "平台证书",
    "token": "接口凭证",
    "session": "登录凭证校验",
    "phone": "获取手机号",
    "code": "生成小程序码",
    "send": "发送短信",
    "hand_over": "递交邮件",
    "upload_shipping": "录入发货信息",
    "get_order": "查询发货状态",
    "check_text": "文本内容安全",
    "check_image": "图片内容安全",
    "notify.payment": "支付结果通知",
    "notify.refund": "退款结果通知",
    "notify.transfer": "转账结果通知",
    "notify.delivery": "发货结果通知",
    "notify.settlement": "订单结算通知",
    "notify.image": "图片检查结果通知",
}


def operation(name: str) -> str:
    """What `wechat_pay.notify.payment` is called beside its partner; a new one is called by its name."""
    return OPERATIONS.get(name.partition(".")[2], name)
