"""Media: uploads that it takes, downloads for three days."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import BodyPartReader, web

from tests.platforms.wecom.emulator.corp import Corp
from tests.platforms.wecom.emulator.refusals import Refused, need

LIFE = timedelta(days=3)
MB = 2**20
LARGEST = {"image": 10 * MB, "voice": 2 * MB, "video": 10 * MB, "file": 20 * MB}
# First bytes of what the page allows for each type.
MAGIC: dict[str, tuple[bytes, ...]] = {"image": (b"\xff\xd8\xff", b"\x89PNG"), "voice": (b"#!AMR",), "file": (b"",)}
TYPES = {"image": "image/jpeg", "voice": "audio/amr", "video": "video/mp4", "file": "application/octet-stream"}
ENDINGS = {"image": "jpg", "voice": "amr", "video": "mp4"}
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(slots=True)
class File:
    """``owner`` is the webhook key that it belongs to; empty for the corp's own. ``ranged`` means that it must be fetched in pieces."""

    kind: str
    data: bytes
    name: str
    at: datetime
    owner: str = ""
    content_type: str = ""
    ranged: bool = False


class Files:
    """The media store of the corp."""

    def __init__(self, corp: Corp) -> None:
        self.corp = corp
        self.kept: dict[str, File] = {}

    def keep(self, kind: str, data: bytes, name: str = "", *, content_type: str = "", ranged: bool = False) -> str:
        """Put a file that somebody sends into the store; its id. ``name`` may be anything that people call files."""
        media_id = secrets.token_urlsafe(32)
        name = name or f"{media_id}.{ENDINGS.get(kind, 'bin')}"
        ranged = ranged or len(data) > 20 * MB
        self.kept[media_id] = File(kind, data, name, self.corp.now(), content_type=content_type, ranged=ranged)
        return media_id

    def known(self, media_id: object, kind: str | None = None, owner: str = "") -> File:
        """The file behind an id that is in force. Refuses 40007 (and 40004 for another kind)."""
        file = self.kept.get(str(media_id))
        if file is None or file.owner != owner or self.corp.now() >= file.at + LIFE:
            raise Refused(40007, "invalid media_id")
        need(kind is None or file.kind == kind, 40004, "invalid media type")
        return file

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """POST /cgi-bin/media/upload."""
        return web.json_response(await self._take(request, tuple(LARGEST), ""))

    async def upload_to_webhook(self, request: web.Request) -> web.StreamResponse:
        """POST /cgi-bin/webhook/upload_media."""
        key = request.query.get("key", "")
        need(key in self.corp.webhooks, 93000, "invalid webhook url")
        return web.json_response(await self._take(request, ("file", "voice"), key))

    async def _take(self, request: web.Request, kinds: tuple[str, ...], owner: str) -> dict[str, Any]:
        kind = request.query.get("type", "")
        need(kind in kinds, 40004, "invalid media type")
        need(request.content_type == "multipart/form-data", 41005, "media data missing")
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "media":
                need(part.filename, 41005, "filename missing")
                return self._store(kind, bytes(await part.read()), str(part.filename), owner)
        raise Refused(41005, "media data missing")

    def _store(self, kind: str, data: bytes, name: str, owner: str) -> dict[str, Any]:
        need(data, 44001, "empty media data")
        need(len(data) > 5, 40006, "invalid media size")
        need(len(data) <= LARGEST[kind], 45001, "media size out of limit")
        fits = data[4:8] == b"ftyp" if kind == "video" else data.startswith(MAGIC[kind])
        need(fits, 40005, "invalid file type")
        media_id = secrets.token_urlsafe(32)
        self.kept[media_id] = File(kind, data, name, self.corp.now(), owner)
        return {"errcode": 0, "errmsg": "", "type": kind, "media_id": media_id, "created_at": str(int(self.corp.now().timestamp()))}

    async def download(self, request: web.Request) -> web.StreamResponse:
        """GET /cgi-bin/media/get: the bytes, or the error as JSON with status 200."""
        file = self.known(request.query.get("media_id"))
        asked = RANGE.fullmatch(request.headers.get("Range", ""))
        need(asked or not file.ranged, 830002, "file too large, use range")
        headers = {"Content-disposition": f'attachment; filename="{file.name}"'}
        content_type = file.content_type or TYPES[file.kind]
        if asked is None:
            return web.Response(body=file.data, headers={**headers, "Content-Type": content_type})
        first, last = int(asked[1]), min(int(asked[2] or len(file.data) - 1), len(file.data) - 1)
        if first > last:
            return web.Response(status=416)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(file.data)}"
        return web.Response(status=206, body=file.data[first : last + 1], headers={**headers, "Content-Type": content_type})
