"""The chats that the AI bot knows: it may only write to those that have spoken to it, so they are remembered across restarts."""

import hashlib
import logging
from dataclasses import dataclass

from bot.domain.clock import Clock
from bot.platforms.wecom.botinbound import BOT
from bot.platforms.wecom.inbound import user_id
from storage.store import Store

log = logging.getLogger(__name__)
SINGLE, GROUP = 1, 2


@dataclass(frozen=True, slots=True)
class Known:
    """A chat as WeCom names it; ``spoke`` tells that messages may be pushed there."""

    wire: str
    group: bool
    spoke: bool

    @property
    def kind(self) -> int:
        return GROUP if self.group else SINGLE


class BotChats:
    """Our names for chats and WeCom's. ``apart`` when the app has the plain user ids for itself."""

    def __init__(self, store: Store, clock: Clock, *, apart: bool) -> None:
        self._store = store
        self._clock = clock
        self._apart = apart
        self._seen: dict[str, Known] = {}

    def owns(self, chat: str) -> bool:
        """Whether messages to this chat take the bot's road."""
        return chat.startswith(BOT) or (not self._apart and not chat.startswith(("key:", "appchat:")))

    async def met(self, wire: str, *, group: bool, spoke: bool) -> str:
        """Our name of a chat from which something came; noted when it is new."""
        chat = f"{BOT}{wire}" if group or self._apart else user_id(wire)
        old = await self.known(chat)
        new = Known(wire, group, spoke or (old is not None and old.spoke))
        if new != old:
            value = {"wire": wire, "group": group, "spoke": new.spoke}
            await self._store.write(lambda tx: tx.facts.set(_fact(chat), value, self._clock.now()))
            self._seen[chat] = new
            if group and old is None:  # the id that the table of groups asks for is shown nowhere else
                log.info("wecom bot: called in a group for the first time; its chat_id is %s", chat)
        return chat

    async def known(self, chat: str) -> Known | None:
        """What is known of a chat."""
        if chat not in self._seen:
            value = await self._store.read(lambda r: r.facts.get(_fact(chat)))
            if value is None:
                return None
            self._seen[chat] = Known(**value)
        return self._seen[chat]


def _fact(chat: str) -> str:
    return f"wecom-bot:chat:{hashlib.sha256(chat.encode()).hexdigest()[:32]}"
