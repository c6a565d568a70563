"""Text in pictures. The engine is an extra and stands behind :class:`Engine`, so that everything above it can be tried without one."""

import importlib.util
import math
import statistics
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from bot.senses.page import Line, Page, page_of

if TYPE_CHECKING:
    from PIL.Image import Image

# Most of the time goes into finding lines; a picture reduced to 736 pixels is enough for nearly all, and three times as fast.
QUICK, CAREFUL = 736, 1280
# Below this tilt rows are level enough; above it the picture was turned on purpose.
LEAST_TILT, MOST_TILT = 0.3, 30.0


class Engine(Protocol):
    """Finds and reads the lines of a picture."""

    name: str

    def read(self, image: "Image", longest: int) -> Page:
        """The page, its boxes upright whichever way the picture lies; ``longest`` is the size to which it is reduced for finding lines."""
        ...


def installed() -> bool:
    """Whether pictures can be read here (the extra ``ocr``)."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


@cache
def engine() -> Engine:
    """The engine of this process, loaded once. Raises ImportError without the extra."""
    return RapidEngine()


class RapidEngine:
    """RapidOCR on ONNX, one thread: two cost more than they bring, and the service wants its core."""

    def __init__(self) -> None:
        from importlib.metadata import version

        from rapidocr import RapidOCR

        one = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
        ocr: Any = RapidOCR
        self._ocr = ocr(params={"Global.log_level": "error", "Det.limit_type": "max", "Det.limit_side_len": QUICK, **one})
        self._ocr._load_det_model()
        self.name = f"rapidocr {version('rapidocr')}"

    def read(self, image: "Image", longest: int) -> Page:
        import numpy as np

        pixels = np.asarray(image)[:, :, ::-1]  # BGR, as OpenCV has it
        self._ocr.text_det.limit_side_len = longest
        small, record = self._ocr.preprocess_img(pixels)
        found, turned, read, crops = self._ocr.run_ocr_steps(small, record)
        result = self._ocr.build_final_output(pixels, found, turned, read, crops, record)
        corners = [] if getattr(result, "txts", None) is None else [[(float(x), float(y)) for x, y in box] for box in result.boxes]
        texts = [] if not corners else list(zip(result.txts, result.scores, strict=True))
        upside_down = _mostly([label for label, _ in turned.cls_res or ()], "180")
        return laid_out(texts, corners, image.size, upside_down=upside_down)


Corners = Sequence[tuple[float, float]]


def laid_out(texts: Sequence[tuple[str, float]], corners: Sequence[Corners], size: tuple[int, int], *, upside_down: bool) -> Page:
    """The page of what an engine found, turned upright by the geometry of its boxes: tall boxes are lines of a picture that lies.

    Args:
        upside_down: whether most lines, taken along their boxes, stood on their heads.
    """
    width, height = size
    lying = [_tall(box) for (text, _), box in zip(texts, corners, strict=True) if len(text) > 1]
    turns = (1 if sum(lying) * 2 > len(lying) else 0) + (2 if upside_down else 0)
    turned = [[_turn(point, turns, width, height) for point in box] for box in corners]
    if turns % 2:
        width, height = height, width
    level = _levelled(turned, width, height)
    lines = [Line(text, *_box(box), score=score) for (text, score), box in zip(texts, level, strict=True)]
    return page_of(lines, width, height, turns)


def _turn(point: tuple[float, float], turns: int, width: float, height: float) -> tuple[float, float]:
    """Quarter turns to the left; three of them for lines that run upwards."""
    x, y = point
    return ((x, y), (y, width - x), (width - x, height - y), (height - y, x))[turns]


def _tall(box: Corners) -> bool:
    x0, y0, x1, y1 = _box(box)
    return (y1 - y0) > 1.5 * (x1 - x0)


def _box(box: Corners) -> tuple[float, float, float, float]:
    xs, ys = [p[0] for p in box], [p[1] for p in box]
    return min(xs), min(ys), max(xs), max(ys)


def _levelled(boxes: Sequence[Corners], width: float, height: float) -> Sequence[Corners]:
    """The boxes turned by the tilt that most long lines share."""
    tilts = [t for box in boxes if (t := _tilt(box)) is not None]
    tilt = statistics.median(tilts) if len(tilts) >= 3 else 0.0
    if not LEAST_TILT <= abs(tilt) <= MOST_TILT:
        return boxes
    cos, sin = math.cos(math.radians(-tilt)), math.sin(math.radians(-tilt))
    cx, cy = width / 2, height / 2
    return [[(cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos) for x, y in box] for box in boxes]


def _tilt(box: Corners) -> float | None:
    """Degrees of the longer edges of a box; None for one too short to tell."""
    edges = sorted(((math.dist(a, b), a, b) for a, b in zip(box, [*box[1:], box[0]], strict=True)), key=lambda e: e[0])
    (short, *_), (long, a, b) = edges[0], edges[-1]
    if long < 3 * short:
        return None
    left, right = sorted((a, b))
    return math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))


def _mostly(labels: Sequence[str], label: str) -> bool:
    return sum(label in one for one in labels) * 2 > len(labels) > 0
