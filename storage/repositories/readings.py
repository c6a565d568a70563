"""What was read in files that people sent, and the fingerprints of photos."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from bot.domain.values import MediaId
from storage.repositories.rows import by, many, one, save
from storage.tables import fingerprint, media, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file's reading: ``state`` is ``waiting`` (its reader is not installed yet), ``read`` or ``failed`` (then ``problem``).

    ``sense`` is ``speech`` or ``picture`` (films and documents too); ``origin`` is the head of the event that brought the file.
    """

    media_id: MediaId
    sense: str
    state: str
    origin: Mapping[str, Any]
    at: datetime
    kind: str = "other"
    fields: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    flags: tuple[str, ...] = ()
    problem: str | None = None
    engine: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The perceptual hashes of a photo: whole, without its rim, and (``top_p``) without the quarter where watermarks stand."""

    media_id: MediaId
    at: datetime
    whole_p: int
    whole_d: int
    inner_p: int
    inner_d: int
    top_p: int


class Readings:
    """The reading and fingerprint tables."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def save(self, item: Reading) -> None:
        save(self._db, reading, item)

    def get(self, media_id: MediaId) -> Reading | None:
        return one(Reading, self._db.execute(by(reading, "media_id"), {"media_id": media_id}).first())

    def waiting(self, sense: str, limit: int = 500) -> list[Reading]:
        """Files that nobody could read when they came, oldest first."""
        query = select(reading).where(reading.c.sense == sense, reading.c.state == "waiting").order_by(reading.c.at)
        return many(Reading, self._db.execute(query.limit(limit)))

    def with_serial(self, serial: str, *, but: MediaId) -> list[Reading]:
        """Other bank slips of the same serial number, oldest first."""
        query = select(reading).where(reading.c.serial == serial, reading.c.media_id != but).order_by(reading.c.at)
        return many(Reading, self._db.execute(query))

    def same_bytes(self, sha256: str, *, but: MediaId) -> list[MediaId]:
        """Other photos of exactly these bytes that have a fingerprint, oldest first."""
        query = (
            select(media.c.id)
            .join(fingerprint, fingerprint.c.media_id == media.c.id)
            .where(media.c.sha256 == sha256, media.c.id != but)
            .order_by(media.c.created_at, media.c.id)
        )
        return list(self._db.execute(query).scalars())

    def keep_fingerprint(self, item: Fingerprint) -> None:
        save(self._db, fingerprint, item)

    def forget_fingerprint(self, media_id: MediaId) -> None:
        self._db.execute(delete(fingerprint).where(fingerprint.c.media_id == media_id))

    def fingerprints(self, columns: Sequence[str]) -> Iterable[Sequence[Any]]:
        """Every fingerprint as plain rows of these columns, the oldest first: there may be a million."""
        return self._db.execute(select(*(fingerprint.c[name] for name in columns)).order_by(fingerprint.c.at)).yield_per(10_000)
