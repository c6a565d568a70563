"""Speech to text: :class:`Transcriber` is the seam, :class:`Speech` the one that listens with a model in a process of its own."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.senses.engines import LANGUAGE, EngineName, Model
from bot.senses.listening import BLOCK_SECONDS, Heard, listen, warm
from bot.senses.models import ready
from bot.senses.words import sentence
from bot.senses.worker import Worker
from config.sections import Speech as Settings

# A machine on which everything else ran too has taken forty times as long as a quiet one; what hangs, hangs for ever.
STEP_SECONDS = 60.0 + 4.0 * BLOCK_SECONDS
LOAD_SECONDS = 120.0
# Beside the weights: the interpreter, the decoder, the beams. Measured as private memory, which is far above what is resident.
ROOM = {EngineName.FASTER: 1600, EngineName.OPENAI: 3500}
# An 8-bit model is read as it lies and converted: for a moment both are there.
TIMES_WEIGHTS = 4
MOST_HOT_WORDS = 24


@dataclass(frozen=True, slots=True)
class Segment:
    """Some words and when they were said, in seconds from the start."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is said in a recording; ``text`` is empty when nobody speaks in it or nothing was clear.

    ``unclear`` counts stretches in which somebody speaks and that could not be believed.
    """

    text: str
    language: str
    audio_s: float
    took_s: float
    engine: str
    model: str
    segments: tuple[Segment, ...]
    unclear: int = 0


Progress = Callable[[float], None]
"""Told how many seconds of the recording are done."""


class Transcriber(Protocol):
    """Something that listens.

    Raises NoModel when nothing here can, Unreadable when the file is no recording, WorkerError when it failed.
    """

    def check(self) -> None:
        """Raises NoModel when nothing here can listen."""
        ...

    async def close(self) -> None:
        """Let go of what listens."""
        ...

    async def transcribe(self, audio: Path, *, hot_words: Sequence[str] = (), progress: Progress | None = None) -> Transcript:
        """What is said in the file; ``hot_words`` are names that are likely to be said."""
        ...


class Speech:
    """Listens with the engine and model that the settings name; both are loaded with the first recording.

    ``together`` recordings are listened to at once, each by a process of its own; the others wait.
    """

    def __init__(self, settings: Settings, together: int = 1) -> None:
        self._settings = settings
        self._together = together
        self._model: Model | None = None
        self._all: list[Worker] = []
        # The one that listened last is taken first: the others need not be started before they are needed.
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()

    def model(self) -> Model:
        """The model that would listen now. Raises NoModel."""
        return ready(self._settings)

    def check(self) -> None:
        self.model()

    def pids(self) -> list[int]:
        """The processes that listen now."""
        return [worker.pid for worker in self._all if worker.pid is not None]

    async def transcribe(self, audio: Path, *, hot_words: Sequence[str] = (), progress: Progress | None = None) -> Transcript:
        model = await self._ready()
        idle = self._idle
        worker = await idle.get()
        try:
            begin = time.perf_counter()
            heard = await self._listen(worker, audio, model, hot_words, progress)
            return transcript(heard, model, time.perf_counter() - begin)
        finally:
            idle.put_nowait(worker)
            if worker not in self._all:  # another model was pulled meanwhile
                await worker.close()

    async def close(self) -> None:
        """End the processes that listen."""
        workers, self._all, self._idle = self._all, [], asyncio.LifoQueue()
        await asyncio.gather(*(worker.close() for worker in workers))

    async def _listen(self, worker: Worker, audio: Path, model: Model, hot_words: Sequence[str], progress: Progress | None) -> list[Heard]:
        heard: list[Heard] = []
        if worker.pid is None:
            await worker.run(warm, model, seconds=LOAD_SECONDS)
        async with aclosing(worker.follow(listen, audio, model, tuple(hot_words)[:MOST_HOT_WORDS], seconds=STEP_SECONDS)) as blocks:
            async for block in blocks:
                heard.append(block)
                if progress:
                    progress(block.until)
        return heard

    async def _ready(self) -> Model:
        """The model, and processes fit for it: another one was pulled while we ran."""
        model = await asyncio.to_thread(self.model)
        if model != self._model:
            await self.close()
            self._model = model
            self._all = [Worker(f"speech {n}", memory=_memory(model), threads=model.threads) for n in range(self._together)]
            for worker in reversed(self._all):
                self._idle.put_nowait(worker)
        return model


def transcript(heard: Sequence[Heard], model: Model, took: float) -> Transcript:
    """The blocks as one text."""
    pieces = [piece for block in heard for piece in block.pieces]
    return Transcript(
        text=sentence([piece.text for piece in pieces]),
        language=LANGUAGE,
        audio_s=round(heard[-1].until, 2) if heard else 0.0,
        took_s=round(took, 3),
        engine=model.engine.value,
        model=model.name,
        segments=tuple(Segment(round(p.start, 2), round(p.end, 2), p.text) for p in pieces),
        unclear=sum(block.unclear for block in heard),
    )


def _memory(model: Model) -> int:
    """MB of private memory; a graphics card's driver maps what it likes."""
    if model.device != "cpu":
        return 0
    path = Path(model.path)
    weights = path.stat().st_size if path.is_file() else sum(f.stat().st_size for f in path.iterdir() if f.is_file())
    return ROOM[model.engine] + TIMES_WEIGHTS * weights // 2**20
