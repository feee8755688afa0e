"""Bills: what they look like, when there are any, and that they add up to what is on the account."""

import gzip
from datetime import timedelta
from hashlib import sha1
from typing import Any
from urllib.parse import urlsplit

import pytest

from adapters.memory.clock import MemoryClock
from tests.sandbox.wechat_pay.conftest import BEFORE_FEN, People
from tests.sandbox.wechat_pay.merchant import ORDERS, REFUNDS, TRANSFERS, Answer, Merchant

TRADES, FUNDS = "/v3/bill/tradebill", "/v3/bill/fundflowbill"
TODAY, TOMORROW = "2026-09-01", "2026-09-02"
Rows = list[dict[str, str]]


async def download(merchant: Merchant, answer: Answer) -> bytes:
    assert answer.status == 200, answer.body
    url = answer.told["download_url"]
    assert url.startswith(f"{merchant.url}/")
    found = await merchant.get(f"{urlsplit(url).path}?{urlsplit(url).query}")
    assert found.status == 200
    assert "wechatpay-signature" not in found.headers
    return found.body


async def bill(merchant: Merchant, path: str, **query: str) -> tuple[Rows, dict[str, str]]:
    """Its rows by the names of their columns, and its sums."""
    written = "&".join(f"{name}={value}" for name, value in {"bill_date": TODAY, **query, "tar_type": "GZIP"}.items())
    answer = await merchant.get(f"{path}?{written}")
    plain = gzip.decompress(await download(merchant, answer))
    assert (answer.told["hash_type"], answer.told["hash_value"]) == (
        "SHA1",
        sha1(plain, usedforsecurity=False).hexdigest(),
    )
    head, *rows, sums_head, sums = plain.decode("utf-8-sig").removesuffix("\r\n").split("\r\n")
    assert plain.startswith(b"\xef\xbb\xbf")

    def by_name(names: str, row: str) -> dict[str, str]:
        assert row.startswith("`")
        return dict(zip(names.split(","), row[1:].split(",`"), strict=True))

    return [by_name(head, row) for row in rows], by_name(sums_head, sums)


def fen(yuan: str) -> int:
    whole, _, rest = yuan.removeprefix("-").partition(".")
    assert not rest[2:].strip("0")
    amount = int(whole) * 100 + int(rest[:2].ljust(2, "0"))
    return -amount if yuan.startswith("-") else amount


@pytest.fixture
async def day(merchant: Merchant, people: People, clock: MemoryClock) -> None:
    """Three paid orders, one refund done, one stuck, one given up; two transfers, one of them confirmed."""
    for number, amount_fen in (("order001", 1_000), ("order002", 99), ("order003", 12_345), ("unpaid01", 500)):
        description = "书, “第1册”,`二手`\r\n旧" if number == "order001" else "取快递"
        await merchant.post(f"{ORDERS}/jsapi", merchant.order(number, fen=amount_fen, description=description))
        if number != "unpaid01":
            await people.pay(number)
    for number, kind, of, amount_fen, total_fen in (
        ("r-done", None, "order001", 400, 1_000),
        ("r-stuck", "abnormal", "order002", 99, 99),
        ("r-closed", "closed", "order003", 5_000, 12_345),
    ):
        if kind:
            await people.break_next("refund", kind)
        await merchant.post(REFUNDS, merchant.refund(number, of=of, fen=amount_fen, total=total_fen))
    for number in ("t1", "t2"):
        await merchant.post(TRANSFERS, merchant.transfer(number, fen=2_000))
    await people.act("transfers", "t1", "confirm")
    await people.act("transfers", "t2", "expire")
    clock.advance(timedelta(hours=1))
    await people.waiting()
    clock.advance(timedelta(hours=20))


@pytest.mark.usefixtures("day")
async def test_the_bill_of_trades_has_payments_and_the_refunds_that_were_asked_for(merchant: Merchant):
    rows, sums = await bill(merchant, TRADES)
    told = {
        (row["商户订单号"], row["商户退款单号"], row["交易状态"], row["订单金额"], row["申请退款金额"]) for row in rows
    }
    assert told == {
        ("order001", "0", "SUCCESS", "10.00", "0.00"),
        ("order002", "0", "SUCCESS", "0.99", "0.00"),
        ("order003", "0", "SUCCESS", "123.45", "0.00"),
        ("order001", "r-done", "REFUND", "0.00", "4.00"),
        ("order002", "r-stuck", "REFUND", "0.00", "0.99"),
        ("order003", "r-closed", "REFUND", "0.00", "50.00"),
    }
    assert {row["商户号"] for row in rows} == {merchant.mchid}
    assert (sums["总交易单数"], sums["订单总金额"], sums["申请退款总金额"]) == ("6", "134.44", "54.99")
    assert fen(sums["手续费总金额"]) == sum(fen(row["手续费"]) for row in rows)


