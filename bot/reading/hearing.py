"""Voice notes: a kept recording is listened to by a job, and its words come back as an event of the same chat.

The words, the transcript and the end of the job commit together, and the event's id comes from the file's: whatever happens, the words
arrive once. Nothing waits behind a recording. Where nobody can listen yet, it waits in the table, not in the queue.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.chat.incoming import Heard, Sender
from bot.domain.access import sight_of
from bot.domain.clock import Clock, local_day
from bot.domain.customer import Contact, Customer
from bot.domain.errors import StorageError
from bot.domain.member import team_of
from bot.domain.values import CustomerId, MediaId
from bot.inbox import Inbox
from bot.jobs import Job, Jobs, NewJob, Policy, Retry
from bot.media import MediaKeeper, is_spoken
from bot.senses.audio import Unreadable
from bot.senses.models import NoModel
from bot.senses.speech import MOST_HOT_WORDS, Transcriber, Transcript
from bot.senses.worker import WorkerError
from bot.understanding.aliases import without_legal
from bot.understanding.index import KnownContact, KnownCustomer
from bot.understanding.mending import Mended, mend
from prompts import speech as sentences
from storage.repositories.aliases import TeamAlias
from storage.repositories.media import MediaRow
from storage.repositories.readings import Reading
from storage.store import Store
from storage.transaction import Reader, Transaction

log = logging.getLogger(__name__)
SENSE = "speech"
# One more try after a crash or a hang; then it is the recording.
TRIES = 2
LOOK_SECONDS = 30.0
NEAR, NEAR_SINCE = 100, timedelta(days=60)
HOT_CUSTOMERS, HOT_PEOPLE, HOT_PRODUCTS = 12, 6, 6
AGAIN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Near:
    """The names near whoever speaks: to listen for, and to mend with."""

    customers: tuple[KnownCustomer, ...] = ()
    products: tuple[str, ...] = ()

    def hot_words(self) -> list[str]:
        """The likeliest names, as they are said."""
        names = [_said(row) for row in self.customers[:HOT_CUSTOMERS]]
        people = [c.name for row in self.customers[:HOT_CUSTOMERS] for c in row.contacts][:HOT_PEOPLE]
        return list(dict.fromkeys([*names, *people, *self.products]))[:MOST_HOT_WORDS]


class Hearing:
    """The worker of kind ``hear``.

    Args:
        together: how many recordings are listened to at once.
    """

    def __init__(
        self, store: Store, jobs: Jobs, clock: Clock, keeper: MediaKeeper, inbox: Inbox, transcriber: Transcriber, together: int = 1
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._keeper = keeper
        self._inbox = inbox
        self._transcriber = transcriber
        keeper.on_kept.append(self._kept)
        keeper.on_lost.append(self._lost)
        jobs.handle("hear", self.hear, Policy(failures=TRIES, together=together), self._gave_up)

    def _kept(self, tx: Transaction, media: MediaRow, origin: Mapping[str, Any]) -> None:
        if is_spoken(str(origin.get("as")), media.content_type):
            self._jobs.put(tx, [NewJob(kind="hear", payload={**origin, "id": media.id}, key=f"hear:{media.id}")])

    def _lost(self, tx: Transaction, media: MediaRow, origin: Mapping[str, Any], problem: str) -> bool:
        """A recording that could not be fetched: its record waits no longer for words."""
        if origin.get("as") != "voice":
            return False
        self._inbox.bring(tx, heard({**origin, "id": media.id}, "", problem=sentences.lost(media.name, problem)))
        return True

    async def hear(self, job: Job) -> None:
        """Listen to one recording."""
        media_id = MediaId(str(job.payload["id"]))
        media, known = await self._store.read(lambda r: (r.media.get(media_id), r.readings.get(media_id)))
        if media is None or media.sha256 is None or (known and known.state in ("read", "failed")):
            await self._store.write(lambda tx: self._jobs.complete(tx, job))
            return
        near = await self._store.read(lambda r: near_to(r, job.payload, self._clock.now()))
        try:
            said = await self._transcriber.transcribe(self._keeper.path(media.sha256), hot_words=near.hot_words())
        except NoModel as error:
            log.warning("a recording waits: %s", error)
            await self._store.write(lambda tx: self._wait(tx, job))
        except Unreadable as error:
            sentence = sentences.PROBLEMS[error.problem]
            await self._store.write(lambda tx: self._failed(tx, job, sentence))
        except WorkerError as error:
            raise Retry(str(error)) from error
        else:
            mended = await asyncio.to_thread(mend, said.text, near.customers)
            await self._store.write(lambda tx: self._heard(tx, job, said, mended))

    async def watch(self) -> None:
        """Look, now and again, whether those that wait can be listened to: a model may have been put there by another process."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                log.warning("recordings wait for the database: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> int:
        """Queue what waits, if there is a model; how many."""
        if not await self._store.read(lambda r: r.readings.waiting(SENSE, 1)):
            return 0
        try:
            await asyncio.to_thread(self._transcriber.check)
        except NoModel:
            return 0
        return await self._store.write(self._queue)

    def _queue(self, tx: Transaction) -> int:
        waiting = tx.readings.waiting(SENSE, AGAIN_AT_ONCE)
        at = self._clock.now().isoformat()
        for reading in waiting:
            tx.readings.save(replace(reading, state="queued"))
        return self._jobs.put(
            tx, [NewJob(kind="hear", payload={**r.origin, "id": r.media_id}, key=f"hear:{r.media_id}:{at}") for r in waiting]
        )

    def _heard(self, tx: Transaction, job: Job, said: Transcript, mended: Mended) -> None:
        fields = {"segments": [asdict(s) for s in said.segments], "seconds": said.audio_s, "unclear": said.unclear}
        self._note(tx, job, "read", text=said.text, fields=fields, engine=f"{said.engine} {said.model}")
        segments = tuple((s.start, s.end, s.text) for s in said.segments)
        self._bring(tx, job, "", text=mended.text, segments=segments, mended=mended.names, unclear=said.unclear)

    def _failed(self, tx: Transaction, job: Job, sentence: str) -> None:
        self._note(tx, job, "failed", problem=sentence)
        self._bring(tx, job, "", problem=sentence)

    def _wait(self, tx: Transaction, job: Job) -> None:
        known = tx.readings.get(MediaId(str(job.payload["id"])))
        self._note(tx, job, "waiting")
        if known is None:
            self._bring(tx, job, ":waiting", problem=sentences.NO_MODEL, waiting=True)
        else:
            self._jobs.complete(tx, job)

    def _gave_up(self, tx: Transaction, job: Job, reason: str) -> None:
        log.error("a recording could not be listened to media=%s: %s", job.payload["id"], reason)
        self._note(tx, job, "failed", problem=sentences.FAILED)
        self._inbox.bring(tx, heard(job.payload, "", problem=sentences.FAILED))

    def _note(self, tx: Transaction, job: Job, state: str, **found: Any) -> None:  # noqa: ANN401
        origin = {key: value for key, value in job.payload.items() if key != "id"}
        media_id = MediaId(str(job.payload["id"]))
        tx.readings.save(Reading(media_id=media_id, sense=SENSE, state=state, origin=origin, at=self._clock.now(), **found))

    def _bring(self, tx: Transaction, job: Job, suffix: str, **found: Any) -> None:  # noqa: ANN401
        self._inbox.bring(tx, heard(job.payload, suffix, **found))
        self._jobs.complete(tx, job)


