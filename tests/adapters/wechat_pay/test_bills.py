"""Bills: fetched from where WeChat Pay is, compared with their digest, read by the names of their columns."""

import gzip
import hashlib
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.clock import MemoryClock
from adapters.wechat_pay.answers import Malformed
from adapters.wechat_pay.bills import WechatPayBills
from adapters.wechat_pay.yuan import fen_of_yuan
from errand_domain.money import Money
from errand_domain.ports.bills import Bill, BillLine, BillNotReady
from errand_domain.ports.payments import Lost
from tests.adapters.wechat_pay.far_side import APP, MERCHANT, URL, FarSide, Reply, error

DAY = date(2026, 9, 1)
LATER = datetime(2026, 9, 2, 2, tzinfo=UTC)  # ten in the morning there


def names(text: str) -> list[str]:
    return text.split()


TRADE_NAMES = names("""
    交易时间 公众账号ID 商户号 特约商户号 设备号 微信订单号 商户订单号 用户标识 交易类型 交易状态 付款银行 货币种类
    应结订单金额 代金券金额 微信退款单号 商户退款单号 退款金额 充值券退款金额 退款类型 退款状态 商品名称 商户数据包
    手续费 费率 订单金额 申请退款金额 费率备注
""")
TRADE_SUMMARY = names("总交易单数 应结订单总金额 退款总金额 充值券退款总金额 手续费总金额 订单总金额 申请退款总金额")
FUND_NAMES = names("""
    记账时间 微信支付业务单号 资金流水单号 业务名称 业务类型 收支类型 收支金额（元） 账户结余（元）
    资金变更提交申请人 备注 业务凭证号
""")
FUND_SUMMARY = names("资金流水总笔数 收入笔数 收入金额 支出笔数 支出金额")
PAYMENT = {
    "交易时间": "2026-09-01 12:00:00",
    "公众账号ID": APP,
    "商户号": MERCHANT,
    "特约商户号": "0",
    "微信订单号": "4200000001",
    "商户订单号": "0abc",
    "交易状态": "SUCCESS",
    "货币种类": "CNY",
    "应结订单金额": "12.05",
    "退款金额": "0.00",
    "商品名称": "取快递",
    "手续费": "0.07000",
    "费率": "0.60%",
    "订单金额": "12.05",
    "申请退款金额": "0.00",
}
REFUND = PAYMENT | {
    "交易状态": "REFUND",
    "应结订单金额": "0.00",
    "微信退款单号": "5030000001",
    "商户退款单号": "0abc-cancelled-1",
    "退款金额": "2.00",
    "退款状态": "PROCESSING",
    "手续费": "-0.01000",
    "订单金额": "0.00",
    "申请退款金额": "2.00",
}
TRANSFER = {
    "记账时间": "2026-09-01 18:30:05",
    "微信支付业务单号": "1330000071",
    "业务名称": "商家转账",
    "业务类型": "商家转账",
    "收支类型": "支出",
    "收支金额（元）": "10.00",
    "业务凭证号": "0w01",
}
PAYMENT_LINE = BillLine(
    kind="payment",
    number="0abc",
    provider_id="4200000001",
    amount=Money(1_205),
    fee_fen=7,
    at=datetime(2026, 9, 1, 4, tzinfo=UTC),
)
REFUND_LINE = BillLine(
    kind="refund",
    number="0abc-cancelled-1",
    provider_id="5030000001",
    amount=Money(200),
    fee_fen=-1,
    at=datetime(2026, 9, 1, 4, tzinfo=UTC),
)
PAYOUT_LINE = BillLine(
    kind="payout",
    number="0w01",
    provider_id="1330000071",
    amount=Money(1_000),
    at=datetime(2026, 9, 1, 10, 30, 5, tzinfo=UTC),
)


def written(rows, names=TRADE_NAMES, summary=TRADE_SUMMARY, *, count=None, end="\r\n") -> bytes:
    lines = [",".join(names)]
    lines += [",".join(f"`{row.get(name, '')}" for name in names) for row in rows]
    lines += [",".join(summary)]
    lines += [",".join(f"`{len(rows) if count is None and not nth else count or 0}" for nth, _ in enumerate(summary))]
    return b"\xef\xbb\xbf" + (end.join(lines) + end).encode()


def fund(*rows) -> bytes:
    return written(rows, FUND_NAMES, FUND_SUMMARY)


