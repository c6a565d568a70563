"""Photos, films and documents: a kept file is looked at by a job, and what it shows comes back as an event of the same chat.

What was read, the fingerprint, the event and the end of the job commit together, and the event's id comes from the file's: whatever
happens, it arrives once. Nothing waits behind a picture. Where the reader is not installed, the photo is kept and compared all the same,
nobody is bothered, and what is to be read waits in the table.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.chat.incoming import Seen, Sender
from bot.domain.clock import Clock
from bot.domain.errors import StorageError
from bot.domain.values import MediaId, new_id
from bot.inbox import Inbox
from bot.jobs import Job, Jobs, NewJob, Policy, Retry
from bot.media import MediaKeeper, is_spoken
from bot.senses.unreadable import Unreadable
from bot.senses.worker import Worker, WorkerError, WorkerMemory, WorkerTimeout
from prompts import pictures
from storage.repositories.media import MediaRow
from storage.repositories.readings import Fingerprint, Reading
from storage.store import Store
from storage.transaction import Reader, Transaction

if TYPE_CHECKING:  # numpy and Pillow are for those who look, not for every start
    from bot.senses.likeness import Gallery, Likeness, Marks
    from bot.senses.look import Frame, Seeing, Sight

log = logging.getLogger(__name__)
SENSE = "picture"
AS = ("photo", "video", "document")
# A slip takes one or two seconds, a crowded sheet seen twice ten; a busy machine takes several times that.
SECONDS = 120.0
MEMORY_MB = 2048
TRIES = 2
LOOK_SECONDS = 300.0
PHOTO_SAME, PHOTO_NEAR, SERIAL_USED = "photo_same", "photo_near", "serial_used"


class Eye(Protocol):
    """Whatever looks at files."""

    def able(self) -> bool:
        """Whether text in pictures can be read here."""
        ...

    async def see(self, path: Path, content_type: str, name: str) -> "Seeing":
        """Look at a file. Raises Unreadable and WorkerError."""
        ...

    async def close(self) -> None:
        """Let go of what it holds."""
        ...


class ChildEye:
    """Looks in a child process: decoders may crash, models are large, and neither is for the event loop."""

    def __init__(self) -> None:
        self._worker = Worker("pictures", memory=MEMORY_MB, threads=1)

    def able(self) -> bool:
        from bot.senses import ocr

        return ocr.installed()

    async def see(self, path: Path, content_type: str, name: str) -> "Seeing":
        from bot.senses import see

        return await self._worker.run(see.see, str(path), content_type, name, seconds=SECONDS)

    async def close(self) -> None:
        await self._worker.close()


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file as looked at, ready to be noted."""

    sight: "Sight"
    marks: "Marks | None"
    like: "Likeness | None"
    waits: bool
    stills: tuple[MediaRow, ...] = ()


