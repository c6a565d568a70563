"""From the AI bot's frames to our events: pure. The page spells some names in two ways; both are taken."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.chat.incoming import Document, Event, Media, Opened, Photo, Sender, Text, Video
from bot.domain.clock import local_day
from bot.platforms.wecom.inbound import NAME, Tapped, user_id

BOT = "bot:"
KICKED = "disconnected_event"
_CALLED = re.compile(r"@\S+\s*")

Body = Mapping[str, Any]
Head = dict[str, Any]


def event_type(body: Body) -> str:
    """The name of an event; empty for a message."""
    event = body.get("event")
    return str(event.get("eventtype", "")) if isinstance(event, Mapping) else ""


def chat_of(body: Body) -> tuple[str, bool]:
    """The chat as WeCom names it, and whether it is a group."""
    group = body.get("chattype") == "group"
    return str(body["chatid"] if group else body["from"]["userid"]), group


def said(body: Body, user: str, chat: str, now: datetime) -> "list[Event | Tapped]":
    """What was said or done; nothing for what nobody needs. Raises KeyError, ValueError and the like for what makes no sense."""
    identity = str(body.get("msgid") or hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest())
    group = body.get("chattype") == "group"
    head: Head = {
        "platform": NAME,
        "event_id": f"b:{identity}",
        "chat": chat,
        "sender": Sender(user_id(user)),
        "received_at": now,
        "group": group,
    }
    kind = str(body.get("msgtype"))
    make = _EVENTS.get(event_type(body)) if kind == "event" else _MESSAGES.get(kind)
    return list(make(body, head)) if make else []


def _text(body: Body, head: Head) -> Iterator[Event]:
    yield Text(**head, text=_words(body["text"], head))


def _voice(body: Body, head: Head) -> Iterator[Event]:
    # The recording itself never reaches us here, only what WeCom heard in it.
    yield Text(**head, text=str(body["voice"].get("content") or ""))


def _file(body: Body, head: Head) -> Iterator[Event]:
    kind = str(body["msgtype"])
    yield _MADE[kind](**head, media=_media(body[kind], head["event_id"], kind))


def _mixed(body: Body, head: Head) -> Iterator[Event]:
    for number, item in enumerate(body["mixed"]["msg_item"]):
        own = {**head, "event_id": f"{head['event_id']}:{number}"}
        if item["msgtype"] == "text":
            words = _words(item["text"], own)
            if words:
                yield Text(**own, text=words)
        elif item["msgtype"] == "image":
            yield Photo(**own, media=_media(item["image"], own["event_id"], "image"))


def _opened(body: Body, head: Head) -> Iterator[Event]:
    yield Opened(**{**head, "event_id": f"b:opened:{head['chat']}:{local_day(head['received_at'])}"})


def _tap(body: Body, head: Head) -> Iterator[Tapped]:
    event = body["event"].get("template_card_event") or body["event"]
    items = (_either(event, "selected_items", "selecteditems") or {}).get("selected_item") or []
    chosen = {
        str(_either(item, "question_key", "questionkey")): [
            str(option) for option in (_either(item, "option_ids", "optionids") or {}).get("option_id") or []
        ]
        for item in items
    }
    key, task = str(_either(event, "event_key", "eventkey") or ""), str(_either(event, "task_id", "taskid") or "")
    yield Tapped(head["event_id"], head, task, key, "", chosen)


def _either(found: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401
    return next((found[name] for name in names if name in found), None)


def _words(part: Body, head: Head) -> str:
    """The words, in a group without the name that called the bot."""
    words = str(part["content"])
    return _CALLED.sub("", words, count=1).strip() if head["group"] and words.lstrip().startswith("@") else words


def _media(part: Body, event_id: str, kind: str) -> Media:
    ending, content_type = _ENDINGS.get(kind, ("", ""))
    return Media(f"{BOT}{part.get('aeskey') or ''}:{part['url']}", name=f"{event_id[-16:]}{ending}", content_type=content_type)


_ENDINGS = {"image": (".jpg", "image/jpeg"), "video": (".mp4", "video/mp4")}
_MADE: Mapping[str, type[Photo] | type[Video] | type[Document]] = {"image": Photo, "video": Video, "file": Document}
_MESSAGES: Mapping[str, Callable[[Body, Head], Iterator[Event]]] = {
    "text": _text,
    "voice": _voice,
    "mixed": _mixed,
    **dict.fromkeys(_MADE, _file),
}
_EVENTS: Mapping[str, Callable[[Body, Head], Iterator[Event | Tapped]]] = {"enter_chat": _opened, "template_card_event": _tap}
