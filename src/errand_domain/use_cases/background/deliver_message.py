"""Do what a message of the outbox asks for. Each is safe to do again."""

from typing import assert_never

from attrs import frozen

from errand_domain.member.member import Way
from errand_domain.ports.files import FileStore
from errand_domain.ports.outbox import (
    AskRefund,
    CheckImage,
    CloseAttempt,
    DiscardUpload,
    EraseFile,
    ForgetInOrder,
    ForgetMember,
    Message,
    NoticeKind,
    SendPayout,
    ShowPicture,
    Tell,
    TellDelivery,
    WithdrawPicture,
)
from errand_domain.ports.outside import Notice, Notices
from errand_domain.ports.public_images import PublicImages
from errand_domain.ports.transaction import Begin
from errand_domain.ports.uploads import Incoming
from errand_domain.use_cases.files.screen_images import SubmitImage
from errand_domain.use_cases.members.avatars import ShowAvatar
from errand_domain.use_cases.members.forget_member import ForgetInOrders
from errand_domain.use_cases.money.advance_withdrawal import AdvanceWithdrawal
from errand_domain.use_cases.money.query_payment import QueryPayment
from errand_domain.use_cases.money.refunding import AdvanceRefund
from errand_domain.use_cases.money.report_delivery import ReportDelivery
from errand_domain.use_cases.orders.erase_order import EraseTraces

SENTENCES: dict[NoticeKind, str] = {
    "order_paid": "您的订单已支付，正在等待接单。",
    "order_accepted": "您的订单已被接单。",
    "order_reopened": "跑腿者无法前往，您的订单已重新等待接单。",
    "order_arrived": "跑腿者已到达取件点。",
    "order_picked_up": "跑腿者已取件，正在送往您处。",
    "order_delivered": "您的订单已送达，请确认。",
    "order_completed": "订单已完成，报酬已计入您的收入。",
    "order_cancelled": "订单已取消，应退款项将原路退回。",
    "order_expired": "订单已超时关闭，已付款项将原路退回。",
    "order_returning": "物品未能交付，平台正在处理。",
    "order_resolved": "平台已对订单作出处理，请查看结果。",
    "order_offered": "有同学希望把一个订单转给您。",
    "order_assigned": "有一个订单已转到您名下。",
    "dispute_opened": "订单有争议，请在陈述期内说明情况。",
    "dispute_decided": "订单争议已有处理结果。",
    "content_removed": "您发布的内容不符合平台规范，已被移除。",
    "image_withheld": "您上传的图片未通过内容检查，已停止展示，工作人员将复核。",
    "image_restored": "您上传的图片经人工复核，已恢复展示。",
    "report_upheld": "您举报的内容经核实违反平台规范，已处理。感谢您的监督。",
    "report_dismissed": "您举报的内容经核实，未发现违规。感谢您的监督。",
    "runner_approved": "您的跑腿者认证已通过。",
    "runner_rejected": "您的跑腿者认证未通过，请查看原因。",
    "runner_more_wanted": "您的跑腿者认证需要补充材料。",
    "runner_suspended": "您的接单资格已暂停，请查看原因。",
    "application_dropped": "您的跑腿者认证申请已久未完成，所提交的个人信息已删除，欢迎重新申请。",
    "withdrawal_waiting": "请在微信中确认收款。",
    "withdrawal_succeeded": "提现已到账。",
    "withdrawal_failed": "提现未成功，款项已退回您的可用余额。",
    "withdrawal_parked": "有一笔提现未能发出，需要人工处理。",
    "refund_abnormal": "有一笔退款需要人工处理。",
    "money_unclear": "有一笔款项迟迟没有结果，或与记录不符，请查看审计记录并核对。",
    "password_changed": "您的登录密码已修改，其他设备已退出登录。如非本人操作，请立即重置密码。",
    "data_exported": "您的个人信息副本已被下载。若非本人操作，请立即退出所有设备并联系我们。",
}


@frozen(kw_only=True)
class DeliverMessage:
    """The consumers of the outbox. Raising says that the message could not be delivered yet."""

    begin: Begin
    notices: Notices
    query: QueryPayment
    refunds: AdvanceRefund
    withdrawals: AdvanceWithdrawal
    deliveries: ReportDelivery
    images: SubmitImage
    leaving: ForgetInOrders
    traces: EraseTraces
    store: FileStore
    pictures: ShowAvatar
    public: PublicImages
    incoming: Incoming | None

    async def __call__(self, message: Message) -> None:
        """Do it. What the provider leaves open is asked again by a timer, so it does not hold up the message's lane."""
        match message:
            case CloseAttempt():
                await self.query.close(message.attempt_id)
            case AskRefund():
                await self.refunds(message.number)
            case SendPayout():
                await self.withdrawals(message.withdrawal_id)
            case TellDelivery():
                await self.deliveries(message.order_id, delivered_at=message.delivered_at)
            case Tell():
                await self._tell(message)
            case EraseFile() | CheckImage() | ShowPicture() | WithdrawPicture() | DiscardUpload():
                await self._see_to(message)
            case ForgetMember():
                await self.leaving(message.member_id)
            case ForgetInOrder():
                await self.traces(message.member_id, message.order_id)
            case _:
                assert_never(message)

    async def _see_to(self, image: EraseFile | CheckImage | ShowPicture | WithdrawPicture | DiscardUpload) -> None:
        match image:
            case EraseFile():
                await self.store.delete(image.file_id)
            case CheckImage():
                await self.images(image.file_id)
            case ShowPicture():
                await self.pictures(image)
            case WithdrawPicture():
                await self.public.delete(image.name)
            case DiscardUpload():
                # Where clients do not send past us any more, the bucket itself forgets after a day.
                if self.incoming is not None:
                    await self.incoming.discard(image.ticket_id)
            case _:
                assert_never(image)

    async def _tell(self, message: Tell) -> None:
        async with self.begin() as tx:
            member = await tx.members.get(message.member_id)
        if member.closed_at is not None or not member.ways:
            return
        reason = f"原因：{message.detail}" if message.detail else ""
        suffix = f"（订单 {str(message.order_id)[-8:]}）" if message.order_id else ""
        text = f"{SENTENCES[message.kind]}{reason}{suffix}"
        await self.notices.send(Notice(to=min(member.ways, key=_reach), text=text))


def _reach(way: Way) -> int:
    """Mail carries any text; a text message has approved words; WeChat wants to be asked for each message before."""
    return ("email", "phone", "wechat").index(way.kind)
