"""Credentials are checked when they are built, and tell in one line what is wrong with them."""

from datetime import timedelta
from hashlib import md5

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from adapters.alipay.certificates import certificate_serial, root_serial
from adapters.alipay.credentials import AlipayCredentials
from tests.adapters.alipay.far_side import (
    NOW,
    FarSide,
    bare,
    certificate,
    certificate_pem,
    in_certificate_mode,
    in_key_mode,
    key,
    private_pem,
    public_pem,
)

SECOND = timedelta(seconds=1)
SHORT_KEY = generate_private_key(public_exponent=65_537, key_size=1024)  # noqa: S505 - it is to be refused
SHORT_PRIVATE = SHORT_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
SHORT_PUBLIC = SHORT_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
OTHER_KIND = ec.generate_private_key(ec.SECP256R1())
OTHER_KIND_PEM = OTHER_KIND.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize("layout", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("written", [str, bare, lambda pem: pem.replace("\n", "\r\n"), lambda pem: f"\n{pem}\n\n"])
def test_keys_are_taken_as_tools_write_them(layout, written):
    credentials = in_key_mode(
        private_key=written(private_pem("app", layout)), alipay_public_key=written(public_pem("alipay"))
    )
    assert credentials.own_key.private_numbers() == key("app").private_numbers()
    assert credentials.alipay_keys().by_serial == {"": key("alipay").public_key()}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"app": "wx1234567890"}, "app is not 16 digits"),
        ({"app": "２０２１００００００００００００"}, "app is not 16 digits"),
        ({"seller": "2021000000000001"}, "seller is not 16 digits that begin with 2088"),
        ({"private_key": ""}, "private_key is not an unencrypted private key in PEM"),
        ({"private_key": "c2VjcmV0"}, "private_key is not an unencrypted private key in PEM"),
        ({"private_key": OTHER_KIND_PEM}, "private_key is not an RSA key"),
        ({"private_key": SHORT_PRIVATE}, "private_key has 1024 bits, 2048 at least"),
        ({"private_key": public_pem("app")}, "private_key is not an unencrypted private key in PEM"),
        ({"alipay_public_key": "c2VjcmV0"}, "alipay_public_key is not a public key in PEM"),
        ({"alipay_public_key": SHORT_PUBLIC}, "alipay_public_key has 1024 bits, 2048 at least"),
        ({"alipay_public_key": public_pem("app")}, "alipay_public_key or alipay_certificate is our own, not Alipay's"),
        (
            {"alipay_public_key": ""},
            "alipay_public_key is missing, and there are no three certificates in its place",
        ),
        (
            {"app_certificate": certificate_pem("app")},
            "alipay_public_key is given, and certificates too: one mode excludes the other",
        ),
    ],
)
def test_what_is_wrong_in_key_mode_is_named_in_one_line(changes, complaint):
    with pytest.raises(ValueError, match=r"^.+$") as refused:
        in_key_mode(**changes)
    assert str(refused.value) == complaint


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"app_certificate": "nothing"}, "app_certificate is not a certificate in PEM"),
        ({"app_certificate": certificate_pem("other")}, "private_key does not belong to app_certificate"),
        ({"alipay_certificate": "nothing"}, "alipay_certificate has no certificate in PEM that signs answers"),
        (
            {"alipay_certificate": certificate_pem("root")},
            "alipay_certificate has no certificate in PEM that signs answers",
        ),
        (
            {"alipay_certificate": certificate_pem("app")},
            "alipay_public_key or alipay_certificate is our own, not Alipay's",
        ),
        ({"root_certificates": "nothing"}, "root_certificates has no certificate in PEM that RSA signed"),
        (
            {"root_certificates": ""},
            "alipay_public_key is missing, and there are no three certificates in its place",
        ),
    ],
)
def test_what_is_wrong_in_certificate_mode_is_named_in_one_line(changes, complaint):
    with pytest.raises(ValueError, match=r"^.+$") as refused:
        in_certificate_mode(**changes)
    assert str(refused.value) == complaint


def test_a_certificate_that_has_expired_is_named_when_the_gateway_is_built(far_side: FarSide):
    for name, changed in (
        ("app_certificate", {"app_certificate": certificate_pem("app", ends=NOW)}),
        ("alipay_certificate", {"alipay_certificate": certificate_pem("alipay", ends=NOW)}),
    ):
        credentials = in_certificate_mode(**changed)
        far_side.gateway(credentials)
        far_side.clock.advance(SECOND)
        with pytest.raises(ValueError, match=f"^{name} has expired$"):
            far_side.gateway(credentials)
        far_side.clock.set(NOW)


def test_the_new_certificate_may_stand_beside_the_old_one_and_its_issuer(far_side: FarSide):
    both = certificate_pem("alipay", ends=NOW) + certificate_pem("newer") + certificate_pem("root")
    credentials = in_certificate_mode(alipay_certificate=both)
    far_side.clock.advance(SECOND)
    keys = far_side.gateway(credentials).keys
    assert keys.knows(certificate_serial(certificate("newer")))
    assert not keys.knows(certificate_serial(certificate("root")))


def test_a_serial_is_the_digest_of_issuer_and_number():
    one = certificate("app")
    written = f"CN=Example root,OU=Certification,O=Example,C=CN{one.serial_number}"
    assert certificate_serial(one) == md5(written.encode(), usedforsecurity=False).hexdigest()


def test_the_roots_are_named_by_those_that_rsa_signed():
    spoiled = certificate_pem("app").replace("MII", "MIA", 1)
    bundle = "\n\n".join([certificate_pem("root"), spoiled, certificate_pem("other", issuer="other")])
    serials = [certificate_serial(certificate("root")), certificate_serial(certificate("other", issuer="other"))]
    assert root_serial(bundle) == "_".join(serials)


@pytest.mark.parametrize("credentials", [in_key_mode(), in_certificate_mode()])
def test_no_secret_is_shown(credentials: AlipayCredentials, far_side: FarSide):
    shown = f"{credentials!r} {credentials} {credentials.alipay_keys()!r} {far_side.gateway(credentials)!r}"
    assert "BEGIN" not in shown
    assert bare(private_pem("app"))[:40] not in shown
