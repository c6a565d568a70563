"""``genjin read`` as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import openpyxl


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "bot", "read", *arguments], capture_output=True, text=True, timeout=100, check=False)


def test_each_file_is_a_line_and_what_cannot_be_read_fails_with_a_sentence(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["名称", "数量", "单价", "金额"], ["阀门", 2, 10, 20]):
        book.active.append(row)
    book.save(tmp_path / "q.xlsx")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    (tmp_path / "IMG_0001.HEIC").write_bytes(b"\0\0\0\x24ftypheic\0\0\0\0mif1heic" + b"\0" * 40)
    done = run(*(str(tmp_path / name) for name in ("q.xlsx", "old.xls", "none.jpg", "IMG_0001.HEIC")), "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [set(row) >= {"file", "kind", "fields", "text", "took_s"} for row in rows] == [True] * 4
    assert rows[0]["fields"]["lines"][0]["amount"] == "20.00"
    assert "另存为" in done.stderr
    assert "转成 JPG" in rows[3]["problem"]
    assert "存好" not in done.stderr
    assert "读不到" in done.stderr
    assert "[2/4]" in done.stderr


def test_no_file_is_a_usage_error() -> None:
    assert run().returncode == 2
