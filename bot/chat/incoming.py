"""What people send, the same on every platform: frozen values that survive a trip through the inbox as JSON."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Discriminator, TypeAdapter


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent it, by the platform's own id; ``name`` is what the platform shows, good for greeting only."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A file that still lies with the platform: ``ref`` is what :meth:`Platform.download` needs."""

    ref: str
    name: str = ""
    content_type: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Base of all events. ``event_id`` is the platform's identity of the event; ``chat`` the conversation it came from.

    ``received_at`` is the server's time at acceptance (aware UTC). ``group`` tells a group chat from a private one.
    """

    platform: str
    event_id: str
    chat: str
    sender: Sender
    received_at: datetime
    group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Incoming):
    """Words."""

    type: Literal["text"] = "text"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice(Incoming):
    """A recording of speech."""

    type: Literal["voice"] = "voice"
    media: Media
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo(Incoming):
    """A picture. ``camera`` is set where the platform vouches that it was just taken and not chosen from the album."""

    type: Literal["photo"] = "photo"
    media: Media
    camera: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Video(Incoming):
    """A short film."""

    type: Literal["video"] = "video"
    media: Media


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Incoming):
    """Any other file."""

    type: Literal["document"] = "document"
    media: Media


@dataclass(frozen=True, slots=True, kw_only=True)
class Location(Incoming):
    """A place, in WGS-84 degrees. Picked on a map it is a claim; ``measured`` by the phone's own receiver it is evidence.

    ``accuracy`` is in metres. ``unasked`` marks a position that the platform reports by itself: it is kept and not answered.
    ``datum`` is the one in which the phone told it, before it was converted. ``customer`` is the id of the customer whom the sender
    says to be with.
    """

    type: Literal["location"] = "location"
    lat: float
    lng: float
    label: str = ""
    measured: bool = False
    accuracy: float | None = None
    unasked: bool = False
    datum: Literal["wgs84", "gcj02"] = "wgs84"
    customer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTap(Incoming):
    """A tap on a card's button; ``values`` are the button's own, ``answer`` what was typed where the button asked for words.

    ``card`` is the key of the tapped card. ``page`` marks a tap on one of our pages, which shows the answer itself. ``ask`` is the
    button's question where the platform could not put it itself: it is then asked in the chat, and the tap counts once it is answered.
    """

    type: Literal["tap"] = "tap"
    card: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    answer: str = ""
    page: bool = False
    ask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm(Incoming):
    """What a platform says about the bot itself (the app is about to be switched off, the connection was taken over): for the admins."""

    type: Literal["alarm"] = "alarm"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Incoming):
    """Somebody opened the chat with the bot, followed it or was let in: time for a welcome, once."""

    type: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Incoming):
    """What was said in a recording that came earlier; brought by our own reading, with the recording's ``received_at``.

    ``media`` is the id under which the recording is kept. ``text`` is empty when nobody speaks in it; ``problem`` is the sentence for a
    recording that could not be read. ``segments`` are (from, to, words) with seconds; ``mended`` are names (as heard, as written in
    the customer table); ``unclear`` counts stretches that could not be made out. ``waiting``: nobody here can listen yet.
    """

    type: Literal["heard"] = "heard"
    media: str
    text: str = ""
    segments: tuple[tuple[float, float, str], ...] = ()
    problem: str = ""
    mended: tuple[tuple[str, str], ...] = ()
    unclear: int = 0
    waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Incoming):
    """What a picture, film or document that came earlier shows; brought by our own reading.

    ``kind`` and ``fields`` are those of ``genjin read``; ``flags`` are reasons why a person should look at it.
    """

    type: Literal["seen"] = "seen"
    media: str
    kind: str = "other"
    fields: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    flags: tuple[str, ...] = ()
    problem: str = ""


Event = Text | Voice | Photo | Video | Document | Location | CardTap | Opened | Alarm | Heard | Seen
MediaEvent = Voice | Photo | Video | Document


def is_message(event: Event) -> bool:
    """Whether somebody said something by it: no opened chat, no tap, nothing that came by itself."""
    return isinstance(event, Text | MediaEvent | Location) and not (isinstance(event, Location) and event.unasked)


@cache
def _adapter() -> TypeAdapter[Event]:
    # Built on first use: a fifth of a second that nobody should wait for at start.
    return TypeAdapter(Annotated[Event, Discriminator("type")])


def encode(event: Event) -> str:
    """The event as ASCII JSON, so that no database has to store what is not text."""
    return _adapter().dump_json(event, ensure_ascii=True).decode("ascii")


def decode(payload: str | bytes | dict[str, Any]) -> Event:
    """The event that :func:`encode` wrote. Raises pydantic.ValidationError."""
    return _adapter().validate_python(payload) if isinstance(payload, dict) else _adapter().validate_json(payload)
