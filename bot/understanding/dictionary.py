"""How common a word is: the frequencies of jieba's word list, read without loading jieba itself.

The whole segmenter takes 75 MB and a second; the one thing asked here is whether two or three characters are an everyday word.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

LEAST = 30


@cache
def _counts() -> dict[str, int]:
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        return {}
    counts: dict[str, int] = {}
    with Path(spec.origin).with_name("dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count = line.split(" ", 2)[:2]
            if 2 <= len(word) <= 3 and int(count) >= LEAST:
                counts[word] = int(count)
    return counts


def commonness(word: str) -> int:
    """Occurrences in jieba's corpus; 0 for rare words and for lengths other than two and three."""
    return _counts().get(word, 0)
