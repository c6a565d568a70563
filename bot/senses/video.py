"""Films: a few stills spread over them, upright, and whether there is sound for whoever listens. Bounded in length, size and memory."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.senses.look import Frame, Seeing, Sight, look_at
from bot.senses.unreadable import Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image

STILLS = 6
LONGEST_SECONDS = 600
STILL_PIXELS = 1280
MOST_PIXELS = 4096 * 2304
QUALITY = 80


def see_film(path: str) -> Seeing:
    """Stills of a film. Raises Unreadable."""
    import av
    from av.error import FFmpegError

    if Path(path).stat().st_size == 0:
        raise Unreadable("empty")
    stills: list[tuple[float, Image]] = []
    seconds, sound = 0.0, False
    try:
        with av.open(path) as film:
            seconds = _length(film)
            if not film.streams.video:
                raise Unreadable("no_film")
            if seconds > LONGEST_SECONDS:
                raise Unreadable("film_too_long")
            sound = bool(film.streams.audio)
            _collect(film, seconds, stills)
    except (FFmpegError, ValueError, OSError) as error:
        if not stills:  # cut off in the middle: what was there before is kept
            raise Unreadable("no_film") from error
    if not stills:
        raise Unreadable("no_film")
    sight = look_at(stills[0][1])
    fields: dict[str, Any] = {"seconds": round(seconds, 1), "frames": [round(at, 1) for at, _ in stills], "sound": sound}
    if sight.kind == "watermark":
        fields |= sight.fields
    kind = "watermark" if sight.kind == "watermark" else "other"
    frames = tuple(Frame(at=round(at, 1), jpeg=_jpeg(image)) for at, image in stills)
    return Seeing(sight=Sight(kind=kind, fields=fields, text=sight.text, engine=sight.engine or "film"), frames=frames)


def _length(film: Any) -> float:  # noqa: ANN401  (PyAV's container)
    return float(film.duration or 0) / 1_000_000


def _collect(film: Any, seconds: float, stills: "list[tuple[float, Image]]") -> None:  # noqa: ANN401
    """Key frames near equal distances; seeking lands on the one before, so the same may come twice and is taken once."""
    stream = film.streams.video[0]
    if stream.width * stream.height > MOST_PIXELS:
        raise Unreadable("too_many_pixels")
    stream.codec_context.skip_frame = "NONKEY"
    stream.thread_type = "NONE"
    seen: set[float] = set()
    for number in range(STILLS):
        if number and seconds:
            film.seek(int(seconds * number / STILLS * 1_000_000))
        frame = next(iter(film.decode(stream)), None)
        if frame is None:
            break
        at = float(frame.time or 0)
        if at not in seen:
            seen.add(at)
            stills.append((at, _upright(frame)))
        if not seconds:
            break


def _upright(frame: Any) -> "Image":  # noqa: ANN401
    image: Image = frame.to_image()
    turned = image.rotate(int(getattr(frame, "rotation", 0) or 0), expand=True) if getattr(frame, "rotation", 0) else image
    turned.thumbnail((STILL_PIXELS, STILL_PIXELS))
    return turned.convert("RGB")


def _jpeg(image: "Image") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
