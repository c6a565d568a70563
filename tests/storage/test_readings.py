"""What was read and the fingerprints of photos."""

from datetime import timedelta

import pytest

from bot.domain.values import MediaId
from storage.repositories.media import MediaRow
from storage.repositories.readings import Fingerprint, Reading
from storage.store import Store
from storage.transaction import Transaction
from tests.storage.samples import NOW

HASHES = {"whole_p": -(2**63), "whole_d": 2**63 - 1, "inner_p": 1, "inner_d": 2, "top_p": 3}


def a_file(tx: Transaction, name: str, sha256: str = "ab" * 32) -> MediaId:
    tx.media.save(MediaRow(MediaId(name), "sandbox", "ref", "a.jpg", "image/jpeg", NOW, 5, sha256, "kept"))
    return MediaId(name)


@pytest.fixture
def files(store: Store) -> Store:
    store.write_now(lambda tx: [a_file(tx, f"f_{n}") for n in (1, 2, 3)])
    return store


def write(store: Store, *readings: Reading) -> None:
    def unit(tx: Transaction) -> None:
        for reading in readings:
            tx.readings.save(reading)

    store.write_now(unit)


def a_reading(name: str, **rest: object) -> Reading:
    known: dict[str, object] = {"media_id": MediaId(name), "sense": "picture", "state": "read", "origin": {"chat": "p:li"}, "at": NOW}
    return Reading(**known | rest)  # type: ignore[arg-type]


def test_a_reading_comes_back_as_it_was(files: Store) -> None:
    reading = a_reading("f_1", kind="slip", fields={"amount": "12.00"}, text="电子回单", flags=("serial",), serial="A1")
    write(files, reading)
    assert files.read_now(lambda r: r.readings.get(MediaId("f_1"))) == reading


def test_only_what_waits_is_read_later_and_the_oldest_first(files: Store) -> None:
    rows = [
        a_reading("f_1", state="waiting"),
        a_reading("f_2"),
        a_reading("f_3", state="waiting", at=NOW - timedelta(hours=1)),
    ]
    write(files, *rows)
    assert [r.media_id for r in files.read_now(lambda r: r.readings.waiting("picture"))] == ["f_3", "f_1"]
    assert files.read_now(lambda r: r.readings.waiting("speech")) == []


def test_another_slip_of_the_same_serial_is_found(files: Store) -> None:
    write(files, *(a_reading(name, serial="S9") for name in ("f_1", "f_2")))
    assert [r.media_id for r in files.read_now(lambda r: r.readings.with_serial("S9", but=MediaId("f_2")))] == ["f_1"]


def test_hashes_of_64_bits_survive(files: Store) -> None:
    mark = Fingerprint(media_id=MediaId("f_1"), at=NOW, **HASHES)
    files.write_now(lambda w: w.readings.keep_fingerprint(mark))
    assert [tuple(row) for row in files.read_now(lambda r: list(r.readings.fingerprints(list(HASHES))))] == [tuple(HASHES.values())]


def test_the_same_bytes_are_found_only_where_a_fingerprint_says_that_they_are_a_photo(files: Store) -> None:
    files.write_now(lambda w: w.readings.keep_fingerprint(Fingerprint(media_id=MediaId("f_1"), at=NOW, **HASHES)))
    assert files.read_now(lambda r: r.readings.same_bytes("ab" * 32, but=MediaId("f_3"))) == ["f_1"]


def test_a_fingerprint_can_be_forgotten(files: Store) -> None:
    files.write_now(lambda w: w.readings.keep_fingerprint(Fingerprint(media_id=MediaId("f_1"), at=NOW, **HASHES)))
    files.write_now(lambda w: w.readings.forget_fingerprint(MediaId("f_1")))
    assert list(files.read_now(lambda r: list(r.readings.fingerprints(["media_id"])))) == []