def heard(origin: Mapping[str, Any], suffix: str, **found: Any) -> Heard:  # noqa: ANN401
    """The event that brings the words of a recording to where it came from; ``suffix`` tells it from one that only says why not yet."""
    return Heard(
        platform=str(origin["platform"]),
        event_id=f"heard:{origin['id']}{suffix}",
        chat=str(origin["chat"]),
        sender=Sender(*origin["sender"]),
        received_at=datetime.fromisoformat(str(origin["received_at"])),
        group=bool(origin["group"]),
        media=str(origin["id"]),
        **found,
    )


def near_to(records: Reader, origin: Mapping[str, Any], now: datetime) -> Near:
    """The names near the sender of a recording: nothing that the sender may not see."""
    member = records.members.by_identity(str(origin["platform"]), str(origin["sender"][0]))
    if member is None:
        return Near()
    sight = sight_of(member, records.members.org(), local_day(now))
    rows = records.nearby.customers(member.id, sight, now - NEAR_SINCE, NEAR)
    people = records.nearby.contacts([row.id for row in rows])
    taught = records.aliases.taught(team_of(member), [row.id for row in rows])
    return Near(_known(rows, people, taught), tuple(records.nearby.products(HOT_PRODUCTS)))


def _known(rows: Sequence[Customer], people: Sequence[Contact], taught: Sequence[TeamAlias]) -> tuple[KnownCustomer, ...]:
    theirs: dict[CustomerId, list[KnownContact]] = {}
    for person in people:
        theirs.setdefault(person.customer_id, []).append(KnownContact(person.name, person.title))
    names = {row.id: (*row.aliases, *(alias.said for alias in taught if alias.customer_id == row.id)) for row in rows}
    return tuple(KnownCustomer(row.id, row.name, names[row.id], contacts=tuple(theirs.get(row.id, ()))) for row in rows)


def _said(row: KnownCustomer) -> str:
    """How people call a customer: the first alias that tells something, else the name without its legal form."""
    return next((alias for alias in row.aliases if len(alias) > 2), without_legal(row.name))
