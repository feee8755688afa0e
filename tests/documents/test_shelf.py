"""The texts that people accept: each is whole, says who offers the service, and says what the program does."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from entrypoints.cli.main import main
from entrypoints.documents.shelf import Shelf, find_shelf
from entrypoints.settings import Mode, Settings, SettingsInvalid, read_settings
from errand_domain.errors import Missing
from errand_domain.member.consent import DOCUMENTS, Document
from errand_domain.money import Money
from errand_domain.policy import Policy
from errand_domain.retention import SESSIONS_KEPT_FOR
from errand_domain.runner.verification import APPLICATION_KEPT_FOR

RUN_BY = {
    "ERRAND_OPERATOR_NAME": "杭州跑腿科技有限公司",
    "ERRAND_OPERATOR_REGISTRATION": "91330100MA2XXXXXX0",
    "ERRAND_OPERATOR_ADDRESS": "杭州市西湖区余杭塘路 866 号",
    "ERRAND_OPERATOR_CONTACT": "400-000-0000",
    "ERRAND_OPERATOR_PRIVACY_CONTACT": "privacy@example.edu.cn",
}
OWN = "---\ntitle: 用户协议\neffective: 2027-01-01\n---\n# 由 {{operator_name}} 提供\n\n自 {{effective_on}} 起。\n"
POLICY = Policy()


def installation(mode: Mode = "development", **more: str) -> Settings:
    """What the variables say, in that mode: whatever else production asks for is not the matter here."""
    return evolve(read_settings({"ERRAND_MODE": "development", "ERRAND_SECRET_KEY": "5e" * 32, **more}), mode=mode)


def written(folder: Path, version: str, text: str, document: Document = "user_agreement") -> Path:
    file = folder / document / f"{version}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def shelf() -> Shelf:
    return find_shelf(installation("production", **RUN_BY))


def test_each_document_in_force_has_a_text_that_names_who_offers_the_service(shelf: Shelf):
    assert tuple(text.document for text in shelf.in_force) == DOCUMENTS
    for text in shelf.in_force:
        assert RUN_BY["ERRAND_OPERATOR_NAME"] in text.markdown
        assert RUN_BY["ERRAND_OPERATOR_CONTACT"] in text.markdown
        assert "{{" not in text.markdown
        assert "未填写" not in text.markdown
        assert "律师" not in text.markdown, "what is meant for counsel is not shown to people"
        assert text.markdown.startswith("# 校园跑腿")
        assert "2026 年 11 月 1 日" in text.markdown
        assert text.sha256 == sha256(text.markdown.encode()).hexdigest()


def test_every_template_tells_its_editor_that_counsel_must_read_it():
    folder = Path("src/entrypoints/documents/texts")
    templates = sorted(folder.glob("*/*.md"))
    assert len(templates) >= len(DOCUMENTS)
    for template in templates:
        assert "必须由执业律师审阅" in template.read_text("utf-8").partition("\n---\n")[0], template
    assert "Counsel has to read them" in (folder / "README.md").read_text("utf-8")


@pytest.mark.parametrize("variable", RUN_BY)
def test_production_does_not_start_without_saying_who_offers_the_service(variable: str):
    with pytest.raises(SettingsInvalid, match=f"^{variable} is needed in production") as refused:
        find_shelf(installation("production", **{name: said for name, said in RUN_BY.items() if name != variable}))
    assert "\n" not in str(refused.value)


def test_development_shows_what_is_missing_where_it_will_stand():
    text = find_shelf(installation()).in_force[0]
    assert "【ERRAND_OPERATOR_NAME 未填写】" in text.markdown


def test_a_version_without_a_text_is_refused_in_one_line_that_says_which_there_are():
    with pytest.raises(SettingsInvalid) as refused:
        find_shelf(installation(ERRAND_USER_AGREEMENT_VERSION="2027-01-01"))
    assert str(refused.value) == (
        "ERRAND_USER_AGREEMENT_VERSION names '2027-01-01', of which there is no text; there are 2026-11-01"
    )


def test_a_folder_adds_a_version_and_the_older_one_stays_readable(tmp_path: Path):
    settings = installation(
        ERRAND_DOCUMENTS_FOLDER=str(written(tmp_path, "2027-01-01", OWN)),
        ERRAND_USER_AGREEMENT_VERSION="2027-01-01",
        **RUN_BY,
    )
    shelf = find_shelf(settings)
    assert shelf.in_force[0].markdown == "# 由 杭州跑腿科技有限公司 提供\n\n自 2027 年 1 月 1 日 起。\n"
    assert shelf.in_force[0].effective_on == date(2027, 1, 1)
    assert shelf.find("user_agreement", "2026-11-01").title == "用户协议"
    with pytest.raises(Missing):
        shelf.find("user_agreement", "2025-01-01")


def test_a_folder_replaces_a_text_that_comes_with_the_program(tmp_path: Path):
    shelf = find_shelf(installation(ERRAND_DOCUMENTS_FOLDER=str(written(tmp_path, "2026-11-01", OWN))))
    assert shelf.in_force[0].markdown.startswith("# 由 ")
    assert shelf.in_force[1].markdown.startswith("# 校园跑腿隐私政策")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# 没有开头\n", "does not begin with its title and effective date"),
        ("---\ntitle: 用户协议\n---\n正文\n", "its first lines must say effective and title"),
        ("---\ntitle: 用户协议\neffective: 2027-01-01\nauthor: x\n---\n正文\n", "and nothing else"),
        ("---\ntitle: 用户协议\neffective: 明年\n---\n正文\n", "effective must be a date"),
        (OWN.replace("operator_name", "operator_nmae"), "{{operator_nmae}} is no field"),
        (OWN.replace("{{operator_name}}", "{{Operator}}"), "has braces that are no field"),
        (OWN.replace("{{operator_name}}", "{{operator_name"), "has braces that are no field"),
    ],
)
def test_a_text_that_cannot_be_right_is_named_in_one_line(tmp_path: Path, text: str, said: str):
    folder = written(tmp_path, "2027-01-01", text)
    with pytest.raises(SettingsInvalid) as refused:
        find_shelf(installation(ERRAND_DOCUMENTS_FOLDER=str(folder)))
    assert str(refused.value).startswith("ERRAND_DOCUMENTS_FOLDER: user_agreement/2027-01-01.md ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_that_is_not_there_and_a_name_that_is_no_version_are_refused(tmp_path: Path):
    with pytest.raises(SettingsInvalid, match="ERRAND_DOCUMENTS_FOLDER is no folder"):
        find_shelf(installation(ERRAND_DOCUMENTS_FOLDER=str(tmp_path / "nowhere")))
    with pytest.raises(SettingsInvalid, match="is no version"):
        find_shelf(installation(ERRAND_DOCUMENTS_FOLDER=str(written(tmp_path, "last one, really", OWN))))


@pytest.mark.parametrize("value", ["一\n二", "长" * 201, "{{operator_name}}"])
def test_what_is_filled_in_is_one_line(value: str):
    with pytest.raises(SettingsInvalid, match=r"^ERRAND_OPERATOR_NAME must be one line"):
        read_settings({"ERRAND_MODE": "development", "ERRAND_SECRET_KEY": "5e" * 32, "ERRAND_OPERATOR_NAME": value})


def yuan(amount: Money) -> str:
    return f"{amount.fen // 100} 元" if amount.fen % 100 == 0 else f"{amount.fen / 100:.2f} 元"


def minutes(span: timedelta) -> str:
    return f"{span // timedelta(minutes=1)} 分钟"


def hours(span: timedelta) -> str:
    return f"{span // timedelta(hours=1)} 小时"


SAID: Mapping[Document, tuple[str, ...]] = {
    "user_agreement": (
        f"报价 {minutes(POLICY.quote_life)}内有效",
        f"每单小费合计不超过 {yuan(POLICY.tariff.tip_most)}",
        f"请在 {minutes(POLICY.pay_within)}内付款",
        f"商品款，每单不超过 {yuan(POLICY.tariff.goods_advance_most)}",
        f"物品重量不超过 {POLICY.tariff.weight_most_grams // 1000} 千克",
        f"{hours(POLICY.open_for)}内，或者到你指定的时间段结束时仍无人接单",
        f"超过承诺时间 {minutes(POLICY.no_show_after)}仍未到达的，订单退回大厅",
        f"送达后 {hours(POLICY.complete_after)}内既未确认也未提出争议的，订单自动完成",
        f"接单后 {minutes(POLICY.cancel_free_for)}之内",
        f"晚了 {minutes(POLICY.runner_late_after)}",
        f"收取消费 {yuan(POLICY.cancel_fee)}",
        f"支付到场费 {yuan(POLICY.arrival_fee)}",
        f"直到订单完成后 {hours(POLICY.dispute_within)}之内",
        f"双方都有 {hours(POLICY.hearing_for)}陈述",
        f"金额超过 {yuan(POLICY.four_eyes_above)}的，须由两名管理员一致决定",
        f"{POLICY.review_within.days} 天内，双方可以互评一次",
    ),
    "privacy_policy": (
        f"审核决定作出后 {POLICY.keep_documents_for.days} 天删除",
        f"在订单结束 {POLICY.keep_order_details_for.days} 天后删除",
        f"过期的记录再过 {SESSIONS_KEPT_FOR.days} 天删除",
        f"申请 {APPLICATION_KEPT_FOR.days} 天未完成的",
        f"申请未通过的，决定作出 {POLICY.keep_documents_for.days} 天后删除",
        f"学制结束 {POLICY.keep_documents_for.days} 天后删除",
    ),
    "runner_agreement": (
        f"审核决定作出后 {POLICY.keep_documents_for.days} 天删除",
        f"同时进行的订单不超过 {POLICY.open_orders_most} 单",
        f"取件点 {POLICY.arrival_radius_metres} 米之内",
        f"| 初始 | {POLICY.credit.start} 分，最高 {POLICY.credit.most} 分 |",
        f"| 接单后放弃 | 减 {-POLICY.credit.gave_up} 分 |",
        f"超过承诺时间 {minutes(POLICY.no_show_after)}仍未到达 | 减 {-POLICY.credit.no_show} 分",
        f"| 晚于承诺时间到达取件点 | 减 {-POLICY.credit.late} 分 |",
        f"| 争议中被认定有过错 | 减 {-POLICY.credit.dispute_lost} 分 |",
        f"| 收到五星评价 | 加 {POLICY.credit.five_stars} 分 |",
        f"低于 {POLICY.credit.floor} 分不能接单；一天最多放弃 {POLICY.give_ups_per_day} 单",
        f"的 {POLICY.shares.runner_basis_points // 100}% 归你，{POLICY.shares.agent_basis_points // 100}% 归校区合作方",
        f"收入先冻结 {hours(POLICY.hold_earnings_for)}",
        f"每次提现不少于 {yuan(POLICY.withdrawals.least)}",
        f"单笔转账不超过 {yuan(POLICY.withdrawals.most_per_transfer)}",
        f"每天合计不超过 {yuan(POLICY.withdrawals.most_per_day)}",
        f"超过 {yuan(POLICY.withdrawals.approved_unseen_most)}的提现，由财务人员审核",
    ),
}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_numbers_in_the_texts_are_those_of_the_default_policy(shelf: Shelf, document: Document):
    text = next(text for text in shelf.in_force if text.document == document)
    said = re.sub(r"\s*\n\s*", "", text.markdown)
    assert [phrase for phrase in SAID[document] if phrase not in said] == []


PROCESSORS = ("微信支付", "支付宝", "腾讯云短信", "内容安全审核", "腾讯位置服务", "腾讯云对象存储", "邮件服务商")
LAW = (
    "个人信息保护负责人",
    "单独同意",
    "不向境外提供",
    "未满十四周岁",
    "撤回",
    "导出我的数据",
    "注销账号",
    "不少于三年",
)


def test_the_privacy_policy_says_what_the_law_asks_for(shelf: Shelf):
    text = shelf.find("privacy_policy", "2026-11-01").markdown
    assert [words for words in (*PROCESSORS, *LAW) if words not in text] == []


def test_serving_is_refused_with_the_same_line(tmp_path: Path):
    environment = {"ERRAND_MODE": "development", "ERRAND_SECRET_KEY": "5e" * 32, "ERRAND_DATABASE_URL": "memory:"}
    gone = str(tmp_path / "nowhere")
    result = CliRunner().invoke(main, ["serve"], env={**environment, "ERRAND_DOCUMENTS_FOLDER": gone})
    assert (result.exit_code, result.stderr) == (2, "ERRAND_DOCUMENTS_FOLDER is no folder that can be read\n")
