"""A listener for tests: it hears what it was told to hear."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.senses.models import NoModel
from bot.senses.speech import Progress, Segment, Transcript


class FakeListener:
    """Hears ``words`` in every recording, or raises what stands there; ``model`` False means that there is none.

    While ``gate`` is set and closed, it listens on.
    """

    def __init__(self, words: str = "") -> None:
        self.words: str | Exception = words
        self.model = True
        self.unclear = 0
        self.asked: list[list[str]] = []
        self.gate: asyncio.Event | None = None

    def check(self) -> None:
        if not self.model:
            raise NoModel("没有语音模型")

    async def transcribe(self, audio: Path, *, hot_words: Sequence[str] = (), progress: Progress | None = None) -> Transcript:
        self.check()
        self.asked.append(list(hot_words))
        if self.gate:
            await self.gate.wait()
        if isinstance(self.words, Exception):
            raise self.words
        segments = (Segment(0.0, 2.0, self.words),) if self.words else ()
        return Transcript(self.words, "zh", 2.0, 0.1, "fake", "none", segments, self.unclear)

    async def close(self) -> None:
        return
