"""The sound of characters, one sign per syllable, so that places in the sound are places in the text."""

import os
from functools import cache, lru_cache

_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_TONES = str.maketrans(
    {
        c: p + str(t)
        for p, marks in zip("aeiouü", ("āáǎà", "ēéěè", "īíǐì", "ōóǒò", "ūúǔù", "ǖǘǚǜ"), strict=True)
        for t, c in enumerate(marks, 1)
    }
)


@cache
def _readings() -> dict[int, str]:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
    from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict


@lru_cache(maxsize=30_000)
def toned(char: str) -> tuple[str, int]:
    """Syllable without tone, and tone (0 for none); the character itself where it has no reading."""
    reading = _readings().get(ord(char))
    if not reading:
        return char.lower(), 0
    spelt = reading.split(",")[0].translate(_TONES)
    tone = next((int(c) for c in spelt if c.isdigit()), 0)
    return "".join(c for c in spelt if not c.isdigit()), tone


_signs: dict[str, str] = {}


@lru_cache(maxsize=30_000)
def _sign(char: str) -> str:
    """A private character that stands for the syllable."""
    syllable, tone = toned(char)
    if (not tone and not syllable.isalpha()) or syllable == char.lower():
        return char
    return _signs.setdefault(syllable, chr(0xF0000 + len(_signs) % 0xFFF0))


@lru_cache(maxsize=30_000)
def _loose_sign(char: str) -> str:
    """As _sign, with the sounds that southern speakers and recognisers mix up taken as one (zh/z, n/l, ang/an)."""
    syllable, tone = toned(char)
    if (not tone and not syllable.isalpha()) or syllable == char.lower():
        return char
    for wide, narrow in _INITIALS:
        if syllable.startswith(wide):
            syllable = narrow + syllable[len(wide) :]
            break
    for wide, narrow in _FINALS:
        if syllable.endswith(wide):
            syllable = syllable[: -len(wide)] + narrow
            break
    return _signs.setdefault("~" + syllable, chr(0xF0000 + len(_signs) % 0xFFF0))


def sound(text: str) -> str:
    """The text as syllable signs, of the same length."""
    return "".join(map(_sign, text))


def loose_sound(text: str) -> str:
    """The text as signs of easily confused syllables, of the same length."""
    return "".join(map(_loose_sign, text))


def same_tones(one: str, other: str) -> bool:
    """Whether two texts of one sound also agree in tone."""
    return all(toned(a)[1] == toned(b)[1] for a, b in zip(one, other, strict=True))
