"""Carriers by configuration alone: what is missing or cannot be right is named at the start."""

import pytest

from adapters.memory.outside import MemoryNotices
from adapters.system.routed_notices import RoutedNotices
from entrypoints.container.carriers import find_notices
from entrypoints.settings import SettingsInvalid, read_settings

GIVEN = {
    "ERRAND_MODE": "development",
    "ERRAND_SECRET_KEY": "5e" * 32,
    "ERRAND_NOTICES": "tencent_sms, smtp",
    "ERRAND_TENCENT_SMS_SECRET_ID": "AKID0123456789abcdef",
    "ERRAND_TENCENT_SMS_SECRET_KEY": "s3cret-key-of-thirty-two-letters",
    "ERRAND_TENCENT_SMS_APP": "1400006666",
    "ERRAND_TENCENT_SMS_SIGNATURE": "校园跑腿",
    "ERRAND_TENCENT_SMS_CODE_TEMPLATE": "1110001",
    "ERRAND_SMTP_HOST": "smtp.example.edu.cn",
    "ERRAND_SMTP_SENDER": "errand@example.edu.cn",
}
PRODUCTION = {
    "ERRAND_MODE": "production",
    "ERRAND_MINI_PROGRAM": "wechat",
    "ERRAND_KEY_RING_FILE": "/nowhere/ring.json",
}


def refusal(**changes: str) -> str:
    with pytest.raises(SettingsInvalid) as refused:
        find_notices(read_settings(GIVEN | changes))
    return str(refused.value)


@pytest.mark.parametrize("names", ["tencent_sms,smtp", "smtp", "tencent_sms"])
def test_carriers_are_named_one_by_one(names):
    for mode in ({}, PRODUCTION):
        assert isinstance(find_notices(read_settings(GIVEN | mode | {"ERRAND_NOTICES": names})), RoutedNotices)


def test_codes_go_to_phones_of_the_mainland_unless_others_are_named():
    assert read_settings(GIVEN).sms_countries == ("86",)
    assert read_settings(GIVEN | {"ERRAND_SMS_COUNTRIES": "86, 852"}).sms_countries == ("86", "852")


def test_one_may_carry_all():
    assert isinstance(find_notices(read_settings(GIVEN | {"ERRAND_NOTICES": "memory"})), MemoryNotices)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ERRAND_NOTICES", "pigeon", "ERRAND_NOTICES must be one of"),
        ("ERRAND_NOTICES", "smtp,pigeon", "ERRAND_NOTICES must be"),
        ("ERRAND_NOTICES", "smtp,memory", "ERRAND_NOTICES must be"),
        ("ERRAND_NOTICES", "smtp,smtp", "ERRAND_NOTICES must be"),
        ("ERRAND_NOTICES", ",", "ERRAND_NOTICES must be"),
        ("ERRAND_SMS_COUNTRIES", "", "ERRAND_SMS_COUNTRIES must be country codes"),
        ("ERRAND_SMS_COUNTRIES", "86,+852", "ERRAND_SMS_COUNTRIES must be country codes"),
        ("ERRAND_SMS_COUNTRIES", "0086", "ERRAND_SMS_COUNTRIES must be country codes"),
        ("ERRAND_TENCENT_SMS_SECRET_KEY", "short", "ERRAND_TENCENT_SMS_*: secret_key is not"),
        ("ERRAND_TENCENT_SMS_APP", "app", "ERRAND_TENCENT_SMS_*: app is not"),
        ("ERRAND_TENCENT_SMS_GATEWAY", "ftp://x", "ERRAND_TENCENT_SMS_*: url is not"),
        ("ERRAND_SMTP_HOST", "", "ERRAND_SMTP_*: host is not"),
        ("ERRAND_SMTP_SENDER", "nobody", "ERRAND_SMTP_*: sender is not"),
        ("ERRAND_SMTP_SECURITY", "none", "ERRAND_SMTP_*: security is not"),
        ("ERRAND_SMTP_PORT", "70000", "ERRAND_SMTP_PORT must be"),
    ],
)
def test_what_cannot_be_right_is_named_in_one_line(name, value, said):
    line = refusal(**{name: value})
    assert line.startswith(said)
    assert "\n" not in line


@pytest.mark.parametrize("name", ["memory", " memory "])
def test_in_production_somebody_is_told(name):
    assert "ERRAND_NOTICES must not be 'memory'" in refusal(**PRODUCTION, ERRAND_NOTICES=name)


def test_in_production_nothing_travels_in_the_open():
    assert "ERRAND_SMTP_SECURITY must be tls or starttls" in refusal(**PRODUCTION, ERRAND_SMTP_SECURITY="plain")
    assert "GATEWAY is the sandbox" in refusal(**PRODUCTION, ERRAND_TENCENT_SMS_GATEWAY="http://127.0.0.1:8001")


def test_nothing_secret_is_shown():
    assert "s3cret" not in repr(read_settings(GIVEN))
