"""``genjin db restore``: checked beside the old data first, then swapped in; the old data stays as ``.before-restore``."""

import json
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.care.archive import CHUNK, DATABASE, FORMAT, HASH, MANIFEST, Contents, Manifest, media_name, sha256_of
from bot.care.backup import Progress, database_file
from bot.domain.errors import UserError, os_reason
from config.settings import Settings
from storage.copies import sync
from storage.lock import ProcessLock
from storage.migrations import HEAD

BIGGEST_MANIFEST = 64 * 2**20
DAMAGED = "{file} 已损坏或不完整（{why}），没有恢复，现有数据没有动；换一份备份再试"


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in force now, and where the old data lies."""

    manifest: Manifest
    before: Path | None


def restore(settings: Settings, file: Path, progress: Progress = lambda *_: None) -> Restored:
    """Put a backup in force. Raises UserError or StorageError; then the data in force is what it was."""
    database, media = database_file(settings), settings.media.dir
    with ExitStack() as stack:
        archive = stack.enter_context(_opened(file))
        manifest = _manifest(archive, file)
        _fits(manifest, file)
        names = _names(archive, manifest, file)
        lock = ProcessLock(database)  # a running service keeps its data
        stack.callback(lock.release)
        new, fresh = database.with_name(database.name + ".restoring"), media / ".restoring"
        stack.callback(_clear, new, fresh)
        _clear(new, fresh)
        try:
            _enough_space(manifest, database.parent, media)
            _unpack_database(archive, manifest, new, file)
            _unpack_media(archive, names, fresh, file, progress)
            before = _swap(database, new, media, fresh)
        except OSError as error:
            raise UserError(f"恢复没有完成：{os_reason(error)}；现有数据没有动。腾出空间或检查权限后再试") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            raise UserError(DAMAGED.format(file=file, why="内容校验不过")) from error
    return Restored(manifest, before)


def _opened(file: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except FileNotFoundError as error:
        raise UserError(f"没有这个文件：{file}") from error
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UserError(DAMAGED.format(file=file, why="不是完整的备份文件")) from error


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    try:
        if archive.getinfo(MANIFEST).file_size > BIGGEST_MANIFEST:
            raise ValueError("too large")
        data = json.loads(archive.read(MANIFEST))
        if isinstance(data, dict) and isinstance(data.get("format"), int) and data["format"] > FORMAT:
            raise UserError(f"{file} 是更新的版本做的备份，这个版本读不了；请先升级 genjin 再恢复。现有数据没有动")
        return Manifest.model_validate(data)
    except (KeyError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise UserError(DAMAGED.format(file=file, why="没有可用的清单")) from error


def _fits(manifest: Manifest, file: Path) -> None:
    if not manifest.revision.isdigit() or int(manifest.revision) > int(HEAD):
        raise UserError(f"{file} 是更新的版本做的备份（{manifest.revision}），这个版本读不了；请先升级 genjin 再恢复。现有数据没有动")


def _names(archive: zipfile.ZipFile, manifest: Manifest, file: Path) -> list[str]:
    """The hashes of the media in the archive; anything with a name that we would not give is refused."""
    names = [info.filename for info in archive.infolist()]
    found = [name.rpartition("/")[2] for name in names if name not in (MANIFEST, DATABASE)]
    expected = {MANIFEST, DATABASE, *(media_name(sha) for sha in found if HASH.fullmatch(sha))}
    if len(names) != len(set(names)) or set(names) != expected:
        raise UserError(DAMAGED.format(file=file, why="里面有不该有的文件名"))
    sizes = sum(archive.getinfo(media_name(sha)).file_size for sha in found)
    if (len(found), sizes, archive.getinfo(DATABASE).file_size) != (manifest.media, manifest.media_size, manifest.database_size):
        raise UserError(DAMAGED.format(file=file, why="和清单对不上"))
    return found


def _enough_space(manifest: Manifest, *folders: Path) -> None:
    need = manifest.database_size + manifest.media_size
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < need:
            raise UserError(f"{folder} 的空间不够：恢复要 {need // 2**20 + 1} MB。现有数据没有动；腾出空间后再试")


def _unpack_database(archive: zipfile.ZipFile, manifest: Manifest, new: Path, file: Path) -> None:
    with archive.open(DATABASE) as entry, new.open("wb") as target:
        new.chmod(0o600)
        _copy(entry, target, manifest.database_size)
    with new.open("rb") as written:
        sha256, _ = sha256_of(written)
    contents = Contents(new)
    same = (sha256, contents.tables, contents.revision) == (manifest.database_sha256, manifest.tables, manifest.revision)
    if not same or not contents.sound:
        raise UserError(DAMAGED.format(file=file, why="数据库和清单对不上"))
    sync(new)


def _unpack_media(archive: zipfile.ZipFile, names: list[str], fresh: Path, file: Path, progress: Progress) -> None:
    for done, sha in enumerate(names, 1):
        target = fresh / sha[:2] / sha
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(media_name(sha)) as entry, target.open("wb") as written:
            _copy(entry, written, archive.getinfo(media_name(sha)).file_size)
        with target.open("rb") as written:
            if sha256_of(written)[0] != sha:
                raise UserError(DAMAGED.format(file=file, why="有文件和它的校验值对不上"))
        sync(target)
        progress("media", done, len(names))


def _copy(entry: IO[bytes], target: IO[bytes], most: int) -> None:
    left = most
    while chunk := entry.read(min(CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            raise ValueError("more than the archive says")
        target.write(chunk)


def _swap(database: Path, new: Path, media: Path, fresh: Path) -> Path | None:
    """Files first, the database last and in one step: a crash in between leaves the old records in force, to be restored again."""
    number = next(n for n in range(1, 1000) if not _kept(database, n).exists() and not _kept(media / "x", n).exists())
    kept = _kept(media / "x", number)
    for old in media.iterdir() if media.is_dir() else ():
        if old.is_dir() and len(old.name) == 2:
            kept.mkdir(exist_ok=True)
            old.rename(kept / old.name)
    for folder in fresh.iterdir() if fresh.is_dir() else ():
        folder.rename(media / folder.name)
    sync(media)
    before = _kept(database, number) if database.exists() else None
    if before:
        _fold_log(database)
        try:
            before.hardlink_to(database)
        except OSError:  # a file system without links
            database.rename(before)
        for end in ("-wal", "-shm"):  # what could not be folded in belongs to the old file
            with suppress(FileNotFoundError):
                database.with_name(database.name + end).rename(before.with_name(before.name + end))
    new.replace(database)
    sync(database.parent)
    return before


def _fold_log(database: Path) -> None:
    """Bring the write-ahead log into the old file; a damaged one is set aside as it is."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _kept(path: Path, number: int) -> Path:
    suffix = ".before-restore" if number == 1 else f".before-restore-{number}"
    return path.with_name(suffix) if path.name == "x" else path.with_name(path.name + suffix)


def _clear(new: Path, fresh: Path) -> None:
    new.unlink(missing_ok=True)
    shutil.rmtree(fresh, ignore_errors=True)
