"""What Pillow makes of pictures: upright, small enough, still, whole, and never larger than memory."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from adapters.images.pillow import PIXELS_MOST, SCANS_MOST, SIDE_PIXELS_MOST, cleaned
from errand_domain.ports.images import ImageTooLarge, NotAnImage
from tests.pictures import CLEAN_PNG, JPEG, WRITERS, gradient, written


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has that many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_however_the_phone_was_held(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    clean = cleaned(written(gradient(48, 32), "JPEG", exif=exif))
    assert (clean.width, clean.height) == ((48, 32) if orientation < 5 else (32, 48))
    assert not opened(clean.content).getexif()


def test_a_photo_on_its_side_shows_what_it_showed() -> None:
    upright = Image.new("RGB", (64, 64), "white")
    upright.paste("black", (0, 0, 64, 16))  # a black beam at the top
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    lying = upright.transpose(Image.Transpose.ROTATE_90)
    seen = opened(cleaned(written(lying, "JPEG", exif=exif)).content).convert("L")
    assert seen.getpixel((32, 4)) < 60
    assert seen.getpixel((32, 60)) > 200


def test_one_that_is_seen_through_stays_png_and_all_others_become_jpeg() -> None:
    kinds = {name: cleaned(write(gradient(mode="RGBA"))).media_type for name, write in WRITERS.items()}
    assert {name for name, kind in kinds.items() if kind == "image/png"} == {"png", "webp"}
    opaque = gradient().convert("RGBA")
    assert cleaned(written(opaque, "PNG")).media_type == "image/jpeg"


def test_what_is_clean_already_comes_back_as_it_went() -> None:
    assert cleaned(CLEAN_PNG).content == CLEAN_PNG
    assert opened(cleaned(JPEG).content).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_longest_side_is_bounded_and_the_shape_is_kept() -> None:
    clean = cleaned(written(Image.new("RGB", (4000, 1000)), "JPEG"))
    assert (clean.width, clean.height) == (SIDE_PIXELS_MOST, SIDE_PIXELS_MOST // 4)
    small = cleaned(written(Image.new("RGB", (7, 3)), "PNG"))
    assert (small.width, small.height) == (7, 3)


@pytest.mark.parametrize(("width", "height"), [(8_000, 5_001), (12_000, 8_000), (30_000, 30_000), (60_000, 700)])
def test_a_bomb_is_refused_before_it_unfolds(width: int, height: int) -> None:
    with pytest.raises(ImageTooLarge) as refusal:  # whoever began to unfold it would find that nothing is there
        cleaned(claiming(width, height))
    assert refusal.value.most_pixels == PIXELS_MOST


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_moves_is_refused(kind: str) -> None:
    moving = written(gradient(), kind, save_all=True, append_images=[gradient().rotate(180)])
    with pytest.raises(NotAnImage):
        cleaned(moving)


def test_a_second_picture_behind_a_photo_is_left_out() -> None:
    both = written(gradient(), "MPO", save_all=True, append_images=[gradient(90, 90)])
    clean = cleaned(both)
    assert (clean.width, clean.height) == (48, 32)
    assert opened(clean.content).format == "JPEG"


@pytest.mark.parametrize("name", WRITERS)
def test_half_a_picture_is_refused(name: str) -> None:
    whole = WRITERS[name](gradient(200, 200))
    with pytest.raises(NotAnImage):
        cleaned(whole[: len(whole) // 2])


def test_thousands_of_scans_are_refused_before_they_are_drawn() -> None:
    scans = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * (SCANS_MOST + 1)
    with pytest.raises(NotAnImage):
        cleaned(JPEG + scans)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PDF", "PPM"])
def test_other_kinds_of_images_are_refused(kind: str) -> None:
    with pytest.raises(NotAnImage):
        cleaned(written(gradient(), kind))
