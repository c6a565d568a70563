"""Files that people send: fetched from their platform by a job, kept under the hash of their bytes, believed by their content only."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from bot.chat.context import Mouth
from bot.chat.incoming import MediaEvent, Photo, Video
from bot.chat.platform import Address, Platform
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError, StorageError, os_reason
from bot.domain.values import MediaId, new_id
from bot.jobs import Job, Jobs, NewJob, Policy, Retry
from prompts import replies
from storage.copies import sync
from storage.repositories.media import MediaRow
from storage.store import Store
from storage.transaction import Transaction

# For so long after its bytes came a file is not removed: the row that speaks of it may still be on its way.
SETTLING = 600.0
LARGEST = 100 * 2**20
HEAD = 32
# First bytes → type. Endings lie; bytes do not.
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"#!SILK", "audio/silk"),
    (0, b"\x02#!SILK", "audio/silk"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    *((0, b"\xff" + frame, "audio/mpeg") for frame in (b"\xfb", b"\xfa", b"\xf3", b"\xf2")),
    *((0, b"\xff" + frame, "audio/aac") for frame in (b"\xf1", b"\xf9")),
    (0, b"fLaC", "audio/flac"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (4, b"ftypM4A", "audio/mp4"),
    *((4, b"ftyp" + brand, "image/heic") for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
)
# Recordings come in any container; whoever listens to them says what is wrong.
EXPECTED: Mapping[type, tuple[str, ...]] = {Photo: ("image/",), Video: ("video/",)}
TOO_LARGE = f"超过 {LARGEST // 2**20} MB，存不下。请压缩或剪短后再发一次。"
CALLED: Mapping[type, str] = {Photo: "照片", Video: "视频"}


# What a reference begins with when the bytes came straight into our own store: a photo from a page of ours.
KEPT = "kept:"


class TooLarge(PlatformError):
    """There is more of it than we keep."""


class WrongKind(PlatformError):
    """The bytes are not of the kind that was asked for."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in our own store; ``size`` in bytes, ``content_type`` as its bytes show it."""

    sha256: str
    size: int
    content_type: str


OnKept = Callable[[Transaction, MediaRow, Mapping[str, Any]], None]
"""Told inside the unit that notes a file as kept, with the head of the event that brought it: see :func:`origin_of`."""


OnLost = Callable[[Transaction, MediaRow, Mapping[str, Any], str], bool]
"""Told inside the unit that gives a file up, with the sentence for its sender; the first to return True says it itself."""


def origin_of(event: MediaEvent) -> dict[str, Any]:
    """The head of a media event as plain JSON: what an event about the same file needs later."""
    return {
        "platform": event.platform,
        "chat": event.chat,
        "sender": [event.sender.id, event.sender.name],
        "received_at": event.received_at.isoformat(),
        "group": event.group,
        "as": event.type,
    }


def content_type(head: bytes) -> str:
    """What the first bytes of a file say it is; ``application/octet-stream`` when they say nothing."""
    return next((kind for at, magic, kind in SIGNATURES if head[at : at + len(magic)] == magic), "application/octet-stream")


def is_spoken(sent_as: str, found: str) -> bool:
    """Whether a file is for whoever listens: a voice note, and a recording that was sent as a file."""
    return sent_as == "voice" or found.startswith("audio/")


