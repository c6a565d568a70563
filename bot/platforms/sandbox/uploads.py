"""Files that people send: streamed to a folder, named by a random reference, given back as bytes."""

import asyncio
import mimetypes
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aiohttp import StreamReader, web

from bot.domain.errors import PlatformError, UserError

CHUNK = 256 * 1024
DRAIN = 1024**3
UNFINISHED = ".part"
REF = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{1,8}")

# What a browser may show inside the page; everything else is handed over as an attachment. No SVG and no HTML: they can run scripts.
SHOWN = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "weba": "audio/webm",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
}


class TooLarge(UserError):
    """The file is over the limit; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived whole. ``size`` in bytes."""

    ref: str
    name: str
    size: int


class Uploads:
    """The spool folder. Unfinished files of an earlier run are removed at the start."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self.max_bytes = max_bytes
        folder.mkdir(parents=True, exist_ok=True)
        for rest in folder.glob(f"*{UNFINISHED}"):
            rest.unlink()

    async def take(self, content: StreamReader, name: str, declared: int | None) -> Upload:
        """Store the stream. Raises TooLarge or UserError, and OSError of the disk; then no byte of it stays."""
        if declared is not None and declared > self.max_bytes:
            raise self._too_large()
        ref = f"{secrets.token_hex(16)}.{_suffix(name)}"
        part = self._folder / (ref + UNFINISHED)
        try:
            size = await self._pour(content, part)
            if size == 0:
                raise UserError("这个文件是空的，没有可以发送的内容")
            part.rename(self._folder / ref)
        finally:
            part.unlink(missing_ok=True)
        return Upload(ref, name, size)

    def size(self, ref: str) -> int | None:
        """Bytes of a file, None when there is none."""
        path = self.path(ref)
        return path.stat().st_size if path else None

    def path(self, ref: str) -> Path | None:
        """Where a file lies; None for what is not a reference or not known."""
        if not REF.fullmatch(ref):
            return None
        path = self._folder / ref
        return path if path.is_file() else None

    async def read(self, ref: str) -> AsyncIterator[bytes]:
        """The bytes of a file. Raises PlatformError (final) when there is none."""
        path = self.path(ref)
        if path is None:
            raise PlatformError("sandbox: no such upload", final=True)
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk

    async def _pour(self, content: StreamReader, part: Path) -> int:
        size = 0
        with part.open("xb") as file:
            async for chunk in content.iter_chunked(CHUNK):
                size += len(chunk)
                if size > self.max_bytes:
                    raise self._too_large()
                await _write(file, chunk)
        return size

    def _too_large(self) -> TooLarge:
        return TooLarge(f"文件太大了：最多 {self.max_bytes // 2**20} MB。请压缩，或者分成几个再发")


def shown_type(ref: str) -> str | None:
    """The content type under which a browser may show the file; None for an attachment."""
    return SHOWN.get(ref.rpartition(".")[2])


def content_type(ref: str) -> str:
    """The best guess at what the file is, from its ending."""
    return shown_type(ref) or mimetypes.guess_type(ref)[0] or "application/octet-stream"


def media_response(path: Path) -> web.StreamResponse:
    """The file for a browser; only the types of :data:`SHOWN` open in the page."""
    shown = shown_type(path.name)
    headers = {
        "Content-Type": shown or "application/octet-stream",
        "Content-Disposition": "inline" if shown else "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=86400",
    }
    return web.FileResponse(path, headers=headers)


async def drain(content: StreamReader) -> None:
    """Read away the rest of a refused body: a browser that is still sending would show a broken connection, not our sentence."""
    gone = 0
    async for chunk in content.iter_chunked(CHUNK):
        gone += len(chunk)
        if gone > DRAIN:
            return


async def _write(file: BinaryIO, chunk: bytes) -> None:
    await asyncio.to_thread(file.write, chunk)


def _suffix(name: str) -> str:
    found = re.search(r"\.([a-z0-9]{1,8})$", name.lower())
    return found[1] if found else "bin"
