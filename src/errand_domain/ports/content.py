"""Whether what people write may be published."""

from abc import abstractmethod
from typing import Literal, Protocol, get_args

from attrs import field, frozen

from errand_domain.ids import MemberId

Scene = Literal["profile", "order", "review", "chat", "dispute"]
SCENES: tuple[Scene, ...] = get_args(Scene)
Verdict = Literal["pass", "review", "risky"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""From harmless to not: `review` is published and looked at by a person, `risky` is not published."""


@frozen(kw_only=True)
class Utterance:
    """Something that a member wants others to read. `wechat_identity` is theirs at WeChat, if they have one."""

    text: str = field(repr=False)
    scene: Scene
    author: MemberId
    wechat_identity: str | None = field(default=None, repr=False)


class ContentCheck(Protocol):
    """Judges texts."""

    @abstractmethod
    async def judge(self, utterance: Utterance) -> Verdict:
        """What is to be done with the text, however long it is; raises `ConnectionError` where nobody answers."""


def worst(*verdicts: Verdict) -> Verdict:
    """The strictest of them; none are harmless."""
    return max(("pass", *verdicts), key=VERDICTS.index)
