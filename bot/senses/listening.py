"""What happens in the child: a file is decoded, speech is told from silence and noise, each stretch of it is written down.

A recording goes through in blocks, so an hour of it takes no more memory than a minute; stretches never join over a long pause, where
models drop what comes after it.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.senses import audio
from bot.senses.audio import RATE, Problem, Unreadable
from bot.senses.engines import Engine, Model, load
from bot.senses.words import Piece, doubtful, polished

if TYPE_CHECKING:
    from bot.senses.audio import Samples

BLOCK_SECONDS = 60
TOO_SHORT = 0.5
SILENCE_RMS = 1e-4
LEAST_SPEECH = 0.3
LONGEST_STRETCH = 28.0
LONGEST_PAUSE = 2.0
PAD = 0.2
# A block ends where nobody speaks; what is said over its edge goes with the next one.
EDGE = 0.6
PROMPT = "以下是普通话的销售拜访记录，用简体中文，带标点。"


@dataclass(frozen=True, slots=True)
class Heard:
    """A block of the recording, read up to ``until`` seconds: what was written, and how many stretches were not clear."""

    until: float
    pieces: tuple[Piece, ...]
    unclear: int
    spoken: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech from one sample to another; ``spoken`` seconds of it are voice."""

    start: int
    end: int
    spoken: float


def listen(path: Path, model: Model, hot_words: Sequence[str], prompt: str = PROMPT) -> Iterator[Heard]:
    """Write a recording down, a block at a time. Raises Unreadable."""
    import numpy

    begin, rest = 0.0, numpy.zeros(0, dtype=numpy.float32)
    for block in audio.blocks(path, BLOCK_SECONDS):
        sound = numpy.concatenate([rest, block])
        last = len(block) < BLOCK_SECONDS * RATE
        stretches, used = stretches_of(sound, last=last)
        yield _written(sound, stretches, begin, begin + used / RATE, model, hot_words, prompt)
        begin, rest = begin + used / RATE, sound[used:]
    if len(rest):
        stretches, used = stretches_of(rest, last=True)
        yield _written(rest, stretches, begin, begin + used / RATE, model, hot_words, prompt)
    if begin + len(rest) / RATE < TOO_SHORT:
        raise Unreadable(Problem.TOO_SHORT)


def stretches_of(sound: "Samples", *, last: bool) -> tuple[list[Stretch], int]:
    """Where somebody speaks, and up to which sample this is final."""
    import numpy

    if not numpy.isfinite(sound).all() or float(numpy.sqrt(numpy.mean(numpy.square(sound)))) < SILENCE_RMS:
        return [], len(sound)
    voices = _voices(sound)
    used = len(sound)
    if not last and voices and voices[-1][1] > len(sound) - EDGE * RATE and voices[-1][0] > 0:
        used = voices.pop()[0]
    joined: list[Stretch] = []
    for start, end in voices:
        spoken = (end - start) / RATE
        near = joined and start - joined[-1].end <= LONGEST_PAUSE * RATE and end - joined[-1].start <= LONGEST_STRETCH * RATE
        if near:
            joined[-1] = Stretch(joined[-1].start, end, joined[-1].spoken + spoken)
        else:
            joined.append(Stretch(start, end, spoken))
    return [s for s in joined if s.spoken >= LEAST_SPEECH], used


def _voices(sound: "Samples") -> list[tuple[int, int]]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(max_speech_duration_s=LONGEST_STRETCH, min_silence_duration_ms=400, speech_pad_ms=int(PAD * 1000))
    return [(v["start"], v["end"]) for v in get_speech_timestamps(sound, options)]


def _written(
    sound: "Samples", stretches: Sequence[Stretch], begin: float, until: float, model: Model, hot_words: Sequence[str], prompt: str
) -> Heard:
    pieces: list[Piece] = []
    unclear = 0
    for stretch in stretches:
        found = _engine(model).write(sound[stretch.start : stretch.end], prompt, hot_words)
        offset = begin + stretch.start / RATE
        whole = Piece(
            offset,
            begin + stretch.end / RATE,
            polished("".join(w.text for w in found)),
            min((w.certainty for w in found), default=0.0),
        )
        if doubtful(whole, stretch.spoken, prompt + "".join(hot_words)):
            unclear += 1
            continue
        pieces += [Piece(offset + w.start, min(offset + w.end, whole.end), t, w.certainty) for w in found if (t := polished(w.text))]
    return Heard(until, tuple(pieces), unclear, sum(s.spoken for s in stretches))


@lru_cache(maxsize=1)
def _engine(model: Model) -> Engine:
    return load(model)


def warm(model: Model) -> float:
    """Load the model; the seconds it took."""
    begin = time.perf_counter()
    _engine(model)
    return time.perf_counter() - begin