def place(plain: bytes, kind: str, **changed) -> Reply:
    told = {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(plain, usedforsecurity=False).hexdigest(),
        "download_url": f"{URL}/v3/billdownload/file?token={kind}",
    }
    return Reply(content=told | changed)


def file(content: bytes) -> Reply:
    return Reply(raw=content, media_type="application/x-gzip", without=("Wechatpay-Serial",))


NOTHING = error(400, "NO_STATEMENT_EXIST")


@pytest.fixture(scope="module")
def connected():
    far_side = FarSide()
    return far_side, WechatPayBills(far_side.gateway(clock=MemoryClock(LATER)))


@pytest.fixture
def far_side(connected) -> FarSide:
    connected[0].forget()
    return connected[0]


@pytest.fixture
def bills(connected) -> WechatPayBills:
    return connected[1]


def will_bill(far_side: FarSide, plain: bytes, funds: bytes | None = None) -> None:
    funds_told = [NOTHING] if funds is None else [place(funds, "fund"), file(gzip.compress(funds))]
    far_side.will(place(plain, "trade"), file(gzip.compress(plain)), *funds_told)


async def test_a_day_has_its_payments_refunds_and_payouts(bills: WechatPayBills, far_side: FarSide):
    will_bill(far_side, written([PAYMENT, REFUND]), fund(TRANSFER))
    assert await bills.of_day(DAY) == Bill(
        provider="wechat_pay", day=DAY, lines=(PAYMENT_LINE, REFUND_LINE, PAYOUT_LINE)
    )
    assert [seen.path for seen in far_side.seen] == [
        "/v3/bill/tradebill?bill_date=2026-09-01&bill_type=ALL&tar_type=GZIP",
        "/v3/billdownload/file?token=trade",
        "/v3/bill/fundflowbill?bill_date=2026-09-01&account_type=BASIC&tar_type=GZIP",
        "/v3/billdownload/file?token=fund",
    ]


async def test_a_day_on_which_nothing_moved_is_empty(bills: WechatPayBills, far_side: FarSide):
    far_side.will(NOTHING)
    assert await bills.of_day(DAY) == Bill(provider="wechat_pay", day=DAY, lines=())
    will_bill(far_side, written([]), fund())
    assert await bills.of_day(DAY) == Bill(provider="wechat_pay", day=DAY, lines=())


@pytest.mark.parametrize("replies", [[error(400, "STATEMENT_CREATING")], [NOTHING, error(400, "STATEMENT_CREATING")]])
async def test_a_bill_that_is_being_written_is_not_ready(replies, bills: WechatPayBills, far_side: FarSide):
    far_side.will(*replies)
    assert isinstance(await bills.of_day(DAY), BillNotReady)


@pytest.mark.parametrize("day", [DAY + timedelta(days=1), DAY + timedelta(days=9)])
async def test_a_day_that_is_not_over_is_not_ready(day: date, bills: WechatPayBills, far_side: FarSide):
    assert isinstance(await bills.of_day(day), BillNotReady)
    assert far_side.seen == []


async def test_before_ten_nobody_is_asked_for_the_day_before():
    """Until then an answer that nothing moved may come too early."""
    far_side = FarSide()
    early = WechatPayBills(far_side.gateway(clock=MemoryClock(LATER - timedelta(seconds=1))))
    assert isinstance(await early.of_day(DAY), BillNotReady)
    assert far_side.seen == []


@pytest.mark.parametrize(
    "name", ["奶茶,加冰", '书 "三体"', "'引号'", "a`b", ",", '","', "换\n行", "一，二", "`", "=1+1", "总交易单数"]
)
async def test_a_name_of_goods_may_be_anything(name: str, bills: WechatPayBills, far_side: FarSide):
    will_bill(far_side, written([PAYMENT | {"商品名称": name}, REFUND]))
    bill = await bills.of_day(DAY)
    assert isinstance(bill, Bill)
    assert bill.lines == (PAYMENT_LINE, REFUND_LINE)


async def test_columns_are_found_by_their_names(bills: WechatPayBills, far_side: FarSide):
    will_bill(far_side, written([PAYMENT, REFUND], names=[*reversed(TRADE_NAMES)]))
    assert (await bills.of_day(DAY)).lines == (PAYMENT_LINE, REFUND_LINE)