class Looking:
    """The worker of kind ``look``."""

    def __init__(self, store: Store, jobs: Jobs, clock: Clock, keeper: MediaKeeper, inbox: Inbox, eye: Eye) -> None:
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._keeper = keeper
        self._inbox = inbox
        self._eye = eye
        self._gallery: Gallery | None = None
        self._loading = asyncio.Lock()
        keeper.on_kept.append(self._kept)
        jobs.handle("look", self.look, Policy(failures=TRIES, together=1), self._gave_up)

    async def watch(self) -> None:
        """Know every photo of the company; now and again take up what nobody could read when it came."""
        await self._photos()
        while True:
            try:
                await self.catch_up()
            except StorageError as error:
                log.warning("pictures wait for the database: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def catch_up(self) -> None:
        """Queue what waits for a reader, if there is one now."""
        waiting = await self._store.read(lambda r: r.readings.waiting(SENSE, 1))
        if waiting and self._eye.able():
            await self._store.write(self._queue)

    async def _photos(self) -> "Gallery":
        """Every photo of the company, read once."""
        from bot.senses.likeness import COLUMNS, Gallery

        async with self._loading:
            if self._gallery is None:
                gallery = Gallery()
                await self._store.read(lambda r: gallery.fill(r.readings.fingerprints(["media_id", *COLUMNS])))
                self._gallery = gallery
        return self._gallery

    def _queue(self, tx: Transaction) -> None:
        at = self._clock.now().isoformat()
        for reading in tx.readings.waiting(SENSE):
            tx.readings.save(replace(reading, state="queued"))
            key = f"look:{reading.media_id}:{at}"
            self._jobs.put(tx, [NewJob(kind="look", payload={**reading.origin, "id": reading.media_id}, key=key)])

    def _kept(self, tx: Transaction, media: MediaRow, origin: Mapping[str, Any]) -> None:
        if origin.get("as") in AS and not is_spoken(str(origin["as"]), media.content_type):
            self._jobs.put(tx, [NewJob(kind="look", payload={**origin, "id": media.id}, key=f"look:{media.id}")])

    async def look(self, job: Job) -> None:
        """Look at one file."""
        media_id = MediaId(str(job.payload["id"]))
        media, known = await self._store.read(lambda r: (r.media.get(media_id), r.readings.get(media_id)))
        if media is None or media.sha256 is None or (known and known.state in ("read", "failed")):
            await self._store.write(lambda tx: self._jobs.complete(tx, job))
            return
        try:
            seeing = await self._eye.see(self._keeper.path(media.sha256), media.content_type, media.name)
        except Unreadable as error:
            why = str(error)
            await self._store.write(lambda tx: self._failed(tx, job, media, why))
            return
        except (WorkerTimeout, WorkerMemory) as error:
            why = "too_slow" if isinstance(error, WorkerTimeout) else "too_much_memory"
            log.warning("picture %s: %s", media.id, error)
            await self._store.write(lambda tx: self._failed(tx, job, media, why))
            return
        except WorkerError as error:
            raise Retry(str(error)) from error
        looked = await self._looked(media, seeing)
        await self._store.write(lambda tx: self._seen(tx, job, media, looked))
        if looked.marks:
            (await self._photos()).add(media.id, looked.marks.kept)

    async def _looked(self, media: MediaRow, seeing: "Seeing") -> _Looked:
        like = None
        if seeing.marks is not None:
            photos = await self._photos()
            like = await self._store.read(lambda r: _exactly(r, media)) or await asyncio.to_thread(photos.like, seeing.marks, but=media.id)
        waits = seeing.sight.engine is None
        stills = tuple([await self._still(media, frame) for frame in seeing.frames])
        return _Looked(seeing.sight, seeing.marks, like, waits, stills)

    async def _still(self, film: MediaRow, frame: "Frame") -> MediaRow:
        """A still of a film as a file of its own, not noted yet."""
        kept = await self._keeper.keep(_whole(frame.jpeg))
        return MediaRow(
            id=MediaId(new_id("f")),
            platform=film.platform,
            ref=f"still:{film.id}:{frame.at}",
            name=f"{frame.at:.0f}s.jpg",
            content_type=kept.content_type,
            created_at=self._clock.now(),
            size=kept.size,
            sha256=kept.sha256,
            state="kept",
            sent_as="photo",
        )

    def _seen(self, tx: Transaction, job: Job, media: MediaRow, looked: _Looked) -> None:
        sight, now = looked.sight, self._clock.now()
        serial = sight.fields.get("serial") if sight.kind == "slip" else None
        flags = [*sight.flags, *_reused(looked.like), *_used(tx, serial, media.id)]
        if looked.marks:
            tx.readings.keep_fingerprint(_fingerprint(media.id, now, looked.marks))
        reading = Reading(
            media_id=media.id,
            sense=SENSE,
            state="waiting" if looked.waits else "read",
            origin=_origin(job),
            at=now,
            kind=sight.kind,
            fields=sight.fields,
            text=sight.text,
            flags=tuple(flags),
            engine=sight.engine,
            serial=serial,
        )
        tx.readings.save(reading)
        for still in looked.stills:
            tx.media.save(still)
        fields = {**sight.fields, **_camera(sight), **({"stills": [still.id for still in looked.stills]} if looked.stills else {})}
        if fields.get("sound"):
            fields["voice"] = self._listen(tx, job, media)
        if fields or flags or sight.text:
            self._bring(tx, job, "mark" if looked.waits else "seen", kind=sight.kind, fields=fields, text=sight.text, flags=tuple(flags))
        self._jobs.complete(tx, job)

    def _listen(self, tx: Transaction, job: Job, film: MediaRow) -> str:
        """The film's sound as a recording of its own, on the same bytes, for whoever listens; its id."""
        sound = replace(film, id=MediaId(new_id("f")), ref=f"sound:{film.id}", sent_as="voice")
        tx.media.save(sound)
        self._jobs.put(tx, [NewJob(kind="hear", payload={**_origin(job), "as": "voice", "id": sound.id}, key=f"hear:{sound.id}")])
        return sound.id

    def _failed(self, tx: Transaction, job: Job, media: MediaRow, why: str) -> None:
        tx.readings.save(Reading(media_id=media.id, sense=SENSE, state="failed", origin=_origin(job), at=self._clock.now(), problem=why))
        self._bring(tx, job, "seen", problem=pictures.problem(media.name, why))
        self._jobs.complete(tx, job)

    def _gave_up(self, tx: Transaction, job: Job, reason: str) -> None:
        media = tx.media.get(MediaId(str(job.payload["id"])))
        if media is not None:
            problem = pictures.problem(media.name, "broken")
            tx.readings.save(
                Reading(media_id=media.id, sense=SENSE, state="failed", origin=_origin(job), at=self._clock.now(), problem="broken")
            )
            self._bring(tx, job, "seen", problem=problem)

    def _bring(self, tx: Transaction, job: Job, what: str, **more: Any) -> None:  # noqa: ANN401
        origin, media = job.payload, str(job.payload["id"])
        head: dict[str, Any] = {
            "platform": str(origin["platform"]),
            "event_id": f"{what}:{media}",
            "chat": str(origin["chat"]),
            "sender": Sender(*origin["sender"]),
            "received_at": datetime.fromisoformat(str(origin["received_at"])),
            "group": bool(origin["group"]),
        }
        self._inbox.bring(tx, Seen(**head, media=media, **more))


def _origin(job: Job) -> dict[str, Any]:
    return {key: value for key, value in job.payload.items() if key != "id"}


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _fingerprint(media: MediaId, at: datetime, marks: "Marks") -> Fingerprint:
    whole_p, whole_d, inner_p, inner_d, top_p = marks.kept
    return Fingerprint(media_id=media, at=at, whole_p=whole_p, whole_d=whole_d, inner_p=inner_p, inner_d=inner_d, top_p=top_p)


def _exactly(reader: Reader, media: MediaRow) -> "Likeness | None":
    """The first photo of the very same bytes."""
    from bot.senses.likeness import Likeness

    found: Sequence[MediaId] = reader.readings.same_bytes(media.sha256 or "", but=media.id)
    return Likeness(found[0], same=True) if found else None


def _reused(like: "Likeness | None") -> list[str]:
    return [] if like is None else [f"{PHOTO_SAME if like.same else PHOTO_NEAR}:{like.media}"]


def _used(tx: Transaction, serial: str | None, media: MediaId) -> list[str]:
    """A bank's number that another slip carried before."""
    others = tx.readings.with_serial(serial, but=media) if serial else []
    return [f"{SERIAL_USED}:{others[0].media_id}"] if others else []


def _camera(sight: "Sight") -> dict[str, Any]:
    """What the camera wrote beside the picture, where an app has not stripped it."""
    exif = sight.exif
    found = {"taken_at": exif.taken_at.isoformat() if exif.taken_at else None, "lat": exif.lat, "lng": exif.lng}
    return {"camera": found} if any(value is not None for value in found.values()) else {}
