"""A check of images in memory: whoever plays says what the verdict is."""

from collections import deque
from typing import Final

from adapters.memory.access import Pause
from adapters.memory.pauses import give_way
from errand_domain.ports.image_check import ImageCheck, Judged, Submitted, SubmittedImage, Unjudged

HARMLESS: Final = Judged(verdict="pass")


class MemoryImageCheck(ImageCheck):
    """Answers what it was told to, then `usually`; it keeps what it was asked.

    A `Submitted` of its own making has a trace that no other has: `submitted` names them in their order.
    """

    def __init__(self, usually: Judged | Unjudged | None = HARMLESS, *, pause: Pause = give_way) -> None:
        self._usually = usually
        self._next = deque[Judged | Unjudged | None]()
        self._failures = 0
        self._pause = pause
        self.images: list[SubmittedImage] = []
        self.submitted: list[str] = []

    def answer_next(self, answer: Judged | Unjudged | None) -> None:
        """What the next call is answered; `None` is that it is judged later."""
        self._next.append(answer)

    def fail_next(self, times: int = 1) -> None:
        """Nobody answers the next calls."""
        self._failures += times

    async def submit(self, image: SubmittedImage) -> Submitted | Judged | Unjudged:
        """As it was told."""
        await self._pause()
        if self._failures:
            self._failures -= 1
            raise ConnectionError("the check of images does not answer")
        self.images.append(image)
        answer = self._next.popleft() if self._next else self._usually
        if answer is not None:
            return answer
        self.submitted.append(f"trace-{len(self.submitted) + 1}")
        return Submitted(trace=self.submitted[-1])
