"""What partners gave us is checked at the start: one line that names the variable, and never shows a value."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.system.clock import SystemClock
from adapters.wechat.push import WechatPush
from adapters.wechat.shipping import WechatShipping
from entrypoints.cli.main import main
from entrypoints.partners import Part, Partners, check_partners, find_partners
from entrypoints.sandbox.keys import Keys
from entrypoints.sandbox.outside import Outside
from entrypoints.sandbox.partners import environment, make_partners
from entrypoints.sandbox.store import Store
from entrypoints.settings import SettingsInvalid, read_settings
from errand_domain.use_cases.money.providers import Providers

SANDBOX = "http://127.0.0.1:8001"
OTHER_KEY = "ERRAND_ALIPAY_PRIVATE_KEY_FILE"


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Everything that the sandbox's partners hand out, and what every installation has."""
    folder = tmp_path_factory.mktemp("partners")
    keys = Keys(folder / "keys")
    Outside(Store(folder / "sandbox.sqlite3"), make_partners=make_partners(keys, SystemClock()))
    return {"ERRAND_MODE": "development", "ERRAND_SECRET_KEY": "5e" * 32, **environment(keys, SANDBOX)}


def refusal(given: Mapping[str, str], **changes: str | None) -> str:
    """The line with which that environment is refused."""
    changed = {name: value for name, value in {**given, **changes}.items() if value is not None}
    with pytest.raises(SettingsInvalid) as refused:
        check_partners(read_settings(changed))
    return str(refused.value)


def test_what_the_sandbox_hands_out_is_complete(given: dict[str, str]):
    providers = find_partners(read_settings(given)).providers
    assert set(providers.payments) == set(providers.refunds) == set(providers.bills) == {"wechat_pay", "alipay"}
    assert set(providers.payouts) == {"wechat_pay", "alipay"}
    assert set(providers.shipping) == {"wechat_pay"}
    assert set(providers.notifications) == {"wechat-pay", "alipay", "wechat"}


def test_without_the_apps_secret_no_money_is_waited_for(given: dict[str, str]):
    without = {name: value for name, value in given.items() if not name.startswith("ERRAND_WECHAT_SECRET")}
    assert not find_partners(read_settings(without)).providers.shipping


def test_nobody_is_asked_and_nothing_is_opened_to_check(given: dict[str, str]):
    """Nobody listens at the sandbox's address here."""
    check_partners(read_settings(given))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ERRAND_WECHAT_PAY_MERCHANT", "", "merchant is not 8 to 32 digits"),
        ("ERRAND_WECHAT_PAY_API_V3_KEY", "too short", "api_v3_key is not 32 ASCII characters long"),
        ("ERRAND_WECHAT_PAY_PRIVATE_KEY", "no key", "private_key is not an unencrypted private key in PEM"),
        ("ERRAND_WECHAT_PAY_PUBLIC_KEY", "no key", "public_key is not a public key in PEM"),
        ("ERRAND_WECHAT_PAY_PUBLIC_KEY_ID", "", "public_key and public_key_id go together"),
        ("ERRAND_WECHAT_PAY_CERTIFICATE_SERIAL", "xyz", "certificate_serial is not up to 40 hexadecimal digits"),
        ("ERRAND_WECHAT_PAY_GATEWAY", "ftp://example.edu", "url is not an address that begins with https://"),
        ("ERRAND_WECHAT_SECRET", "short", "secret is not 32 letters and digits"),
        ("ERRAND_WECHAT_PUSH_KEY", "short", "key is not"),
        ("ERRAND_ALIPAY_APP", "12", "app is not 16 digits"),
        ("ERRAND_ALIPAY_SELLER", "1", "seller is not 16 digits that begin with 2088"),
        ("ERRAND_ALIPAY_ROOT_CERTIFICATE", "", "there are no three certificates"),
    ],
)
def test_what_cannot_be_right_is_named(given: dict[str, str], name: str, value: str, said: str):
    line = refusal(given, **{f"{name}_FILE": None, name: value})
    assert said in line
    assert line.startswith(("ERRAND_WECHAT_PAY_", "ERRAND_WECHAT_", "ERRAND_ALIPAY_"))
    assert "\n" not in line
    if len(value) > 4:
        assert value not in line


