"""Bills: two zipped tables in GBK become the lines of one day."""

import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.alipay.answers import Malformed
from adapters.alipay.bill_file import payout_lines, trade_lines
from adapters.alipay.bills import AlipayBills
from errand_domain.money import Money
from errand_domain.ports.bills import Bill, BillLine, BillNotReady
from errand_domain.ports.payments import Lost
from tests.adapters.alipay.far_side import NOW, FarSide

DAY = date(2026, 11, 4)
AT = datetime(2026, 11, 4, 4, 0, 1, tzinfo=UTC)
HEAD = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,"
    "对方账户,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）,备注"
)
TRADES = f"""#支付宝业务明细查询
#账号：[20880000000000010156]
#-----------------------------------------业务明细列表----------------------------------------
{HEAD}
2026110422001\t,0number1\t,交易  ,"奶茶,""大杯"" # 号",2026-11-04,2026-11-04 12:00:01,*明,20.00,20.00,\t,-0.12,备注,
2026110422001\t,0number1\t,退款  ,奶茶,2026-11-04,2026-11-04 12:00:01,*明,-5.00,-5.00,0number1-cancelled-1\t,0.03,,
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共20.00元
#导出时间：[2026年11月05日 09:00:00]
"""
SUMMARY = """#支付宝业务汇总查询
门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,服务费（元）
合计,,1,1,15.00,-0.09
#-----业务汇总列表结束-----
"""
MOVEMENTS = """#支付宝账务明细查询
账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注
1\t,2026110422001\t,0number1\t,奶茶,2026-11-04 12:00:01,*明,20.00,,100.00,支付宝,在线支付 ,
2\t,2026110422001\t,\t,服务费,2026-11-04 12:00:01,,,-0.12,99.88,支付宝,收费 ,
3\t,2026110432007\t,0payout101\t,报酬,2026-11-04 12:00:01,*明,,-12.05,87.83,支付宝,转账 ,
4\t,2026110432008\t,\t,充值,2026-11-04 12:00:01,*明,500.00,,587.83,支付宝,转账 ,
#-----账务明细列表结束-----
"""
LINES = (
    BillLine(kind="payment", number="0number1", provider_id="2026110422001", amount=Money(2000), fee_fen=12, at=AT),
    BillLine(
        kind="refund",
        number="0number1-cancelled-1",
        provider_id="2026110422001",
        amount=Money(500),
        fee_fen=-3,
        at=AT,
    ),
    BillLine(kind="payout", number="0payout101", provider_id="2026110432007", amount=Money(1205), at=AT),
)


def zipped(**files: str | bytes) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.csv", content if isinstance(content, bytes) else content.encode("gbk"))
    return packed.getvalue()


@pytest.fixture
def bills(gateway) -> AlipayBills:
    return AlipayBills(gateway)


def will_hand_out(far_side: FarSide, archive: bytes, url: str = "https://dwbillcenter.alipay.com/bill?a=1&b=2") -> None:
    far_side.will_succeed(bill_download_url=url)
    far_side.will_send(archive)


async def test_a_day_is_its_trades_and_its_transfers(bills, far_side: FarSide):
    will_hand_out(far_side, zipped(summary=SUMMARY, 业务明细=TRADES))
    will_hand_out(far_side, zipped(账务明细=MOVEMENTS))
    assert await bills.of_day(DAY) == Bill(provider="alipay", day=DAY, lines=LINES)
    assert far_side.requests[0].content == {"bill_type": "trade", "bill_date": "2026-11-04"}
    assert far_side.requests[2].content == {"bill_type": "signcustomer", "bill_date": "2026-11-04"}


def test_columns_are_found_by_their_names():
    order = [11, 3, 2, 1, 0, 10, 9, 8, 7, 6, 5, 4]
    rows = [HEAD.split(","), *[["t", "n", "交易", "", "", "2026-11-04 12:00:01", "", "1.00", "", "", "", ""]]]
    text = "\n".join(",".join(row[i] for i in order) for row in rows) + "\n#结束"
    (line,) = trade_lines(zipped(a=text))
    assert (line.number, line.amount, line.fee_fen) == ("n", Money(100), 0)


