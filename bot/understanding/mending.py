"""Names that a speech model wrote as other words of a like sound, mended from the names near the speaker (红利机械 → 恒力机械).

Only near names are tried (those the speaker may see and is likely to say): among all the world's names everything sounds like something.
A stretch is mended only when one name is clearly nearer in sound than every other; what is mended is a guess, and shown as one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from bot.understanding.aliases import forms
from bot.understanding.index import KnownCustomer
from bot.understanding.pinyin import toned

# A form of two characters sounds like too much.
SHORTEST, LONGEST = 3, 12
LIKE, SHORT_LIKE, CLEARLY = 0.78, 0.9, 0.04
# Sounds that speakers of the south and recognisers mix up are taken as one.
LOOSE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


@dataclass(frozen=True, slots=True)
class Mended:
    """The text with its names mended, and each mended name: as heard, as it is written now."""

    text: str
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Fit:
    start: int
    end: int
    id: str
    name: str
    score: float


def mend(text: str, near: Sequence[KnownCustomer]) -> Mended:
    """Mend customer names, then the people of the customers that are named."""
    mended = _mend_customers(text, near)
    theirs = [row for row in near if any(f.text in mended.text for f in forms(row.id, row.name, row.aliases))]
    people = dict.fromkeys(c.name for row in theirs for c in row.contacts)
    return _mend_people(mended, people)


def _mend_customers(text: str, near: Sequence[KnownCustomer]) -> Mended:
    said = [(f.text, row.id) for row in near for f in forms(row.id, row.name, row.aliases) if not f.bare]
    taken = [(at, at + len(name)) for name, _ in said if (at := text.find(name)) >= 0]
    known = [(name, id) for name, id in said if SHORTEST <= len(name) <= LONGEST]
    fits = [
        fit for name, id in known for fit in _fits(text, name, id) if not any(fit.start < end and start < fit.end for start, end in taken)
    ]
    return _replaced(Mended(text), _clear(fits))


def _fits(text: str, name: str, id: str) -> Iterable[_Fit]:
    """Stretches of the text that sound like the name, of its length or a character more or less."""
    from rapidfuzz.distance import Levenshtein

    sounds = [_loose(c) for c in text]
    wanted = "".join(map(_loose, name))
    for length in (len(name), len(name) - 1, len(name) + 1):
        least = LIKE if min(length, len(name)) > SHORTEST else SHORT_LIKE
        for start in range(len(text) - length + 1):
            if all(s.isalnum() for s in sounds[start : start + length]):
                score = Levenshtein.normalized_similarity("".join(sounds[start : start + length]), wanted, score_cutoff=least)
                if score >= least:
                    yield _Fit(start, start + length, id, name, score)


def _clear(fits: Sequence[_Fit]) -> list[_Fit]:
    """The best fit of each place, where no other customer comes near it."""
    chosen: list[_Fit] = []
    for fit in sorted(fits, key=lambda f: (-f.score, f.start - f.end)):
        if any(fit.start < c.end and c.start < fit.end for c in chosen):
            continue
        rivals = [f.score for f in fits if f.id != fit.id and f.start < fit.end and fit.start < f.end]
        if not rivals or max(rivals) <= fit.score - CLEARLY:
            chosen.append(fit)
    return chosen


def _mend_people(mended: Mended, people: Iterable[str]) -> Mended:
    """An address that sounds exactly like a contact's (张宫 → 张工)."""
    text = mended.text
    fits = [
        _Fit(at, at + len(name), "", name, 1.0)
        for name in people
        if name not in text
        for at in range(len(text) - len(name) + 1)
        if all(toned(a)[0] == toned(b)[0] for a, b in zip(text[at : at + len(name)], name, strict=True))
    ]
    return _replaced(mended, [next(iter(same)) for _, same in groupby(fits, key=lambda f: f.name)])


def _replaced(mended: Mended, fits: Iterable[_Fit]) -> Mended:
    text, names = mended.text, list(mended.names)
    for fit in sorted(fits, key=lambda f: -f.start):
        names.append((text[fit.start : fit.end], fit.name))
        text = text[: fit.start] + fit.name + text[fit.end :]
    return Mended(text, tuple(names))


@lru_cache(maxsize=30_000)
def _loose(char: str) -> str:
    """The syllable, its easily confused sounds taken as one; other signs as they are."""
    syllable = toned(char)[0]
    for wide, narrow in LOOSE:
        syllable = syllable.replace(wide, narrow)
    return syllable
