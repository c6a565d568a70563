"""Looking at one picture, in the child process: whatever it is given, a :class:`Sight` or Unreadable comes back."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.senses import ocr
from bot.senses.card import read_card
from bot.senses.kinds import kind_of
from bot.senses.likeness import Marks, marks_of
from bot.senses.page import Page
from bot.senses.photo import Exif, closer, open_upright, turned
from bot.senses.quotation import read_quotation
from bot.senses.slip import REQUIRED, read_slip
from bot.senses.watermark import read_watermark

if TYPE_CHECKING:
    from PIL.Image import Image

# A page with so many rows of text is a paper or a screen, not a photo of a place.
MUCH_TEXT = 25
# Text on less than this share of a picture is far away; a few lines may be a sign on a wall.
FAR, FEW_LINES = 0.4, 4
WORTH_IT = 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a file shows: ``kind`` and ``fields`` as ``genjin read`` prints them, ``flags`` for a person to look at.

    ``engine`` is None when the text could not be read because the extra is not installed.
    """

    kind: str = "other"
    fields: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    flags: tuple[str, ...] = ()
    engine: str | None = None
    exif: Exif = field(default_factory=Exif)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A still of a film: ``at`` in seconds from its beginning, an upright JPEG."""

    at: float
    jpeg: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeing:
    """All that looking at a file brings. ``marks`` is the fingerprint of a photo; ``frames`` are those of a film."""

    sight: Sight
    marks: Marks | None = None
    frames: tuple[Frame, ...] = ()


def see_picture(path: str) -> Seeing:
    """A picture with its fingerprint, unless it is a paper: papers may be sent as often as somebody likes."""
    sight = read_picture(path)
    evidence = sight.kind in ("watermark", "other") and sight.text.count("\n") < MUCH_TEXT
    return Seeing(sight=sight, marks=marks_of(open_upright(Path(path)).image) if evidence else None)


def read_picture(path: str) -> Sight:
    """Read a picture file. Raises Unreadable."""
    file = Path(path)
    picture = open_upright(file)
    return replace(look_at(picture.image, lambda bounds, turns: closer(file, bounds, turns), picture.shrunk), exif=picture.exif)


Closer = Callable[[tuple[float, float, float, float], int], "Image"]


def look_at(image: "Image", closer: Closer | None = None, shrunk: float = 1.0) -> Sight:
    """Read an upright picture: quickly, and once more with care where something that must be there was not found.

    ``closer`` gives a part of it in more detail where there is more, ``shrunk`` times as much.
    """
    if not ocr.installed():
        return Sight()
    engine = ocr.engine()
    page = engine.read(image, ocr.QUICK)
    turns = page.turns
    if turns:  # short figures in boxes that stand on end are read badly
        image = turned(image, turns)
        page = engine.read(image, ocr.QUICK)
    sight = understood(page)
    if _wanting(sight, page):
        part = closer(page.bounds, turns) if closer and _far(page) and shrunk > WORTH_IT else image
        careful = understood(engine.read(part, ocr.CAREFUL))
        sight = careful if _found(careful) >= _found(sight) else sight
    return replace(sight, engine=engine.name)


def understood(page: Page) -> Sight:
    """What the lines of a page say."""
    kind = kind_of(page)
    if kind == "slip":
        slip = read_slip(page)
        return Sight(kind=kind, fields=slip.fields(), text=page.text, flags=slip.flags)
    if kind == "quotation":
        quotation = read_quotation(page)
        return Sight(kind=kind, fields=quotation.fields(), text=page.text, flags=quotation.flags)
    if kind == "watermark":
        return Sight(kind=kind, fields=read_watermark(page).fields(), text=page.text)
    if kind == "card":
        return Sight(kind=kind, fields=dict(read_card(page).fields()), text=page.text)
    return Sight(text=page.text)


def _wanting(sight: Sight, page: Page) -> bool:
    """Whether a second, careful look may find more."""
    needed = {"slip": REQUIRED, "watermark": ("taken_at",), "card": ("name", "company", "mobile"), "quotation": ("lines", "total")}
    if sight.kind == "other":
        return _far(page) and len(page.lines) >= FEW_LINES
    return page.doubtful or bool(sight.flags) or any(not sight.fields.get(key) for key in needed[sight.kind])


def _far(page: Page) -> bool:
    """Whether the text fills so little of the picture that most of the detail went into the table under the paper."""
    x0, y0, x1, y1 = page.bounds
    return (x1 - x0) * (y1 - y0) < FAR


def _found(sight: Sight) -> tuple[bool, int]:
    return sight.kind != "other" and not sight.flags, sum(bool(value) for value in sight.fields.values())
