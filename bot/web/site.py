"""All pages for people, put together and hung into the web server."""

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from bot.chat.platform import PageKit, Platform, Receive, SignIn
from bot.domain.clock import Clock
from bot.media import MediaKeeper
from bot.web import draw
from bot.web.checkin import LARGEST_REQUEST, Checkin
from bot.web.files import Files
from bot.web.guard import Call, Guard
from bot.web.lists import Lists
from bot.web.session import Sessions
from bot.web.shown import Whole
from bot.web.signin import Entrance
from bot.web.signing import Signer, load_secret
from storage.store import Store


def mount_pages(
    app: web.Application,
    *,
    store: Store,
    clock: Clock,
    secret_file: Path,
    public_url: str,
    platforms: Mapping[str, Platform],
    receive: Receive,
    whole: Whole,
    keeper: MediaKeeper,
) -> None:
    """Add ``/app/…``. Raises UserError when there can be no secret."""
    signer = Signer(load_secret(secret_file))
    sessions = Sessions(signer, clock, public_url)
    guard = Guard(store, clock, sessions)
    entrance = Entrance(store, clock, signer, sessions, {name: p for name, p in platforms.items() if isinstance(p, SignIn)})
    lists = Lists(store, clock, signer, receive, whole)
    files = Files(store, clock, keeper)
    checkin = Checkin(store, clock, receive, keeper, sessions, {name: p for name, p in platforms.items() if isinstance(p, PageKit)})
    get, post = app.router.add_get, app.router.add_post
    get("/app/static/{name}", guard.open(draw.static))
    get("/app/signin", guard.open(entrance.leave), allow_head=False)
    get("/app/back", guard.open(entrance.arrive), allow_head=False)
    get("/app/", guard.reads(_home))
    get("/app/list/{key}", guard.reads(lists.show))
    post("/app/list/{key}", guard.acts(lists.tap))
    get("/app/checkin", guard.reads(checkin.show))
    post("/app/checkin", guard.acts(checkin.arrive, most=LARGEST_REQUEST))
    post("/app/checkin/near", guard.acts(checkin.near))
    get("/app/media/{record}/{number}", guard.reads(files.send))


async def _home(call: Call) -> web.StreamResponse:
    return draw.page("home.html", member=call.visitor.member)
