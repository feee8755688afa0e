"""What counts as silence for each partner that has a breaker: no answer does, and a refusal never."""

import socket
from collections import deque
from datetime import timedelta

import pytest
from attrs import evolve
from httpx import AsyncBaseTransport, ConnectError, ReadTimeout, Request, Response

from adapters.content.by_author import ContentCheckByAuthor
from adapters.content.words import WordsContentCheck
from adapters.mail.smtp import SmtpMail, SmtpServer
from adapters.memory.clock import MemoryClock
from adapters.outside.breaker import Breaker, NotAsked, Silence
from adapters.storage.bucket import Bucket
from adapters.storage.bucket_account import BucketAccount
from adapters.tencent.sms import TencentSms, TencentSmsAccount
from adapters.wechat.content import WechatContentCheck
from errand_domain.ids import MemberId
from errand_domain.member.member import Way
from errand_domain.ports.content import Utterance
from errand_domain.ports.files import StoreUnreachable
from errand_domain.ports.outside import Notice
from errand_domain.testing import examples
from tests.adapters.mail.serving import mail_served
from tests.adapters.outside.test_breaker import PAUSE, Seconds
from tests.adapters.wechat.scripted import pair

CODE = Notice(to=Way("phone", "+8613800138000"), text="…", code="204816")
MAIL = Notice(to=Way("email", "someone@example.edu.cn"), text="您的登录验证码是 204816", code="204816")


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def breaker(seconds: Seconds) -> Breaker:
    """Opens at the second silence."""
    return Breaker("partner", silent_most=2, pause_seconds=PAUSE, time=seconds)


class Wire(AsyncBaseTransport):
    def __init__(self, *answers: Response | Exception) -> None:
        self.answers = deque(answers)

    async def handle_async_request(self, request: Request) -> Response:
        await request.aread()
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer


def sent(code: str = "Ok") -> Response:
    return Response(200, json={"Response": {"SendStatusSet": [{"Code": code}], "RequestId": "r"}})


def texts(breaker: Breaker, *answers: Response | Exception) -> TencentSms:
    account = TencentSmsAccount(
        secret_id="AKID0123456789abcdef", secret_key="s" * 32, app="1400000000", signature="跑腿", code_template="1"
    )
    return TencentSms(account, clock=MemoryClock(examples.NOW), transport=Wire(*answers), breaker=breaker)


async def test_a_carrier_of_texts_that_is_silent_is_not_asked_until_the_pause_is_over(
    breaker: Breaker, seconds: Seconds
):
    carrier = texts(breaker, ReadTimeout(""), Response(502), sent())
    for _ in range(2):
        with pytest.raises(Silence):
            await carrier.send(CODE)
    with pytest.raises(NotAsked) as refused:
        await carrier.send(CODE)
    assert CODE.to.value not in str(refused.value)
    seconds.now += PAUSE
    await carrier.send(CODE)


async def test_numbers_that_the_carrier_refuses_keep_nobody_else_from_their_codes(breaker: Breaker):
    refusals = [sent("LimitExceeded.PhoneNumberDailyLimit")] * 5
    carrier = texts(breaker, ReadTimeout(""), *refusals, ReadTimeout(""), sent())
    for _ in range(7):
        with pytest.raises(ConnectionError):
            await carrier.send(CODE)
    await carrier.send(CODE)


async def test_a_text_that_the_carrier_could_not_be_reached_for_twice_is_one_silence(breaker: Breaker):
    carrier = texts(breaker, ConnectError(""), ConnectError(""), sent())
    with pytest.raises(Silence):
        await carrier.send(CODE)
    await carrier.send(CODE)


class Mailbox:
    """Takes mail, once it has refused so many."""

    def __init__(self, refusing: int = 0) -> None:
        self.refusing = refusing
        self.taken = 0

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd calls it so
        if self.refusing:
            self.refusing -= 1
            return "550 no such user"
        self.taken += 1
        return "250 taken"


