"""Letters that look or read alike become one letter, so that a word is found however it is dressed up."""

import unicodedata
from typing import Final

SENTENCE_MARKS: Final = frozenset(",;:!?。、\n\r")
"""What ends a thought after normalisation; everything else that is no letter stands between letters for nothing."""

_LOOK: Final = "абвгдеёікмнорстухцѕјαβεικνορτυχωı"
_LIKE: Final = "a6brgeeikmhopctyxusjabeikvoptuxwi"
_OLD: Final = "槍彈證貸賭錢現單約賣嫖課寫論簽雙藥煙號實領掃購銀帳賬"
_NEW: Final = "枪弹证贷赌钱现单约卖嫖课写论签双药烟号实领扫购银账账"
_FOLDED: Final = str.maketrans(_LOOK + _OLD, _LIKE + _NEW)


def folded(text: str) -> str:
    """The letters of it, and its sentence marks: full width, case, accents, script and old spelling folded."""
    wide = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKC", "".join(c for c in wide if not unicodedata.combining(c)))
    return "".join(c for c in plain.translate(_FOLDED) if c in SENTENCE_MARKS or _is_letter(c))


def without_marks(folded_text: str) -> str:
    """The letters alone."""
    return "".join(c for c in folded_text if c not in SENTENCE_MARKS)


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in {"L", "N"}
