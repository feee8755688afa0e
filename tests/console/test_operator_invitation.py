"""The page behind an operator's one-time link, in a real browser, as the operator uses it."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path

import httpx
import zxingcpp
from PIL import Image
from playwright.async_api import Page, Route, expect
from pyotp import parse_uri
from pyotp.totp import TOTP

from adapters.memory.outside import MemoryNotices
from errand_domain.member.credential import INVITATION_LIFE
from tests.console.conftest import EMAIL, Invitation

PASSWORD = "three blue bicycles"
PATH = "/api/v1/operator-invitations"


async def secret_of(page: Page) -> str:
    return (await page.locator("#secret").inner_text()).replace(" ", "")


async def code_of(page: Page, invitation: Invitation) -> str:
    """What the operator's authenticator shows."""
    return TOTP(await secret_of(page)).at(invitation.stage.clock.now())


async def opened(page: Page, invitation: Invitation) -> None:
    await page.goto(invitation.link)
    await expect(page.get_by_label("密码", exact=True)).to_be_visible()


async def filled(page: Page, *, password: str = PASSWORD, repeated: str = PASSWORD, code: str = "000000") -> None:
    await page.get_by_label("密码", exact=True).fill(password)
    await page.get_by_label("再输入一遍").fill(repeated)
    await page.get_by_label("验证器现在显示的六位数字").fill(code)


async def sent(page: Page) -> None:
    await page.get_by_role("button", name="完成设置").click()


async def still_there(page: Page) -> bool:
    """Whether nothing that was typed is lost."""
    return await page.get_by_label("密码", exact=True).input_value() == PASSWORD


def answering(status: int, said: str) -> Callable[[Route], Awaitable[None]]:
    async def answer(route: Route) -> None:
        await route.fulfill(status=status, body=said)

    return answer


def is_framed(code: Image.Image) -> bool:
    """Whether there is nothing around the square for as much as cameras want: four modules of at most 177."""
    frame = 4 * code.width // (177 + 8)
    inner = code.convert("L")
    inner.paste(255, (frame, frame, code.width - frame, code.height - frame))
    return inner.getextrema()[0] > 200


async def test_an_operator_comes_in_by_the_link_alone(page: Page, invitation: Invitation, tmp_path: Path):
    asked = list[str]()
    page.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer', '')}"))
    await opened(page, invitation)
    await expect(page.get_by_text(EMAIL)).to_be_visible()
    screenshot = Image.open(BytesIO(await page.get_by_role("img").screenshot()))
    assert is_framed(screenshot)
    (read,) = zxingcpp.read_barcodes(screenshot)
    parsed = parse_uri(read.text)
    assert (parsed.name, parsed.secret) == (EMAIL, await secret_of(page))
    await filled(page, code=await code_of(page, invitation))
    await sent(page)
    await expect(page.get_by_role("heading", name="已经设置好了")).to_be_focused()
    codes = await page.get_by_role("list", name="恢复码").locator("li").all_inner_texts()
    assert len(set(codes)) == 10
    await page.get_by_role("button", name="复制全部").click()
    await expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == "\n".join(codes)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="存为文件").click()
    await (await download.value).save_as(tmp_path / "codes.txt")
    assert (tmp_path / "codes.txt").read_text("utf-8").split() == codes
    await expect(page.get_by_role("button", name="收起恢复码")).to_be_disabled()
    await page.get_by_label("我已经把恢复码保存好了").check()
    await page.get_by_role("button", name="收起恢复码").click()
    await expect(page.get_by_role("heading", name="可以关闭这一页了")).to_be_focused()
    content = await page.content() + str(await page.locator("input").evaluate_all("all => all.map(one => one.value)"))
    assert not [secret for secret in (*codes, PASSWORD, parsed.secret, invitation.token) if secret in content]
    assert not [address for address in (*asked, page.url) if invitation.token in address]
    asked.clear()
    await page.reload()
    await expect(page.get_by_role("heading", name="邀请链接无效或已过期")).to_be_visible()
    assert not [address for address in asked if "/api/" in address]
    async with httpx.AsyncClient(base_url=invitation.origin) as client:
        with_code = {"email": EMAIL, "password": PASSWORD, "device": "test", "second": codes[0]}
        entered = await client.post("/api/v1/sessions/password", json=with_code)
    assert (entered.status_code, entered.json()["strength"]) == (201, "two_factors")


async def asked_for_code(page: Page, invitation: Invitation) -> None:
    await page.goto(invitation.link)
    await page.get_by_role("button", name="发送验证码").click()
    await expect(page.get_by_text("验证码已发送")).to_be_visible()