@pytest.mark.usefixtures("day")
async def test_a_description_cannot_break_a_row(merchant: Merchant):
    rows, _ = await bill(merchant, TRADES)
    described = {row["商品名称"] for row in rows if row["商户订单号"] == "order001"}
    assert described == {"书, “第1册”, 二手   旧"}


@pytest.mark.usefixtures("day")
async def test_payments_alone_have_no_columns_of_refunds_and_refunds_alone_have_more(merchant: Merchant):
    (every, _), (paid, _), (back, _) = [
        await bill(merchant, TRADES, bill_type=kind) for kind in ("ALL", "SUCCESS", "REFUND")
    ]
    assert {row["交易状态"] for row in paid} == {"SUCCESS"}
    assert {row["交易状态"] for row in back} == {"REFUND"}
    assert (len(every), len(paid), len(back)) == (6, 3, 3)
    refunds_only = {
        "微信退款单号",
        "商户退款单号",
        "退款金额",
        "充值券退款金额",
        "退款类型",
        "退款状态",
        "申请退款金额",
    }
    assert every[0].keys() - paid[0].keys() == refunds_only
    assert back[0].keys() - every[0].keys() == {"退款申请时间", "退款成功时间"}


@pytest.mark.usefixtures("day")
async def test_the_bill_of_funds_adds_up_to_what_is_on_the_account(merchant: Merchant, people: People):
    rows, sums = await bill(merchant, FUNDS)
    moved_fen = [fen(row["收支金额(元)"]) * (1 if row["收支类型"] == "收入" else -1) for row in rows]
    assert BEFORE_FEN + sum(moved_fen) == await people.balance_fen()
    assert int(sums["资金流水总笔数"]) == len(rows)
    assert fen(sums["收入金额"]) - fen(sums["支出金额"]) == sum(moved_fen)


@pytest.mark.usefixtures("day")
async def test_only_what_a_user_has_is_a_transfer_in_the_bill_of_funds(merchant: Merchant):
    rows, _ = await bill(merchant, FUNDS)
    sent = [(row["业务凭证号"], row["收支金额(元)"]) for row in rows if row["业务名称"] == "商家转账"]
    assert sent == [("t1", "20.00")]


@pytest.mark.usefixtures("day")
async def test_a_bill_is_not_packed_unless_that_is_asked_for(merchant: Merchant):
    answer = await merchant.get(f"{TRADES}?bill_date={TODAY}")
    plain = await download(merchant, answer)
    assert sha1(plain, usedforsecurity=False).hexdigest() == answer.told["hash_value"]


@pytest.mark.usefixtures("day")
async def test_a_day_on_which_nothing_moved_has_no_bill(merchant: Merchant, clock: MemoryClock):
    clock.advance(timedelta(days=1))
    for path in (TRADES, FUNDS):
        answer = await merchant.get(f"{path}?bill_date={TOMORROW}")
        assert (answer.status, answer.code) == (400, "NO_STATEMENT_EXIST")


async def test_a_bill_is_written_at_nine_on_the_next_day(merchant: Merchant, paid: str, clock: MemoryClock):
    clock.advance(timedelta(hours=20, minutes=59))  # from noon in Shanghai
    assert (await merchant.get(f"{TRADES}?bill_date={TODAY}")).code == "STATEMENT_CREATING"
    clock.advance(timedelta(minutes=1))
    rows, _ = await bill(merchant, TRADES)
    assert [row["商户订单号"] for row in rows] == [paid]


@pytest.mark.usefixtures("paid")
@pytest.mark.parametrize("query", ["bill_date=2026-09-01", "bill_date=2027-01-01", "bill_date=x", "bill_type=ALL"])
async def test_a_day_that_is_not_over_has_no_bill(merchant: Merchant, query: str):
    assert (await merchant.get(f"{TRADES}?{query}")).code == "PARAM_ERROR"


@pytest.mark.usefixtures("day")
async def test_a_bill_lies_only_where_it_was_laid(merchant: Merchant):
    answer = await merchant.get("/v3/billdownload/file?token=guessed")
    assert answer.status == 404


@pytest.mark.usefixtures("day")
async def test_nobody_but_the_merchant_fetches_a_bill(merchant: Merchant):
    url: Any = urlsplit((await merchant.get(f"{TRADES}?bill_date={TODAY}")).told["download_url"])
    answer = await merchant.get(f"{url.path}?{url.query}", authorization=None)
    assert (answer.status, answer.code) == (401, "SIGN_ERROR")
