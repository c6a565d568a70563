"""Files of the AI bot: uploads in chunks, and downloads that are encrypted, each with a key of its own."""

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from aiohttp import web

from tests.platforms.wecom.emulator.corp import Corp
from tests.platforms.wecom.emulator.crypto import cbc, pad
from tests.platforms.wecom.emulator.files import LARGEST, Files
from tests.platforms.wecom.emulator.refusals import Rate, Refused, need

CHUNK = 512 * 1024
SESSION = timedelta(minutes=30)
URL_LIFE = timedelta(minutes=5)


@dataclass(slots=True)
class Upload:
    kind: str
    name: str
    size: int
    chunks: int
    md5: str
    at: datetime
    parts: dict[int, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Hidden:
    """A file behind an address: its ciphertext, its name, when the address was given."""

    data: bytes
    name: str
    at: datetime


class BotFiles:
    """``aibot_upload_media_*`` and the addresses of what people send."""

    def __init__(self, corp: Corp, files: Files) -> None:
        self.corp, self.files = corp, files
        self.address = ""
        self._uploads: dict[str, Upload] = {}
        self._hidden: dict[str, Hidden] = {}
        self._rates = Rate(30, 60), Rate(1000, 3600)

    def take(self, step: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """One step of an upload."""
        if step == "init":
            return self._begin(body)
        upload = self._uploads.get(str(body.get("upload_id")))
        if upload is None or self.corp.now() >= upload.at + SESSION:
            raise Refused(40058, "upload_id unknown or expired")
        if step == "chunk":
            self._chunk(upload, body)
            return None
        need(step == "finish", 40058, "unknown cmd")
        return self._finish(upload)

    def hide(self, data: bytes, name: str) -> tuple[str, str]:
        """The address and key under which a file can be fetched for five minutes."""
        key, number = os.urandom(32), secrets.token_urlsafe(16)
        self._hidden[number] = Hidden(cbc(key, pad(data)), name, self.corp.now())
        return f"{self.address}/aibot/file/{number}", base64.b64encode(key).decode().rstrip("=")

    def spoil(self, url: str) -> None:
        """End a file's ciphertext early, in the middle of a block."""
        hidden = self._hidden[url.rsplit("/", 1)[1]]
        hidden.data = hidden.data[:-5]

    async def download(self, request: web.Request) -> web.StreamResponse:
        """GET /aibot/file/{number}."""
        hidden = self._hidden.get(request.match_info["number"])
        if hidden is None or self.corp.now() >= hidden.at + URL_LIFE:
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>", content_type="application/xml")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(hidden.name)}"}
        return web.Response(body=hidden.data, headers=headers, content_type="application/octet-stream")

    def _begin(self, body: Mapping[str, Any]) -> dict[str, Any]:
        kind, size, chunks = body.get("type"), body.get("total_size"), body.get("total_chunks")
        need(kind in LARGEST and body.get("filename") and body.get("md5"), 40058, "init invalid")
        need(isinstance(size, int) and 5 < size <= LARGEST[str(kind)], 45001, "media size out of limit")
        need(isinstance(chunks, int) and 1 <= chunks <= 100, 40058, "total_chunks invalid")
        need(all(rate.take("", self.corp.now()) for rate in self._rates), 45009, "api freq out of limit")
        upload_id = secrets.token_hex(8)
        self._uploads[upload_id] = Upload(
            str(kind), str(body["filename"]), int(str(size)), int(str(chunks)), str(body["md5"]), self.corp.now()
        )
        return {"upload_id": upload_id}

    def _chunk(self, upload: Upload, body: Mapping[str, Any]) -> None:
        index = body.get("chunk_index")
        # Whether counting starts at 0 or at 1 is in doubt; a file may do either, and not both.
        need(isinstance(index, int) and 0 <= index <= upload.chunks, 40058, "chunk_index invalid")
        try:
            data = base64.b64decode(str(body.get("base64_data")), validate=True)
        except ValueError:
            raise Refused(40058, "base64_data invalid") from None
        need(0 < len(data) <= CHUNK, 40058, "chunk too large or empty")
        upload.parts[int(str(index))] = data

    def _finish(self, upload: Upload) -> dict[str, Any]:
        numbers = sorted(upload.parts)
        need(numbers in (list(range(upload.chunks)), list(range(1, upload.chunks + 1))), 40058, "chunks missing")
        data = b"".join(upload.parts[n] for n in numbers)
        need(len(data) == upload.size and hashlib.md5(data).hexdigest() == upload.md5, 40058, "md5 mismatch")
        media_id = self.files.keep(upload.kind, data, upload.name)
        return {"type": upload.kind, "media_id": media_id, "created_at": int(self.corp.now().timestamp())}