async def test_a_day_without_movement_has_an_empty_bill(bills, far_side: FarSide):
    for _ in range(2):
        far_side.will_refuse("isp.bill_not_exist")
    assert await bills.of_day(DAY) == Bill(provider="alipay", day=DAY, lines=())
    will_hand_out(far_side, zipped(a=f"{HEAD}\n#结束\n"))
    will_hand_out(far_side, zipped(a=MOVEMENTS.partition("\n1\t")[0] + "\n#结束\n"))
    assert await bills.of_day(DAY) == Bill(provider="alipay", day=DAY, lines=())


async def test_early_in_the_morning_a_missing_bill_of_yesterday_is_not_ready(bills, far_side: FarSide):
    far_side.clock.set(datetime(2026, 11, 5, 1, 59, tzinfo=UTC))
    far_side.will_refuse("isp.bill_not_exist")
    assert isinstance(await bills.of_day(DAY), BillNotReady)
    for _ in range(2):
        far_side.will_refuse("isp.bill_not_exist")
    assert isinstance(await bills.of_day(DAY - timedelta(days=1)), Bill)


@pytest.mark.parametrize("days", [0, 1])
async def test_a_day_that_has_not_ended_in_china_is_not_ready(bills, far_side: FarSide, days):
    assert isinstance(await bills.of_day(date(2026, 11, 5) + timedelta(days=days)), BillNotReady)
    assert far_side.requests == []
    far_side.clock.set(NOW.replace(hour=16, minute=0))
    for _ in range(2):
        far_side.will_refuse("isp.bill_not_exist")
    assert isinstance(await bills.of_day(date(2026, 11, 5)), BillNotReady)


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"not a zip",
        zipped(a=TRADES)[:-40],
        zipped(a=SUMMARY),
        zipped(),
        zipped(a=b"\xff\xff\xff"),
        zipped(a=TRADES.partition("#-----------------------------------------业务明细列表结束")[0]),
        zipped(a=TRADES.replace("20.00,20.00", "20.001,20.00")),
        zipped(a=TRADES.replace("-0.12", "-0.1.2")),
        zipped(a=TRADES.replace("2026-11-04 12:00:01", "")),
        zipped(a=TRADES.replace("交易  ", "分账  ")),
        zipped(a=TRADES.replace("完成时间", "结束时间")),
        zipped(a=f"{HEAD}\n1,2,交易\n#结束"),
    ],
)
async def test_a_bill_that_cannot_be_understood_is_lost(bills, far_side: FarSide, archive):
    will_hand_out(far_side, archive)
    assert isinstance(await bills.of_day(DAY), Lost)


async def test_a_bill_whose_bytes_were_damaged_is_lost(bills, far_side: FarSide):
    stored = BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", TRADES.encode("gbk"))
    will_hand_out(far_side, stored.getvalue().replace(b"20.00,20.00", b"30.00,20.00"))
    assert isinstance(await bills.of_day(DAY), Lost)


def test_a_bill_of_which_any_byte_was_damaged_is_the_same_or_is_refused():
    """What the library that unpacks raises is not told to anybody: it is a bill that cannot be read."""
    whole = zipped(a=TRADES)
    expected = trade_lines(whole)
    for place, byte in enumerate(whole):
        for other in {0, 1, 8, 9, 12, 14, 93, 99, 255, byte ^ 1, byte ^ 128}:
            damaged = whole[:place] + bytes([other]) + whole[place + 1 :]
            with suppress(Malformed):
                assert trade_lines(damaged) == expected


async def test_a_bill_is_not_fetched_from_behind_plain_http(bills, far_side: FarSide):
    will_hand_out(far_side, zipped(a=TRADES), "http://dwbillcenter.alipay.com/bill")
    assert isinstance(await bills.of_day(DAY), Lost)
    assert len(far_side.requests) == 1


async def test_a_bill_that_does_not_come_is_lost(bills, far_side: FarSide):
    far_side.will_succeed(bill_download_url="https://dwbillcenter.alipay.com/bill")
    far_side.will_send(b"", 403)
    assert isinstance(await bills.of_day(DAY), Lost)
    far_side.will_refuse("isv.invalid-arguments")
    assert isinstance(await bills.of_day(DAY), Lost)
    far_side.will_break(httpx.ReadTimeout("late"))
    assert isinstance(await bills.of_day(DAY), Lost)


@given(st.text(alphabet='",\n\r#=号结束 a1.-\t') | st.text())
def test_any_text_is_a_table_or_none(text):
    for read in (trade_lines, payout_lines):
        try:
            found = read(zipped(a=f"{HEAD}\n{text}".encode("gb18030", errors="ignore")))
        except Malformed:
            found = ()
        assert isinstance(found, tuple)
