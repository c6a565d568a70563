"""A picture made fit for reading: bounded by its header, upright, RGB and no larger than it needs to be; what its EXIF still says."""

import math
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from bot.senses.unreadable import Unreadable

# A 12-megapixel phone photo has 12 million; what is larger than this is a mistake or a bomb.
MOST_PIXELS = 40_000_000
# Those that the store takes for pictures; Pillow knows forty more, one of them a programming language.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
LONGEST = 2000
SHORTEST = 8
_TURN = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}


@dataclass(frozen=True, slots=True)
class Exif:
    """What a camera wrote beside the picture; chat apps mostly strip it. ``taken_at`` is local time without a zone."""

    taken_at: datetime | None = None
    lat: float | None = None
    lng: float | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """An upright RGB picture, at most :data:`LONGEST` pixels long; ``shrunk`` says how much larger the file's own is."""

    image: Image.Image
    exif: Exif
    shrunk: float = 1.0


def open_upright(path: Path) -> Picture:
    """Raises Unreadable. A picture that is cut off is refused: half a slip would be read as a whole one."""
    if path.stat().st_size == 0:
        raise Unreadable("empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own warning about size: the cap here is lower
            with Image.open(path, formats=FORMATS) as image:
                return _fit(image)
    except Image.DecompressionBombError as error:
        raise Unreadable("too_many_pixels") from error
    except UnidentifiedImageError as error:
        raise Unreadable("not_a_picture") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        raise Unreadable("truncated") from error


def closer(path: Path, bounds: tuple[float, float, float, float], turns: int) -> Image.Image:
    """A part of the picture (shares of the upright one that :func:`open_upright` gave, turned left so often) in the file's own detail."""
    with Image.open(path, formats=FORMATS) as image:
        image.load()
        upright = turned(_rgb(ImageOps.exif_transpose(image)), turns)
    x0, y0, x1, y1 = bounds
    rim = 0.02
    left, top = round(max(0, x0 - rim) * upright.width), round(max(0, y0 - rim) * upright.height)
    part = upright.crop((left, top, round(min(1, x1 + rim) * upright.width), round(min(1, y1 + rim) * upright.height)))
    part.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return part


def turned(image: Image.Image, turns: int) -> Image.Image:
    """The picture after so many quarter turns to the left."""
    return image.transpose(_TURN[turns]) if turns else image


def _fit(image: Image.Image) -> Picture:
    if image.width * image.height > MOST_PIXELS:
        raise Unreadable("too_many_pixels")
    if min(image.size) < SHORTEST:
        raise Unreadable("not_a_picture")
    exif, longest = _exif(image), max(image.size)
    image.draft("RGB", (LONGEST, LONGEST))  # JPEG decodes straight to a smaller size: a fifth of the time
    image.load()
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return Picture(_rgb(ImageOps.exif_transpose(image)), exif, longest / max(image.size))


def _rgb(image: Image.Image) -> Image.Image:
    """On white where it is transparent; CMYK and palettes as colours."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        white.alpha_composite(clear)
        return white.convert("RGB")
    return image.convert("RGB")


def _exif(image: Image.Image) -> Exif:
    """A broken EXIF is no EXIF."""
    try:
        data = image.getexif()
        inner, gps = data.get_ifd(ExifTags.IFD.Exif), data.get_ifd(ExifTags.IFD.GPSInfo)
        lat, lng = _degrees(gps, ExifTags.GPS.GPSLatitude, "S", 90), _degrees(gps, ExifTags.GPS.GPSLongitude, "W", 180)
        return Exif(_moment(inner.get(ExifTags.Base.DateTimeOriginal)), lat if lng is not None else None, lng if lat is not None else None)
    except (ValueError, TypeError, KeyError, ZeroDivisionError, OSError, SyntaxError):
        return Exif()


def _moment(value: object) -> datetime | None:
    try:
        return datetime.strptime(str(value).strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  (a wall clock of nobody knows where)
    except ValueError:
        return None


def _degrees(gps: dict[int, Any], tag: ExifTags.GPS, negative: str, most: float) -> float | None:
    if tag not in gps:
        return None
    d, m, s = (float(part) for part in gps[tag])
    value = d + m / 60 + s / 3600
    if not math.isfinite(value) or value > most:
        return None
    return round(-value if str(gps.get(tag - 1, "")).startswith(negative) else value, 6)
