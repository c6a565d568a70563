"""How often somebody may ask: a bucket for each name, filled as time passes."""

from collections import OrderedDict
from datetime import datetime

from bot.domain.clock import Clock

MOST_NAMES = 20_000


class Limit:
    """At most ``burst`` at once and ``per_minute`` in the long run."""

    def __init__(self, clock: Clock, per_minute: int, burst: int) -> None:
        self._clock = clock
        self._rate = per_minute / 60
        self._burst = burst
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def takes(self, name: str) -> bool:
        """Whether one more is allowed; counts it."""
        now = self._clock.now()
        left, at = self._buckets.pop(name, (float(self._burst), now))
        left = min(self._burst, left + max(0.0, (now - at).total_seconds()) * self._rate)
        self._buckets[name] = (max(0.0, left - 1), now)
        while len(self._buckets) > MOST_NAMES:
            self._buckets.popitem(last=False)
        return left >= 1
