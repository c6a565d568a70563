"""Files that people sent: where they came from and whether they are kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.domain.values import MediaId
from storage.repositories.rows import by, one, save
from storage.tables import media


@dataclass(frozen=True, slots=True)
class MediaRow:
    """A file: ``state`` is ``wanted``, ``kept``, or ``failed`` or ``removed`` (then ``problem`` says why).

    ``content_type`` is what its bytes show, ``sent_as`` what it was sent as: ``voice``, ``photo``, ``video``, ``document``.
    """

    id: MediaId
    platform: str
    ref: str
    name: str
    content_type: str
    created_at: datetime
    size: int | None = None
    sha256: str | None = None
    state: str = "wanted"
    problem: str | None = None
    sent_as: str | None = None


class MediaRows:
    """The media table."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def save(self, item: MediaRow) -> None:
        save(self._db, media, item)

    def get(self, media_id: MediaId) -> MediaRow | None:
        return one(MediaRow, self._db.execute(by(media, "id"), {"id": media_id}).first())

    def kept(self, media_id: MediaId, sha256: str, size: int, content_type: str) -> None:
        """The file lies in our own store now."""
        new = {"state": "kept", "sha256": sha256, "size": size, "content_type": content_type, "problem": None}
        self._db.execute(update(media).where(media.c.id == media_id).values(new))

    def spoken_of(self, sha256: str) -> bool:
        """Whether a message still has these bytes."""
        return self._db.execute(select(media.c.id).where(media.c.sha256 == sha256, media.c.state == "kept").limit(1)).first() is not None

    def failed(self, media_id: MediaId, problem: str) -> None:
        """The file could not be fetched and will not be."""
        self._db.execute(update(media).where(media.c.id == media_id).values(state="failed", problem=problem))