@pytest.mark.parametrize("missing", ["应结订单金额", "订单金额"])
async def test_an_older_bill_lacks_a_column(missing: str, bills: WechatPayBills, far_side: FarSide):
    will_bill(far_side, written([PAYMENT], names=[name for name in TRADE_NAMES if name != missing]))
    assert (await bills.of_day(DAY)).lines == (PAYMENT_LINE,)


async def test_an_older_bill_has_one_amount_of_a_refund(bills: WechatPayBills, far_side: FarSide):
    will_bill(far_side, written([REFUND], names=[name for name in TRADE_NAMES if name != "申请退款金额"]))
    assert (await bills.of_day(DAY)).lines == (REFUND_LINE,)


@pytest.mark.parametrize("fee", ["-0.01000", "0.01", "-0.01"])
async def test_what_a_refund_brings_back_of_the_fee_is_negative(fee: str, bills, far_side: FarSide):
    will_bill(far_side, written([REFUND | {"手续费": fee}]))
    assert (await bills.of_day(DAY)).lines == (REFUND_LINE,)


@pytest.mark.parametrize("state", ["FAIL", "CLOSED"])
async def test_a_refund_that_came_to_nothing_has_not_moved(state: str, bills: WechatPayBills, far_side: FarSide):
    will_bill(far_side, written([REFUND | {"退款状态": state}]))
    assert (await bills.of_day(DAY)).lines == ()


async def test_a_transfer_that_came_back_on_the_same_day_has_not_moved(bills: WechatPayBills, far_side: FarSide):
    back = TRANSFER | {"收支类型": "收入", "业务名称": "商家转账"}
    other = TRANSFER | {"业务凭证号": "0w02"}
    will_bill(far_side, written([]), fund(TRANSFER, other, back))
    assert (await bills.of_day(DAY)).lines == (evolve(PAYOUT_LINE, number="0w02"),)


async def test_what_is_no_transfer_is_told_by_the_trade_bill(bills: WechatPayBills, far_side: FarSide):
    will_bill(far_side, written([]), fund(TRANSFER | {"业务名称": "交易", "业务类型": "扣除交易手续费"}))
    assert (await bills.of_day(DAY)).lines == ()


@pytest.mark.parametrize("bracket", ["（元）", "(元)", ""])
async def test_units_of_columns_are_written_in_several_ways(bracket: str, bills, far_side: FarSide):
    names = [name.replace("（元）", bracket) for name in FUND_NAMES]
    row = TRANSFER | {f"收支金额{bracket}": "10.00"}
    will_bill(far_side, written([]), written([row], names, FUND_SUMMARY))
    assert (await bills.of_day(DAY)).lines == (PAYOUT_LINE,)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_lines_end_in_either_way(end: str, bills: WechatPayBills, far_side: FarSide):
    will_bill(far_side, written([PAYMENT, REFUND], end=end))
    assert (await bills.of_day(DAY)).lines == (PAYMENT_LINE, REFUND_LINE)


async def test_a_bill_that_came_unpacked_is_read(bills: WechatPayBills, far_side: FarSide):
    plain = written([PAYMENT])
    far_side.will(place(plain, "trade"), file(plain), NOTHING)
    assert (await bills.of_day(DAY)).lines == (PAYMENT_LINE,)


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(written([PAYMENT]), mtime=0)[:-9],
        gzip.compress(written([PAYMENT | {"订单金额": "12.06"}]), mtime=0),
        gzip.compress(b"", mtime=0),
        b"\x1f\x8bnothing packed",
        b"",
    ],
)
async def test_a_file_that_is_not_the_one_announced_is_lost(content: bytes, bills, far_side: FarSide):
    far_side.will(place(written([PAYMENT]), "trade"), file(content), NOTHING)
    assert isinstance(await bills.of_day(DAY), Lost)


async def test_a_digest_may_be_in_capitals(bills: WechatPayBills, far_side: FarSide):
    plain = written([PAYMENT])
    digest = hashlib.sha1(plain, usedforsecurity=False).hexdigest().upper()
    far_side.will(place(plain, "trade", hash_value=digest, hash_type="sha1"), file(gzip.compress(plain)), NOTHING)
    assert (await bills.of_day(DAY)).lines == (PAYMENT_LINE,)


