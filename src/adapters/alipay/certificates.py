"""The serials by which certificates are named to Alipay and by Alipay: digests of issuer and number."""

from hashlib import md5
from typing import Final

from cryptography.x509 import BasicConstraints, Certificate, ExtensionNotFound

from adapters.outside.pem import readable_certificates

_RSA: Final = "1.2.840.113549.1.1."
"""How the object ids of all signatures by RSA begin."""


def certificate_serial(certificate: Certificate) -> str:
    """The serial of one certificate (`app_cert_sn`, `alipay_cert_sn`)."""
    # As Alipay's own libraries write the issuer: its last part first, and none that it does not have. Unverified
    # against the live service: that no part has a comma, which one of them escapes and another does not.
    written = f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}"
    # MD5 is what Alipay names certificates with; nothing depends on its strength.
    return md5(written.encode(), usedforsecurity=False).hexdigest()


def root_serial(bundle: str) -> str:
    """The serials of the roots in a bundle that RSA signed (`alipay_root_cert_sn`); empty where there are none."""
    roots = (c for c in readable_certificates(bundle) if c.signature_algorithm_oid.dotted_string.startswith(_RSA))
    return "_".join(certificate_serial(root) for root in roots)


def issues_others(certificate: Certificate) -> bool:
    """Whether it is there to certify others. Such a one may stand behind Alipay's own, and signs no answers."""
    try:
        return certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    except (ExtensionNotFound, ValueError):
        return False
