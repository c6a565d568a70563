"""What a speech model wrote, made fit to read, and what it must not have made up."""

import re
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

# Punctuation where there is none is put at pauses; a sentence ends with one of these.
ENDS = "。！？…"
_HALF = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
_CHINESE = r"[\u4e00-\u9fff]"
_MARK = re.compile(rf"(?<={_CHINESE})\s*[,?!;:]\s*|\s*[,?!;:]\s*(?={_CHINESE})|(?<={_CHINESE})\.(?=\s|$)")
_GAP = re.compile(rf"(?<=[\u4e00-\u9fff，。！？；：])\s+|\s+(?={_CHINESE}|[，。！？；：])")
_REPEAT = re.compile(r"(.{1,12}?)\1{4,}")
_LETTERS = re.compile(r"[^\w]+")

# Guards against invention; measured in the speech reference (docs/speech.md).
MOST_COMPRESSED = 2.4
MOST_PER_SECOND = 9.0
LEAST_CERTAIN = -1.0


@dataclass(frozen=True, slots=True)
class Piece:
    """What a model wrote for one stretch of speech: seconds from the start of the recording, and its mean log probability."""

    start: float
    end: float
    text: str
    certainty: float


def polished(text: str) -> str:
    """Simplified characters, full-width punctuation, no gaps between characters."""
    simple = _simplified(text.strip())
    marked = _MARK.sub(lambda m: "。" if m[0].strip() == "." else m[0].strip().translate(_HALF), simple)
    return _GAP.sub("", marked)


def sentence(parts: Sequence[str]) -> str:
    """Stretches joined where the speaker paused: with a mark between them and one at the end."""
    said = [p.rstrip("，、；：") for p in parts if p.strip("，。！？；：、 ")]
    marked = [p if p[-1] in ENDS else p + ("。" if n == len(said) - 1 else "，") for n, p in enumerate(said)]
    return "".join(marked)


def doubtful(piece: Piece, spoken: float, prompt: str) -> bool:
    """Whether a stretch is more likely invented than heard; ``spoken`` are the seconds of speech in it."""
    bare = _LETTERS.sub("", piece.text)
    if not bare:
        return True
    raw = piece.text.encode()
    return bool(
        _REPEAT.search(bare)
        or (len(bare) > 20 and len(raw) / len(zlib.compress(raw)) > MOST_COMPRESSED)
        or (len(bare) >= 4 and bare in _LETTERS.sub("", prompt))
        or len(bare) > MOST_PER_SECOND * max(spoken, 0.5)
        or piece.certainty < LEAST_CERTAIN
    )


def _simplified(text: str) -> str:
    import zhconv

    if zhconv.zhconv.zhcdicts is None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # it leaves the file of its table to the garbage collector
            zhconv.zhconv.loaddict()
    return str(zhconv.convert(text, "zh-hans"))
