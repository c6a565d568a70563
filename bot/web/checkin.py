"""``/app/checkin``: where the rep stands, measured by the phone, and a photo taken on the spot.

What arrives becomes two events of the member's own chat, a measured place and a camera photo, and is answered there. The server's clock
gives the time. The number of the page is part of the events' identities, so that a second post of one page changes nothing.
"""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from aiohttp import BodyPartReader, web

from bot.chat.incoming import Location, Media, Photo, Sender
from bot.chat.platform import Kit, PageKit, Receive
from bot.domain.access import sight_of
from bot.domain.clock import Clock, local, local_day
from bot.domain.customer import Customer
from bot.domain.errors import PlatformError
from bot.domain.place import Place, distance, from_gcj02, is_place
from bot.domain.values import CustomerId
from bot.media import KEPT, MediaKeeper, TooLarge, WrongKind
from bot.web import draw
from bot.web.guard import POLICY, Call, Refusal
from bot.web.session import Sessions, Visitor
from prompts import pages, words
from storage.store import Store
from storage.transaction import Reader

A_MOMENT = timedelta(microseconds=1)
LARGEST_PHOTO = 25 * 2**20
LARGEST_REQUEST = LARGEST_PHOTO + 64 * 2**10
LONGEST_FIELD = 300
MOST_FIELDS = 12
INACCURATE = 500.0
NEARBY = 5000.0
SHOWN = 6
MOST_CUSTOMERS = 5000
ONCE = re.compile(r"[0-9a-f]{16}")
HALF_FETCHED = 64 * 2**10
KIT_WAITS = 3.0

Datum = Literal["wgs84", "gcj02"]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the phone says it is: WGS-84, metres of accuracy, and the datum in which it said so."""

    place: Place
    accuracy: float
    datum: Datum


@dataclass(frozen=True, slots=True)
class Near:
    """A customer of the visitor's; ``metres`` is None while nobody knows where they are."""

    customer: Customer
    metres: float | None


