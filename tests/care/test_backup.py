"""A backup is whole or not there; a restore gives back every row and every byte, or leaves everything as it was."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import open_store
from bot.care.archive import MANIFEST
from bot.care.backup import backup
from bot.care.restore import restore
from bot.domain.errors import GenjinError, UserError
from bot.domain.values import MediaId
from config.settings import Settings
from storage.lock import ProcessLock
from storage.migrations import HEAD
from storage.repositories.media import MediaRow
from storage.store import Store
from tests.conftest import WEDNESDAY
from tests.handlers.company import found
from tests.house import settings_in

FILES = [b"\xff\xd8\xff a photo", b"#!AMR a voice note", b"x" * 3_000_000]
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def settings(database: Path) -> Settings:
    """A small company with three files; two messages share one of them."""
    settings = settings_in(database.parent)
    store = Store(settings.database.url)
    store.write_now(lambda tx: found(tx))
    for number, data in enumerate([*FILES, FILES[0]]):
        sha = hashlib.sha256(data).hexdigest()
        path = settings.media.dir / sha[:2] / sha
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        row = MediaRow(MediaId(f"f_{number}"), "sandbox", "ref", "a.jpg", "image/jpeg", WEDNESDAY, len(data), sha, "kept")
        store.write_now(lambda tx, row=row: tx.media.save(row))  # type: ignore[misc]
    store.close()
    return settings


def rows(path: Path) -> Rows:
    """Every row of every table."""
    with closing(sqlite3.connect(path)) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and ".before" not in str(p)}


def database_of(settings: Settings) -> Path:
    return Path(settings.database.url.removeprefix("sqlite:///"))


def change(settings: Settings) -> None:
    """What happens to a company after its backup."""
    store = Store(settings.database.url)
    store.write_now(lambda tx: tx.facts.set("later", True, WEDNESDAY))
    store.write_now(lambda tx: tx.connection.exec_driver_sql("DELETE FROM piece"))
    store.close()
    shutil.rmtree(settings.media.dir)
    (settings.media.dir / "00").mkdir(parents=True)
    (settings.media.dir / "00" / ("0" * 64)).write_bytes(b"newer")


def state(settings: Settings) -> tuple[Rows, dict[str, bytes]]:
    return rows(database_of(settings)), files(settings.media.dir)


@pytest.fixture
def made(settings: Settings, tmp_path: Path) -> Path:
    return backup(settings, tmp_path / "out" / "b.zip", WEDNESDAY).path


def test_a_restore_gives_back_every_row_and_every_byte(settings: Settings, made: Path) -> None:
    before = state(settings)
    change(settings)
    restore(settings, made)
    assert state(settings) == before


def test_a_company_is_restored_onto_a_bare_machine(settings: Settings, made: Path, tmp_path: Path) -> None:
    elsewhere = settings_in(tmp_path / "elsewhere")
    restore(elsewhere, made)
    assert state(elsewhere) == state(settings)


def test_the_old_data_is_kept(settings: Settings, made: Path) -> None:
    change(settings)
    changed = rows(database_of(settings))
    done = restore(settings, made)
    assert done.before is not None
    assert rows(done.before) == changed
    assert (settings.media.dir / ".before-restore" / "00" / ("0" * 64)).read_bytes() == b"newer"


def test_restoring_twice_keeps_both_older_states(settings: Settings, made: Path) -> None:
    befores = {restore(settings, made).before for _ in range(2)}
    assert len(befores) == 2
    assert all(before and before.exists() for before in befores)


def test_a_file_that_two_messages_share_is_in_the_backup_once(made: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        assert len([name for name in archive.namelist() if name.startswith("media/")]) == len(FILES)


def test_files_that_no_record_speaks_of_are_left_out(settings: Settings, tmp_path: Path) -> None:
    (settings.media.dir / "00").mkdir(exist_ok=True)
    (settings.media.dir / "00" / ("0" * 64)).write_bytes(b"orphan")
    made = backup(settings, tmp_path / "b.zip", WEDNESDAY)
    assert made.manifest.media == len(FILES)


def test_a_missing_and_a_damaged_file_are_named_and_stop_nothing(settings: Settings, tmp_path: Path) -> None:
    first, second, *_ = sorted(p for p in settings.media.dir.rglob("*") if p.is_file())
    first.unlink()
    second.write_bytes(b"damaged")
    made = backup(settings, tmp_path / "b.zip", WEDNESDAY)
    assert sorted(made.manifest.missing) == [first.name, second.name]
    restore(settings_in(tmp_path / "elsewhere"), made.path)


def test_a_backup_is_made_while_the_service_writes(settings: Settings, tmp_path: Path) -> None:
    store, stop = Store(settings.database.url, exclusive=True), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            store.write_now(lambda tx, n=number: (tx.facts.set("a", n, WEDNESDAY), tx.facts.set("b", n, WEDNESDAY)))  # type: ignore[misc]
            number += 1

    for name in ("a", "b"):
        store.write_now(lambda tx, name=name: tx.facts.set(name, -1, WEDNESDAY))  # type: ignore[misc]
    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup(settings, tmp_path / f"{n}.zip", WEDNESDAY).path for n in range(3)]
    finally:
        stop.set()
        writer.join()
        store.close()
    for number, path in enumerate(made):
        other = settings_in(tmp_path / f"other{number}")
        restore(other, path)
        facts = {name: value for name, value, _ in rows(database_of(other))["fact"]}
        assert facts["a"] == facts["b"]


def test_what_was_deleted_is_not_in_the_backup_either(settings: Settings, tmp_path: Path) -> None:
    store = Store(settings.database.url)
    store.write_now(lambda tx: tx.facts.set("secret", "planted-words-of-somebody", WEDNESDAY))
    store.write_now(lambda tx: tx.connection.exec_driver_sql("DELETE FROM fact WHERE name = 'secret'"))
    store.close()
    made = backup(settings, tmp_path / "b.zip", WEDNESDAY)
    with zipfile.ZipFile(made.path) as archive:
        assert b"planted-words-of-somebody" not in archive.read("genjin.db")


def test_only_the_owner_may_read_a_backup(made: Path) -> None:
    assert made.stat().st_mode & 0o077 == 0


def test_an_existing_file_is_not_overwritten(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"mine")
    with pytest.raises(UserError, match="已经存在"):
        backup(settings, tmp_path / "b.zip", WEDNESDAY)
    assert (tmp_path / "b.zip").read_bytes() == b"mine"


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有数据库"):
        backup(settings_in(tmp_path / "none"), tmp_path / "b.zip", WEDNESDAY)
    assert not (tmp_path / "b.zip").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system, too small for the copy of the database, the archive or the files."""
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mounting needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("filler", [0, 1_500_000])
def test_onto_a_full_disk_it_is_a_sentence_and_nothing_half_written(settings: Settings, small_disk: Path, filler: int) -> None:
    (small_disk / "filler").write_bytes(b"x" * filler)
    with pytest.raises(UserError, match=r"满了.*没有留下半个文件"):
        backup(settings, small_disk / "b.zip", WEDNESDAY)
    assert [p.name for p in small_disk.iterdir()] == ["filler"]


