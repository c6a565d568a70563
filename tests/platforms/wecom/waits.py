"""Pauses without time: they end when a test says so."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Waits:
    """Pauses that end when the test says so."""

    waiting: list[tuple[float, "asyncio.Future[None]"]] = field(default_factory=list)

    async def pause(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((seconds, future))
        await future

    def over(self, fits: Callable[[float], bool] = lambda seconds: True) -> list[float]:
        """End the pauses that fit; how long they would have been."""
        ended = [(s, f) for s, f in self.waiting if fits(s) and not f.done()]
        self.waiting = [(s, f) for s, f in self.waiting if not fits(s) and not f.done()]
        for _, future in ended:
            future.set_result(None)
        return [s for s, _ in ended]

    def lasting(self) -> list[float]:
        return [s for s, f in self.waiting if not f.done()]
