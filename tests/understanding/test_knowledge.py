"""The vocabularies: checked when loaded, read again when changed, and never worse than the last good ones."""

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import KnownCustomer, Names, Reader, knowledge
from bot.understanding.date_find import find
from bot.understanding.lunar import solar
from config.calendar import OfficialCalendar

NOW = datetime.fromisoformat("2026-04-15T17:30")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    copy = tmp_path / "knowledge"
    shutil.copytree(knowledge.FOLDER, copy)
    with monkeypatch.context() as patch:
        patch.setattr(knowledge, "FOLDER", copy)
        knowledge.refresh(force=True)
        yield copy
    knowledge.refresh(force=True)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 10**9))
    knowledge.refresh(force=True)


def test_a_changed_file_counts_from_the_next_read(folder: Path) -> None:
    reader = Reader(Names(), OfficialCalendar())
    assert reader.read("他们还在看星海的", NOW).competitors in ((), ("星海",))
    before = reader.read("换成飞马泵了", NOW).competitors
    change(folder / "brands.toml", "西门子", "飞马泵 西门子")
    assert before == ()
    assert reader.read("换成飞马泵了", NOW).competitors == ("飞马泵",)


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("brands.toml", "brands =", "brnads =", "词表文件 config/knowledge/brands.toml 缺少 brands。"),
        ("channels.toml", "phone = [", "phone = 3\nx = [", "词表文件 config/knowledge/channels.toml 的 phone 要写成带引号的词的列表。"),
        ("channels.toml", "phone = [", 'phone = [ "(", ', "词表文件 config/knowledge/channels.toml 的 phone 里“(”不是正确的模式："),
        ("places.toml", 'places = """', "places = ", "词表文件 config/knowledge/places.toml 格式不对："),
    ],
)
def test_a_broken_file_gives_one_sentence_and_changes_nothing(folder: Path, file: str, old: str, new: str, sentence: str) -> None:
    reader = Reader(Names(), OfficialCalendar())
    text = "打电话给王总说还在跟西门子谈，去了绍兴"
    good = reader.read(text, NOW)
    change(folder / file, old, new)
    assert (knowledge.problem() or "").startswith(sentence)
    assert reader.read(text, NOW) == good
    change(folder / file, new, old)
    assert knowledge.problem() is None


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "FOLDER", tmp_path)
    with pytest.raises(knowledge.KnowledgeError, match=r"读不到词表文件 config/knowledge/stages\.toml。"):
        knowledge._load("stages")


def test_a_new_base_is_built_beside_the_reading() -> None:
    names = Names(KnownCustomer(str(i), f"常熟第{i}五金有限公司", (f"第{i}五金",)) for i in range(50))
    for i in range(700):
        names.put(KnownCustomer(f"n{i}", f"昆山{i}号模具有限公司", (f"{i}号模具",)))
    for thread in threading.enumerate():
        if thread.name == "name-index":
            thread.join()
    assert len(names.view().base.rows) > 500
    names.remove("7")
    reader = Reader(names, OfficialCalendar())
    assert reader.read("去了699号模具", NOW).customer_id == "n699"
    assert not reader.read("去了第7五金", NOW).customer_known
    assert len(names.view().rows) == len(names) == 749


FORMS = ("{0:%Y}年{0.month}月{0.day}日", "{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0:%Y}年{0.month}月{0.day}号", "{0:%Y%m%d}", "{0:%Y.%m.%d}")


@given(st.dates(date(2001, 1, 1), date(2089, 12, 31)), st.sampled_from(FORMS))
def test_a_date_written_is_the_date_read(day: date, form: str) -> None:
    (when,) = find(form.format(day), NOW, OfficialCalendar())
    midnight = datetime.combine(day, NOW.min.time())
    assert (when.first, when.last, when.future) == (midnight, midnight + timedelta(1), day)


@given(st.dates(date(2026, 4, 15), date(2027, 4, 14)))
def test_a_day_and_month_are_the_next_such_day(day: date) -> None:
    (when,) = find(f"{day.month}月{day.day}号", NOW, OfficialCalendar())
    assert when.future == day


@pytest.mark.parametrize(
    ("year", "month", "day", "doubled", "expected"),
    [
        (2026, 1, 1, False, "2026-02-17"), (2026, 5, 5, False, "2026-06-19"), (2026, 8, 15, False, "2026-09-25"),
        (2025, 6, 1, True, "2025-07-25"), (2020, 4, 1, True, "2020-05-23"), (2027, 1, 8, False, "2027-02-13"),
    ],
)  # fmt: skip
def test_lunar_days(year: int, month: int, day: int, doubled: bool, expected: str) -> None:
    assert solar(year, month, day, doubled=doubled) == date.fromisoformat(expected)
