"""Which company names may mean the same company: with and without place or legal form, by sound, with a slip of the pen.

A name is cut into its place (绍兴), what makes it this company (恒力) and its trade (机械). Two names are alike when their places do not
contradict one another and the rest sounds the same or differs in one character; different trades, figures or distinguishing words are
different companies. Candidates are found by keys, so that a hundred thousand names are compared to a hundred thousand in seconds.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.exchange.cells import folded

BRACKETS = re.compile(r"\(([^()]*)\)")
FIGURES = re.compile(r"\d+|[一二三四五六七八九十]+(?=分|厂|部|店|号|期|$)")
SHORT = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """A company name in its parts; ``whole`` is the name in half width without punctuation."""

    whole: str
    place: str
    rest: str
    core: str
    heard: str

    @property
    def trade(self) -> str:
        return self.rest[len(self.core) :] if self.rest.startswith(self.core) else ""


@lru_cache(maxsize=4096)
def shape(name: str) -> Shape:
    """Cut a name into its parts."""
    from bot.understanding.aliases import core_of, place_of, without_legal
    from bot.understanding.pinyin import sound

    half = re.sub(r"[^\w()]+", "", unicodedata.normalize("NFKC", name))
    inner = BRACKETS.findall(half)
    place = next((one for one in inner if place_of(one + "某某") == one), "")
    branch = "".join(one for one in inner if one != place)
    short = without_legal(BRACKETS.sub("", half)) + branch
    ahead = place_of(short)
    rest = folded(short[len(ahead) :]) or folded(half)
    core = folded(core_of(short))
    return Shape(folded(half), re.sub(r"[省市县区]", "", ahead + place), rest, core if rest.startswith(core) else rest, sound(rest))


def keys(name: Shape) -> Iterator[int]:
    """Names that may be alike share one of these."""
    yield hash(name.heard)
    if len(name.heard) >= SHORT:
        yield from {hash(name.heard[:at] + name.heard[at + 1 :]) for at in range(len(name.heard))}
    if len(name.core) >= 2:
        yield hash(("core", name.heard[: len(name.core)]))


def likeness(one: Shape, other: Shape) -> float:
    """How alike two names are: 1 for the same characters, 0 for different companies."""
    from rapidfuzz.fuzz import ratio

    if one.whole == other.whole:
        return 1.0
    if not _places_agree(one.place, other.place) or FIGURES.findall(one.rest) != FIGURES.findall(other.rest):
        return 0.0
    return max(ratio(one.whole, other.whole), ratio(one.rest, other.rest)) / 100 * 0.99 if _alike(one, other) else 0.0


def same_but_for_form(one: Shape, other: Shape) -> bool:
    """Whether the names differ in place, legal form and punctuation at most."""
    return one.rest == other.rest and _places_agree(one.place, other.place)


def _places_agree(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one)


def _alike(one: Shape, other: Shape) -> bool:
    from rapidfuzz.distance import Levenshtein

    if one.heard == other.heard:
        return True
    heard, its = one.heard[: len(one.core)], other.heard[: len(other.core)]
    if heard == its and (one.trade in other.trade or other.trade in one.trade):
        return True
    if min(len(one.heard), len(other.heard)) < SHORT or Levenshtein.distance(one.heard, other.heard, score_cutoff=1) > 1:
        return False
    if one.trade and other.trade:
        return one.trade == other.trade and min(len(one.core), len(other.core)) >= SHORT
    return one.heard[:2] == other.heard[:2]
