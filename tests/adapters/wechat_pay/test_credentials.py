"""Credentials that could never work are refused at once, by name, and never shown."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from adapters.wechat_pay.payments import WechatPayments
from tests.adapters.wechat_pay.far_side import (
    API_V3_KEY,
    PLATFORM_SERIAL,
    SERIAL,
    FarSide,
    Reply,
    certificate_pem,
    credentials,
    in_certificate_mode,
    private_pem,
    public_pem,
    transaction,
)

NUMBER = "1217752501201407033233368018"
SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
ELLIPTIC = ec.generate_private_key(ec.SECP256R1())


def written(key, *, password=b""):
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def written_public(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize(
    "spelling",
    [
        private_pem(),
        private_pem(form=PrivateFormat.TraditionalOpenSSL),
        private_pem().replace("\n", "\r\n"),
        private_pem(form=PrivateFormat.TraditionalOpenSSL).replace("\n", "\r\n"),
        f"\n  {private_pem()}\n\n",
    ],
    ids=["PKCS#8", "PKCS#1", "PKCS#8 with CRLF", "PKCS#1 with CRLF", "blanks around it"],
)
async def test_every_spelling_of_a_private_key_signs(spelling: str, far_side: FarSide):
    far_side.will(Reply(content=transaction(NUMBER)))
    await WechatPayments(far_side.gateway(credentials(private_key=spelling))).query(NUMBER)
    assert len(far_side.seen) == 1


async def test_a_public_key_with_crlf_verifies(far_side: FarSide):
    far_side.will(Reply(content=transaction(NUMBER)))
    gateway = far_side.gateway(credentials(public_key=public_pem().replace("\n", "\r\n")))
    assert (await WechatPayments(gateway).query(NUMBER)).number == NUMBER


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"merchant": "19000x"}, "merchant is not 8 to 32 digits"),
        ({"merchant": ""}, "merchant is not 8 to 32 digits"),
        ({"app": "wx 1"}, "app is not up to 32 letters and digits"),
        ({"certificate_serial": "5157:F0"}, "certificate_serial is not up to 40 hexadecimal digits"),
        ({"api_v3_key": "short-secret"}, "api_v3_key is not 32 ASCII characters long"),
        ({"api_v3_key": "é" * 16}, "api_v3_key is not 32 ASCII characters long"),
        ({"private_key": "MIIEvwIBADAN-secret"}, "private_key is not an unencrypted private key in PEM"),
        ({"private_key": public_pem()}, "private_key is not an unencrypted private key in PEM"),
        (
            {"private_key": written(SMALL, password=b"pass")},
            "private_key is not an unencrypted private key in PEM",
        ),
        ({"private_key": written(SMALL)}, "private_key has 1024 bits, 2048 at least"),
        ({"private_key": written(ELLIPTIC)}, "private_key is not an RSA key"),
        ({"public_key": "secret"}, "public_key is not a public key in PEM"),
        ({"public_key": certificate_pem("platform", "AB")}, "public_key is not a public key in PEM"),
        ({"public_key": written_public(SMALL)}, "public_key has 1024 bits, 2048 at least"),
        ({"public_key": written_public(ELLIPTIC)}, "public_key is not an RSA key"),
        ({"public_key_id": "0119000001"}, "public_key_id is not PUB_KEY_ID_ and letters or digits"),
        ({"public_key_id": ""}, "public_key and public_key_id go together, and one of them is missing"),
        ({"public_key": ""}, "public_key and public_key_id go together, and one of them is missing"),
        (
            {"public_key": "", "public_key_id": ""},
            "public_key is missing, and there are no platform_certificates in its place",
        ),
        ({"platform_certificates": ("secret",)}, "platform_certificates is not a certificate in PEM"),
        ({"certificate": "secret"}, "certificate is not a certificate in PEM"),
        ({"certificate": certificate_pem("stranger", SERIAL)}, "private_key does not belong to certificate"),
        (
            {"certificate": certificate_pem("merchant", PLATFORM_SERIAL)},
            "certificate_serial is not the serial of certificate",
        ),
    ],
)
def test_what_could_never_work_is_refused_in_one_line(changed: dict, complaint: str):
    with pytest.raises(ValueError, match=complaint) as refusal:
        credentials(**changed)
    assert str(refusal.value) == complaint
    assert "secret" not in repr(refusal.value)
    assert refusal.value.__suppress_context__ or refusal.value.__cause__ is None


def test_a_certificate_of_ours_may_be_compared_with_the_key():
    assert credentials(certificate=certificate_pem("merchant", SERIAL)).certificate


def test_no_secret_is_in_the_text_of_credentials():
    ours = in_certificate_mode(certificate=certificate_pem("merchant", SERIAL))
    for shown in (repr(ours), str(ours), repr(credentials()), f"{credentials()}"):
        assert API_V3_KEY not in shown
        assert "BEGIN" not in shown
        assert "MII" not in shown
