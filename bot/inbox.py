"""Durable in: an event is on the disk before its platform gets an answer."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.chat.incoming import Event, decode, encode
from bot.domain.errors import StorageError
from bot.jobs import Jobs, NewJob
from storage.store import Store
from storage.transaction import Transaction

BATCH = 256
MOST_WAITING = 20_000


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
        self._flushing: asyncio.Task[None] | None = None

    async def put(self, event: Event) -> bool:
        """Keep the event; True when it is new, False when it was known (it then has no effect).

        Raises StorageError when it could not be kept: the platform must not be told that it was.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise StorageError("消息太多，暂时收不下，请稍后再发")
        row = {"platform": event.platform, "event_id": event.event_id, "payload": encode(event), "received_at": event.received_at}
        waiting = _Waiting(event, row, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        return await asyncio.shield(waiting.accepted)

    def retry(self, tx: Transaction, row_id: int, now: datetime) -> bool:
        """Handle a dead event again; whether it was dead."""
        row = tx.inbox.get(row_id)
        if row is None or not tx.inbox.revive(row_id):
            return False
        event = decode(row.payload)
        lane = f"in:{event.platform}:{event.chat}"
        return self._jobs.put(tx, [NewJob(kind="event", payload={"id": row_id}, key=f"event:{row_id}:{now.isoformat()}", lane=lane)]) == 1

    async def _flush(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                new = await self._store.write(lambda tx, batch=batch: self._accept(tx, batch), first=True)  # type: ignore[misc]
            except Exception as error:  # each caller hears why; the next batch is tried on its own
                for one in batch:
                    _settle(one.accepted, error)
                continue
            for one in batch:
                _settle(one.accepted, (one.event.platform, one.event.event_id) in new)
                new.discard((one.event.platform, one.event.event_id))

    def _accept(self, tx: Transaction, batch: list[_Waiting]) -> set[tuple[str, str]]:
        ids = tx.inbox.accept([one.row for one in batch])
        chats = {(one.event.platform, one.event.event_id): one.event.chat for one in reversed(batch)}
        self._jobs.put(
            tx, [NewJob(kind="event", payload={"id": n}, key=f"event:{n}", lane=f"in:{key[0]}:{chats[key]}") for key, n in ids.items()]
        )
        return set(ids)


def _settle(future: "asyncio.Future[bool]", outcome: bool | Exception) -> None:
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
        future.exception()  # the caller may have gone away; that is no error of the loop's
    else:
        future.set_result(outcome)
