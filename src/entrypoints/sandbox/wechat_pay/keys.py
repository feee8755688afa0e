"""What WeChat Pay hands out to the merchant, and what it keeps to itself."""

from typing import Final

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from entrypoints.sandbox.keys import Keys, letters

MERCHANT: Final = "1900000999"
APP: Final = "wx5a4db0c5a4db0c5a"
API_V3_KEY_LENGTH: Final = 32
PUBLIC_KEY_ID_PREFIX: Final = "PUB_KEY_ID_SANDBOX"
"""No real key has such a name: production refuses it."""


@frozen
class WechatPayKeys:
    """The merchant's key and certificate, the API v3 key, and WeChat Pay's own key with a certificate for it."""

    keys: Keys

    @property
    def merchant_key(self) -> RSAPublicKey:
        """With which the merchant's requests are verified."""
        return self.keys.private_key("wechat_pay_merchant").public_key()

    @property
    def merchant_serial(self) -> str:
        """The serial of the merchant's certificate."""
        return _serial(self.keys.certificate("wechat_pay_merchant", issuer="wechat_pay_authority"))

    @property
    def own_key(self) -> RSAPrivateKey:
        """With which WeChat Pay signs."""
        return self.keys.private_key("wechat_pay_platform")

    @property
    def own_certificate(self) -> x509.Certificate:
        """The certificate of that key, for merchants in certificate mode."""
        return self.keys.certificate("wechat_pay_platform", issuer="wechat_pay_authority")

    @property
    def own_serial(self) -> str:
        """The serial of that certificate."""
        return _serial(self.own_certificate)

    @property
    def public_key_id(self) -> str:
        """The name of WeChat Pay's key, for merchants in public-key mode."""
        number = self.keys.text("wechat_pay_public_key_id", letters(24))
        return f"{PUBLIC_KEY_ID_PREFIX}{number.upper()}"

    @property
    def api_v3_key(self) -> str:
        """The secret of both sides, for what is encrypted."""
        return self.keys.text("wechat_pay_api_v3_key", letters(API_V3_KEY_LENGTH))

    def environment(self, url: str) -> dict[str, str]:
        """What the service must be started with."""
        self.keys.private_key("wechat_pay_merchant")
        secret = self.api_v3_key
        assert len(secret) == API_V3_KEY_LENGTH  # noqa: S101 - and so there is a file
        return {
            "ERRAND_WECHAT_APP": APP,
            "ERRAND_WECHAT_PAY_MERCHANT": MERCHANT,
            "ERRAND_WECHAT_PAY_PRIVATE_KEY_FILE": str(self.keys.path("wechat_pay_merchant.pem")),
            "ERRAND_WECHAT_PAY_CERTIFICATE_SERIAL": self.merchant_serial,
            "ERRAND_WECHAT_PAY_API_V3_KEY_FILE": str(self.keys.path("wechat_pay_api_v3_key")),
            "ERRAND_WECHAT_PAY_PUBLIC_KEY_FILE": str(self.keys.public_key_file("wechat_pay_platform")),
            "ERRAND_WECHAT_PAY_PUBLIC_KEY_ID": self.public_key_id,
            "ERRAND_WECHAT_PAY_GATEWAY": url,
        }


def _serial(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:040X}"
