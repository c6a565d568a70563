"""The server: every path with its checks, on a port of this machine."""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web

from bot.domain.clock import Clock
from tests.platforms.wecom.emulator.aibot import BotServer
from tests.platforms.wecom.emulator.botphone import BotPhone
from tests.platforms.wecom.emulator.callbacks import Callbacks
from tests.platforms.wecom.emulator.contacts import Contacts
from tests.platforms.wecom.emulator.corp import Corp
from tests.platforms.wecom.emulator.faults import Faults, Handler
from tests.platforms.wecom.emulator.files import MB, Files
from tests.platforms.wecom.emulator.groups import Groups
from tests.platforms.wecom.emulator.ledger import Ledger, Shown
from tests.platforms.wecom.emulator.messages import Messages
from tests.platforms.wecom.emulator.phone import Phone
from tests.platforms.wecom.emulator.refusals import Rate, Refused, need

Call = Callable[[Mapping[str, str], Mapping[str, Any]], dict[str, Any]]
ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")
NO_TOKEN = {"gettoken", "webhook/send", "webhook/upload_media"}
NO_IP = {"webhook/send", "webhook/upload_media"}


class Emulator:
    """WeCom for one company. Everything that a test wants to look at or to spoil is a field.

    ``calls`` counts requests by path, refused ones too; ``complaints`` are things that the bot did and a well-behaved one would not.
    """

    def __init__(self, clock: Clock, corp: Corp | None = None) -> None:
        self.corp = corp or Corp(clock)
        self.ledger = Ledger()
        self.faults = Faults(self.corp.now)
        self.files = Files(self.corp)
        self.messages = Messages(self.corp, self.ledger, self.files)
        self.groups = Groups(self.corp, self.ledger, self.files)
        self.contacts = Contacts(self.corp)
        self.bot = BotServer(self.corp, self.ledger, self.files)
        self.calls: dict[str, int] = {}
        self.bodies: list[tuple[str, Any]] = []
        self.address = ""
        self.http: ClientSession
        self.callbacks: Callbacks
        self._bad_tokens = Rate(2000, 3600)
        self._per_api = Rate(10_000, 60)

    @property
    def complaints(self) -> list[str]:
        return self.callbacks.complaints

    def phone(self, user: str) -> Phone:
        """What a member does with the app on the phone."""
        return Phone(self, self.corp.person(user))

    def bot_phone(self, user: str, group: str = "", *, hidden: bool = False) -> BotPhone:
        """What a member does in a chat with the AI bot."""
        return BotPhone(self, self.corp.person(user), group, hidden=hidden)

    def screen(self, name: str) -> list[Shown]:
        """What a screen shows beside its owner's own words."""
        return self.ledger.told(name)

    def webhook(self, name: str = "") -> str:
        """The screen of the group that a webhook belongs to; the first one without a name."""
        return next(f"webhook:{key}" for key, group in self.corp.webhooks.items() if not name or name == group)

    def secrets(self) -> set[str]:
        """Everything that nobody may read in a log."""
        corp = self.corp
        own = {corp.secret, corp.token, corp.aes_key, corp.bot_secret, *corp.webhooks}
        return own | corp.tokens_given() | set(self.messages.codes)

    async def start(self, port: int = 0, host: str = "127.0.0.1", pages: Sequence[web.RouteDef] = ()) -> None:
        """Listen; ``pages`` are routes for people beside those for the bot."""
        app = web.Application(client_max_size=64 * MB, middlewares=[self._gate])
        app.router.add_routes([*self._routes(), *pages])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.address = f"http://{host}:{self._runner.addresses[0][1]}"
        self.bot.uploads.address = self.address
        self.http = ClientSession(timeout=ClientTimeout(total=10))
        self.callbacks = Callbacks(self.corp, self.http)

    async def stop(self) -> None:
        await self.http.close()
        await self._runner.cleanup()

    def _routes(self) -> list[web.RouteDef]:
        posts: dict[str, Call] = {
            "message/send": self.messages.send,
            "message/update_template_card": self.messages.update,
            "message/recall": self.messages.recall,
            "appchat/create": self.groups.create,
            "appchat/update": self.groups.update,
            "appchat/send": self.groups.send,
            "webhook/send": self.groups.hook,
            "user/getuserid": self.contacts.by_mobile,
            "user/get_userid_by_email": self.contacts.by_email,
            "batch/openuserid_to_userid": self.contacts.opened,
        }
        gets: dict[str, Call] = {
            "gettoken": self._gettoken,
            "appchat/get": self.groups.get,
            "user/get": self.contacts.user,
            "user/list": self.contacts.users,
            "user/simplelist": self.contacts.users,
            "department/list": self.contacts.departments,
            "department/simplelist": self.contacts.department_ids,
            "department/get": self.contacts.department,
            "auth/getuserinfo": self.contacts.who,
            "get_jsapi_ticket": self.contacts.corp_ticket,
            "ticket/get": self.contacts.app_ticket,
            "agent/get": self.contacts.agent,
            "getcallbackip": self.contacts.callback_ips,
        }
        return [
            *(web.post(f"/cgi-bin/{path}", self._json(call)) for path, call in posts.items()),
            *(web.get(f"/cgi-bin/{path}", self._json(call)) for path, call in gets.items()),
            web.post("/cgi-bin/media/upload", self.files.upload),
            web.post("/cgi-bin/webhook/upload_media", self.files.upload_to_webhook),
            web.get("/cgi-bin/media/get", self.files.download),
            web.get("/ws", self.bot.connect),
            web.get("/aibot/file/{number}", self.bot.uploads.download),
            web.get("/connect/oauth2/authorize", self.contacts.authorize),
        ]

    def _json(self, call: Call) -> Callable[[web.Request], Any]:
        async def handler(request: web.Request) -> web.StreamResponse:
            body = await self._body(request) if request.method == "POST" else {}
            return web.json_response({"errcode": 0, "errmsg": "ok"} | call(request.query, body))

        return handler

    async def _body(self, request: web.Request) -> Mapping[str, Any]:
        raw = await request.read()
        need(not ESCAPED.search(raw), 40033, "invalid charset, \\u escapes are not supported")
        try:
            body = json.loads(raw.decode())
        except ValueError:
            raise Refused(47001, "data format error") from None
        need(isinstance(body, dict), 47001, "data format error")
        self.bodies.append((request.path.removeprefix("/cgi-bin/"), body))
        assert isinstance(body, dict)
        return body

    def _gettoken(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        need(query.get("corpid"), 41002, "corpid missing")
        need(query.get("corpsecret"), 41004, "corpsecret missing")
        good = (query.get("corpid"), query.get("corpsecret")) == (self.corp.corp_id, self.corp.secret)
        if not good:
            need(self._bad_tokens.take("", self.corp.now()), 45009, "api freq out of limit")
            need(query.get("corpid") == self.corp.corp_id, 40013, "invalid corpid")
            raise Refused(40001, "invalid credential")
        need(self.corp.enabled, 50003, "app disabled")
        return {"access_token": self.corp.access_token(), "expires_in": int(self.corp.token_life.total_seconds())}

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix("/cgi-bin/")
        if path == request.path and not path.startswith("/connect/"):
            return await handler(request)
        self.calls[path] = self.calls.get(path, 0) + 1
        fault = self.faults.take(path)
        return await fault(request, self._checked(path, handler)) if fault else await self._checked(path, handler)(request)

    def _checked(self, path: str, handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            try:
                if not path.startswith("/connect/"):
                    self._check(path, request)
                return await handler(request)
            except Refused as no:
                return web.json_response(no.body(request.remote or "", self.corp.now()))

        return checked

    def _check(self, path: str, request: web.Request) -> None:
        ip = request.remote or ""
        need(self._per_api.take(path, self.corp.now()), 45009, "api freq out of limit")
        if path not in NO_TOKEN:
            self.corp.check_token(request.query.get("access_token"))
        # The page names this check for every call with a token; for gettoken it is unsure, so it is made there too.
        allowed = self.corp.allowed_ips is None or path in NO_IP or ip in self.corp.allowed_ips
        need(allowed, 60020, f"not allow to access from your ip, from ip: {ip}")


@asynccontextmanager
async def emulated(clock: Clock, port: int = 0) -> AsyncIterator[Emulator]:
    """A running emulator."""
    emulator = Emulator(clock)
    await emulator.start(port)
    try:
        yield emulator
    finally:
        await emulator.stop()
