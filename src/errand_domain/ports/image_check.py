"""Whether images that members show each other may be seen."""

from abc import abstractmethod
from typing import Protocol

from attrs import field, frozen

from errand_domain.ids import FileId, MemberId
from errand_domain.ports.content import Scene, Verdict


@frozen(kw_only=True)
class SubmittedImage:
    """An image to be judged. Whoever judges fetches it at the address, which is good for that image and for a while."""

    file_id: FileId
    url: str = field(repr=False)
    scene: Scene
    author: MemberId
    wechat_identity: str | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Submitted:
    """It is judged later: the verdict comes under that trace, which no other submission has."""

    trace: str


@frozen(kw_only=True)
class Judged:
    """It was judged at once."""

    verdict: Verdict


@frozen(kw_only=True)
class Unjudged:
    """Nobody judges images like this one, however often they are asked: a person must look."""


class ImageCheck(Protocol):
    """Judges images, or has them judged."""

    @abstractmethod
    async def submit(self, image: SubmittedImage) -> Submitted | Judged | Unjudged:
        """Have it judged; raises `ConnectionError` where nobody answers, and then asking again later may help."""
