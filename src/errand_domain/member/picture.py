"""The name under which a member's picture is public: nobody guesses it, and it says nothing of the member."""

import re
from typing import Final

from errand_domain.errors import InvalidField

NAME_LENGTH_MOST: Final = 80
_NAME: Final = re.compile(r"[0-9a-f]{64}\.(jpg|png)")
_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png"}


def picture_name(digest: str, media_type: str) -> str:
    """The name of a picture of that digest and type."""
    return f"{digest}.{_ENDINGS[media_type]}"


def is_picture_name(name: str) -> bool:
    """Whether a picture can be public under that name."""
    return _NAME.fullmatch(name) is not None


def media_type_of(name: str) -> str:
    """The type of the picture of that name."""
    return next(media_type for media_type, ending in _ENDINGS.items() if name.endswith(ending))


def no_or_picture_name(_: object, __: object, name: str) -> None:
    """Raise `InvalidField` unless the name is empty or a picture's."""
    if name and not is_picture_name(name):
        raise InvalidField("picture", "is not the name of a picture")
