"""``/app/media/<record>/<n>``: the n-th file of a record, to whoever may see the record."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.domain.access import sight_of
from bot.domain.activity import Activity
from bot.domain.clock import Clock, local_day
from bot.domain.member import Member
from bot.domain.values import ActivityId
from bot.media import MediaKeeper
from bot.web.guard import Call, Refusal
from prompts import pages
from storage.repositories.media import MediaRow
from storage.store import Store
from storage.transaction import Reader, Transaction

NUMBER = re.compile(r"[1-9]\d{0,3}")
# What a browser may show by itself, by the bytes of the file; everything else is handed over to be saved. Nothing here can run a script.
SHOWN = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}
ENDINGS = {
    **SHOWN,
    "audio/amr": "amr",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/silk": "silk",
    "image/heic": "heic",
    "video/webm": "webm",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
    "application/zip": "zip",
}
ONE_OPENING = timedelta(minutes=10)
MOST_OPENED = 20_000
POLICY = "default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class Asked:
    """A file of a record that the viewer may see."""

    record: Activity
    media: MediaRow


class Files:
    """Hands out files."""

    def __init__(self, store: Store, clock: Clock, keeper: MediaKeeper) -> None:
        self._store = store
        self._clock = clock
        self._keeper = keeper
        self._opened: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    async def send(self, call: Call) -> web.StreamResponse:
        """The file, or a part of it; each time that somebody opens one is noted in the audit log."""
        record, number = call.request.match_info["record"], call.request.match_info["number"]
        asked = await self._store.read(lambda r: self._asked(r, call.visitor.member, record, number))
        if asked is None:
            raise Refusal(404, pages.NO_FILE)
        if asked.media.sha256 is None:
            raise Refusal(404, asked.media.problem or pages.NOT_FETCHED)
        path = self._keeper.path(asked.media.sha256)
        if not path.is_file():
            raise Refusal(404, pages.NO_FILE)
        if self._opens(call, asked):
            await self._store.write(lambda tx: self._note(tx, call.visitor.member, asked))
        return web.FileResponse(path, headers=_headers(asked, number))

    def _opens(self, call: Call, asked: Asked) -> bool:
        """Whether this is more than a further piece that a player asks for."""
        now, name = self._clock.now(), (call.visitor.session.id, asked.media.id)
        before = self._opened.pop(name, None)
        self._opened[name] = now
        while len(self._opened) > MOST_OPENED:
            self._opened.popitem(last=False)
        return before is None or not timedelta(0) <= now - before < ONE_OPENING

    def _asked(self, reader: Reader, viewer: Member, record_id: str, number: str) -> Asked | None:
        record = reader.activities.get(ActivityId(record_id))
        if record is None or not NUMBER.fullmatch(number) or not self._may_see(reader, viewer, record):
            return None
        files = [piece.media_id for piece in reader.activities.pieces(record.id) if piece.media_id]
        media = reader.media.get(files[int(number) - 1]) if int(number) <= len(files) else None
        return Asked(record, media) if media else None

    def _may_see(self, reader: Reader, viewer: Member, record: Activity) -> bool:
        """Whose record it is, whoever leads them, and whoever sees the customer's file."""
        if record.member_id == viewer.id:
            return True
        sight = sight_of(viewer, reader.members.org(), local_day(self._clock.now()))
        customer = reader.customers.get(record.customer_id) if record.customer_id else None
        return sight.can_see(customer) if customer else sight.owners is None or record.member_id in sight.owners

    def _note(self, tx: Transaction, viewer: Member, asked: Asked) -> None:
        tx.audit.note(self._clock.now(), viewer.id, "media.open", asked.record.id, new={"media": asked.media.id})


def _headers(asked: Asked, number: str) -> dict[str, str]:
    kind = asked.media.content_type
    ending = ENDINGS.get(kind, "bin")
    how = "inline" if kind in SHOWN else "attachment"
    return {
        "Content-Type": kind if kind in ENDINGS else "application/octet-stream",
        "Content-Disposition": f'{how}; filename="{asked.record.id}-{number}.{ending}"',
        "Content-Security-Policy": POLICY,
        "Cache-Control": "private, no-store",
    }
