"""Alipay's side of the signatures: every request is verified over all that it says, every answer is signed as sent."""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from entrypoints.sandbox.alipay.errors import MESSAGES, AlipayError
from entrypoints.sandbox.alipay.words import read_time

SIGN_TYPE: Final = "RSA2"
ERROR_NODE: Final = "error_response"


@frozen(kw_only=True)
class Wire:
    """The keys of both sides, and the serials of their certificates.

    A request that names certificates is answered in certificate mode, and any other in key mode.
    """

    app: str
    app_key: RSAPublicKey = field(repr=False)
    own_key: RSAPrivateKey = field(repr=False)
    app_serial: str
    root_serial: str
    own_serial: str

    def received(self, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        """The parameters of a request, verified; raises `AlipayError`."""
        parameters = dict(pairs)
        if not parameters.get("method"):
            raise AlipayError("isv.missing-method", "40001")
        if parameters.get("app_id") != self.app:
            raise AlipayError("isv.invalid-app-id", "40002")
        self._check_signature(parameters)
        _check_manners(parameters)
        self._check_certificates(parameters)
        return parameters

    def answer(self, method: str, content: Mapping[str, object], *, certified: bool, forged: bool = False) -> bytes:
        """The answer as it goes out. Its inner text is signed before anything stands around it."""
        node = f"{method.replace('.', '_')}_response" if method else ERROR_NODE
        inner = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
        outer = f'{{"{node}":{inner}'
        if certified:
            outer += f',"alipay_cert_sn":"{self.own_serial}"'
        return f'{outer},"sign":"{self._signature(inner, forged=forged)}"}}'.encode()

    def notification(self, fields: Mapping[str, str], *, certified: bool, forged: bool = False) -> dict[str, str]:
        """The form that is posted. All is signed but the signature and its kind; nothing in it is empty."""
        said = {name: value for name, value in fields.items() if value}
        if certified:
            said["alipay_cert_sn"] = self.own_serial
        text = "&".join(f"{name}={said[name]}" for name in sorted(said))
        return {**said, "sign_type": SIGN_TYPE, "sign": self._signature(text, forged=forged)}

    def _check_signature(self, parameters: Mapping[str, str]) -> None:
        if parameters.get("sign_type") != SIGN_TYPE:
            raise AlipayError("isv.invalid-signature-type", "40002")
        if not parameters.get("sign"):
            raise AlipayError("isv.missing-signature", "40001")
        said = {name: value for name, value in parameters.items() if name != "sign" and value}
        text = "&".join(f"{name}={said[name]}" for name in sorted(said))
        try:
            self.app_key.verify(b64decode(parameters["sign"], validate=True), text.encode(), PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            raise AlipayError("isv.invalid-signature", "40002") from None

    def _check_certificates(self, parameters: Mapping[str, str]) -> None:
        if not is_certified(parameters):
            return
        if parameters.get("app_cert_sn") != self.app_serial:
            raise AlipayError("isv.invalid-app-cert-sn", "40002")
        if parameters.get("alipay_root_cert_sn") != self.root_serial:
            raise AlipayError("isv.invalid-alipay-root-cert-sn", "40002")

    def _signature(self, text: str, *, forged: bool) -> str:
        signed = f"{text} " if forged else text
        return b64encode(self.own_key.sign(signed.encode(), PKCS1v15(), SHA256())).decode()


def is_certified(parameters: Mapping[str, str]) -> bool:
    """Whether the request came in certificate mode."""
    return bool(parameters.get("app_cert_sn") or parameters.get("alipay_root_cert_sn"))


def succeeded(content: Mapping[str, object]) -> dict[str, object]:
    """The inside of an answer to what went well."""
    return {"code": "10000", "msg": MESSAGES["10000"], **content}


def _check_manners(parameters: Mapping[str, str]) -> None:
    if parameters.get("version") != "1.0":
        raise AlipayError("isv.missing-version", "40001")
    if parameters.get("charset", "").lower() != "utf-8":
        raise AlipayError("isv.invalid-charset", "40002")
    if parameters.get("format", "JSON").upper() != "JSON":
        raise AlipayError("isv.invalid-format", "40002")
    if not parameters.get("timestamp"):
        raise AlipayError("isv.missing-timestamp", "40001")
    try:
        read_time(parameters["timestamp"])
    except ValueError:
        raise AlipayError("isv.invalid-timestamp", "40002") from None
