"""A picture that is one: small, and of nothing."""

from io import BytesIO
from typing import Final

from PIL import Image


def _square() -> bytes:
    written = BytesIO()
    Image.new("RGB", (64, 64), "white").save(written, "PNG")
    return written.getvalue()


SQUARE: Final = _square()
