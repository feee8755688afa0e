"""The serials by which certificates are named to Alipay and by Alipay: digests of issuer and number."""

from hashlib import md5
from typing import Final

from cryptography.x509 import BasicConstraints, Certificate, ExtensionNotFound, Name
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from adapters.alipay.pem import readable_certificates

_ISSUER: Final = (
    ("CN", NameOID.COMMON_NAME),
    ("OU", NameOID.ORGANIZATIONAL_UNIT_NAME),
    ("O", NameOID.ORGANIZATION_NAME),
    ("C", NameOID.COUNTRY_NAME),
)
_SIGNED_BY_RSA: Final = frozenset(
    {
        SignatureAlgorithmOID.RSA_WITH_MD5,
        SignatureAlgorithmOID.RSA_WITH_SHA1,
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.RSA_WITH_SHA384,
        SignatureAlgorithmOID.RSA_WITH_SHA512,
    }
)


def certificate_serial(certificate: Certificate) -> str:
    """The serial of one certificate (`app_cert_sn`, `alipay_cert_sn`)."""
    # MD5 is what Alipay names certificates with; nothing depends on its strength.
    written = f"{_issuer(certificate.issuer)}{certificate.serial_number}"
    return md5(written.encode(), usedforsecurity=False).hexdigest()


def root_serial(bundle: str) -> str:
    """The serials of the roots in a bundle that RSA signed (`alipay_root_cert_sn`); empty where there are none."""
    roots = (c for c in readable_certificates(bundle) if c.signature_algorithm_oid in _SIGNED_BY_RSA)
    return "_".join(certificate_serial(root) for root in roots)


def issues_others(certificate: Certificate) -> bool:
    """Whether it is there to certify others. Such a one may stand behind Alipay's own, and signs no answers."""
    try:
        return certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    except (ExtensionNotFound, ValueError):
        return False


def _issuer(name: Name) -> str:
    """In this order, however the certificate has them, and as they are: nothing in them is escaped."""
    parts: list[str] = []
    for letters, oid in _ISSUER:
        found = name.get_attributes_for_oid(oid)
        parts.append(f"{letters}={_text(found[0].value) if found else None}")
    return ",".join(parts)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode(errors="replace")
