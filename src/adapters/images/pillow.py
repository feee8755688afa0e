"""Images made anew with Pillow: what was decoded is copied as bare pixels, and these alone are encoded again."""

import asyncio
import warnings
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from errand_domain.ports.images import CleanImage, Images, ImageTooLarge, NotAnImage

PIXELS_MOST: Final = 40_000_000
SIDE_PIXELS_MOST: Final = 2560
JPEG_QUALITY: Final = 85
SCANS_MOST: Final = 64
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_SCAN: Final = b"\xff\xda"
_OPAQUE: Final = 255

# A large image takes some 200 MB while it is open: this many are worked on at once, the others wait their turn.
_POOL: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="images")

# Pillow warns above its limit and refuses above twice the limit; here the limit is where it refuses.
Image.MAX_IMAGE_PIXELS = PIXELS_MOST
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class PillowImages(Images):
    """Works in threads of its own, so that no request waits for somebody else's picture."""

    async def clean(self, content: bytes, *, side_most: int | None = None) -> CleanImage:
        """The picture and nothing else; raises `NotAnImage` or `ImageTooLarge`."""
        side = min(side_most or SIDE_PIXELS_MOST, SIDE_PIXELS_MOST)
        return await asyncio.get_running_loop().run_in_executor(_POOL, cleaned, content, side)


def cleaned(content: bytes, side_most: int = SIDE_PIXELS_MOST) -> CleanImage:
    """The picture and nothing else. Colours are taken for sRGB, since the profile goes as well."""
    # A progressive JPEG may ask for the whole picture once for each of thousands of tiny scans; cameras write ten.
    if content.startswith(b"\xff\xd8") and content.count(_SCAN) > SCANS_MOST:
        raise NotAnImage
    try:
        return _written(_pixels(_decoded(content), side_most))
    except (ImageTooLarge, NotAnImage):
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise ImageTooLarge(PIXELS_MOST) from None
    except Exception:  # noqa: BLE001 - damaged files make decoders raise whatever they meet, and all of it means this
        raise NotAnImage from None


def _decoded(content: bytes) -> Image.Image:
    """The first picture, decoded to its end; its size is looked at before that."""
    image = Image.open(BytesIO(content), formats=_FORMATS)
    if image.width * image.height > PIXELS_MOST:
        raise ImageTooLarge(PIXELS_MOST)
    # A phone's JPEG may carry a second picture for depth or brightness. In the other formats several are an animation.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise NotAnImage
    image.draft("RGB", (SIDE_PIXELS_MOST, SIDE_PIXELS_MOST))  # JPEG decodes smaller at less cost, never below this
    image.load()
    return _upright(image)


def _upright(image: Image.Image) -> Image.Image:
    """The picture as it was held; one whose tags are damaged stays as it lies."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - the tags are for the bin, so it does not matter what is wrong with them
        return image


def _pixels(image: Image.Image, side_most: int) -> Image.Image:
    """A new image of the same look, without anything that Pillow keeps beside the pixels."""
    seen = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if seen.mode == "RGBA" and seen.getchannel("A").getextrema()[0] == _OPAQUE:
        seen = seen.convert("RGB")
    seen.thumbnail((side_most, side_most), Image.Resampling.LANCZOS)
    return Image.frombytes(seen.mode, seen.size, seen.tobytes())


def _written(pixels: Image.Image) -> CleanImage:
    file = BytesIO()
    if pixels.mode == "RGBA":
        media_type = "image/png"
        pixels.save(file, "PNG")
    else:
        media_type = "image/jpeg"
        pixels.save(file, "JPEG", quality=JPEG_QUALITY)
    return CleanImage(content=file.getvalue(), media_type=media_type, width=pixels.width, height=pixels.height)
