"""What Tencent Cloud hands out: a pair of keys, an app, a signature and one approved template."""

from typing import Final

from attrs import frozen

from entrypoints.sandbox.keys import Keys, letters

APP: Final = "1400006666"
SIGNATURE: Final = "校园跑腿"
TEMPLATE: Final = "1110001"
TEMPLATE_WORDS: Final = "您的登录验证码是 {1}，5 分钟内有效，请勿告诉他人。"
KEY_LENGTH: Final = 32
ID_FILE, KEY_FILE = "tencent_sms_id", "tencent_sms_key"


@frozen
class TencentSmsKeys:
    """One account."""

    keys: Keys

    @property
    def secret_id(self) -> str:
        """The account's name in signatures."""
        return self.keys.text(ID_FILE, letters(KEY_LENGTH))

    @property
    def secret_key(self) -> str:
        """What signs."""
        return self.keys.text(KEY_FILE, letters(KEY_LENGTH))

    def environment(self, url: str) -> dict[str, str]:
        """What the service must be started with."""
        _ = self.secret_id, self.secret_key  # and so there are files
        return {
            "ERRAND_TENCENT_SMS_SECRET_ID_FILE": str(self.keys.path(ID_FILE)),
            "ERRAND_TENCENT_SMS_SECRET_KEY_FILE": str(self.keys.path(KEY_FILE)),
            "ERRAND_TENCENT_SMS_APP": APP,
            "ERRAND_TENCENT_SMS_SIGNATURE": SIGNATURE,
            "ERRAND_TENCENT_SMS_CODE_TEMPLATE": TEMPLATE,
            "ERRAND_TENCENT_SMS_GATEWAY": url,
        }
