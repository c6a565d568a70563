"""What every request goes through: limits, the session, the proof that a post came from a page of ours, and the headers of the answer."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from bot.domain.clock import Clock
from bot.domain.errors import StorageError, UserError
from bot.web import draw
from bot.web.limits import Limit
from bot.web.session import Sessions, Visitor, visitor
from bot.web.signing import same
from prompts import pages
from storage.store import Store

log = logging.getLogger(__name__)

LARGEST_FORM = 64 * 2**10
MOST_DRAINED = 64 * 2**20
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
}


class Refusal(UserError):
    """A sentence with the status under which a browser gets it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Call:
    """A request of somebody who is signed in. ``form`` is empty but for a posted form."""

    request: web.Request
    visitor: Visitor
    csrf: str
    form: Mapping[str, str]


Open = Callable[[web.Request], Awaitable[web.StreamResponse]]
Signed = Callable[[Call], Awaitable[web.StreamResponse]]


class Guard:
    """Stands before every page."""

    def __init__(self, store: Store, clock: Clock, sessions: Sessions) -> None:
        self._store = store
        self.sessions = sessions
        # A company often comes from one address; a member is one person with one thumb.
        self._strangers = Limit(clock, per_minute=600, burst=200)
        self._reading = Limit(clock, per_minute=120, burst=60)
        self._acting = Limit(clock, per_minute=40, burst=20)

    def open(self, handler: Open) -> Open:
        """A page for anybody: signing in, and the files of the pages."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            return await self._safely(request, lambda: self._unsigned(request, handler))

        return guarded

    def reads(self, handler: Signed) -> Open:
        """A page for members; whoever has no session is sent to sign in and comes back."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            return await self._safely(request, lambda: self._read(request, handler))

        return guarded

    def acts(self, handler: Signed, *, most: int = LARGEST_FORM) -> Open:
        """A post of a member, at most ``most`` bytes."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            return await self._safely(request, lambda: self._act(request, handler, most))

        return guarded

    async def _unsigned(self, request: web.Request, handler: Open) -> web.StreamResponse:
        if not self._strangers.takes(request.remote or ""):
            raise Refusal(429, pages.TOO_OFTEN)
        return await handler(request)

    async def _read(self, request: web.Request, handler: Signed) -> web.StreamResponse:
        someone = await self._visitor(request)
        if someone is None:
            return await self._unsigned(request, _to_sign_in)
        if not self._reading.takes(someone.member.id):
            raise Refusal(429, pages.TOO_OFTEN)
        return await handler(Call(request, someone, self.sessions.csrf(someone.session), {}))

    async def _act(self, request: web.Request, handler: Signed, most: int) -> web.StreamResponse:
        if not self._strangers.takes(request.remote or ""):
            raise Refusal(429, pages.TOO_OFTEN)
        self._refuse_foreign(request)
        someone = await self._visitor(request)
        if someone is None:
            raise Refusal(403, pages.EXPIRED)
        if not self._acting.takes(someone.member.id):
            raise Refusal(429, pages.TOO_OFTEN)
        if request.content_length is None or request.content_length > most:
            raise Refusal(413, pages.TOO_LARGE)
        form = await _form(request)
        csrf = self.sessions.csrf(someone.session)
        if not same(request.headers.get("X-Csrf", form.get("csrf", "")), csrf):
            raise Refusal(403, pages.EXPIRED)
        return await handler(Call(request, someone, csrf, form))

    def _refuse_foreign(self, request: web.Request) -> None:
        # Under no-referrer a browser sends "null" for a form of our own; a foreign page it names.
        origin = request.headers.get("Origin", "null")
        if origin not in ("null", self.sessions.origin(request)):
            raise Refusal(403, pages.FOREIGN)
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise Refusal(403, pages.FOREIGN)

    async def _visitor(self, request: web.Request) -> Visitor | None:
        session = self.sessions.of(request)
        return await self._store.read(lambda r: visitor(r, session)) if session else None

    async def _safely(self, request: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        try:
            response = await answer()
        except Refusal as refusal:
            response = _refused(request, refusal.status, str(refusal))
        except UserError as refusal:
            response = _refused(request, 400, str(refusal))
        except StorageError as error:
            log.warning("page %s: %s", request.match_info.route.resource, error)
            response = _refused(request, 503, pages.LATER)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception:
            number = secrets.token_hex(2)
            log.exception("incident=%s page=%s", number, request.match_info.route.resource)
            response = _refused(request, 500, pages.BROKEN.format(number=number))
        if response.status >= 400:
            await _drain(request, response)
        return secured(response)


def secured(response: web.StreamResponse) -> web.StreamResponse:
    """The headers that every answer carries; a policy that the answer brings itself stays."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _refused(request: web.Request, status: int, text: str) -> web.Response:
    if request.headers.get("Accept", "").startswith("application/json"):
        response = web.json_response({"error": text}, status=status)
    else:
        response = draw.page("refusal.html", status=status, text=text)
    return response


async def _drain(request: web.Request, response: web.StreamResponse) -> None:
    """Read away the rest of a refused body: a browser that is still sending would show a broken connection, not our sentence."""
    if not request.can_read_body:
        return
    if (request.content_length or MOST_DRAINED) < MOST_DRAINED:
        async for _ in request.content.iter_chunked(2**18):
            pass
    else:
        response.force_close()


async def _to_sign_in(request: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": f"/app/signin?to={quote(request.path_qs, safe='')}"})


async def _form(request: web.Request) -> Mapping[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    try:
        posted = await request.post()
    except (ValueError, LookupError) as error:  # a charset that is none, bytes that are not text
        raise Refusal(400, pages.WRONG_WAY) from error
    return {name: value for name, value in posted.items() if isinstance(value, str)}