def test_a_restore_onto_a_full_disk_changes_nothing(settings: Settings, made: Path, small_disk: Path) -> None:
    elsewhere = settings_in(small_disk / "data")
    with pytest.raises(UserError, match="空间不够"):
        restore(elsewhere, made)
    assert not database_of(elsewhere).exists()


def test_a_running_service_keeps_its_data(settings: Settings, made: Path) -> None:
    change(settings)
    before = state(settings)
    lock = ProcessLock(database_of(settings))
    with pytest.raises(GenjinError, match="正在使用"):
        restore(settings, made)
    lock.release()
    assert state(settings) == before


def rewrite(made: Path, out: Path, **manifest: object) -> Path:
    """The archive with other values in its manifest."""
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, json.dumps(json.loads(data) | manifest) if name == MANIFEST else data)
    return out


def refused(settings: Settings, file: Path, why: str) -> None:
    """The backup is refused with a sentence and everything is as it was."""
    change(settings)
    before = state(settings)
    with pytest.raises(UserError, match=why):
        restore(settings, file)
    assert state(settings) == before
    assert not list(database_of(settings).parent.glob("*restor*"))
    assert [p.name for p in settings.media.dir.iterdir()] == ["00"]


@pytest.mark.parametrize("newer", [{"revision": "9999"}, {"format": 99}, {"revision": f"{int(HEAD) + 1:04d}"}, {"revision": "abc"}])
def test_a_backup_of_a_newer_version_is_refused(settings: Settings, made: Path, tmp_path: Path, newer: dict[str, object]) -> None:
    refused(settings, rewrite(made, tmp_path / "newer.zip", **newer), "更新的版本")


