"""What the page says, checked, and made into the values of ``bot/chat/incoming.py``."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, TypeAdapter, ValidationError

from bot.chat.incoming import CardTap, Document, Event, Incoming, Location, Media, MediaEvent, Photo, Sender, Text, Video, Voice
from bot.domain.errors import UserError
from bot.platforms.sandbox.people import PLATFORM, Chat
from bot.platforms.sandbox.uploads import REF, Uploads, content_type

MAX_BYTES = 100_000
Short = Annotated[str, Field(max_length=200)]


class Wire(BaseModel):
    """Every message of the page has an id of its own; the answer names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class Said(Wire):
    """Something that ``user`` did in ``chat``; its id becomes the event's id, so a retry is the same event."""

    user: Short
    chat: Short


class SaidText(Said):
    """Words."""

    kind: Literal["text"]
    text: Annotated[str, Field(min_length=1)]


class SaidMedia(Said):
    """A file that was uploaded before."""

    kind: Literal["voice", "photo", "video", "document"]
    ref: Annotated[str, Field(pattern=f"^{REF.pattern}$")]
    name: Short = ""
    seconds: Annotated[float, Field(ge=0, le=86_400)] | None = None


class SaidPlace(Said):
    """A place."""

    kind: Literal["location"]
    lat: Annotated[float, Field(ge=-90, le=90)]
    lng: Annotated[float, Field(ge=-180, le=180)]
    label: Short = ""


class Tapped(Said):
    """A button of a card."""

    kind: Literal["tap"]
    card: Short
    action: Short
    values: dict[str, str] = {}
    answer: str = ""


class ClockMove(Wire):
    """Move the clock: an hour, a day, to the next working morning, or back to the real time."""

    kind: Literal["clock"]
    move: Literal["hour", "day", "morning", "real"]


_WIRE: TypeAdapter[SaidText | SaidMedia | SaidPlace | Tapped | ClockMove] = TypeAdapter(
    Annotated[SaidText | SaidMedia | SaidPlace | Tapped | ClockMove, Discriminator("kind")]
)
_MEDIA: dict[str, type[Voice | Photo | Video | Document]] = {"voice": Voice, "photo": Photo, "video": Video, "document": Document}


class Malformed(UserError):
    """A frame that cannot be read. ``id`` is the frame's own where it has one."""

    def __init__(self, text: str, frame_id: str = "") -> None:
        super().__init__(text)
        self.id = frame_id


def parse(data: str | bytes) -> Said | ClockMove:
    """Check a frame. Raises Malformed."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Malformed("页面发来的内容看不懂，请刷新页面") from error
    frame_id = raw.get("id") if isinstance(raw, dict) else None
    frame_id = frame_id[:64] if isinstance(frame_id, str) else ""
    if len(data) > MAX_BYTES:
        raise Malformed("这条消息太长了（最多约 100 KB），请分几段发", frame_id)
    try:
        return _WIRE.validate_python(raw)
    except ValidationError as error:
        raise Malformed("这条消息的格式不对，没有送出；请检查内容或刷新页面", frame_id) from error


def event_of(said: Said, sender: Sender, chat: Chat, now: datetime, uploads: Uploads) -> Event:
    """The event for a message. Raises UserError when its file is not there."""
    about: dict[str, Any] = {
        "platform": PLATFORM,
        "event_id": said.id,
        "chat": chat.chat,
        "sender": sender,
        "received_at": now,
        "group": chat.group,
    }
    match said:
        case SaidText():
            return Text(**about, text=said.text)
        case SaidPlace():
            return Location(**about, lat=said.lat, lng=said.lng, label=said.label)
        case Tapped():
            return CardTap(**about, card=said.card, action=said.action, values=said.values, answer=said.answer)
        case SaidMedia():
            return _media_event(said, about, uploads)
    raise AssertionError(f"unreachable: {said!r}")


def _media_event(said: SaidMedia, about: dict[str, Any], uploads: Uploads) -> MediaEvent:
    size = uploads.size(said.ref)
    if size is None:
        raise UserError("这个文件没有上传成功，请重新选择")
    media = Media(said.ref, said.name, content_type(said.ref), size)
    if said.kind == "voice":
        return Voice(**about, media=media, seconds=said.seconds)
    return _MEDIA[said.kind](**about, media=media)


def shown(event: Incoming) -> dict[str, Any] | None:
    """What the sender's message looks like on the screen; None for what leaves no trace there."""
    match event:
        case Text():
            return {"type": "text", "text": event.text}
        case Location():
            return {"type": "location", "lat": event.lat, "lng": event.lng, "label": event.label}
        case Voice() | Photo() | Video() | Document():
            seconds = event.seconds if isinstance(event, Voice) else None
            return {"type": event.type, "ref": event.media.ref, "name": event.media.name, "size": event.media.size, "seconds": seconds}
    return None