async def test_where_mail_is_carried_the_mailbox_comes_first_and_the_link_is_worth_nothing_after_it(
    page: Page, mail: MemoryNotices, invitation: Invitation
):
    await asked_for_code(page, invitation)
    (sent_code,) = mail.inbox
    assert sent_code.to.value == EMAIL
    assert await secret_of(page) == ""
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_text("请输入邮件里的六位数字。")).to_be_visible()
    await page.get_by_label("邮件里的六位数字").fill("000000" if sent_code.code != "000000" else "000001")
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_text("验证码不对，或者已经过期。")).to_be_visible()
    await page.get_by_role("button", name="发送验证码").click()
    await expect(page.get_by_text("验证码发送过于频繁")).to_be_visible()
    await page.get_by_label("邮件里的六位数字").fill(sent_code.code)
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_label("密码", exact=True)).to_be_visible()
    assert invitation.token not in page.url
    await page.reload()
    await filled(page, code=await code_of(page, invitation))
    await sent(page)
    await expect(page.get_by_role("heading", name="已经设置好了")).to_be_focused()
    await page.goto(invitation.link)
    await expect(page.get_by_role("heading", name="邀请链接无效或已过期")).to_be_visible()


async def test_an_answer_to_the_code_that_was_lost_is_asked_for_again(
    page: Page, mail: MemoryNotices, invitation: Invitation
):
    async def lost(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await asked_for_code(page, invitation)
    await page.route(f"**{PATH}/proven", lost)
    await page.get_by_label("邮件里的六位数字").fill(mail.inbox[0].code)
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_text("请再点一次“下一步”")).to_be_visible()
    await page.unroute(f"**{PATH}/proven")
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_label("密码", exact=True)).to_be_visible()


async def test_the_time_until_which_the_link_is_good_is_that_of_the_campus(page: Page, invitation: Invitation):
    await opened(page, invitation)
    async with httpx.AsyncClient(base_url=invitation.origin) as client:
        told = (await client.post(f"{PATH}/looked-at", json={"token": invitation.token})).json()
    hour, minute = told["expiresAt"][11:13], told["expiresAt"][14:16]
    assert told["expiresAt"].endswith(("+00:00", "Z"))
    await expect(page.locator("#until")).to_contain_text(f"{(int(hour) + 8) % 24:02d}:{minute}")


WRONG = (
    ({"password": "short", "repeated": "short"}, "密码至少要有 12 个字符。"),
    ({"repeated": "three blue bicycle"}, "两次输入的密码不一样。"),
    ({"code": "12345"}, "请输入验证器显示的六位数字。"),
    ({"password": "han.meimei's cat", "repeated": "han.meimei's cat"}, "密码里不能包含邮箱的名字。"),
    ({"password": "passwordpassword", "repeated": "passwordpassword"}, "这个密码太常见"),
    ({"password": "5201314520131452", "repeated": "5201314520131452"}, "都很容易被猜到"),
    ({"code": "000000"}, "动态验证码不对。"),
)


async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(page: Page, invitation: Invitation):
    await opened(page, invitation)
    for typed, said in WRONG:
        await filled(page, **typed)
        before = [await field.input_value() for field in await page.locator("#enroll input").all()]
        await sent(page)
        complaint = page.get_by_role("alert").filter(has_text=said)
        await expect(complaint).to_be_visible()
        await expect(page.get_by_role("alert").filter(has_text="。")).to_have_count(1)
        field = page.locator(f"[aria-describedby~='{await complaint.get_attribute('id')}']")
        await expect(field).to_be_focused()
        await expect(field).to_have_attribute("aria-invalid", "true")
        assert [await field.input_value() for field in await page.locator("#enroll input").all()] == before, said


async def test_a_code_in_full_width_digits_with_a_space_is_the_same_code(page: Page, invitation: Invitation):
    await opened(page, invitation)
    code = await code_of(page, invitation)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    await filled(page, code=f"{wide[:3]} {wide[3:]}")
    await sent(page)
    await expect(page.get_by_role("heading", name="已经设置好了")).to_be_visible()


async def test_a_link_that_is_too_old_says_so_and_what_to_do(page: Page, invitation: Invitation):
    invitation.stage.clock.advance(INVITATION_LIFE)
    await page.goto(invitation.link)
    await expect(page.get_by_role("heading", name="邀请链接无效或已过期")).to_be_visible()
    await expect(page.get_by_text("请联系邀请你的人，重新发一条")).to_be_visible()


async def test_a_link_that_grows_too_old_while_one_types_says_so(page: Page, invitation: Invitation):
    await opened(page, invitation)
    await filled(page, code=await code_of(page, invitation))
    invitation.stage.clock.advance(INVITATION_LIFE)
    await sent(page)
    await expect(page.get_by_role("heading", name="邀请链接无效或已过期")).to_be_visible()


