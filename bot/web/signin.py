"""Signing in through the platform on which one talks to the bot.

The browser leaves with a ``state`` that only it can bring back: its other half lies in a signed cookie, is good for ten minutes and for one
return. Where to go afterwards travels in that cookie too, and is always a page of ours.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.chat.platform import SignIn
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError
from bot.web import draw
from bot.web.guard import Refusal
from bot.web.session import Sessions
from bot.web.signing import Signer
from prompts import pages
from storage.store import Store

TAKES = timedelta(minutes=10)
STATE = re.compile(r"[0-9a-f]{32}")
OURS = re.compile(r"/app/[!-~]{0,600}")
LONGEST_CODE = 600
MOST_UNDER_WAY = 5
MOST_USED = 50_000
# What a platform's own browser says of itself.
BROWSERS = {"wecom": "wxwork", "feishu": "lark", "dingtalk": "dingtalk"}
NAMES = {"wecom": "企业微信", "feishu": "飞书", "dingtalk": "钉钉", "sandbox": "演示"}


class Entrance:
    """``/app/signin`` and ``/app/back``."""

    def __init__(self, store: Store, clock: Clock, signer: Signer, sessions: Sessions, platforms: Mapping[str, SignIn]) -> None:
        self._store = store
        self._clock = clock
        self._signer = signer
        self._sessions = sessions
        self._platforms = platforms
        self._used: OrderedDict[str, None] = OrderedDict()

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Send the browser to the platform; with several and no hint, ask which."""
        origin = self._sessions.origin(request)
        if origin is None:
            raise Refusal(503, pages.NO_ADDRESS)
        to = request.query.get("to", "")
        to = to if OURS.fullmatch(to) else "/app/"
        name = self._choice(request)
        if name is None:
            choices = [(known, NAMES.get(known, known)) for known in sorted(self._platforms)]
            return draw.page("signin.html", choices=choices, to=to)
        state = secrets.token_hex(16)
        response = web.Response(status=302)
        response.headers["Location"] = self._platforms[name].sign_in_address(f"{origin}/app/back", state)
        self._remember(request, response, {"state": state, "platform": name, "to": to})
        return response

    async def arrive(self, request: web.Request) -> web.StreamResponse:
        """The browser is back: who is it?"""
        state, code = request.query.get("state", ""), request.query.get("code", "")
        left = self._left(request, state)
        if left is None or not 0 < len(code) <= LONGEST_CODE:
            raise Refusal(403, pages.SIGN_IN_AGAIN)
        platform = str(left["platform"])
        try:
            user = await self._platforms[platform].signed_in(code)
        except PlatformError as error:
            raise Refusal(502, pages.PLATFORM_DOWN) from error
        if user is None or await self._store.read(lambda r: r.members.by_identity(platform, user)) is None:
            raise Refusal(403, pages.OUTSIDER)
        response = web.Response(status=303, headers={"Location": str(left["to"])})
        self._sessions.del_cookie(response, self._cookie(request, state))
        self._sessions.start(request, response, platform, user)
        return response

    def _choice(self, request: web.Request) -> str | None:
        if not self._platforms:
            raise Refusal(503, pages.NO_SIGN_IN)
        asked, browser = request.query.get("by", ""), request.headers.get("User-Agent", "").lower()
        likely = [name for name in self._platforms if name == asked or (not asked and name in BROWSERS and BROWSERS[name] in browser)]
        return likely[0] if likely else next(iter(self._platforms)) if len(self._platforms) == 1 else None

    def _remember(self, request: web.Request, response: web.StreamResponse, left: Mapping[str, str]) -> None:
        under_way = [name for name in request.cookies if name.startswith(self._cookie(request, ""))]
        for old in under_way[: max(0, len(under_way) - MOST_UNDER_WAY + 1)]:
            self._sessions.del_cookie(response, old)
        until = (self._clock.now() + TAKES).timestamp()
        sealed = self._signer.seal("signin", {**left, "until": until})
        self._sessions.set_cookie(response, self._cookie(request, left["state"]), sealed, TAKES)

    def _left(self, request: web.Request, state: str) -> Mapping[str, Any] | None:
        """What the browser left with, once."""
        if not STATE.fullmatch(state) or state in self._used:
            return None
        left = self._signer.open("signin", request.cookies.get(self._cookie(request, state), ""))
        if left is None or left["state"] != state or left["platform"] not in self._platforms:
            return None
        if left["until"] <= self._clock.now().timestamp():
            return None
        self._used[state] = None
        while len(self._used) > MOST_USED:
            self._used.popitem(last=False)
        return left

    def _cookie(self, request: web.Request, state: str) -> str:
        return f"{self._sessions.prefix(request)}_in_{state[:8]}"