def test_a_pair_that_does_not_match_is_told_apart(given: dict[str, str]):
    line = refusal(given, ERRAND_ALIPAY_PRIVATE_KEY_FILE=given["ERRAND_WECHAT_PAY_PRIVATE_KEY_FILE"])
    assert "private_key does not belong to app_certificate" in line
    certificate = str(Path(given["ERRAND_WECHAT_PAY_PRIVATE_KEY_FILE"]).with_name("wechat_pay_platform.crt"))
    line = refusal(given, ERRAND_WECHAT_PAY_CERTIFICATE_FILE=certificate)
    assert "private_key does not belong to certificate" in line


def test_a_file_that_is_not_there_is_named_by_its_variable(given: dict[str, str]):
    assert "ERRAND_ALIPAY_PRIVATE_KEY_FILE cannot be read" in refusal(given, **{OTHER_KEY: "/nowhere/key.pem"})


def no_part(_: object) -> Part:
    """A provider of somebody else's."""
    return Part(Providers())


def in_production(given: Mapping[str, str], **changes: str | None) -> str:
    production = {
        "ERRAND_MODE": "production",
        "ERRAND_NOTICES": "tests.partners.test_settings:nobody",
        "ERRAND_KEY_RING_FILE": "/ring",
    }
    return refusal(given, **{**production, "ERRAND_PUBLIC_URL": "https://errand.example.edu", **changes})


def test_production_refuses_the_sandboxs_keys(given: dict[str, str]):
    real = {"ERRAND_WECHAT_PAY_GATEWAY": None, "ERRAND_ALIPAY_GATEWAY": None, "ERRAND_WECHAT_GATEWAY": None}
    assert "PUBLIC_KEY_ID is the sandbox's" in in_production(given, **real, ERRAND_PAYMENTS="wechat_pay")
    assert "APP is the sandbox's" in in_production(given, **real, ERRAND_PAYMENTS="alipay")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8001", "https://localhost:8001", "http://api.mch.weixin.qq.com"])
def test_production_refuses_the_sandboxs_address_and_plain_http(given: dict[str, str], url: str):
    real = {"ERRAND_WECHAT_PAY_PUBLIC_KEY_ID": "PUB_KEY_ID_0119000009992026", "ERRAND_PAYMENTS": "wechat_pay"}
    line = in_production(given, **real, ERRAND_WECHAT_PAY_GATEWAY=url)
    assert "GATEWAY is the sandbox" in line or "begins with https://" in line


def test_production_is_told_over_https(given: dict[str, str]):
    real = {"ERRAND_WECHAT_PAY_PUBLIC_KEY_ID": "PUB_KEY_ID_0119000009992026", "ERRAND_PAYMENTS": "wechat_pay"}
    line = in_production(given, **real, ERRAND_WECHAT_PAY_GATEWAY=None, ERRAND_PUBLIC_URL="http://errand.example.edu")
    assert "notify_url is not an address that begins with https://" in line


def test_production_knows_its_users_by_their_platform(given: dict[str, str]):
    assert "ERRAND_MINI_PROGRAM must not be 'memory'" in in_production(given, ERRAND_MINI_PROGRAM="memory")
    assert "must be one of release, trial, develop" in refusal(given, ERRAND_MINI_PROGRAM_VERSION="beta")


def test_users_are_known_where_no_money_goes_through_wechat(given: dict[str, str]):
    assert "secret is not 32" in refusal(
        given, ERRAND_PAYMENTS="alipay", ERRAND_WECHAT_SECRET_FILE=None, ERRAND_WECHAT_SECRET="short"
    )


@pytest.mark.parametrize("payments", ["alipay", "wechat_pay"])
def test_verdicts_on_images_need_somewhere_to_arrive(given: dict[str, str], payments: str):
    judged = {"ERRAND_PAYMENTS": payments, "ERRAND_CONTENT_IMAGES": "wechat"}
    providers = find_partners(read_settings(given | judged)).providers
    assert isinstance(providers.notifications["wechat"], WechatPush)
    line = refusal(given, **judged, ERRAND_WECHAT_PUSH_TOKEN_FILE=None)
    assert "ERRAND_WECHAT_*: token is not" in line
    assert "secret is not 32" in refusal(given, **judged, ERRAND_WECHAT_SECRET_FILE=None)


