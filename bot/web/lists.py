"""``/app/list/<key>``: a card on a page, whole and as it stands now, with the same buttons as in the chat."""

import asyncio
import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import web

from bot.chat.incoming import CardTap, Sender, decode
from bot.chat.outgoing import Button, Card, Line, Outgoing, Reply, list_path
from bot.chat.outgoing import decode as decode_outgoing
from bot.chat.platform import Receive
from bot.domain.clock import Clock, local_day
from bot.web import draw
from bot.web.guard import Call, Refusal
from bot.web.session import Visitor
from bot.web.shown import Found, Whole, find
from bot.web.signing import Signer
from prompts import pages, words
from storage.repositories.inbox import InboxRow
from storage.store import Store
from storage.transaction import Reader

ON_A_PAGE = 40
LONGEST_ANSWER = 2000
ONCE = re.compile(r"[0-9a-f]{16}-\d{1,5}")
WAITS = timedelta(seconds=6)
LOOKS_EVERY = 0.03


@dataclass(frozen=True, slots=True)
class Said:
    """What was done last on this page: the line it was done at, the words of the answer, and what had been typed where."""

    line: str
    text: str = ""
    action: str = ""
    values: Mapping[str, str] | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A heading (``level`` 1 to 3) or a line of the drawn page."""

    level: int = 0
    title: str = ""
    line: Line | None = None
    id: str = ""


class Lists:
    """Draws cards and carries taps.

    Args:
        whole: a card as its story draws it for a viewer.
        receive: accepts an event, as for a platform.
    """

    def __init__(self, store: Store, clock: Clock, signer: Signer, receive: Receive, whole: Whole) -> None:
        self._store = store
        self._clock = clock
        self._signer = signer
        self._receive = receive
        self._whole = whole

    async def show(self, call: Call) -> web.StreamResponse:
        """The card, a page at a time."""
        key, query = call.request.match_info["key"], call.request.query
        once = query.get("said", "")

        def read(reader: Reader) -> tuple[Found | None, InboxRow | None]:
            row = reader.inbox.of_event(call.visitor.session.platform, _event_id(call.visitor, once)) if ONCE.fullmatch(once) else None
            return self._find(reader, key, call.visitor), row

        found, row = await self._store.read(read)
        if found is None:
            raise Refusal(404, pages.NOTHING_HERE)
        said = Said(query.get("at", ""), pages.EMPTY_ANSWER) if once == "empty" else _said(row, query.get("at", ""))
        said = replace(said, text=found.words.text(said.text))
        return self._drawn(call, found, said, query.get("page", "1"))

    async def tap(self, call: Call) -> web.StreamResponse:
        """A button: the same event as a tap in the chat, then the card as it stands after it."""
        key = call.request.match_info["key"]
        pressed = self._signer.open("button", call.form.get("button", ""))
        once, answer = call.form.get("once", ""), call.form.get("answer", "")
        if pressed is None or pressed["member"] != call.visitor.member.id or pressed["card"] != key or not ONCE.fullmatch(once):
            raise Refusal(409, pages.STALE_BUTTON)
        if len(answer) > LONGEST_ANSWER:
            raise Refusal(413, pages.TOO_LARGE)
        if await self._store.read(lambda r: self._find(r, key, call.visitor)) is None:
            raise Refusal(404, pages.NOTHING_HERE)
        back = {"page": str(pressed["page"]), "at": str(pressed["line"])}
        if pressed["asks"] and not answer.strip():
            return _see(key, {**back, "said": "empty"})
        await self._receive(self._event(call.visitor, key, once, pressed, answer))
        done = await self._done(call.visitor, once)
        message = decode_outgoing(done.answer) if done and done.answer else None
        if isinstance(message, Card) and message.key != key:
            return _see(message.key, {})
        return _see(key, {**back, "said": once})

    def _find(self, reader: Reader, key: str, viewer: Visitor) -> Found | None:
        return find(reader, key, viewer.member, local_day(self._clock.now()), self._whole)

    def _event(self, viewer: Visitor, key: str, once: str, pressed: Mapping[str, Any], answer: str) -> CardTap:
        return CardTap(
            platform=viewer.session.platform,
            event_id=_event_id(viewer, once),
            chat=viewer.chat,
            sender=Sender(viewer.session.user, viewer.member.name),
            received_at=self._clock.now(),
            card=key,
            action=str(pressed["action"]),
            values={str(k): str(v) for k, v in pressed["values"].items()},
            answer=answer,
            page=True,
        )

    async def _done(self, viewer: Visitor, once: str) -> InboxRow | None:
        """The event once it is handled; as it is after a few seconds."""
        row = None
        for _ in range(int(WAITS.total_seconds() / LOOKS_EVERY)):
            row = await self._store.read(lambda r: r.inbox.of_event(viewer.session.platform, _event_id(viewer, once)))
            if row is None or row.state != "new":
                return row
            await asyncio.sleep(LOOKS_EVERY)
        return row

    def _drawn(self, call: Call, found: Found, said: Said, asked: str) -> web.Response:
        card = found.card
        rows = list(_rows(card))
        count = max(1, -(-sum(row.line is not None for row in rows) // ON_A_PAGE))
        number = min(max(1, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1), count)
        return draw.page(
            "list.html",
            card=card,
            rows=_paged(rows, number),
            number=number,
            count=count,
            said=said,
            here=any(row.id == said.line for row in rows),
            csrf=call.csrf,
            seal=self._sealer(call.visitor, card.key, number),
            colours={colour.value: f"{word}色" for colour, word in words.COLOUR.items()},
            longest=LONGEST_ANSWER,
            path=list_path(card.key),
            member=call.visitor.member,
        )

    def _sealer(self, viewer: Visitor, key: str, page: int) -> Any:  # noqa: ANN401  (a callable for the template)
        draw_id, count = secrets.token_hex(8), iter(range(10**5))

        def fields(button: Button, line: str) -> dict[str, str]:
            value = {
                "member": viewer.member.id,
                "card": key,
                "action": button.action,
                "values": button.values or {},
                "line": line,
                "page": page,
                "asks": button.ask is not None,
            }
            return {"once": f"{draw_id}-{next(count)}", "button": self._signer.seal("button", value)}

        return fields


def _event_id(viewer: Visitor, once: str) -> str:
    # With the member in it, so that nobody can take somebody else's number.
    return f"page:{viewer.member.id}:{once}"


def _said(row: InboxRow | None, line: str) -> Said:
    if row is None:
        return Said(line)
    event = decode(row.payload)
    if not isinstance(event, CardTap):
        return Said(line)
    if row.state in ("new", "held"):
        return Said(line, pages.RECEIVED if row.state == "new" else pages.AFTER_CONSENT)
    answer: Outgoing | None = decode_outgoing(row.answer) if row.answer else None
    if not isinstance(answer, Reply):
        return Said(line)
    return Said(line, answer.text, event.action, event.values, event.answer)


def _rows(card: Card) -> Iterator[Row]:
    for section in card.sections:
        if section.title:
            yield Row(level=section.level, title=section.title)
        for line in section.lines:
            yield Row(line=line, id=_line_id(line))


def _line_id(line: Line) -> str:
    name = line.key or json.dumps([line.text, [b.values for b in line.buttons]], ensure_ascii=False)
    return f"l{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:12]}"


def _paged(rows: list[Row], number: int) -> list[Row]:
    """The lines of a page with the headings they stand under."""
    first, last = (number - 1) * ON_A_PAGE, number * ON_A_PAGE
    waiting: list[Row] = []
    shown: list[Row] = []
    place = 0
    for row in rows:
        if row.line is None:
            waiting = [*(heading for heading in waiting if heading.level < row.level), row]
            continue
        if first <= place < last:
            shown += [*waiting, row]
            waiting = []
        place += 1
    return shown


def _see(key: str, query: Mapping[str, str]) -> web.Response:
    at = f"#{query['at']}" if query.get("at") else ""
    return web.Response(status=303, headers={"Location": f"{list_path(key)}{'?' if query else ''}{urlencode(query, quote_via=quote)}{at}"})
