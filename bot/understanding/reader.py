"""The reader: one message in, one record out."""

from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.calendar import Calendar
from bot.domain.clock import local
from bot.understanding.names import Names

if TYPE_CHECKING:
    from bot.domain.understood import Understood

LONGEST = 4000


class Reader:
    """Reads messages against a name index and a calendar. Synchronous and thread-safe; any Unicode string gives a record."""

    def __init__(self, names: Names, calendar: Calendar) -> None:
        # The stages are loaded here, not when the service imports this room.
        from bot.understanding.knowledge import refresh
        from bot.understanding.reading import Reading
        from bot.understanding.text import normalise

        self._names = names
        self._calendar = calendar
        self._reading = Reading
        self._normalise = normalise
        self._refresh = refresh

    def read(self, text: str, now: datetime, *, owner: str | None = None) -> "Understood":
        """The record of a message said at ``now`` (aware, or naive in Shanghai time) by member ``owner``.

        Only the first 4000 characters are read.
        """
        self._refresh()
        moment = (local(now) if now.tzinfo else now).replace(tzinfo=None)
        return self._reading(self._normalise(text[:LONGEST]), moment, self._names.view(), self._calendar, owner).record()
