"""When the cron lines fire: APScheduler's trigger does the arithmetic, nothing else of it runs here."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property

from apscheduler.triggers.cron import CronTrigger

from bot.domain.clock import SHANGHAI


@dataclass(frozen=True)
class Cron:
    """A daily line: at ``at`` Shanghai time; a run that was missed is made up once within ``grace``."""

    name: str
    at: time
    grace: timedelta

    @cached_property
    def _trigger(self) -> CronTrigger:
        return CronTrigger(hour=self.at.hour, minute=self.at.minute, second=0, timezone=SHANGHAI)

    def latest(self, now: datetime) -> datetime | None:
        """The newest instant up to ``now`` that is still within grace."""
        found: datetime | None = None
        instant: datetime | None = self._trigger.get_next_fire_time(None, now - self.grace)
        while instant is not None and instant <= now:
            found = instant
            instant = self._trigger.get_next_fire_time(instant, instant + timedelta(seconds=1))
        return found

    def key(self, instant: datetime) -> str:
        """The unique key that lets an instant run once, whoever notices it."""
        return f"cron:{self.name}:{instant.astimezone(SHANGHAI).isoformat()}"
