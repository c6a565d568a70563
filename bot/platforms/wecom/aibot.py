"""The AI bot (智能机器人) over its long connection: the mode that needs no public address.

It is the second road of the platform ``wecom`` and no platform of its own: a person has one identity in WeCom, whichever road a message
takes, and a company with the bot alone reaches its members under the ids that it knows from the directory. Chats of the bot are
``bot:<chatid>``; where there is no self-built app, a member's chat with the bot is simply the user id, as it is for the app.
"""

import os
import socket
from collections.abc import AsyncIterator

from bot.chat.outgoing import Outgoing
from bot.chat.platform import Receive
from bot.domain.clock import Clock
from bot.platforms.outbound import Outbound
from bot.platforms.wecom import botfiles
from bot.platforms.wecom.api import Api
from bot.platforms.wecom.botpeople import BotPeople
from bot.platforms.wecom.botsending import BotSending
from bot.platforms.wecom.connection import Connection, Habits
from bot.platforms.wecom.lease import Lease
from bot.platforms.wecom.ledger import Ledger
from config.platforms import Wecom
from storage.store import Store

# Where the files lie that people send to the bot; their addresses come with the messages.
HOSTS = ("openws.work.weixin.qq.com", ".work.weixin.qq.com", ".qpic.cn", ".myqcloud.com")


class AiBot:
    """Receives and says what goes through the bot."""

    def __init__(
        self, settings: Wecom, public_url: str, store: Store, clock: Clock, api: Api, ledger: Ledger, habits: Habits | None = None
    ) -> None:
        self._http = Outbound("wecom", HOSTS, (settings.api_base, settings.ws_url, *settings.allowed_hosts))
        # A database in a file is this process's alone: whoever led before is gone.
        lease = Lease(store, clock, f"{socket.gethostname()}:{os.getpid()}", alone=store.path is not None)
        people = BotPeople(store, clock, api if settings.has_app else None)
        self.connection = Connection(settings, store, clock, self._http, lease, people, habits or Habits())
        self._sending = BotSending(self.connection, ledger, store, clock, public_url)

    async def run(self, receive: Receive) -> None:
        """Stay connected until cancelled."""
        try:
            await self.connection.run(receive)
        finally:
            await self._http.close()

    def owns(self, chat: str) -> bool:
        """Whether messages to this chat take the bot's road."""
        return self.connection.chats.owns(chat)

    async def send(self, chat: str, message: Outgoing, key: str) -> None:
        """Say a message. Raises PlatformError."""
        await self._sending.send(chat, message, key)

    async def update(self, chat: str, ref: str, message: Outgoing) -> None:
        """Replace a card, in place where WeCom still lets it. Raises PlatformError."""
        await self._sending.update(chat, ref, message)

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """The media id of bytes that the bot may send. Raises PlatformError."""
        return await botfiles.upload(self.connection.connected(), kind, name, data)

    def download(self, ref: str) -> AsyncIterator[bytes]:
        """The bytes of a file that somebody sent to the bot."""
        return botfiles.download(self._http, ref)
