"""What stands on the screens: the sandbox's own memory, as a chat server has one.

An append-only JSON-lines file. The first line names the file; ``show`` puts an entry into a chat, ``update`` changes one. A line that was
half written when the process died is skipped and closed off. No fsync: the records of the company live in the database, not here.
"""

import asyncio
import logging
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Discriminator, TypeAdapter, ValidationError

log = logging.getLogger(__name__)

PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message in a chat. ``by`` is a user, empty for the bot; ``seq`` its place in the chat; ``rev`` counts its updates."""

    do: Literal["show"] = "show"
    chat: str
    seq: int
    id: str
    by: str
    name: str
    at: str
    what: dict[str, Any]
    rev: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """New content for an entry."""

    do: Literal["update"] = "update"
    chat: str
    id: str
    what: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """The first line: browsers keep their read marks under this id, so that a new demo starts without old ones."""

    do: Literal["title"] = "title"
    id: str


_LINE: TypeAdapter[Entry | Change | Title] = TypeAdapter(Annotated[Entry | Change | Title, Discriminator("do")])


class Screens:
    """The chats and what was shown in them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = asyncio.Lock()
        self._chats: dict[str, dict[str, Entry]] = {}
        self._next: dict[str, int] = {}
        self._torn = False
        self.id = ""
        if path.exists():
            self._load()
        if not self.id:
            self.id = secrets.token_hex(8)
            self._append(Title(id=self.id))

    def reserve(self, chat: str) -> int:
        """The next place in a chat; one that is not used stays empty."""
        place = self._next.get(chat, 1)
        self._next[chat] = place + 1
        return place

    def tail(self, chat: str) -> list[Entry]:
        """The last entries of a chat in their order, as many as a page gets."""
        return sorted(self._chats.get(chat, {}).values(), key=lambda e: e.seq)[-PAGE:]

    async def show(self, entry: Entry) -> bool:
        """Keep an entry; False when its id was there already. Raises OSError when the file takes no more."""
        async with self._lock:
            if entry.id in self._chats.get(entry.chat, {}):
                return False
            await asyncio.to_thread(self._append, entry)
            self._apply(entry)
            return True

    async def update(self, chat: str, entry_id: str, what: dict[str, Any]) -> Entry | None:
        """Change an entry; None when there is no such one. Raises OSError when the file takes no more."""
        async with self._lock:
            if entry_id not in self._chats.get(chat, {}):
                return None
            change = Change(chat=chat, id=entry_id, what=what)
            await asyncio.to_thread(self._append, change)
            self._apply(change)
            return self._chats[chat][entry_id]

    def _append(self, line: Entry | Change | Title) -> None:
        data = _LINE.dump_json(line, ensure_ascii=True) + b"\n"
        with self._path.open("ab") as file:
            torn, self._torn = self._torn, True
            file.write(b"\n" + data if torn else data)
        self._torn = False

    def _load(self) -> None:
        data = self._path.read_bytes()
        self._torn = bool(data) and not data.endswith(b"\n")
        for number, line in enumerate(filter(None, data.split(b"\n")), 1):
            try:
                self._apply(_LINE.validate_json(line))
            except ValidationError:
                log.warning("%s: entry %d cannot be read and is left out", self._path.name, number)

    def _apply(self, line: Entry | Change | Title) -> None:
        if isinstance(line, Title):
            self.id = line.id
            return
        chat = self._chats.setdefault(line.chat, {})
        if isinstance(line, Entry):
            chat.setdefault(line.id, line)
            self._next[line.chat] = max(self._next.get(line.chat, 1), line.seq + 1)
        elif known := chat.get(line.id):
            chat[line.id] = replace(known, what=line.what, rev=known.rev + 1)


def frame(entry: Entry) -> dict[str, Any]:
    """The entry as the page gets it."""
    return asdict(entry)
