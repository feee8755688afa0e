"""One phone and one mailbox are one account and one target of codes, however they are spelled."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.wire.addresses import e164, mailbox, way_of
from errand_domain.errors import InvalidField
from errand_domain.member.session import CODE_PAUSE
from tests.http.visitors import Visitor, problem_of

PHONES = (
    "13800138000",
    "138 0013 8000",
    "+86 138-0013-8000",
    "008613800138000",
    "8613800138000",
    "１３８００１３８０００",
    "＋８６１３８００１３８０００",
    "١٣٨٠٠١٣٨٠٠٠",
    "\u202d+86 138 0013 8000\u202c",  # copied from a phone's contacts
    "13800138000\u200b",
    "+86 013800138000",
    "tel:+86-138-0013-8000",
)
MAILBOXES = (
    "lin.xiaoyu@example.edu.cn",
    "Lin.XiaoYu@Example.EDU.CN",
    " lin.xiaoyu@example.edu.cn ",
    "ｌｉｎ.ｘｉａｏｙｕ＠ｅｘａｍｐｌｅ.ｅｄｕ.ｃｎ",
    "lin.xiaoyu@example。edu。cn",
    "lin.xiaoyu@exam\u00adple.edu.cn",
)
UNSEEN = ("\u200b", "\u200d", "\u00ad", "\u202e", "\u2066", "\ufeff", "\ufe0f", "\U000e0061", "\ue000", "\u0378")
"""What nobody sees in an address, or sees turned round: beside the same letters it would be a second account."""


@pytest.mark.parametrize("spelled", PHONES)
def test_a_phone_is_one_however_it_is_spelled(spelled: str):
    assert way_of("phone", spelled).value == "+8613800138000"


@pytest.mark.parametrize("spelled", MAILBOXES)
def test_a_mailbox_is_one_however_it_is_spelled(spelled: str):
    assert way_of("email", spelled).value == "lin.xiaoyu@example.edu.cn"


@pytest.mark.parametrize("spelled", ["é@example.cn", "e\u0301@example.cn", "É@example.cn"])
def test_letters_with_marks_are_one_however_they_are_put_together(spelled: str):
    assert mailbox(spelled) == "é@example.cn"


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_no_mailbox_has_a_letter_that_nobody_sees(unseen: str):
    with pytest.raises(InvalidField):
        mailbox(f"lin{unseen}@example.edu.cn")


@given(written=st.text(max_size=20).map(lambda local: f"{local}@example.edu.cn") | st.emails())
def test_what_was_brought_to_its_spelling_keeps_it(written: str):
    with suppress(InvalidField):
        assert mailbox(mailbox(written)) == mailbox(written)


@given(written=st.from_regex(r"\A\+?[0-9０-９ ()-]{5,20}\Z"))
def test_a_number_that_was_brought_to_its_spelling_keeps_it(written: str):
    with suppress(InvalidField):
        assert e164(e164(written)) == e164(written)


async def test_no_spelling_gets_a_second_code_or_a_second_account(guest: Visitor) -> None:
    first = await guest.signs_in("+8613800138000")
    for spelled in PHONES:
        problem = problem_of(await guest.post("/sign-in/codes", {"kind": "phone", "address": spelled}))
        assert problem["code"] == "sign_in.code_too_soon", ascii(spelled)
    guest.stage.clock.advance(CODE_PAUSE)
    assert (await guest.signs_in(PHONES[6])).id == first.id
