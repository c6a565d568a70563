"""What a backup is: one zip file with the database, the files that it speaks of, and a manifest to check both by.

``manifest.json`` · ``genjin.db`` · ``media/ab/abcdef…`` (named by the SHA-256 of their bytes). Settings and secrets are not in it.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.domain.errors import UserError

MANIFEST, DATABASE = "manifest.json", "genjin.db"
FORMAT = 1
CHUNK = 2**20
HASH = re.compile(r"[0-9a-f]{64}")


class Manifest(BaseModel):
    """What is in the archive. ``missing`` are files that the records speak of and that were gone or damaged when it was made."""

    model_config = ConfigDict(frozen=True)
    format: int = Field(ge=1)
    genjin: str
    revision: str
    made_at: AwareDatetime
    tables: dict[str, int]
    database_sha256: str
    database_size: int = Field(ge=0)
    media: int = Field(ge=0)
    media_size: int = Field(ge=0)
    missing: list[str] = []
    audit_chain: str | None = None


def media_name(sha256: str) -> str:
    """Where a file lies, in the archive as in the media folder."""
    return f"media/{sha256[:2]}/{sha256}"


def sha256_of(file: IO[bytes]) -> tuple[str, int]:
    """The hash and the size of what is left to read."""
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


class Contents:
    """What a database file holds, asked without the store: counts to compare by, and the files it speaks of."""

    def __init__(self, path: Path) -> None:
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
                self.sound = db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                self.revision = str(db.execute("SELECT version_num FROM alembic_version").fetchone()[0])
                names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
                self.tables = {name: int(db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in sorted(names)}
                self.media = [sha for (sha,) in db.execute("SELECT DISTINCT sha256 FROM media WHERE state = 'kept' ORDER BY sha256")]
                chained = "chain" in {row[1] for row in db.execute("PRAGMA table_info(audit)")}
                last = db.execute("SELECT chain FROM audit ORDER BY id DESC LIMIT 1").fetchone() if chained else None
                self.audit_chain: str | None = last[0] if last else None
        except (sqlite3.Error, TypeError) as error:
            raise UserError(f"{path} 不是跟进的数据库，或已经损坏") from error

    def files(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """The files it speaks of, by hash."""
        return ((sha, folder / sha[:2] / sha) for sha in self.media if sha and HASH.fullmatch(sha))
