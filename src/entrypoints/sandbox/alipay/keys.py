"""What Alipay hands out to the merchant, and what it keeps to itself."""

from functools import cached_property
from hashlib import md5
from typing import Final

from attrs import frozen
from cryptography.x509 import Certificate

from entrypoints.sandbox.alipay.wire import Wire
from entrypoints.sandbox.keys import Keys

APP: Final = "9021000000000999"
SELLER: Final = "2088000000000999"
GATEWAY_PATH: Final = "/gateway.do"
_AUTHORITY, _APP, _OWN = "alipay_authority", "alipay_app", "alipay_platform"


@frozen
class AlipayKeys:
    """The app's key and certificate, Alipay's own key and certificate, and the root of both."""

    keys: Keys

    @cached_property
    def wire(self) -> Wire:
        """Alipay's side of them."""
        return Wire(
            app=APP,
            app_key=self.keys.private_key(_APP).public_key(),
            own_key=self.keys.private_key(_OWN),
            app_serial=serial(self.keys.certificate(_APP, issuer=_AUTHORITY)),
            root_serial=serial(self.keys.certificate(_AUTHORITY)),
            own_serial=serial(self.keys.certificate(_OWN, issuer=_AUTHORITY)),
        )

    @property
    def in_key_mode(self) -> dict[str, str]:
        """The files of an app in key mode: nothing can be paid out there."""
        return {
            "ERRAND_ALIPAY_PRIVATE_KEY_FILE": str(self.keys.path(f"{_APP}.pem")),
            "ERRAND_ALIPAY_PUBLIC_KEY_FILE": str(self.keys.public_key_file(_OWN)),
        }

    def environment(self, url: str) -> dict[str, str]:
        """What the service must be started with: an app in certificate mode."""
        _ = self.wire  # and so there are files
        return {
            "ERRAND_ALIPAY_APP": APP,
            "ERRAND_ALIPAY_SELLER": SELLER,
            "ERRAND_ALIPAY_PRIVATE_KEY_FILE": str(self.keys.path(f"{_APP}.pem")),
            "ERRAND_ALIPAY_APP_CERTIFICATE_FILE": str(self.keys.path(f"{_APP}.crt")),
            "ERRAND_ALIPAY_CERTIFICATE_FILE": str(self.keys.path(f"{_OWN}.crt")),
            "ERRAND_ALIPAY_ROOT_CERTIFICATE_FILE": str(self.keys.path(f"{_AUTHORITY}.crt")),
            "ERRAND_ALIPAY_GATEWAY": f"{url}{GATEWAY_PATH}",
        }


def serial(certificate: Certificate) -> str:
    """By which Alipay names it: a digest of its issuer, the last part first, and its number."""
    written = f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}"
    return md5(written.encode(), usedforsecurity=False).hexdigest()
