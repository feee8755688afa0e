"""The list of words: what it finds however it is written, what it leaves alone, and lists of one's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.content.by_author import ContentCheckByAuthor
from adapters.content.campus_words import CAMPUS_WORDS
from adapters.content.folding import folded
from adapters.content.words import WordsContentCheck, WordsUnreadable, read_words, read_words_file
from adapters.memory.content import MemoryContentCheck
from errand_domain.ids import MemberId
from errand_domain.ports.content import Utterance
from errand_domain.testing import examples

LIST = read_words(CAMPUS_WORDS)
OWN = read_words("# ours\nrisky ok-coin\nreview 开黑\n\nallow 开黑板\n")


def said(text: str, identity: str | None = None) -> Utterance:
    return Utterance(text=text, scene="order", author=MemberId(examples.fresh()), wechat_identity=identity)


@pytest.mark.parametrize(
    "text",
    ["代考", "代 考", "代·考", "代-_*考", "代\u200b考", "（代）考", "求代考！", "槍支", "枪\u3000支", "代\u0301考"],
)
def test_a_word_is_found_however_it_is_dressed_up(text: str):
    assert LIST.verdict(text) == "risky"


@pytest.mark.parametrize("text", ["OK COIN", "ｏｋｃｏｉｎ", "оk-соіn", "Òk.Còin", "οκcοιn"])
def test_letters_that_look_alike_are_one_letter(text: str):
    assert OWN.verdict(text) == "risky"


@pytest.mark.parametrize(
    "text", ["外套现在在宿舍", "打印刷单面", "跑分钟", "成套现货", "帮我带一杯代餐", "考研资料代取"]
)
def test_ordinary_errands_that_only_look_like_it_pass(text: str):
    assert LIST.verdict(text) == "pass"


def test_a_word_across_the_marks_of_a_sentence_may_be_chance_so_somebody_looks():
    assert LIST.verdict("先代，考虑一下") == "review"
    assert LIST.verdict("加qq群") == "review"


def test_what_is_allowed_hides_no_other_word():
    assert LIST.verdict("外套现在，代考") == "risky"
    assert OWN.verdict("开黑板") == "pass"
    assert OWN.verdict("开黑板开黑") == "review"


@given(word=st.sampled_from(LIST.risky), before=st.text(max_size=8), after=st.text(max_size=8))
def test_no_surroundings_make_a_risky_word_pass(word: str, before: str, after: str):
    """An allowed phrase may only be in the way where the surroundings complete it, and then it is looked at."""
    allowed = any(phrase in folded(before + word + after) for phrase in LIST.allow)
    assert allowed or LIST.verdict(before + word + after) == "risky"


@pytest.mark.parametrize("written", ["代考", "risky", "risky ，。", "sure 代考", "# nothing\n"])
def test_a_list_that_cannot_be_right_is_refused(written: str):
    with pytest.raises(WordsUnreadable):
        read_words(written)


def test_a_list_is_read_from_a_file_or_said_to_be_unreadable(tmp_path):
    (tmp_path / "words.txt").write_text("review 开黑\n", "utf-8")
    assert read_words_file(tmp_path / "words.txt").verdict("今晚开黑") == "review"
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xff")
    for name in ("absent", "bytes"):
        with pytest.raises(WordsUnreadable):
            read_words_file(tmp_path / name)


async def test_whom_wechat_does_not_know_is_judged_by_the_list():
    known = MemoryContentCheck(risky=["快递"])
    check = ContentCheckByAuthor(known=known, others=WordsContentCheck())
    assert await check.judge(said("快递", "openid-1")) == "risky"
    assert await check.judge(said("快递")) == "pass"
    assert len(known.utterances) == 1


async def test_while_wechat_is_silent_the_list_judges_and_somebody_looks():
    known = MemoryContentCheck()
    check = ContentCheckByAuthor(known=known, others=WordsContentCheck())
    known.fail_next(2)
    assert await check.judge(said("取快递", "openid-1")) == "review"
    assert await check.judge(said("代考", "openid-1")) == "risky"
    assert await check.judge(said("取快递", "openid-1")) == "pass"
