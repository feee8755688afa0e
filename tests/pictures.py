"""Small images for tests, real ones."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

from PIL import Image
from PIL.PngImagePlugin import PngInfo


def written(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def gradient(width: int = 48, height: int = 32, mode: str = "RGB") -> Image.Image:
    """A picture that differs in every corner."""
    image = Image.new("RGB", (width, height))
    across, down = (
        Image.linear_gradient("L").resize((width, height)),
        Image.radial_gradient("L").resize((width, height)),
    )
    image = Image.merge("RGB", (across, down, across.transpose(Image.Transpose.ROTATE_180)))
    if mode == "RGBA":
        image.putalpha(down)
    return image.convert(mode)


CLEAN_PNG: Final = written(gradient(mode="RGBA"), "PNG")
"""One sees through it, so that it stays a PNG; and there is nothing in it to be taken out: it comes back as it went."""

JPEG: Final = written(gradient(), "JPEG")

WRITERS: Final[dict[str, Callable[[Image.Image], bytes]]] = {
    "jpeg": lambda image: written(image.convert("RGB"), "JPEG"),
    "progressive jpeg": lambda image: written(image.convert("RGB"), "JPEG", progressive=True),
    "cmyk jpeg": lambda image: written(image.convert("CMYK"), "JPEG"),
    "grey jpeg": lambda image: written(image.convert("L"), "JPEG"),
    "png": lambda image: written(image, "PNG"),
    "palette png": lambda image: written(image.convert("RGB").quantize(8), "PNG"),
    "bilevel png": lambda image: written(image.convert("1"), "PNG"),
    "webp": lambda image: written(image, "WEBP"),
}


def marked(marker: bytes) -> dict[str, bytes]:
    """Pictures with the marker hidden in every place that is known for it."""
    text = marker.decode("ascii")
    exif = Image.Exif()
    exif[0x010E] = exif[0x8298] = text  # description, copyright
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 18.0, 22.0), 29: text})  # position, and a date that is none
    texts = PngInfo()
    texts.add_text("Comment", text)
    texts.add_itxt("XML:com.adobe.xmp", f"<x>{text}</x>")
    image, profile = gradient(), b"\0" * 128 + marker
    archive = b"PK\x03\x04" + marker
    return {
        "jpeg exif": written(image, "JPEG", exif=exif),
        "jpeg comment": written(image, "JPEG", comment=marker),
        "jpeg profile": written(image, "JPEG", icc_profile=profile),
        "jpeg xmp": written(image, "JPEG", xmp=marker),
        "jpeg with an archive behind": JPEG + archive,
        "png texts": written(gradient(mode="RGBA"), "PNG", pnginfo=texts),
        "png exif": written(image, "PNG", exif=exif),
        "png with a page behind": CLEAN_PNG + b"<script>" + marker,
        "webp exif and xmp": written(image, "WEBP", exif=exif, xmp=marker),
        "webp with an archive behind": written(image, "WEBP") + archive,
    }
