"""Durable in: an event is on the disk before its platform gets an answer."""

import asyncio
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot import metrics
from bot.chat.incoming import Event, decode, encode, is_message
from bot.domain.errors import StorageError
from bot.domain.values import MemberId
from bot.jobs import Jobs, NewJob
from storage.repositories.inbox import InboxRow
from storage.store import Store
from storage.transaction import Transaction

BATCH = 256
MOST_WAITING = 20_000
PRESSURE = 12


@dataclass(slots=True)
class _Waiting:
    event: Event
    row: dict[str, Any]
    accepted: "asyncio.Future[bool]"


class Inbox:
    """Accepts events. Those that arrive while a commit is under way share the next one."""

    def __init__(self, store: Store, jobs: Jobs) -> None:
        self._store = store
        self._jobs = jobs
        self._waiting: deque[_Waiting] = deque()
        self._in_flight = 0
        self._flushing: asyncio.Task[None] | None = None

    async def put(self, event: Event) -> bool:
        """Keep the event; True when it is new, False when it was known (it then has no effect).

        Raises StorageError when it could not be kept: the platform must not be told that it was.
        """
        if len(self._waiting) >= MOST_WAITING:
            metrics.INBOX.labels(event.platform, event.type, "refused").inc()
            raise StorageError("消息太多，暂时收不下，请稍后再发")
        event, payload = _storable(event)
        row = {"platform": event.platform, "event_id": event.event_id, "payload": payload, "received_at": event.received_at}
        waiting = _Waiting(event, row, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._in_flight += 1
        waiting.accepted.add_done_callback(self._landed)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        return await asyncio.shield(waiting.accepted)

    def bring(self, tx: Transaction, event: Event) -> bool:
        """Accept an event of our own making inside the caller's unit; False when its id was known."""
        event, payload = _storable(event)
        row = {"platform": event.platform, "event_id": event.event_id, "payload": payload, "received_at": event.received_at}
        ids = tx.inbox.accept([row])
        jobs = [NewJob(kind="event", payload={"id": n}, key=f"event:{n}", lane=f"in:{event.platform}:{event.chat}") for n in ids.values()]
        return self._jobs.put(tx, jobs) == 1

    def pressed(self) -> bool:
        """Whether so much is coming in that everything else should step aside."""
        return self._in_flight >= PRESSURE

    def _landed(self, _: "asyncio.Future[bool]") -> None:
        self._in_flight -= 1

    def retry(self, tx: Transaction, row_id: int, now: datetime) -> bool:
        """Handle a dead event again; whether it was dead."""
        row = tx.inbox.get(row_id)
        if row is None or not tx.inbox.revive(row_id):
            return False
        return self._again(tx, row, now)

    def release(self, tx: Transaction, member: MemberId, now: datetime) -> int:
        """Handle everything that was held until a member consented, in the order in which it came; how many messages."""
        rows = tx.inbox.held(member)
        for row in rows:
            tx.inbox.unhold(row.id)
            self._again(tx, row, now)
        return sum(is_message(decode(row.payload)) for row in rows)

    def _again(self, tx: Transaction, row: InboxRow, now: datetime) -> bool:
        event = decode(row.payload)
        lane = f"in:{event.platform}:{event.chat}"
        return self._jobs.put(tx, [NewJob(kind="event", payload={"id": row.id}, key=f"event:{row.id}:{now.isoformat()}", lane=lane)]) == 1

    async def _flush(self) -> None:
        while self._waiting:
            await self._keep([self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))])

    async def _keep(self, batch: list[_Waiting]) -> None:
        """Commit a batch and tell each caller; the next batch is tried on its own whatever happens to this one."""
        try:
            new = await self._store.write(lambda tx: self._accept(tx, batch), first=True)
        except Exception as error:
            if isinstance(error, StorageError) or len(batch) == 1:
                for one in batch:
                    metrics.INBOX.labels(one.event.platform, one.event.type, "refused").inc()
                    _settle(one.accepted, error)
                return
            for one in batch:  # one event that cannot be stored takes nobody with it
                await self._keep([one])
            return
        for one in batch:
            key = (one.event.platform, one.event.event_id)
            metrics.INBOX.labels(one.event.platform, one.event.type, "accepted" if key in new else "duplicate").inc()
            _settle(one.accepted, key in new)
            new.discard(key)

    def _accept(self, tx: Transaction, batch: list[_Waiting]) -> set[tuple[str, str]]:
        ids = tx.inbox.accept([one.row for one in batch])
        chats = {(one.event.platform, one.event.event_id): one.event.chat for one in reversed(batch)}
        self._jobs.put(
            tx, [NewJob(kind="event", payload={"id": n}, key=f"event:{n}", lane=f"in:{key[0]}:{chats[key]}") for key, n in ids.items()]
        )
        return set(ids)


def _storable(event: Event) -> tuple[Event, str]:
    """The event and its JSON. Halves of characters, which JSON can carry and no database can, are joined or become U+FFFD."""
    try:
        return event, encode(event)
    except ValueError:
        event = decode(_mended(asdict(event)))
        return event, encode(event)


def _mended(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return {_mended(k): _mended(v) for k, v in value.items()} if isinstance(value, dict) else value


def _settle(future: "asyncio.Future[bool]", outcome: bool | Exception) -> None:
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
        future.exception()  # the caller may have gone away; that is no error of the loop's
    else:
        future.set_result(outcome)
