"""WeCom (企业微信) as a platform: the self-built app in callback mode, the AI bot, group webhooks, groups that the app makes.

``gate`` lets callbacks in, ``inbound`` and ``receive`` turn them into events; ``render`` draws, ``sending`` says, ``ledger`` remembers;
``api`` and ``tokens`` speak with WeCom's server, ``contacts`` and ``login`` about people. docs/wecom.md tells how to set it up.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from bot.chat.outgoing import Outgoing
from bot.chat.platform import Colleague, Kit, Receive
from bot.domain.clock import Clock
from bot.domain.errors import StorageError
from bot.platforms.wecom.aibot import AiBot
from bot.platforms.wecom.api import Api
from bot.platforms.wecom.botinbound import BOT
from bot.platforms.wecom.connection import Habits
from bot.platforms.wecom.contacts import Contacts
from bot.platforms.wecom.gate import Gate
from bot.platforms.wecom.inbound import NAME
from bot.platforms.wecom.ledger import Ledger
from bot.platforms.wecom.login import Login
from bot.platforms.wecom.receive import Callbacks
from bot.platforms.wecom.sending import APPCHAT, WEBHOOK, Sending
from config.platforms import Wecom
from storage.store import Store

log = logging.getLogger(__name__)
TIDY_SECONDS = 3600.0


class WeCom:
    """One corp. ``public_url`` is where phones reach our pages, empty when they cannot; ``habits`` are how the bot's connection waits."""

    name = NAME

    def __init__(self, settings: Wecom, public_url: str, store: Store, clock: Clock, habits: Habits | None = None) -> None:
        self._settings = settings
        self.api = Api(settings, clock)
        self._ledger = Ledger(store, clock)
        self.sending = Sending(settings, self.api, self._ledger, public_url)
        self._contacts = Contacts(self.api, clock)
        self._login = Login(settings, self.api, clock)
        self._callbacks = Callbacks(Gate(settings, clock), store, clock, self.api.download) if settings.has_app else None
        self.bot = AiBot(settings, public_url, store, clock, self.api, self._ledger, habits) if settings.has_bot else None

    @property
    def connection(self) -> str:
        """How the bot's connection is."""
        return self.bot.connection.state if self.bot is not None else ""

    def mount(self, app: web.Application, receive: Receive) -> None:
        """Add ``/wecom/callback``."""
        callbacks = self._callbacks
        if callbacks is None:
            return

        async def take(request: web.Request) -> web.Response:
            return await callbacks.take(request, receive)

        app.router.add_get("/wecom/callback", callbacks.verify, allow_head=False)
        app.router.add_post("/wecom/callback", take)

    async def run(self, receive: Receive) -> None:
        """Hold the bot's connection, drop old notes now and then, and give the connections back at the end."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._tidy())
                if self.bot is not None:
                    tasks.create_task(self.bot.run(receive))
        finally:
            await self.api.close()

    async def send(self, chat: str, message: Outgoing, key: str) -> str:
        """Say a message; its reference is its key."""
        await self._road(chat).send(chat, message, key)
        return key

    async def update(self, chat: str, ref: str, message: Outgoing) -> None:
        """Replace a card."""
        await self._road(chat).update(chat, ref, message)

    def carries_buttons(self, chat: str) -> bool:
        """Only cards to members can be tapped."""
        return not chat.startswith((WEBHOOK, APPCHAT))

    def download(self, ref: str) -> AsyncIterator[bytes]:
        """The bytes of a file by its media id."""
        return self.bot.download(ref) if self.bot is not None and ref.startswith(BOT) else self.api.download(ref)

    async def find(self, *, mobile: str = "", email: str = "", employee_no: str = "") -> Sequence[Colleague]:
        """Everybody who carries one of these."""
        return await self._contacts.find(mobile=mobile, email=email, employee_no=employee_no) if self._settings.has_app else ()

    async def person(self, user_id: str) -> Colleague | None:
        """Who is behind a user id."""
        return await self._contacts.person(user_id) if self._settings.has_app else None

    async def everybody(self) -> Sequence[Colleague]:
        """All whom the app may see."""
        return await self._contacts.everybody() if self._settings.has_app else ()

    def sign_in_address(self, back: str, state: str) -> str:
        """Where to send the browser."""
        return self._login.address(back, state)

    async def signed_in(self, code: str) -> str | None:
        """The user id behind a code; None for people from outside."""
        return await self._login.member(code)

    async def page_kit(self, url: str) -> Kit | None:
        """The kit that lets a page ask WeCom's browser for a position."""
        return await self._login.kit(url) if self._settings.has_app else None

    def _road(self, chat: str) -> "Sending | AiBot":
        return self.bot if self.bot is not None and self.bot.owns(chat) else self.sending

    async def _tidy(self) -> None:
        while True:
            with contextlib.suppress(StorageError):
                await self._ledger.forget()
            await asyncio.sleep(TIDY_SECONDS)