@pytest.mark.parametrize(
    "changed",
    [
        {"hash_type": "MD5"},
        {"hash_value": ""},
        {"hash_value": "é"},
        {"download_url": "https://api2.mch.weixin.qq.com/v3/billdownload/file?token=x"},
        {"download_url": "https://api.mch.weixin.qq.com.evil.example/v3/billdownload/file?token=x"},
        {"download_url": "http://169.254.169.254/latest"},
        {"download_url": ""},
    ],
)
async def test_a_place_that_cannot_be_believed_is_lost(changed: dict, bills, far_side: FarSide):
    plain = written([PAYMENT])
    far_side.will(place(plain, "trade", **changed), file(gzip.compress(plain)), NOTHING)
    assert isinstance(await bills.of_day(DAY), Lost)
    assert all(not seen.path.startswith("/latest") for seen in far_side.seen)


@pytest.mark.parametrize(
    "row",
    [
        PAYMENT | {"商户号": "1900000001"},
        PAYMENT | {"交易状态": "REVOKED"},
        PAYMENT | {"订单金额": "12.055"},
        PAYMENT | {"订单金额": "-12.05"},
        PAYMENT | {"订单金额": ""},
        PAYMENT | {"手续费": "0.06% "},
        PAYMENT | {"手续费": "0.072"},
        PAYMENT | {"交易时间": "yesterday"},
        PAYMENT | {"商品名称": "a,`b"},
    ],
)
async def test_a_line_that_is_not_understood_makes_the_bill_lost(row: dict, bills, far_side: FarSide):
    will_bill(far_side, written([REFUND, row]))
    assert isinstance(await bills.of_day(DAY), Lost)


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"\xff\xfe",
        written([PAYMENT], count=2),
        written([PAYMENT]).rsplit(b"\r\n", 2)[0],
        written([PAYMENT]).replace("商户号".encode(), "门店号".encode(), 1),
        written([PAYMENT]).replace("手续费".encode(), b"x", 1),
        written([PAYMENT], summary=["没有数目"]),
    ],
)
async def test_a_file_that_is_no_bill_is_lost(plain: bytes, bills: WechatPayBills, far_side: FarSide):
    will_bill(far_side, plain)
    assert isinstance(await bills.of_day(DAY), Lost)


@pytest.mark.parametrize(
    "replies",
    [
        [error(500, "SYSTEM_ERROR")],
        [error(401, "SIGN_ERROR")],
        [httpx.ReadTimeout("…")],
        [place(b"", "trade", download_url=5)],
        [place(written([PAYMENT]), "trade"), httpx.ReadTimeout("…")],
        [place(written([PAYMENT]), "trade"), error(403, "NO_AUTH")],
        [evolve(place(written([PAYMENT]), "trade"), with_key="stranger")],
    ],
)
async def test_a_bill_that_did_not_come_is_lost(replies, bills: WechatPayBills, far_side: FarSide):
    far_side.will(*replies)
    assert isinstance(await bills.of_day(DAY), Lost)


async def test_a_lost_fund_bill_makes_the_day_lost(bills: WechatPayBills, far_side: FarSide):
    plain = written([PAYMENT])
    far_side.will(place(plain, "trade"), file(gzip.compress(plain)), error(500, "SYSTEM_ERROR"))
    assert isinstance(await bills.of_day(DAY), Lost)


@given(fen=st.integers(-(10**15) + 1, 10**15 - 1), zeros=st.integers(0, 6))
def test_an_amount_in_yuan_is_its_digits_in_fen(fen: int, zeros: int):
    yuan = f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}{'0' * zeros}"
    assert fen_of_yuan(yuan) == fen


@pytest.mark.parametrize(
    ("text", "fen"), [("0", 0), ("19.9", 1_990), ("1.1", 110), ("0.06", 6), ("-0.0", 0), ("7", 700), ("007.5", 750)]
)
def test_decimals_may_be_left_out(text: str, fen: int):
    assert fen_of_yuan(text) == fen


@given(st.text())
def test_whatever_else_is_no_amount(text: str):
    try:
        assert isinstance(fen_of_yuan(text), int)
    except Malformed:
        return
    assert text.strip("-0123456789.") == ""


@pytest.mark.parametrize(
    "text", ["", ".", "1.", ".5", "1,000.00", "+1", "1e3", "１", "0.001", "--1", "1 ", "¥1", "1\n"]
)
def test_what_is_nearly_an_amount_is_none(text: str):
    with pytest.raises(Malformed):
        fen_of_yuan(text)
