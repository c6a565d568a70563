"""Who may come in: browsers of this machine that hold the address printed in the terminal.

Three locks, each against something else: the peer and the ``Host`` header against the network and DNS rebinding, ``Origin`` against other
pages in the same browser, and the session cookie (bought once with the token) against other programs and people of this machine.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address

from aiohttp import web

from bot.platforms.sandbox import pages

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HOST = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?")

AGAIN = "请回到启动演示的终端，打开那里打印的地址；每个地址只能用一次，需要新地址就按 Ctrl+C 后再运行 make demo。"


class Door:
    """Checks every request. ``token`` is good for one entry; the session ends with the process."""

    def __init__(self, token: str) -> None:
        self._token: str | None = token
        self._session = secrets.token_urlsafe(32)

    def guard(self, handler: Handler, *, session: bool = True, origin: bool = False) -> Handler:
        """Let ``handler`` see only requests that may pass, and put the security headers on what it answers."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            response = self._refusal(request, session=session, origin=origin) or await handler(request)
            return pages.secure(response, request.host) if not response.prepared else response

        return guarded

    def enter(self, request: web.Request, page: Callable[[], web.StreamResponse]) -> web.StreamResponse:
        """``/sandbox``: the token buys a session, the session shows ``page``."""
        if "token" in request.query:
            return self._exchange(request)
        if self.knows(request):
            return page()
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            # A Strict cookie stays behind when another site (a terminal in a browser) led here; one step of our own brings it.
            return pages.bounce()
        return pages.closed("需要新的地址", f"这个浏览器还没有进入演示，或者演示已经重启。{AGAIN}")

    def knows(self, request: web.Request) -> bool:
        """Whether the request carries the session of this process."""
        return _same(request.cookies.get(_cookie(request), ""), self._session)

    def _exchange(self, request: web.Request) -> web.StreamResponse:
        if self._token is not None and _same(request.query["token"], self._token):
            self._token = None
            response = pages.see_sandbox()
            response.set_cookie(_cookie(request), self._session, httponly=True, samesite="Strict", path="/sandbox")
            return response
        if self.knows(request):
            return pages.see_sandbox()
        return pages.closed("这个地址已经用过，或者不对", f"如果您刚才在另一个浏览器里打开过，请继续用那一个。否则：{AGAIN}")

    def _refusal(self, request: web.Request, *, session: bool, origin: bool) -> web.StreamResponse | None:
        if not (is_local(request.remote) and _HOST.fullmatch(request.host)):
            return pages.closed("只能在本机打开", "演示页面只接受本机的访问，请用 http://127.0.0.1 开头的地址。")
        if origin and request.headers.get("Origin") != f"http://{request.host}":
            return pages.closed("来自别处的请求", "这个请求不是演示页面自己发出的，已经拒绝。")
        if session and not self.knows(request):
            return pages.closed("演示已重启", f"演示已重启，请用终端里新打印的地址。{AGAIN}")
        return None


def _cookie(request: web.Request) -> str:
    # Cookies ignore ports: two demos on one machine would log each other out under one name.
    host = _HOST.fullmatch(request.host)
    return f"genjin_sandbox_{(host and host[1]) or '80'}"


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), secret.encode())


def is_local(peer: str | None) -> bool:
    """Whether a peer's address is this machine's own."""
    try:
        address = ip_address(peer or "")
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