class Checkin:
    """The page, the customers nearby, and the arrival."""

    def __init__(
        self, store: Store, clock: Clock, receive: Receive, keeper: MediaKeeper, sessions: Sessions, kits: Mapping[str, PageKit]
    ) -> None:
        self._store = store
        self._clock = clock
        self._receive = receive
        self._keeper = keeper
        self._sessions = sessions
        self._kits = kits

    async def show(self, call: Call) -> web.StreamResponse:
        """The page."""
        kit = await self._kit(call)
        response = draw.page(
            "checkin.html",
            member=call.visitor.member,
            csrf=call.csrf,
            once=secrets.token_hex(8),
            kit=json.dumps(dict(kit.config), ensure_ascii=False) if kit else "",
            scripts=kit.scripts if kit else (),
            largest=LARGEST_PHOTO,
            inaccurate=INACCURATE,
        )
        if kit:
            hosts = sorted({f"https://{urlsplit(address).netloc}" for address in kit.scripts})
            policy = POLICY.replace("script-src 'self'", f"script-src 'self' {' '.join(hosts)}")
            response.headers["Content-Security-Policy"] = policy.replace("connect-src 'self'", f"connect-src 'self' {' '.join(hosts)}")
        return response

    async def near(self, call: Call) -> web.StreamResponse:
        """The visitor's customers around a position, or those of a name."""
        stand = _stand(call.form)
        name = call.form.get("q", "").strip()[:60]
        found = await self._store.read(lambda r: self._near(r, call.visitor, stand.place, name))
        return web.json_response({"customers": [_shown(near) for near in found]})

    async def arrive(self, call: Call) -> web.StreamResponse:
        """The rep is there."""
        fields, photo = await self._posted(call.request)
        stand, once = _stand(fields), fields.get("once", "")
        if not ONCE.fullmatch(once):
            raise Refusal(400, pages.WRONG_WAY)
        customer = await self._store.read(lambda r: self._chosen(r, call.visitor, fields.get("customer", "")))
        head = _head(call.visitor, self._clock.now())
        place = Location(
            **head,
            event_id=f"{_event_id(call.visitor, once)}:place",
            lat=round(stand.place.lat, 7),
            lng=round(stand.place.lng, 7),
            measured=True,
            accuracy=stand.accuracy,
            datum=stand.datum,
            customer=customer.id if customer else "",
        )
        await self._receive(place)
        if photo:
            after = {**head, "received_at": place.received_at + A_MOMENT}  # pieces of one instant would keep no order
            await self._receive(Photo(**after, event_id=f"{_event_id(call.visitor, once)}:photo", media=photo, camera=True))
        where = customer.name if customer else pages.SOMEWHERE
        at = f"{local(place.received_at):%H:%M}"
        return web.json_response(
            {
                "title": pages.CHECKED_IN.format(at=at),
                "text": pages.MEASURED.format(where=where, metres=words.metres(stand.accuracy)),
            }
        )

    async def _kit(self, call: Call) -> Kit | None:
        offered = self._kits.get(call.visitor.session.platform)
        origin = self._sessions.origin(call.request)
        if offered is None or origin is None:
            return None
        try:
            async with asyncio.timeout(KIT_WAITS):
                return await offered.page_kit(f"{origin}{call.request.path_qs}")
        except (PlatformError, TimeoutError):
            return None  # the browser's own position will do

    def _near(self, reader: Reader, visitor: Visitor, here: Place, name: str) -> list[Near]:
        sight = sight_of(visitor.member, reader.members.org(), local_day(self._clock.now()))
        if name:
            return [_measured(c, here) for c in reader.customers.find(name, sight, SHOWN)]
        known = [_measured(c, here) for c in reader.customers.of(sight, MOST_CUSTOMERS) if c.lat is not None and c.lng is not None]
        close = [near for near in known if near.metres is not None and near.metres <= NEARBY]
        mine = visitor.member.id
        return sorted(close, key=lambda n: (n.metres or 0, n.customer.owner_id != mine))[:SHOWN]

    def _chosen(self, reader: Reader, visitor: Visitor, customer_id: str) -> Customer | None:
        if not customer_id:
            return None
        customer = reader.customers.get(CustomerId(customer_id))
        sight = sight_of(visitor.member, reader.members.org(), local_day(self._clock.now()))
        if customer is None or not sight.can_see(customer):
            raise Refusal(403, pages.NOT_YOUR_CUSTOMER)
        return customer

    async def _posted(self, request: web.Request) -> tuple[Mapping[str, str], Media | None]:
        """The fields, and the photo once it lies in our store; the photo comes last, when the fields have been looked at."""
        if request.content_type != "multipart/form-data":
            raise Refusal(400, pages.WRONG_WAY)
        fields: dict[str, str] = {}
        try:
            reader = await request.multipart()
            while (part := await reader.next()) is not None:
                if not isinstance(part, BodyPartReader) or len(fields) > MOST_FIELDS:
                    raise Refusal(400, pages.WRONG_WAY)
                if part.name == "photo":
                    _stand(fields)
                    return fields, await self._photo(part)
                fields[part.name or ""] = await _text(part)
        except (ValueError, LookupError, AssertionError) as error:  # what is no multipart at all
            raise Refusal(400, pages.WRONG_WAY) from error
        return fields, None

    async def _photo(self, part: BodyPartReader) -> Media:
        try:
            kept = await self._keeper.keep(_chunks(part), most=LARGEST_PHOTO, only="image/")
        except TooLarge as error:
            raise Refusal(413, pages.PHOTO_TOO_LARGE.format(megabytes=LARGEST_PHOTO // 2**20)) from error
        except WrongKind as error:
            raise Refusal(415, pages.NOT_A_PHOTO) from error
        return Media(ref=f"{KEPT}{kept.sha256}", name=pages.PHOTO_NAME, content_type=kept.content_type, size=kept.size)


def _stand(form: Mapping[str, str]) -> Stand:
    try:
        lat, lng, accuracy = (float(form[name]) for name in ("lat", "lng", "accuracy"))
    except (KeyError, ValueError):
        raise Refusal(400, pages.NO_PLACE) from None
    datum = form.get("datum", "wgs84")
    if not is_place(lat, lng) or not accuracy >= 0 or datum not in ("wgs84", "gcj02"):
        raise Refusal(400, pages.NO_PLACE)
    if accuracy > INACCURATE:
        raise Refusal(422, pages.INACCURATE.format(metres=words.metres(min(accuracy, 10**6))))
    place = Place(lat, lng)
    return Stand(from_gcj02(place) if datum == "gcj02" else place, round(accuracy, 1), cast(Datum, datum))


def _measured(customer: Customer, here: Place) -> Near:
    known = customer.lat is not None and customer.lng is not None
    return Near(customer, distance(here, Place(customer.lat or 0.0, customer.lng or 0.0)) if known else None)


def _shown(near: Near) -> dict[str, str]:
    far = "" if near.metres is None else words.metres(near.metres)
    return {"id": near.customer.id, "name": near.customer.name, "far": far, "address": near.customer.address or ""}


def _head(visitor: Visitor, now: datetime) -> dict[str, Any]:
    return {
        "platform": visitor.session.platform,
        "chat": visitor.chat,
        "sender": Sender(visitor.session.user, visitor.member.name),
        "received_at": now,
    }


def _event_id(visitor: Visitor, once: str) -> str:
    return f"checkin:{visitor.member.id}:{once}"


async def _text(part: BodyPartReader) -> str:
    data = b""
    while chunk := await part.read_chunk(LONGEST_FIELD + 1):
        data += chunk
        if len(data) > LONGEST_FIELD:
            raise Refusal(400, pages.WRONG_WAY)
    return data.decode("utf-8")


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while data := await part.read_chunk(HALF_FETCHED):
        yield bytes(data)
