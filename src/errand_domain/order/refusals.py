"""What an order refuses, one class per reason."""

from attrs import frozen

from errand_domain.errors import Conflict, Forbidden, Invalid
from errand_domain.money import Money


@frozen(str=False)
class IllegalTransition(Conflict):
    """The order is in a state in which this cannot happen, or not through this party."""

    code = "order.illegal_transition"
    sentence = "订单当前状态不允许此操作"

    state: str
    event: str


@frozen(str=False)
class OrderTaken(Conflict):
    """Another runner was first."""

    code = "order.taken"
    sentence = "手慢了，订单已被别人接走"


@frozen(str=False)
class OrderNotOpen(Conflict):
    """The order can no longer be taken: it was cancelled, has expired or is not paid."""

    code = "order.not_open"
    sentence = "订单已不在待接单状态"

    state: str


@frozen(str=False)
class QuoteExpired(Conflict):
    """The price was made too long ago."""

    code = "quote.expired"
    sentence = "报价已过期，请重新获取"


@frozen(str=False)
class QuoteMismatch(Invalid):
    """The terms are not those the price was made for, or the quote was made for somebody else."""

    code = "quote.mismatch"
    sentence = "订单内容与报价不一致，请重新获取报价"


@frozen(str=False)
class QuoteForged(Invalid):
    """The quote was not sealed by us."""

    code = "quote.forged"
    sentence = "报价无效，请重新获取"


@frozen(str=False)
class OwnOrder(Forbidden):
    """Nobody runs their own errand."""

    code = "order.own"
    sentence = "不能接自己发布的订单"


@frozen(str=False)
class OwnCase(Forbidden):
    """Nobody decides as staff about an order of their own."""

    code = "order.own_case"
    sentence = "不能处理与自己有关的订单"


@frozen(str=False)
class RunnerNotApproved(Forbidden):
    """Accepting needs a verified student who is neither suspended nor lapsed."""

    code = "runner.not_approved"
    sentence = "请先通过跑腿者认证"


@frozen(str=False)
class OffShift(Conflict):
    """The runner has not started a shift."""

    code = "runner.off_shift"
    sentence = "请先开始接单"


@frozen(str=False)
class WrongCampus(Forbidden):
    """The order belongs to another campus."""

    code = "order.wrong_campus"
    sentence = "只能接本校区的订单"


@frozen(str=False)
class HandoverNotAllowed(Forbidden):
    """The house rule of the building, or the requester's wish, asks for another runner."""

    code = "order.handover_not_allowed"
    sentence = "该订单的交接要求不适合你"


@frozen(str=False)
class Blocked(Forbidden):
    """One of the two has blocked the other."""

    code = "order.blocked"
    sentence = "无法接此订单"


@frozen(str=False)
class TooManyOpenOrders(Conflict):
    """The runner already carries as many orders as the campus allows."""

    code = "runner.too_many_orders"
    sentence = "进行中的订单已达上限"

    most: int


@frozen(str=False)
class TooManyUnpaid(Conflict):
    """The member has as many orders that await payment as the campus allows."""

    code = "order.too_many_unpaid"
    sentence = "待支付的订单过多，请先支付或取消"

    most: int


@frozen(str=False)
class CreditTooLow(Forbidden):
    """The runner's credit is below the campus's floor."""

    code = "runner.credit_too_low"
    sentence = "信用分不足，暂时不能接单"

    credit: int
    floor: int


@frozen(str=False)
class TooManyGiveUps(Conflict):
    """The runner has given up as often today as the campus allows."""

    code = "runner.too_many_give_ups"
    sentence = "今天放弃订单的次数已达上限"

    most: int


@frozen(str=False)
class ColleagueUnavailable(Conflict):
    """That colleague cannot take the errand over; why is nobody else's business."""

    code = "order.colleague_unavailable"
    sentence = "该同学暂时不能接手此订单"


@frozen(str=False)
class TooFarAway(Conflict):
    """The position is not near enough, and there is no photo instead."""

    code = "order.too_far_away"
    sentence = "距离太远，请到达后再操作或拍照上传"

    distance_metres: int
    allowed_metres: int


@frozen(str=False)
class ProofMissing(Invalid):
    """The step needs a photo, a position or a code, and none was given."""

    code = "order.proof_missing"
    sentence = "请先上传凭证"

    proof: str


@frozen(str=False)
class WrongDeliveryCode(Invalid):
    """That is not the delivery code of this order."""

    code = "order.wrong_delivery_code"
    sentence = "收货码不正确"


@frozen(str=False)
class AdvanceExceeded(Conflict):
    """The goods cost more than the requester has advanced."""

    code = "order.advance_exceeded"
    sentence = "商品金额超过了代付上限"

    advance: Money


@frozen(str=False)
class FeeNotConfirmed(Conflict):
    """Cancelling costs a fee now; ask again with that fee confirmed."""

    code = "order.fee_not_confirmed"
    sentence = "取消需支付费用，请确认后再试"

    fee: Money


@frozen(str=False)
class NotYet(Conflict):
    """Its time has not come."""

    code = "order.not_yet"
    sentence = "还没有到时间"


@frozen(str=False)
class TooLate(Conflict):
    """The window for this has closed."""

    code = "order.too_late"
    sentence = "已超过可操作的时间"


@frozen(str=False)
class OutcomeUnbalanced(Invalid):
    """Refund and runner's part together exceed what the order holds."""

    code = "order.outcome_unbalanced"
    sentence = "退款与跑腿者所得之和超过订单金额"

    held: Money
