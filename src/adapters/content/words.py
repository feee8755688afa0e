"""Judging by a list of words, for those whom no platform knows, and for when the platform is silent.

A list is lines of text: `risky` or `review` and a word, or `allow` and a phrase in which a word of the list means
nothing. Blank lines, and those that begin with `#`, are for people.
"""

from pathlib import Path
from typing import Final

from attrs import frozen

from adapters.content.campus_words import CAMPUS_WORDS
from adapters.content.folding import folded, without_marks
from errand_domain.ports.content import ContentCheck, Utterance, Verdict

KINDS: Final = ("risky", "review", "allow")
CUT: Final = "\n"


class WordsUnreadable(ValueError):
    """The list cannot be right; the message names the line."""


@frozen(kw_only=True)
class WordList:
    """Words and phrases, folded; phrases with the longest first."""

    risky: tuple[str, ...]
    review: tuple[str, ...]
    allow: tuple[str, ...]

    def verdict(self, text: str) -> Verdict:
        """What the words say. A risky word that only appears across sentence marks may be a chance: somebody looks."""
        whole = folded(text)
        for phrase in self.allow:
            whole = whole.replace(phrase, CUT)
        if any(word in whole for word in self.risky):
            return "risky"
        together = without_marks(whole)
        return "review" if any(word in together for word in (*self.risky, *self.review)) else "pass"


def read_words(written: str) -> WordList:
    """The list; raises `WordsUnreadable`."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for number, line in enumerate(written.splitlines(), start=1):
        kind, _, word = line.strip().partition(" ")
        if not kind or kind.startswith("#"):
            continue
        bare = without_marks(folded(word))
        if kind not in found or not bare:
            raise WordsUnreadable(f"line {number} is not 'risky', 'review' or 'allow' and a word")
        found[kind].add(bare)
    if not found["risky"] and not found["review"]:
        raise WordsUnreadable("there is no word in it")
    ordered = {kind: tuple(sorted(words, key=lambda word: (-len(word), word))) for kind, words in found.items()}
    return WordList(**ordered)


def read_words_file(path: Path) -> WordList:
    """The list in that file; raises `WordsUnreadable`."""
    try:
        return read_words(path.read_text("utf-8"))
    except OSError as fault:
        raise WordsUnreadable(f"cannot be read: {fault.strerror}") from fault
    except UnicodeDecodeError:
        raise WordsUnreadable("is no text") from None


class WordsContentCheck(ContentCheck):
    """Judges by a list."""

    def __init__(self, words: WordList | None = None) -> None:
        self._words = words or read_words(CAMPUS_WORDS)

    async def judge(self, utterance: Utterance) -> Verdict:
        """What the list says."""
        return self._words.verdict(utterance.text)
