"""What the sandbox pushes is opened by an independent implementation."""

import json
from base64 import b64decode
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_signature

from entrypoints.sandbox.wechat.seal import PushSealing

APP = "wx1234567890abcdef"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TOKEN = "pushToken123"
SEALING = PushSealing(app=APP, token=TOKEN, key=KEY)
events = st.dictionaries(st.text(), st.text() | st.integers(), max_size=5)


def opened(push, *, token=TOKEN, app=APP):
    crypto = WeChatCrypto(token, KEY, app)
    query = dict(parse_qsl(push.query))
    return json.loads(
        crypto.decrypt_message(json.loads(push.body), query["msg_signature"], query["timestamp"], query["nonce"])
    )


@given(event=events)
def test_whatever_is_pushed_is_opened_by_another_library(event):
    push = SEALING.sealed(event, timestamp=1_788_000_000)
    assert opened(push) == event
    query = dict(parse_qsl(push.query))
    check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])


def test_a_forged_push_is_signed_by_somebody_else():
    with pytest.raises(InvalidSignatureException):
        opened(SEALING.sealed({"a": 1}, timestamp=1_788_000_000, forged=True))


def test_another_token_or_app_does_not_open_it():
    push = SEALING.sealed({"a": 1}, timestamp=1_788_000_000)
    with pytest.raises(InvalidSignatureException):
        opened(push, token="another")
    with pytest.raises(InvalidAppIdException):
        opened(push, app="wx0")


@given(event=events)
def test_what_is_pushed_is_whole_blocks_of_32_bytes(event):
    body = json.loads(SEALING.sealed(event, timestamp=1).body)
    assert len(b64decode(body["Encrypt"])) % 32 == 0


def test_the_secrets_of_a_sealing_do_not_show():
    assert TOKEN not in repr(SEALING)
    assert KEY not in repr(SEALING)
