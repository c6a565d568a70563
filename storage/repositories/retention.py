"""What is removed when its period is over: the words, positions and files, never the values that were made of them.

Every call does at most ``limit`` rows, says how many, and finds nothing that was done before, so that it may be stopped at any row.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, select, update

from bot.domain.activity import PieceKind
from storage.repositories.facts import Facts
from storage.repositories.inbox import FORGOTTEN
from storage.repositories.media import MediaRow
from storage.repositories.rows import many
from storage.tables import activity, draft, inbox, job, media, outbox, piece, reading, timer

GONE = "（已按保存期限删除）"
SAID = json.dumps({"type": "reply", "text": GONE})
TOLD = [kind for kind in PieceKind if kind is not PieceKind.LOCATION]


class Retention:
    """Removes in batches."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._facts = Facts(connection)

    def pieces(self, before: datetime, at: datetime, limit: int) -> int:
        """The words of messages and what was heard or read in their files."""
        old = select(piece.c.id, piece.c.media_id).where(
            piece.c.redacted_at.is_(None), piece.c.kind.in_(TOLD), piece.c.received_at < before
        )
        rows = self._db.execute(old.limit(limit)).all()
        self._db.execute(update(piece).where(piece.c.id.in_([r.id for r in rows])).values(text=GONE, redacted_at=at))
        files = [r.media_id for r in rows if r.media_id]
        self._db.execute(update(reading).where(reading.c.media_id.in_(files)).values(text="", fields={}))
        return len(rows)

    def places(self, before: datetime, at: datetime, limit: int) -> int:
        """Positions."""
        due = (piece.c.redacted_at.is_(None), piece.c.kind == PieceKind.LOCATION, piece.c.received_at < before)
        rows = self._db.execute(select(piece.c.id, piece.c.activity_id).where(*due).limit(limit)).all()
        ids, records = [r.id for r in rows], [r.activity_id for r in rows if r.activity_id]
        nowhere = func.json_remove(activity.c.details, "$.place")  # how far off it was stays among the record's flags
        self._db.execute(update(activity).where(activity.c.id.in_(records)).values(details=nowhere))
        self._db.execute(update(piece).where(piece.c.id.in_(ids)).values(text=GONE, data={"removed": GONE}, redacted_at=at))
        return len(ids)

    def records(self, before: datetime, at: datetime, limit: int) -> int:
        """The words that records repeat."""
        old = select(activity.c.id).where(activity.c.redacted_at.is_(None), activity.c.received_at < before)
        ids = self._db.execute(old.limit(limit)).scalars().all()
        self._db.execute(update(activity).where(activity.c.id.in_(ids)).values(text=GONE, redacted_at=at))
        return len(ids)

    def files(self, sent_as: Sequence[str], before: datetime, limit: int) -> list[MediaRow]:
        """Note files as removed; what they were. Their bytes go when nothing else speaks of them."""
        old = select(media).where(media.c.state == "kept", media.c.sent_as.in_(sent_as), media.c.created_at < before)
        rows = many(MediaRow, self._db.execute(old.limit(limit)))
        self._db.execute(update(media).where(media.c.id.in_([r.id for r in rows])).values(state="removed", problem=GONE))
        return rows

    def events(self, before: datetime, limit: int) -> int:
        """Events as they came."""
        return self._walk("retention.events", before, limit, located=False)

    def located_events(self, before: datetime, limit: int) -> int:
        """Events that are positions."""
        return self._walk("retention.located", before, limit, located=True)

    def messages(self, before: datetime, limit: int) -> int:
        """What the bot said; the ledger keeps when and to whom."""
        mark = "retention.messages"
        after = int(self._facts.get(mark) or 0)
        rows = self._db.execute(
            select(outbox.c.id, outbox.c.created_at).where(outbox.c.id > after).order_by(outbox.c.id).limit(limit)
        ).all()
        ids = [r.id for r in rows if r.created_at < before]
        ended = outbox.c.state.in_(("sent", "dead"))
        self._db.execute(update(outbox).where(outbox.c.id.in_(ids), ended).values(payload=SAID, state="sent"))
        if ids:
            self._facts.set(mark, ids[-1], before)
        return len(ids)

    def drafts(self, before: datetime, limit: int) -> int:
        """Messages that were written for reps; what was sent of them stands on the timeline."""
        old = select(draft.c.id).where(draft.c.at < before).limit(limit)
        return self._db.execute(delete(draft).where(draft.c.id.in_(old.scalar_subquery()))).rowcount

    def held(self, before: datetime, limit: int) -> int:
        """What waited for a consent that did not come."""
        old = select(inbox.c.id).where(inbox.c.state.in_(("new", "held")), inbox.c.state == "held", inbox.c.received_at < before)
        return self._forget(self._db.execute(old.limit(limit)).scalars().all())

    def jobs(self, before: datetime, limit: int) -> int:
        """Finished jobs and their keys."""
        old = select(job.c.id).where(job.c.state != "open", job.c.state == "done", job.c.finished_at < before).limit(limit)
        return self._db.execute(delete(job).where(job.c.id.in_(old.scalar_subquery()))).rowcount

    def timers(self, before: datetime, limit: int) -> int:
        """Timers that fired or were taken back."""
        old = select(timer.c.id).where(timer.c.state != "open", timer.c.run_at < before).limit(limit)
        return self._db.execute(delete(timer).where(timer.c.id.in_(old.scalar_subquery()))).rowcount

    def _walk(self, mark: str, before: datetime, limit: int, *, located: bool) -> int:
        # Accepted events are numbered in the order of time, so a mark is enough and no index is needed.
        after = int(self._facts.get(mark) or 0)
        columns = (inbox.c.id, inbox.c.received_at, inbox.c.payload.contains('"type":"location"').label("located"))
        rows = self._db.execute(select(*columns).where(inbox.c.id > after).order_by(inbox.c.id).limit(limit)).all()
        old = [r for r in rows if r.received_at < before]
        self._forget([r.id for r in old if r.located or not located])
        if old:
            self._facts.set(mark, old[-1].id, before)
        return len(old)

    def _forget(self, ids: Sequence[int]) -> int:
        ended = and_(inbox.c.id.in_(ids), inbox.c.state != "new")
        self._db.execute(update(inbox).where(ended).values(payload=FORGOTTEN, state="done", held_for=None, answer=None))
        return len(ids)
