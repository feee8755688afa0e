"""What WeChat hands out for an app: a secret, and what is set for pushes in its console."""

from typing import Final

from attrs import frozen

from entrypoints.sandbox.keys import Keys, letters
from entrypoints.sandbox.wechat.seal import PushSealing
from entrypoints.sandbox.wechat_pay.keys import APP

SECRET_LENGTH: Final = 32
PUSH_TOKEN_LENGTH: Final = 24
PUSH_KEY_LENGTH: Final = 43
SECRET_FILE, PUSH_TOKEN_FILE, PUSH_KEY_FILE = "wechat_secret", "wechat_push_token", "wechat_push_key"


@frozen
class WechatKeys:
    """The app is the one that WeChat Pay knows as well."""

    keys: Keys

    @property
    def app(self) -> str:
        """The app's name at WeChat."""
        return APP

    @property
    def secret(self) -> str:
        """For which the access token is given."""
        return self.keys.text(SECRET_FILE, letters(SECRET_LENGTH))

    @property
    def sealing(self) -> PushSealing:
        """How its pushes are encrypted and signed."""
        return PushSealing(
            app=self.app,
            token=self.keys.text(PUSH_TOKEN_FILE, letters(PUSH_TOKEN_LENGTH)),
            key=self.keys.text(PUSH_KEY_FILE, letters(PUSH_KEY_LENGTH)),
        )

    def environment(self, url: str) -> dict[str, str]:
        """What the service must be started with."""
        _ = self.secret, self.sealing  # and so there are files
        return {
            "ERRAND_WECHAT_APP": self.app,
            "ERRAND_WECHAT_SECRET_FILE": str(self.keys.path(SECRET_FILE)),
            "ERRAND_WECHAT_PUSH_TOKEN_FILE": str(self.keys.path(PUSH_TOKEN_FILE)),
            "ERRAND_WECHAT_PUSH_KEY_FILE": str(self.keys.path(PUSH_KEY_FILE)),
            "ERRAND_WECHAT_GATEWAY": url,
        }
