# ruff: noqa: E501  (tables of what stands in a picture read better whole)
"""Pictures drawn for the tests, in layouts of their own: bank slips of several kinds, stamps of watermark cameras, business cards, quotation sheets.

Every name and number in them is invented. ``Drawn.fields`` are what a reader must find; a field that is not there is not asked for.
"""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

FONTS = {
    "sans": Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    "bold": Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
    "serif": Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"),
}
SIMPLIFIED = 2  # the face of the collection that draws Chinese as in China
INK, GREY, BLUE, WHITE = "#1b1b1f", "#7a7a80", "#1c4fa0", "#ffffff"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture and what stands in it."""

    name: str
    kind: str
    image: Image.Image
    fields: dict[str, Any] = field(default_factory=dict)

    def jpeg(self, quality: int = 88, **more: Any) -> bytes:  # noqa: ANN401
        buffer = io.BytesIO()
        self.image.save(buffer, "JPEG", quality=quality, **more)
        return buffer.getvalue()


def there() -> bool:
    """Whether the fonts are installed (``sh tests/system_packages.sh``)."""
    return FONTS["sans"].exists()


class Sheet:
    """A page to write on."""

    def __init__(self, width: int, height: int, paper: str = WHITE) -> None:
        self.image = Image.new("RGB", (width, height), paper)
        self.pen = ImageDraw.Draw(self.image)

    def write(self, x: float, y: float, text: str, size: int = 28, ink: str = INK, face: str = "sans", anchor: str = "la") -> None:
        self.pen.text((x, y), text, font=ImageFont.truetype(str(FONTS[face]), size, index=SIMPLIFIED), fill=ink, anchor=anchor)

    def width(self, text: str, size: int, face: str = "sans") -> float:
        return ImageFont.truetype(str(FONTS[face]), size, index=SIMPLIFIED).getlength(text)

    def box(self, x0: float, y0: float, x1: float, y1: float, ink: str = "#9a9aa0") -> None:
        self.pen.rectangle((x0, y0, x1, y1), outline=ink, width=2)

    def rule(self, y: float, x0: float = 0, x1: float | None = None) -> None:
        self.pen.line((x0, y, x1 or self.image.width, y), fill="#d8d8dc", width=2)


def wrong(drawn: Drawn, kind: str, found: dict[str, Any]) -> list[str]:
    """What a reader found otherwise than it is drawn."""
    bad = [] if kind == drawn.kind else [f"kind: {kind} for {drawn.kind}"]
    return bad + [f"{key}: {found.get(key)!r} for {value!r}" for key, value in drawn.fields.items() if found.get(key) != value]