class MediaKeeper:
    """Keeps media in ``folder`` as ``ab/abcdef…`` (SHA-256); nothing half-written is ever under such a name."""

    def __init__(self, store: Store, jobs: Jobs, clock: Clock, folder: Path, platforms: Mapping[str, Platform], mouth: Mouth) -> None:
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._folder = folder
        self._platforms = platforms
        self._mouth = mouth
        self.on_kept: list[OnKept] = []
        self._settled: dict[str, float] = {}
        self.on_lost: list[OnLost] = []
        jobs.handle("media", self.fetch, Policy(failures=12), self._gave_up)
        jobs.handle("discard", self.remove, Policy(), lambda tx, job, reason: None)

    def want(self, tx: Transaction, event: MediaEvent, now: datetime) -> MediaId:
        media = MediaRow(
            id=MediaId(new_id("f")),
            platform=event.platform,
            ref=event.media.ref,
            name=event.media.name,
            content_type=event.media.content_type,
            created_at=now,
            size=event.media.size,
            sent_as=event.type,
        )
        tx.media.save(media)
        payload = {"id": media.id, **origin_of(event)}
        self._jobs.put(tx, [NewJob(kind="media", payload=payload, key=f"media:{media.id}")])
        return media.id

    def discard(self, tx: Transaction, sha256: str) -> None:
        self._jobs.put(tx, [NewJob(kind="discard", payload={"sha256": sha256})])

    async def remove(self, job: Job) -> None:
        """The worker of kind ``discard``."""
        sha256 = str(job.payload["sha256"])
        if asyncio.get_running_loop().time() - self._settled.get(sha256, -SETTLING) < SETTLING:
            raise Retry("the same bytes have just come again", SETTLING)

        def unit(tx: Transaction) -> None:
            self._jobs.complete(tx, job)
            if not tx.media.spoken_of(sha256):
                self.path(sha256).unlink(missing_ok=True)

        await self._store.write(unit)

    def path(self, sha256: str) -> Path:
        """Where the bytes of a kept file lie."""
        return self._folder / sha256[:2] / sha256

    async def fetch(self, job: Job) -> None:
        """The worker of kind ``media``."""
        media = await self._store.read(lambda r: r.media.get(MediaId(str(job.payload["id"]))))
        if media is None or media.state != "wanted":
            await self._store.write(lambda tx: self._jobs.complete(tx, job))
            return
        try:
            kept = await self._download(media)
        except PlatformError as error:
            if not error.final:
                raise Retry(str(error), error.retry_after) from error
            await self._refuse(job, media, TOO_LARGE if isinstance(error, TooLarge) else "平台上已经取不到了，请重新发一次。")
            return
        problem = _mismatch(str(job.payload["as"]), kept.content_type, kept.size)
        lying = replace(media, state="kept", sha256=kept.sha256, size=kept.size, content_type=kept.content_type)

        def unit(tx: Transaction) -> None:
            tx.media.kept(media.id, kept.sha256, kept.size, kept.content_type)
            if problem:
                self._tell(tx, job, media, problem)
            for told in self.on_kept if kept.size else ():
                told(tx, lying, job.payload)
            self._jobs.complete(tx, job)

        await self._store.write(unit)

    async def _download(self, media: MediaRow) -> Kept:
        if media.ref.startswith(KEPT):
            return await asyncio.to_thread(self._lying_here, media.ref.removeprefix(KEPT))
        platform = self._platforms.get(media.platform)
        if platform is None:
            raise PlatformError(f"platform {media.platform} is not connected", retry_after=60)
        return await self.keep(platform.download(media.ref))

    def _lying_here(self, sha256: str) -> Kept:
        try:
            with self.path(sha256).open("rb") as file:
                return Kept(sha256, os.fstat(file.fileno()).st_size, content_type(file.read(HEAD)))
        except OSError as error:
            raise PlatformError("kept before, and gone now", final=True) from error

    async def keep(self, chunks: AsyncIterator[bytes], *, most: int = LARGEST, only: str = "") -> Kept:
        """Bring bytes into the store; the caller notes them as a row of the media table.

        ``only`` is what the type of the bytes must begin with. Raises StorageError, :class:`TooLarge` above ``most`` bytes,
        :class:`WrongKind`, and whatever the stream raises; then nothing of it stays.
        """
        try:
            file = await asyncio.to_thread(self._temporary)
        except OSError as error:
            raise StorageError(f"存不了文件：{os_reason(error)}；请检查 [media] dir 的空间和权限") from error
        try:
            loop, digest, size, head = asyncio.get_running_loop(), hashlib.sha256(), 0, b""
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise TooLarge("too large", final=True)
                head = (head + chunk)[:HEAD] if len(head) < HEAD else head
                if len(head) == HEAD and not content_type(head).startswith(only):
                    break
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            if not content_type(head).startswith(only):
                raise WrongKind("another kind of file", final=True)
            self._settled = {sha: at for sha, at in self._settled.items() if loop.time() - at < SETTLING}
            self._settled[digest.hexdigest()] = loop.time()
            await asyncio.to_thread(self._settle, file, digest.hexdigest())
        except OSError as error:
            raise StorageError(f"存不了文件：{os_reason(error)}；请检查 [media] dir 的空间和权限") from error
        finally:
            file.close()
            await asyncio.to_thread(Path(file.name).unlink, missing_ok=True)
        return Kept(digest.hexdigest(), size, content_type(head))

    def _temporary(self) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True)
        return tempfile.NamedTemporaryFile(dir=self._folder, prefix=".fetch-", delete=False)

    def _settle(self, file: IO[bytes], sha256: str) -> None:
        target = self.path(sha256)
        if not target.parent.is_dir():
            target.parent.mkdir(exist_ok=True)
            sync(self._folder)
        file.flush()
        os.fsync(file.fileno())
        Path(file.name).rename(target)
        sync(target.parent)

    async def _refuse(self, job: Job, media: MediaRow, problem: str) -> None:
        def unit(tx: Transaction) -> None:
            self._lost(tx, job, media, problem)
            self._jobs.complete(tx, job)

        await self._store.write(unit)

    def _gave_up(self, tx: Transaction, job: Job, reason: str) -> None:
        media = tx.media.get(MediaId(str(job.payload["id"])))
        if media is not None:
            self._lost(tx, job, media, "没取到，请重新发一次。")

    def _lost(self, tx: Transaction, job: Job, media: MediaRow, problem: str) -> None:
        tx.media.failed(media.id, problem)
        self._tell(tx, job, media, problem)

    def _tell(self, tx: Transaction, job: Job, media: MediaRow, problem: str) -> None:
        if any(said(tx, media, job.payload, problem) for said in self.on_lost):
            return
        to = Address(media.platform, str(job.payload["chat"]))
        self._mouth.post(tx, to, replies.media_problem(media.name, problem), self._clock.now())


def _mismatch(sent_as: str, found: str, size: int) -> str:
    """The sentence for a file that is not what it was sent as; empty when it is."""
    if size == 0:
        return "是空的，请重新发一次。"
    kind = {"photo": Photo, "video": Video}.get(sent_as)
    if kind is None or found.startswith(EXPECTED[kind]):
        return ""
    return f"内容不像{CALLED[kind]}（看起来是 {found}），已原样存好。如果发错了，请重新发一次。"
