"""From WeCom's messages and events to ours: pure, one row a type."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.chat.incoming import Alarm, Document, Event, Location, Media, Opened, Photo, Sender, Text, Video, Voice
from bot.domain.clock import local_day
from bot.domain.place import Place, from_gcj02, is_place
from bot.platforms.wecom.events import INACTIVITY
from bot.platforms.wecom.gate import Opened as Callback
from prompts import wecom as words

NAME = "wecom"
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Tapped:
    """A tap that still has to be joined with the card it was made on."""

    event_id: str
    head: dict[str, Any]
    task_id: str
    key: str
    code: str
    selected: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Camera:
    """The camera took pictures that follow as messages; these are their MD5s."""

    event_id: str
    user: str
    md5s: tuple[str, ...]
    at: datetime


Said = Event | Tapped | Camera | None
Make = Callable[[Any, dict[str, Any]], Said]


def said(callback: Callback, now: datetime) -> Said:
    """What somebody said or did; None for what nobody needs. Raises ValueError and the like for what makes no sense."""
    message = callback.message
    make = _MAKERS.get(f"event:{message.event}" if message.type == "event" else str(message.type))
    return make(message, _head(callback, now)) if make else None


def user_id(given: str) -> str:
    """A member's id as we keep it: WeCom does not tell upper case from lower, and spells it now so, now so."""
    return given.strip().lower()


def _head(callback: Callback, now: datetime) -> dict[str, Any]:
    user = user_id(callback.message._data["FromUserName"])
    number = callback.message._data.get("MsgId")
    # Two events of one second differ somewhere in their text; a repeat is the same text under a new nonce.
    identity = f"m:{number}" if callback.message.type != "event" else f"e:{callback.digest}"
    return {"platform": NAME, "event_id": identity, "chat": user, "sender": Sender(user), "received_at": now}


def _text(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    return Text(**head, text=message.content or "")


def _link(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    return Text(**head, text="\n".join(part for part in (message.title, message.description, message.url) if part))


def _photo(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    return Photo(**head, media=_media(message, ".jpg", "image/jpeg"))


def _voice(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    kind = re.sub(r"\W", "", message.format or "amr").lower()
    return Voice(**head, media=_media(message, f".{kind}", f"audio/{kind}"))


def _video(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    return Video(**head, media=_media(message, ".mp4", "video/mp4"))


def _file(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    return Document(**head, media=Media(_given(message.media_id), name=(message.name or "文件")[:200]))


def _pin(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    return _place(message, head, message.location_x, message.location_y, label=message.label or "")


def _picked(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    info = message.location_info
    return _place(message, head, info["Location_X"], info["Location_Y"], label=str(info.get("Label") or info.get("Poiname") or ""))


def _reported(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    accuracy = float(message.precision or 0) or None
    return _place(message, head, message.latitude, message.longitude, measured=True, accuracy=accuracy, unasked=True)


def _place(message: Any, head: dict[str, Any], lat: str | float, lng: str | float, **more: Any) -> Location:  # noqa: ANN401
    given = Place(float(lat), float(lng))
    if not is_place(*given):
        raise ValueError("no place on earth")
    there = from_gcj02(given)
    if not more.get("unasked"):
        # A place picked from the menu may come twice, as an event and as a message; the same pin of the same minute is one.
        head = {**head, "event_id": f"pin:{head['chat']}:{given.lat:.5f},{given.lng:.5f}:{int(message.time) // 60}"}
    return Location(**head, lat=round(there.lat, 6), lng=round(there.lng, 6), datum="gcj02", **more)


def _opened(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    # Members open the app all day long; one event a day is all that a welcome needs.
    day = local_day(datetime.fromtimestamp(int(message.time), UTC))
    return Opened(**{**head, "event_id": f"opened:{head['chat']}:{day}"})


def _clicked(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    return Text(**head, text=message.key or "")


def _shot(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    found = ((message._data.get("SendPicsInfo") or {}).get("PicList") or {}).get("item") or []
    items = found if isinstance(found, list) else [found]
    md5s = tuple(md5 for item in items if _MD5.fullmatch(md5 := str(item.get("PicMd5Sum")).lower()))
    return Camera(head["event_id"], head["chat"], md5s, datetime.fromtimestamp(int(message.time), UTC))


def _tap(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    return Tapped(head["event_id"], head, message.task_id or "", message.key or "", message.response_code or "", message.selected)


def _warned(message: Any, head: dict[str, Any]) -> Said:  # noqa: ANN401
    return Alarm(**head, text=words.inactivity(message.event))


def _media(message: Any, ending: str, kind: str) -> Media:  # noqa: ANN401
    ref = _given(message.media_id)
    return Media(ref, name=f"{message.id or ref[:16]}{ending}", content_type=kind)


def _given(media_id: str | None) -> str:
    if not media_id:
        raise ValueError("a file without its id")
    return media_id


_MAKERS: Mapping[str, Make] = {
    "text": _text,
    "link": _link,
    "image": _photo,
    "voice": _voice,
    "video": _video,
    "file": _file,
    "location": _pin,
    "event:subscribe": _opened,
    "event:enter_agent": _opened,
    "event:click": _clicked,
    "event:location": _reported,
    "event:location_select": _picked,
    # Only the camera vouches: `pic_photo_or_album` may be an old picture, and an album photo has an MD5 too.
    "event:pic_sysphoto": _shot,
    "event:template_card_event": _tap,
    "event:template_card_menu_event": _tap,
    **{f"event:{name}": _warned for name in INACTIVITY},
}