def mail(breaker: Breaker, port: int) -> SmtpMail:
    server = SmtpServer(host="127.0.0.1", sender="errand@example.edu.cn", security="plain", port=port)
    return SmtpMail(server, clock=MemoryClock(examples.NOW), breaker=breaker)


async def test_a_mail_server_that_is_gone_is_not_asked_until_the_pause_is_over(breaker: Breaker, seconds: Seconds):
    for _ in range(2):
        with pytest.raises(Silence):
            await mail(breaker, 1).send(MAIL)
    box = Mailbox()
    async with mail_served(box) as port:
        with pytest.raises(NotAsked):
            await mail(breaker, port).send(MAIL)
        assert box.taken == 0
        seconds.now += PAUSE
        await mail(breaker, port).send(MAIL)
    assert box.taken == 1


async def test_what_the_mail_server_refuses_is_an_answer_and_what_cannot_be_written_is_none(breaker: Breaker):
    async with mail_served(Mailbox(refusing=3)) as port:
        for _ in range(3):
            with pytest.raises(ConnectionError, match="550"):
                await mail(breaker, port).send(MAIL)
        await mail(breaker, port).send(MAIL)
    with pytest.raises(Silence):
        await mail(breaker, 1).send(MAIL)
    with pytest.raises(NotAsked):
        await mail(breaker, 1).send(evolve(MAIL, to=Way("email", "a,b@c.cn")))
    with pytest.raises(Silence):
        await mail(breaker, 1).send(MAIL)
    with pytest.raises(NotAsked, match="silent lately"):
        await mail(breaker, 1).send(MAIL)


async def test_while_wechat_is_silent_the_list_judges_at_once_and_somebody_looks(breaker: Breaker, seconds: Seconds):
    wechat = pair()
    check = ContentCheckByAuthor(
        known=WechatContentCheck(wechat.api, breaker=breaker), others=WordsContentCheck(frozenset())
    )
    said = Utterance(text="取快递", scene="order", author=MemberId(examples.fresh()), wechat_identity="openid-of-1")
    wechat.wechat.script.extend([ReadTimeout("late"), {"errcode": -1, "errmsg": "system error"}])
    assert [await check.judge(said) for _ in range(4)] == ["review"] * 4
    assert len(wechat.wechat.calls) == 2
    wechat.wechat.script.append({"errcode": 0, "errmsg": "ok", "result": {"suggest": "pass"}})
    seconds.now += PAUSE
    assert await check.judge(said) == "pass"


async def test_authors_whom_wechat_refuses_keep_nobody_else_from_its_verdict(breaker: Breaker):
    wechat = pair()
    check = WechatContentCheck(wechat.api, breaker=breaker)
    said = Utterance(text="取快递", scene="order", author=MemberId(examples.fresh()), wechat_identity="openid-of-1")
    wechat.wechat.script.extend([{"errcode": 61010, "errmsg": "user not active"}] * 5)
    for _ in range(5):
        with pytest.raises(ConnectionError, match="61010"):
            await check.judge(said)
    wechat.wechat.script.append({"errcode": 0, "errmsg": "ok", "result": {"suggest": "risky"}})
    assert await check.judge(said) == "risky"


async def test_a_bucket_that_is_gone_is_unreachable_at_once(breaker: Breaker):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        account = BucketAccount(
            endpoint=f"http://127.0.0.1:{nobody.getsockname()[1]}",
            region="ap-guangzhou",
            bucket="errand-1250000000",
            key_id="AKID0123456789",
            secret="s3cret-of-some-length",
            addressing="path",
            plain_http_allowed=True,
        )
        bucket = Bucket(account, connect_seconds=0.2, breaker=breaker)
        causes = list[object]()
        for _ in range(4):
            # A form is signed here, which is no sign of life.
            assert (await bucket.form("k", size_most=9, media_type="image/png", lasts=timedelta(minutes=5)))[
                "key"
            ] == "k"
            with pytest.raises(StoreUnreachable) as refused:
                await bucket.get("files/1")
            causes.append(type(refused.value.__cause__))
        await bucket.close()
    assert causes == [Silence, Silence, NotAsked, NotAsked]