def test_production_has_images_judged_by_somebody_who_reaches_it(given: dict[str, str]):
    assert "ERRAND_CONTENT_IMAGES must not be 'memory'" in in_production(given, ERRAND_CONTENT_IMAGES="memory")
    real = {"ERRAND_PAYMENTS": "tests.partners.test_settings:no_part", "ERRAND_WECHAT_GATEWAY": None}
    line = in_production(given, **real, ERRAND_CONTENT_IMAGES="wechat", ERRAND_PUBLIC_URL="http://errand.example.edu")
    assert "ERRAND_PUBLIC_URL must begin with https://" in line


async def test_shipping_and_sign_in_share_one_connection(given: dict[str, str]):
    partners = Partners(read_settings(given))
    shipping = partners.providers.shipping["wechat_pay"]
    assert isinstance(shipping, WechatShipping)
    assert shipping._api is partners.wechat
    await partners.close()


def test_production_serves_nobody_who_cannot_pay(given: dict[str, str]):
    assert "ERRAND_PAYMENTS names nobody" in in_production(given, ERRAND_PAYMENTS="")


def test_a_provider_that_is_not_known_is_refused_by_name(given: dict[str, str]):
    assert "must be one of alipay, wechat_pay" in refusal(given, ERRAND_PAYMENTS="paypal")


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_server_and_a_worker_do_not_start_with_what_cannot_be_right(given: dict[str, str], command: str):
    environment = {**given, "ERRAND_WECHAT_PAY_API_V3_KEY_FILE": "", "ERRAND_WECHAT_PAY_API_V3_KEY": "short"}
    environment = {name: value for name, value in environment.items() if value}
    result = CliRunner(env=environment).invoke(main, [command])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "ERRAND_WECHAT_PAY_*: api_v3_key is not 32 ASCII characters long\n"


def test_nothing_secret_is_in_what_the_settings_show(given: dict[str, str]):
    settings = read_settings(given)
    shown = repr(settings) + repr(find_partners(settings))
    for name in ("ERRAND_WECHAT_PAY_API_V3_KEY", "ERRAND_WECHAT_SECRET", "ERRAND_WECHAT_PUSH_KEY"):
        assert settings.partners[name] not in shown
    assert "PRIVATE KEY" not in shown


def nobody(_: object) -> None:
    """Carries notices to nobody."""


def test_an_address_that_cannot_be_redis_is_named_and_not_shown(given: dict[str, str]):
    with pytest.raises(SettingsInvalid, match="ERRAND_REDIS_URL") as refused:
        read_settings({**given, "ERRAND_REDIS_URL": "http://:hunter2@127.0.0.1"})
    assert "hunter2" not in str(refused.value)
    settings = read_settings({**given, "ERRAND_REDIS_URL": "redis://:hunter2@127.0.0.1:6379/0"})
    assert settings.redis_url == "redis://:hunter2@127.0.0.1:6379/0"
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"ERRAND_RATE_LIMITS": "off", "ERRAND_MODE": "production", "ERRAND_NOTICES": "a:b"}, "ERRAND_RATE_LIMITS"),
        ({"ERRAND_RATE_LIMITS": "perhaps"}, "ERRAND_RATE_LIMITS"),
        ({"ERRAND_TRUSTED_PROXIES": "everybody"}, "ERRAND_TRUSTED_PROXIES"),
        ({"ERRAND_TRUSTED_PROXIES": "10.0.0.1/8"}, "ERRAND_TRUSTED_PROXIES"),
    ],
)
def test_limits_and_whom_to_believe_about_addresses_are_checked(given, changed, named):
    with pytest.raises(SettingsInvalid, match=named):
        read_settings({**given, **changed})


def test_limits_hold_and_nobody_is_believed_unless_told_otherwise(given: dict[str, str]):
    settings = read_settings(given)
    assert (settings.rate_limits, settings.trusted_proxies) == (True, ())
    told = {"ERRAND_RATE_LIMITS": "off", "ERRAND_TRUSTED_PROXIES": "10.0.0.0/8, ::1"}
    settings = read_settings({**given, **told})
    assert (settings.rate_limits, settings.trusted_proxies) == (False, ("10.0.0.0/8", "::1/128"))
