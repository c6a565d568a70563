"""Whether a photo was sent before: perceptual hashes of 64 bits, searched in memory.

Two hashes hold one another: pHash (low frequencies) and dHash (edges). Kept are those of the whole picture, of the picture without a
rim (a crop leaves that nearly as it was) and of its upper three quarters, where no camera writes its stamp. The one that is looked for is
also tried mirrored and without uniform bars. Thresholds: reference measurements; a genuine second shot of a place came as near as 6
(dHash) and 8 (pHash), so what is near is only a reason to look, for a person.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Transpose

if TYPE_CHECKING:
    from PIL.Image import Image

SAME_D, SAME_P = 5, 10
NEAR_D, NEAR_P = 12, 16
# The upper part alone: the stamp below was changed.
SAME_TOP, TOP_D = 4, 9
ASKEW = (Transpose.FLIP_LEFT_RIGHT, Transpose.ROTATE_90, Transpose.ROTATE_180, Transpose.ROTATE_270)
RIM = 0.01
STAMP = 0.25
# A page or a screen is mostly paper; its hash says nothing about who wrote what on it.
PAPER, DARK_PAGE = 0.5, 0.9
FLAT = 6.0
COLUMNS = ("whole_p", "whole_d", "inner_p", "inner_d", "top_p")
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A photo sent before that is the same (``same``) or near enough to be looked at."""

    media: str
    same: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """The fingerprint of one photo as signed 64-bit numbers, in the order of :data:`COLUMNS`, and of its variants for searching."""

    kept: tuple[int, ...]
    tried: tuple[tuple[int, int, int], ...]


def marks_of(image: "Image") -> Marks | None:
    """The fingerprint of a photo; None for paper, screens and pictures of nothing, which are no evidence and may be sent again."""
    grey = image.convert("L")
    grey.thumbnail((512, 512))
    pixels = np.asarray(grey, dtype=np.float32)
    if pixels.std() < FLAT or _is_paper(pixels):
        return None
    whole, inner, top = _hashes(grey), _hashes(_inner(grey)), _phash(_top(grey))
    variants = [grey, *(grey.transpose(way) for way in ASKEW)]
    if (trimmed := _trimmed(grey, pixels)) is not None:
        variants.append(trimmed)
    tried = tuple((*_hashes(v), _phash(_top(v))) for v in variants)
    return Marks((*whole, *inner, top), tried)


def _is_paper(pixels: NDArray[np.float32]) -> bool:
    """Whether one light shade covers most of it, or any shade nearly all."""
    counts, _ = np.histogram(pixels, bins=16, range=(0, 256))
    share = counts.max() / pixels.size
    return bool(share > DARK_PAGE or (share > PAPER and counts.argmax() >= 12))


def _inner(image: "Image") -> "Image":
    w, h = image.size
    return image.crop((round(w * RIM), round(h * RIM), round(w * (1 - RIM)), round(h * (1 - RIM))))


def _top(image: "Image") -> "Image":
    return image.crop((0, 0, image.width, round(image.height * (1 - STAMP))))


def _trimmed(image: "Image", pixels: NDArray[np.float32]) -> "Image | None":
    """The picture without uniform bars, as screenshots have them; None where there are none."""
    rows, columns = pixels.std(axis=1) > FLAT, pixels.std(axis=0) > FLAT
    if not rows.any() or not columns.any() or (rows.all() and columns.all()):
        return None
    y0, y1 = int(rows.argmax()), int(len(rows) - rows[::-1].argmax())
    x0, x1 = int(columns.argmax()), int(len(columns) - columns[::-1].argmax())
    small = (y1 - y0) < 0.3 * len(rows) or (x1 - x0) < 0.3 * len(columns)
    return None if small or (y1 - y0, x1 - x0) == pixels.shape else image.crop((x0, y0, x1, y1))


@cache
def _dct() -> NDArray[np.float32]:
    n = np.arange(32)
    return np.cos(np.pi * (2 * n[None, :] + 1) * n[:8, None] / 64).astype(np.float32)


def _hashes(image: "Image") -> tuple[int, int]:
    return _phash(image), _dhash(image)


def _phash(image: "Image") -> int:
    low = _dct() @ np.asarray(image.resize((32, 32), 1), dtype=np.float32) @ _dct().T
    return _signed(low > np.median(low))


def _dhash(image: "Image") -> int:
    small = np.asarray(image.resize((9, 8), 1), dtype=np.int16)
    return _signed(small[:, 1:] > small[:, :-1])


def _signed(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits.ravel()).tobytes(), "big", signed=True)


class Gallery:
    """Every photo of the company, in memory: 44 bytes a photo. Built from the database, added to as photos come; thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ids: list[str] = []
        self._known: dict[str, int] = {}
        self._rows = np.zeros((len(COLUMNS), 1024), dtype=np.uint64)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, media: str, kept: Sequence[int]) -> None:
        """Note a photo; one that is known is noted anew."""
        with self._lock:
            at = self._known.get(media)
            if at is None:
                at = self._known[media] = len(self._ids)
                self._ids.append(media)
                if at == self._rows.shape[1]:
                    self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)], axis=1)
            self._rows[:, at] = np.array(kept, dtype=np.int64).view(np.uint64)

    def forget(self, media: str) -> None:
        """A photo that turned out to be a paper, or was removed, is found no more."""
        with self._lock:
            if (at := self._known.pop(media, None)) is not None:
                self._ids[at] = ""

    def fill(self, rows: Iterable[Sequence[Any]]) -> None:
        """Note many at once: rows of an id and its hashes."""
        for row in rows:
            self.add(row[0], row[1:])

    def like(self, marks: Marks, *, but: str = "") -> Likeness | None:
        """The nearest photo, the same before the merely near; None when nothing is near."""
        with self._lock:
            rows, ids = self._rows[:, : len(self._ids)], self._ids
        best: tuple[bool, int, str] | None = None
        for near, at in self._near(rows, marks):
            if ids[at] and ids[at] != but and (best is None or near > best[:2]):
                best = (*near, ids[at])
        return Likeness(best[2], best[0]) if best else None

    def _near(self, rows: Hashes, marks: Marks) -> Iterator[tuple[tuple[bool, int], int]]:
        for p, d, top in marks.tried:
            whole_d, inner_d = _apart(rows[1], d), _apart(rows[3], d)
            for at in np.flatnonzero(np.minimum(whole_d, inner_d) <= NEAR_D):
                row = rows[:, at]
                pairs = ((_bits(row[0], p), int(whole_d[at])), (_bits(row[2], p), int(inner_d[at])))
                above = _bits(row[4], top)
                same = any(a <= SAME_P and b <= SAME_D for a, b in pairs) or (above <= SAME_TOP and min(b for _, b in pairs) <= TOP_D)
                if same or any(a <= NEAR_P and b <= NEAR_D for a, b in pairs):
                    yield (same, -min(a + b for a, b in pairs)), int(at)


def _apart(column: Hashes, value: int) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = np.bitwise_count(column ^ np.uint64(value & 0xFFFFFFFFFFFFFFFF))
    return found


def _bits(one: Any, other: int) -> int:  # noqa: ANN401
    return (int(one) ^ (other & 0xFFFFFFFFFFFFFFFF)).bit_count()
