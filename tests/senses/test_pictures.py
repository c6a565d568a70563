"""Pictures read by the real engine: layouts of our own drawing, turned, tilted, small and far away."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from bot.media import content_type
from bot.senses import ocr
from bot.senses.look import read_picture
from bot.senses.photo import open_upright
from bot.senses.unreadable import Unreadable
from tests.senses import drawing
from tests.senses.drawing import Drawn, wrong
from tests.senses.drawn_papers import ALL, card_letters, quote_units
from tests.senses.drawn_slips import slip_columns, slip_mobile_bank, slip_wechat

pytestmark = pytest.mark.slow

needs_engine = pytest.mark.skipif(not (ocr.installed() and drawing.there()), reason="NO OCR OR NO FONTS: pictures are not read here")
Draw = Callable[[], Drawn]


def read(folder: Path, drawn: Drawn, data: bytes | None = None) -> list[str]:
    path = folder / "picture"
    path.write_bytes(data or drawn.jpeg())
    sight = read_picture(str(path))
    return wrong(drawn, sight.kind, sight.fields)


@needs_engine
@pytest.mark.parametrize("draw", ALL, ids=lambda d: d.__name__)
def test_a_layout_is_read(tmp_path: Path, draw: Draw) -> None:
    assert read(tmp_path, draw()) == []


@needs_engine
@pytest.mark.parametrize(("draw", "turn"), [(slip_columns, 90), (slip_mobile_bank, 180), (card_letters, 270), (quote_units, 90)])
def test_a_picture_that_lies_is_read(tmp_path: Path, draw: Draw, turn: int) -> None:
    drawn = draw()
    drawn.image.rotate(turn, expand=True).save(tmp_path / "lying.jpg", quality=85)
    assert read(tmp_path, drawn, (tmp_path / "lying.jpg").read_bytes()) == []


@needs_engine
def test_the_orientation_that_the_camera_noted_is_followed(tmp_path: Path) -> None:
    drawn, exif = slip_columns(), Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    drawn.image.transpose(Image.Transpose.ROTATE_90).save(buffer, "JPEG", quality=85, exif=exif)
    assert read(tmp_path, drawn, buffer.getvalue()) == []


@needs_engine
def test_colours_for_print_are_read(tmp_path: Path) -> None:
    drawn, buffer = slip_columns(), io.BytesIO()
    drawn.image.convert("CMYK").save(buffer, "JPEG", quality=85)
    assert read(tmp_path, drawn, buffer.getvalue()) == []


@needs_engine
def test_a_slip_far_away_on_a_large_photo_is_looked_at_again(tmp_path: Path) -> None:
    drawn = slip_wechat()
    table = Image.new("RGB", (4000, 3000), "#7d6a55")
    table.paste(drawn.image.resize((1008, 1400)), (900, 700))
    buffer = io.BytesIO()
    table.save(buffer, "JPEG", quality=70)
    assert read(tmp_path, drawn, buffer.getvalue()) == []


@needs_engine
@pytest.mark.parametrize("size", [(9, 9), (300, 200)])
def test_a_picture_without_text_is_of_no_kind(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size, "black").save(tmp_path / "black.png")
    sight = read_picture(str(tmp_path / "black.png"))
    assert (sight.kind, sight.fields, sight.text) == ("other", {}, "")


def postscript_that_claims_to_be_webp() -> bytes:
    """A program for Ghostscript, whose first bytes are those that our store takes for a WEBP."""
    program = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\n(a) run\n%%EOF\n"
    data = b"\xc5\xd0\xd3\xc6" + (32).to_bytes(4, "little") + b"WEBP" + b"\0" * 20 + program
    assert content_type(data) == "image/webp"
    return data


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"", "empty"),
        (lambda: b"hello, this is text", "not_a_picture"),
        (lambda: slip_columns().jpeg()[:20_000], "truncated"),
        (lambda: _png(8000, 8000), "too_many_pixels"),
        (lambda: _png(30_000, 30_000), "too_many_pixels"),
        (lambda: _png(1, 1), "not_a_picture"),
        (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 400, "not_a_picture"),
        (postscript_that_claims_to_be_webp, "not_a_picture"),
    ],
)
def test_a_picture_that_cannot_be_read_says_why(tmp_path: Path, make: Callable[[], bytes], why: str) -> None:
    if why == "truncated" and not drawing.there():
        pytest.skip("no fonts to draw with")
    path = tmp_path / "picture"
    path.write_bytes(make())
    with pytest.raises(Unreadable, match=f"^{why}$"):
        open_upright(path)


def test_a_picture_is_reduced_before_anything_reads_it(tmp_path: Path) -> None:
    Image.new("RGB", (4000, 3000), "grey").save(tmp_path / "photo.jpg")
    picture = open_upright(tmp_path / "photo.jpg")
    assert (picture.image.size, round(picture.shrunk, 1)) == ((2000, 1500), 2.0)


def test_what_the_camera_wrote_is_kept(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:03:18 09:05:41"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 3.0, 4.44), 3: "E", 4: (120.0, 36.0, 52.12)})
    Image.new("RGB", (100, 80), "grey").save(tmp_path / "photo.jpg", exif=exif)
    found = open_upright(tmp_path / "photo.jpg").exif
    assert (str(found.taken_at), found.lat, found.lng) == ("2026-03-18 09:05:41", 30.051233, 120.614478)


def _png(width: int, height: int) -> bytes:
    """A picture that is large only in its header."""
    import struct
    import zlib

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + name + d + struct.pack(">I", zlib.crc32(name + d)) for name, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body