@pytest.mark.parametrize("part", [0, 10, 0.2, 0.5, 0.9, 0.999])
def test_a_truncated_backup_is_refused(settings: Settings, made: Path, tmp_path: Path, part: float) -> None:
    data = made.read_bytes()
    (tmp_path / "cut.zip").write_bytes(data[: int(part * len(data)) if part < 1 else int(part)])
    refused(settings, tmp_path / "cut.zip", "损坏")


@pytest.mark.parametrize("where", [0.02, 0.1, 0.5])
def test_a_backup_with_a_turned_byte_is_refused(settings: Settings, made: Path, tmp_path: Path, where: float) -> None:
    data = bytearray(made.read_bytes())
    data[int(where * len(data))] ^= 0xFF
    (tmp_path / "turned.zip").write_bytes(data)
    refused(settings, tmp_path / "turned.zip", "损坏")


def test_a_file_that_is_no_backup_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "letter.zip").write_text("dear customer", encoding="utf-8")
    refused(settings, tmp_path / "letter.zip", "损坏")


def test_a_file_that_is_not_there_is_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"没有这个文件.*none\.zip"):
        restore(settings, tmp_path / "none.zip")


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "media/../../evil", "media/ab/evil", "genjin.toml", "media/ab/" + "c" * 64])
def test_a_name_that_no_backup_of_ours_has_is_refused(settings: Settings, made: Path, tmp_path: Path, name: str) -> None:
    out = Path(shutil.copy(made, tmp_path / "evil.zip"))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"evil")
    refused(settings, out, "损坏")
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("claim", [{"tables": {"member": 3}}, {"database_sha256": "0" * 64}, {"media": 2}, {"media_size": 5}])
def test_contents_that_do_not_match_the_manifest_are_refused(
    settings: Settings, made: Path, tmp_path: Path, claim: dict[str, object]
) -> None:
    refused(settings, rewrite(made, tmp_path / "claims.zip", **claim), "损坏")


def test_a_file_under_the_name_of_another_is_refused(settings: Settings, made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(tmp_path / "swapped.zip", "w") as new:
        media = [name for name in old.namelist() if name.startswith("media/")]
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[::-1] if name == media[0] else data)
    refused(settings, tmp_path / "swapped.zip", "损坏")


def test_before_an_upgrade_the_database_is_kept_as_it_was(database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute("CREATE TABLE old_things (n INTEGER)")
        db.execute("UPDATE alembic_version SET version_num = '0000'")
        db.commit()
    with pytest.raises(Exception, match="0000"):
        open_store(f"sqlite:///{database}")
    assert "old_things" in rows(database.with_name(f"genjin.db.before-{HEAD}"))


def test_a_database_of_this_version_is_not_copied(database: Path) -> None:
    open_store(f"sqlite:///{database}").close()
    assert not list(database.parent.glob("*.before-*"))


def test_the_name_of_a_backup_tells_when_it_was_made(settings: Settings) -> None:
    made = backup(settings, None, WEDNESDAY + timedelta(hours=1))
    assert made.path == database_of(settings).parent / "backups" / "genjin-20260318-110000.zip"
