"""Small pictures: upright, without what stood beside the picture; bombs and broken files are no pictures."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from gateway.errors import NotFound
from gateway.thumbnails import SIZE, thumbnail


def encoded(kind: str, size: tuple[int, int] = (1200, 900), mode: str = "RGB", **options: object) -> bytes:
    """A picture whose left half is red."""
    picture = Image.new(mode, size, 0)
    picture.paste(Image.new("RGB", (size[0] // 2, size[1]), (255, 0, 0)).convert(mode), (0, 0))
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def shown(content: bytes) -> Image.Image:
    """What a browser shows."""
    return Image.open(BytesIO(thumbnail(content)))


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGB"), ("JPEG", "CMYK"), ("GIF", "P"), ("WEBP", "RGB"), ("PNG", "I;16")]
)
def test_every_kind_of_picture_becomes_small(kind: str, mode: str) -> None:
    picture = shown(encoded(kind, mode=mode))
    assert picture.format == "WEBP"
    assert picture.width <= SIZE[0]
    assert picture.height == SIZE[1]


def test_transparency_stays() -> None:
    assert shown(encoded("PNG", mode="RGBA")).mode == "RGBA"


def test_a_photograph_is_turned_as_it_was_taken_and_tells_nothing_else() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A maker's name"
    picture = shown(encoded("JPEG", exif=exif, comment=b"<script>alert(1)</script>"))
    assert picture.height > picture.width
    assert picture.convert("RGB").getpixel((picture.width // 2, 5))[0] > 200  # type: ignore[index]
    assert not picture.getexif()
    assert b"script" not in thumbnail(encoded("JPEG", comment=b"<script>alert(1)</script>"))


def png_of(width: int, height: int) -> bytes:
    """A PNG that says that it is so large, in few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        png_of(50_000, 50_000),
        png_of(12_000, 10_000),
        png_of(8_000, 8_000),
        png_of(100, 100)[:60],
        encoded("JPEG")[:400],
        encoded("GIF")[:30],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4",
        b"",
    ],
)
def test_bombs_and_broken_files_are_no_pictures(content: bytes) -> None:
    with pytest.raises(NotFound):
        thumbnail(content)
