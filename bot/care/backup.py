"""``genjin db backup``: the whole company in one file, while the service goes on."""

import errno
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bot.care.archive import CHUNK, DATABASE, FORMAT, MANIFEST, Contents, Manifest, media_name, sha256_of
from bot.domain.clock import local
from bot.domain.errors import StorageError, UserError, os_reason
from config.settings import Settings
from storage.copies import copy_database, sync
from storage.engines import database_url

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup."""

    path: Path
    size: int
    manifest: Manifest


def database_file(settings: Settings) -> Path:
    """The SQLite file. Raises StorageError for a database that is none."""
    return Path(str(database_url(settings.database.url).database))


def backup(settings: Settings, out: Path | None, now: datetime, progress: Progress = lambda *_: None) -> Made:
    """Write the archive under its name only when it is whole. Raises UserError or StorageError; then nothing is left of it."""
    source = database_file(settings)
    target = out or source.parent / "backups" / f"genjin-{local(now):%Y%m%d-%H%M%S}.zip"
    if target.exists():
        raise UserError(f"{target} 已经存在，没有覆盖；换一个文件名")
    part, copy = target.with_name(target.name + ".part"), target.with_name(target.name + ".part.db")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)  # left by a process that was killed
        progress("database", 0, 1)
        copy_database(source, copy)
        progress("database", 1, 1)
        manifest = _write(part, copy, settings.media.dir, now, progress)
        part.rename(target)
        sync(target.parent)
    except StorageError as error:
        raise UserError(f"{error}。备份没有完成，没有留下半个文件；腾出空间，或用 --out 换一个地方再试") from error
    except OSError as error:
        raise UserError(_why(error, target)) from error
    finally:
        part.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
    return Made(target, target.stat().st_size, manifest)


def _write(part: Path, copy: Path, media: Path, now: datetime, progress: Progress) -> Manifest:
    contents = Contents(copy)
    with copy.open("rb") as file:
        sha256, size = sha256_of(file)
    part.touch(0o600)
    with part.open("wb") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as archive:
            archive.write(copy, DATABASE, zipfile.ZIP_DEFLATED, compresslevel=1)
            kept, total, missing = _add_media(archive, contents, media, progress)
            manifest = Manifest(
                format=FORMAT,
                genjin=version("genjin"),
                revision=contents.revision,
                made_at=now,
                tables=contents.tables,
                database_sha256=sha256,
                database_size=size,
                media=kept,
                media_size=total,
                missing=missing,
                audit_chain=contents.audit_chain,
            )
            archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
        raw.flush()
        os.fsync(raw.fileno())
    return manifest


def _add_media(archive: zipfile.ZipFile, contents: Contents, folder: Path, progress: Progress) -> tuple[int, int, list[str]]:
    kept, total, missing = 0, 0, []
    for done, (sha, path) in enumerate(contents.files(folder), 1):
        size = _sound(sha, path)
        if size is None:
            missing.append(sha)
        else:
            with path.open("rb") as file, archive.open(media_name(sha), "w", force_zip64=True) as entry:
                while chunk := file.read(CHUNK):
                    entry.write(chunk)
            kept, total = kept + 1, total + size
        progress("media", done, len(contents.media))
    return kept, total, missing


def _sound(sha256: str, path: Path) -> int | None:
    """The size of a file that is what its name says; None for one that is gone or damaged."""
    try:
        with path.open("rb") as file:
            found, size = sha256_of(file)
    except FileNotFoundError:
        return None
    return size if found == sha256 else None


def _why(error: OSError, target: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{target.parent} 的磁盘满了，备份没有完成，没有留下半个文件；腾出空间，或用 --out 换一个地方再试"
    return f"写不了 {target}：{os_reason(error)}；备份没有完成，没有留下半个文件"
