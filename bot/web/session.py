"""Who is at the browser: a signed cookie for twelve hours, worth only what its member may do at the moment."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from bot.domain.clock import Clock
from bot.domain.member import Member
from bot.web.signing import Signer
from storage.transaction import Reader

LASTS = timedelta(hours=12)
LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in identity: ``user`` of ``platform``. ``id`` is new at every sign-in."""

    id: str
    platform: str
    user: str
    until: float


@dataclass(frozen=True, slots=True)
class Visitor:
    """The member behind a session, as the company knows them now; ``chat`` is their own chat with the bot."""

    session: Session
    member: Member
    chat: str


class Sessions:
    """Reads and writes the cookie.

    Args:
        public_url: the address of the pages; empty on a machine that only looks at itself.
    """

    def __init__(self, signer: Signer, clock: Clock, public_url: str) -> None:
        self._signer = signer
        self._clock = clock
        self._public_url = public_url

    def origin(self, request: web.Request) -> str | None:
        """What stands before the path in our addresses; None when nobody has said it."""
        if self._public_url:
            return self._public_url
        return f"http://{request.host}" if LOOPBACK.fullmatch(request.host) else None

    def of(self, request: web.Request) -> Session | None:
        """The session of a request, if it is ours and not over."""
        found = self._signer.open("session", request.cookies.get(self._name(request), ""))
        if found is None or found.keys() != Session.__dataclass_fields__.keys():
            return None
        session = Session(**found)
        return session if self._clock.now().timestamp() < session.until else None

    def start(self, request: web.Request, response: web.StreamResponse, platform: str, user: str) -> None:
        """Give the browser a session of its own."""
        until = (self._clock.now() + LASTS).timestamp()
        value = {"id": secrets.token_hex(16), "platform": platform, "user": user, "until": until}
        self.set_cookie(response, self._name(request), self._signer.seal("session", value), LASTS)

    def set_cookie(self, response: web.StreamResponse, name: str, value: str, lasts: timedelta) -> None:
        """A cookie as all of ours are: out of reach of scripts and of other sites' posts."""
        response.set_cookie(name, value, max_age=int(lasts.total_seconds()), path="/", httponly=True, secure=self.secure, samesite="Lax")

    def del_cookie(self, response: web.StreamResponse, name: str) -> None:
        """Forget a cookie."""
        response.del_cookie(name, path="/", httponly=True, secure=self.secure, samesite="Lax")

    @property
    def secure(self) -> bool:
        return self._public_url.startswith("https://")

    def csrf(self, session: Session) -> str:
        """What only a page of this session knows."""
        return self._signer.mark("csrf", session.id)

    def prefix(self, request: web.Request) -> str:
        """What our cookies begin with. Cookies ignore ports: two demos on one machine would log each other out under one name."""
        if self.secure:
            return "__Host-genjin"
        host = LOOPBACK.fullmatch(request.host)
        return f"genjin_{(host and host[1]) or 80}"

    def _name(self, request: web.Request) -> str:
        return f"{self.prefix(request)}_session"


def visitor(reader: Reader, session: Session) -> Visitor | None:
    """The active member of a session; None when the company knows no such person any more."""
    member = reader.members.by_identity(session.platform, session.user)
    if member is None:
        return None
    chats = [chat for platform, chat in reader.members.chats(member.id) if platform == session.platform]
    return Visitor(session, member, chats[0]) if chats else None
