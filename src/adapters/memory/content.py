"""A content check of its own, in memory: a few words decide."""

from collections.abc import Iterable
from typing import Final

from adapters.memory.access import Pause
from adapters.memory.pauses import give_way
from errand_domain.ports.content import ContentCheck, Utterance, Verdict

RISKY: Final = ("代考", "替考", "枪支", "毒品")
DOUBTFUL: Final = ("兼职", "加微信")


class MemoryContentCheck(ContentCheck):
    """Looks for words; case and blanks between letters do not count. It keeps what it was asked."""

    def __init__(
        self, risky: Iterable[str] = RISKY, doubtful: Iterable[str] = DOUBTFUL, *, pause: Pause = give_way
    ) -> None:
        self._risky = tuple(_bare(word) for word in risky)
        self._doubtful = tuple(_bare(word) for word in doubtful)
        self._failures = 0
        self._pause = pause
        self.utterances: list[Utterance] = []

    def fail_next(self, times: int = 1) -> None:
        """Nobody answers the next calls."""
        self._failures += times

    async def judge(self, utterance: Utterance) -> Verdict:
        """By the words that are in it."""
        await self._answer()
        self.utterances.append(utterance)
        bare = _bare(utterance.text)
        if any(word in bare for word in self._risky):
            return "risky"
        return "review" if any(word in bare for word in self._doubtful) else "pass"

    async def _answer(self) -> None:
        await self._pause()
        if self._failures:
            self._failures -= 1
            raise ConnectionError("the content check does not answer")


def _bare(text: str) -> str:
    return "".join(text.casefold().split())
