"""The lines of a page where they stand: what is beside, below and in which row. All rules of reading stand on this and on nothing else."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

# Characters that OCR engines give for one another's place.
_ALIKE = str.maketrans(
    {"￥": "¥", "：": ":", "–": "-", "—": "-", "－": "-", "﹣": "-", "・": "·", "•": "·", "∶": ":", "丨": "|", "｜": "|"}
)
# Figures of a line that the engine is less sure of than this are hidden: nobody shall read a number that may be another.
SURE_OF_FIGURES = 0.85
HIDDEN = "?"
_SPACED = re.compile(r"(?<=[\u4e00-\u9fff])[ \u3000]+(?=[\u4e00-\u9fff])")


def plain(text: str) -> str:
    """One way to write what can be written in several: NFKC, ``¥``, ``:``; no space between two Chinese characters."""
    folded = unicodedata.normalize("NFKC", text.translate(_ALIKE)).translate(_ALIKE)
    return _SPACED.sub("", folded).strip()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in its upright box, pixels from the top left; ``score`` is how sure the engine is, 0 to 1."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    score: float = 1.0

    @property
    def height(self) -> float:
        return max(self.y1 - self.y0, 1.0)

    @property
    def width(self) -> float:
        return max(self.x1 - self.x0, 1.0)

    @property
    def cx(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def cy(self) -> float:
        return (self.y0 + self.y1) / 2

    def beside(self, other: "Line") -> bool:
        """Whether the two stand in one row."""
        return abs(self.cy - other.cy) < 0.6 * min(self.height, other.height) + 0.1 * max(self.height, other.height)

    def over(self, other: "Line") -> float:
        """The share of the narrower one's width that stands in the other's column."""
        return (min(self.x1, other.x1) - max(self.x0, other.x0)) / min(self.width, other.width)


@dataclass(frozen=True)
class Page:
    """All lines of a picture, from top to bottom; ``width`` and ``height`` in pixels.

    ``turns`` are the quarter turns to the left that made it upright.
    """

    lines: tuple[Line, ...]
    width: float
    height: float
    turns: int = 0

    @property
    def doubtful(self) -> bool:
        """Whether figures had to be hidden."""
        return any(HIDDEN in line.text for line in self.lines)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The part of the picture that has text, as shares of its width and height."""
        if not self.lines:
            return 0, 0, 1, 1
        xs = [(line.x0 / self.width, line.x1 / self.width) for line in self.lines]
        ys = [(line.y0 / self.height, line.y1 / self.height) for line in self.lines]
        return (
            max(0.0, min(x for x, _ in xs)),
            max(0.0, min(y for y, _ in ys)),
            min(1.0, max(x for _, x in xs)),
            min(1.0, max(y for _, y in ys)),
        )

    @cached_property
    def rows(self) -> tuple[tuple[Line, ...], ...]:
        """The lines row by row, each from left to right."""
        rows: list[list[Line]] = []
        # From left to right, each to the row whose end is level with it: a page photographed aslant keeps its rows.
        for line in sorted(self.lines, key=lambda item: item.x0):
            level = [row for row in rows if line.beside(row[-1]) and line.over(row[-1]) < 0.5]
            if level:
                min(level, key=lambda row: abs(row[-1].cy - line.cy) + 0.05 * max(0.0, line.x0 - row[-1].x1)).append(line)
            else:
                rows.append([line])
        return tuple(tuple(row) for row in sorted(rows, key=lambda row: sum(item.cy for item in row) / len(row)))

    @cached_property
    def text(self) -> str:
        """The whole page as people read it: a row a line."""
        return "\n".join(" ".join(line.text for line in row) for row in self.rows)

    def right_of(self, line: Line) -> list[Line]:
        """What stands in the same row to the right, the nearest first."""
        found = [o for o in self.lines if o is not line and line.beside(o) and o.cx > line.x1]
        return sorted(found, key=lambda o: o.x0)

    def below(self, line: Line, within: float = 2.6, column: float = 0.3) -> list[Line]:
        """What stands in the same column below, at most ``within`` line heights away, the nearest first."""
        found = [
            o
            for o in self.lines
            if o is not line and line.cy < o.cy and o.y0 - line.y1 < within * line.height and o.over(line) > column and not line.beside(o)
        ]
        return sorted(found, key=lambda o: o.y0)

    def split(self, cut: Callable[[str], Sequence[str]]) -> "Page":
        """The page with lines that hold several things taken apart; each part gets its share of the width."""
        parts: list[Line] = []
        for line in self.lines:
            pieces = cut(line.text)
            total, at = sum(map(len, pieces)) or 1, line.x0
            for text in pieces:
                end = at + line.width * len(text) / total
                parts.append(replace(line, text=text.strip(), x0=at, x1=end))
                at = end
        return replace(self, lines=tuple(p for p in parts if p.text))


def page_of(lines: Iterable[Line], width: float, height: float, turns: int = 0) -> Page:
    """A page of lines as an engine gave them: texts made plain, doubtful figures hidden, in reading order."""
    clean = [replace(line, text=_certain(plain(line.text), line.score)) for line in lines]
    return Page(tuple(sorted((line for line in clean if line.text), key=lambda i: (i.cy, i.x0))), width, height, turns)


def _certain(text: str, score: float) -> str:
    return re.sub(r"\d", HIDDEN, text) if score < SURE_OF_FIGURES and re.search(r"\d{3}", text) else text
