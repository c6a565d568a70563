"""Signing in to our pages from the sandbox: whoever is played there opens them as that person.

The page notes in a cookie of its own who tapped the link. The answer is a code that is good for one exchange and one minute, as on real
platforms; only a browser that is let into the sandbox gets one.
"""

import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from urllib.parse import quote, unquote, urlencode, urlsplit

from aiohttp import web

from bot.domain.clock import Clock
from bot.platforms.sandbox import pages

LASTS = timedelta(minutes=1)
MOST = 200
AS = "genjin_sandbox_as"
BACK = "/app/back"


class SignIns:
    """Hands out codes for the person who is played."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    def address(self, back: str, state: str) -> str:
        """Where the browser gets its code."""
        return f"/sandbox/signin?{urlencode({'back': back, 'state': state}, quote_via=quote)}"

    async def page(self, request: web.Request) -> web.StreamResponse:
        """``/sandbox/signin``: straight back with a code; only ever to the pages of this machine."""
        back = urlsplit(request.query.get("back", ""))
        user = unquote(request.cookies.get(AS, ""))
        if (back.scheme, back.netloc, back.path, back.query) != ("http", request.host, BACK, "") or not user:
            return pages.closed("从演示页面里打开", "请回到演示页面，从某个人的聊天里点开链接，这样才知道您在扮演谁。")
        query = urlencode({"code": self._code(user), "state": request.query.get("state", "")})
        return web.Response(status=302, headers={"Location": f"{BACK}?{query}"})

    def user(self, code: str) -> str | None:
        """Who got this code; once."""
        user, until = self._codes.pop(code, ("", self._clock.now()))
        return user if user and self._clock.now() < until else None

    def _code(self, user: str) -> str:
        code = secrets.token_urlsafe(24)
        self._codes[code] = (user, self._clock.now() + LASTS)
        while len(self._codes) > MOST:
            self._codes.popitem(last=False)
        return code
