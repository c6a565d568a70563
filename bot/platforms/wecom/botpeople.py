"""Who talks to the AI bot: it may be given an encrypted id, which only the self-built app can turn into the member's own."""

from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.domain.errors import PlatformError
from bot.platforms.wecom.api import Api
from bot.platforms.wecom.inbound import NAME, user_id
from storage.store import Store

# How long an id that stands for nobody is not asked about again.
UNKNOWN = timedelta(minutes=10)


class BotPeople:
    """``api`` is the app's; None where there is none, and ids then stay as they come."""

    def __init__(self, store: Store, clock: Clock, api: Api | None) -> None:
        self._store = store
        self._clock = clock
        self._api = api
        self._opened: dict[str, str] = {}
        self._unknown: dict[str, datetime] = {}

    async def user(self, given: str) -> str:
        """The member's id behind the one that was given; that one itself when nothing better is known."""
        if given in self._opened:
            return self._opened[given]
        now = self._clock.now()
        if self._api is None or now < self._unknown.get(given, now):
            return given
        if await self._store.read(lambda r: r.members.by_identity(NAME, user_id(given))):
            return given
        try:
            answer = await self._api.post("batch/openuserid_to_userid", {"open_userid_list": [given]})
        except PlatformError:
            return given
        for found in answer.get("userid_list") or []:
            self._opened[str(found["open_userid"])] = str(found["userid"])
        if given not in self._opened:
            self._unknown[given] = now + UNKNOWN
        return self._opened.get(given, given)