async def test_a_link_without_its_end_is_called_incomplete(page: Page, invitation: Invitation):
    await page.goto(f"{invitation.origin}/operator-invitation")
    await expect(page.get_by_role("heading", name="链接不完整")).to_be_visible()


async def test_the_page_waits_in_words_and_tries_again_where_the_server_is_not_reached(
    page: Page, invitation: Invitation
):
    await page.route(f"**{PATH}/looked-at", lambda route: route.abort())
    await page.goto(invitation.link)
    await expect(page.get_by_role("heading", name="暂时连不上服务器")).to_be_visible()
    await page.unroute(f"**{PATH}/looked-at")
    await page.get_by_role("button", name="再试一次").click()
    await expect(page.get_by_text(EMAIL)).to_be_visible()


async def test_being_offline_is_said_and_loses_nothing(page: Page, invitation: Invitation):
    await opened(page, invitation)
    await filled(page, code=await code_of(page, invitation))
    await page.context.set_offline(True)
    await expect(page.get_by_text("网络已断开")).to_be_visible()
    await sent(page)
    await expect(page.get_by_text("你填写的内容都还在，请再点一次")).to_be_visible()
    assert await still_there(page)
    await page.context.set_offline(False)
    await expect(page.get_by_text("网络已断开")).to_be_hidden()
    await sent(page)
    await expect(page.get_by_role("heading", name="已经设置好了")).to_be_visible()


async def test_an_answer_that_was_lost_after_all_was_done_is_told_for_what_it_probably_is(
    page: Page, invitation: Invitation
):
    async def lost(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await opened(page, invitation)
    await filled(page, code=await code_of(page, invitation))
    await page.route(f"**{PATH}/accepted", lost)
    await sent(page)
    await expect(page.get_by_text("不能确定是否已经设置成功")).to_be_visible()
    await page.unroute(f"**{PATH}/accepted")
    await sent(page)
    await expect(page.get_by_text("上一次提交很可能已经成功")).to_be_visible()
    assert await still_there(page)


async def test_a_fault_of_the_server_is_not_taken_for_a_refusal(page: Page, invitation: Invitation):
    await opened(page, invitation)
    await filled(page, code=await code_of(page, invitation))
    for status, said in (
        (502, "<h1>Bad Gateway</h1>"),
        (500, '{"code": "internal", "title": "服务暂时出错"}'),
        (404, "{}"),
    ):
        await page.route(f"**{PATH}/accepted", answering(status, said))
        await sent(page)
        await expect(page.get_by_text("不能确定是否已经设置成功")).to_be_visible()
        assert await still_there(page)


async def test_whoever_tries_too_often_hears_for_how_long_to_wait(page: Page, invitation: Invitation):
    await opened(page, invitation)
    async with httpx.AsyncClient(base_url=invitation.origin) as client:
        guess = {"token": invitation.token, "password": PASSWORD, "code": "000000"}
        for _ in range(10):
            await client.post(f"{PATH}/accepted", json=guess)
    await filled(page, code=await code_of(page, invitation))
    await sent(page)
    await expect(page.get_by_text("尝试得太频繁，请在 60 分钟后再试")).to_be_visible()
    assert await still_there(page)


async def test_whoever_leaves_with_something_typed_is_asked(page: Page, invitation: Invitation):
    await opened(page, invitation)
    asked = list[str]()
    await page.get_by_label("密码", exact=True).press_sequentially("t")

    async def stay(dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    async with page.expect_event("dialog"):
        await page.evaluate("setTimeout(() => location.reload(), 0)")
    assert asked == ["beforeunload"]
    assert await page.get_by_label("密码", exact=True).input_value() == "t"


async def test_no_script_can_be_put_into_the_page(page: Page, invitation: Invitation, complaints: list[str]):
    await opened(page, invitation)
    told = await page.evaluate(
        """async () => {
          const refused = new Promise((tell) => {
            document.addEventListener("securitypolicyviolation", (event) => tell(event.effectiveDirective));
          });
          try { document.body.innerHTML += "<img src=x onerror=window.taken=1>"; } catch { /* trusted types */ }
          return [await refused, window.taken ?? null];
        }"""
    )
    assert told == ["require-trusted-types-for", None]
    assert all("TrustedHTML" in complaint for complaint in complaints)
    complaints.clear()


async def test_the_page_fits_a_small_phone_and_shows_the_password_only_when_asked(page: Page, invitation: Invitation):
    await opened(page, invitation)
    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    password = page.get_by_label("密码", exact=True)
    await expect(password).to_have_attribute("type", "password")
    await page.get_by_label("显示密码").check()
    await expect(password).to_have_attribute("type", "text")
