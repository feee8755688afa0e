"""Pictures that people send, made safe to keep and to show."""

from abc import abstractmethod
from typing import Protocol

from attrs import field, frozen

from errand_domain.errors import Invalid


@frozen(str=False)
class NotAnImage(Invalid):
    """The content is no whole, still JPEG, PNG or WebP image, whatever its name says."""

    code = "file.not_an_image"
    sentence = "只支持完整的 JPEG、PNG 或 WebP 静态图片"


@frozen(str=False)
class ImageTooLarge(Invalid):
    """The image has more pixels than allowed."""

    code = "file.too_many_pixels"
    sentence = "图片尺寸过大"

    most_pixels: int


@frozen(kw_only=True)
class CleanImage:
    """An image of which nothing was kept but what one sees."""

    content: bytes = field(repr=False)
    media_type: str
    width: int
    height: int


class Images(Protocol):
    """Makes images anew."""

    @abstractmethod
    async def clean(self, content: bytes, *, side_most: int | None = None) -> CleanImage:
        """The same picture, upright, written anew as JPEG, or as PNG where one sees through it.

        No side of it has more pixels than that, if a bound is named.

        No other byte of the content is in it: no position, camera, comment, profile or appended file. Whatever the
        content is, the answer is such an image, or `NotAnImage` or `ImageTooLarge` is raised.
        """
