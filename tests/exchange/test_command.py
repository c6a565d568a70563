"""``genjin import`` and ``genjin export`` as an administrator types them."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import main
from bot.exchange.importing import alone
from storage.store import Store
from tests.test_cli import Ran, Run

PEOPLE = "姓名,角色,工号,上级\n陈立群,主管,D5,\n李思,销售,D6,陈立群\n"
CUSTOMERS = "客户名称,负责人,年采购额\n澜拓机床厂,李思,60万\n乙工厂,李思,abc\n"


@pytest.fixture
def run(database: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs ``genjin …`` in a folder with two tables."""
    monkeypatch.chdir(database.parent)
    monkeypatch.setenv("GENJIN_DATABASE__URL", f"sqlite:///{database}")
    Path("people.csv").write_bytes(PEOPLE.encode("gbk"))
    Path("customers.csv").write_text(CUSTOMERS, encoding="utf-8")

    def genjin(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["genjin", *words])
        capfdbinary.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        sys.stdout.flush()
        shown = capfdbinary.readouterr()
        return Ran(code, shown.out.decode(), shown.err.decode())

    return genjin


def test_a_table_goes_in(run: Run, database: Path) -> None:
    ran = run("import", "people", "people.csv")
    assert ran.code == 0
    assert "第 3 行 新增 李思 D6" in ran.out
    assert "导入完成：新增 2 行，更新 0 行。批次 1，要撤回就用 genjin import --revert 1" in ran.err


def test_the_report_of_a_new_row_shows_the_sum_that_was_read(run: Run) -> None:
    Path("sums.csv").write_text("名称,行业,年采购额（万元）\n澜拓机床厂,机床,32\n", encoding="utf-8")
    assert "第 2 行 新增 澜拓机床厂：年采购额 320,000.00\n" in run("import", "customers", "sums.csv", "--dry-run").out


def test_a_trial_without_a_database_makes_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENJIN_DATABASE__URL", "sqlite:///later/new.db")
    ran = run("import", "people", "people.csv", "--dry-run")
    assert ran.code == 0
    assert "新增 2 行" in ran.out
    assert not Path("later").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("import", "people", "nowhere.csv"), "没有这个文件或文件夹"),
        (("import", "people", "."), "这是文件夹，不是文件"),
        (("export", "people", "--format", "csv", "--out", "nowhere/people.csv"), "没有这个文件或文件夹"),
    ],
)
def test_what_the_system_refuses_is_said_in_chinese(run: Run, words: tuple[str, ...], why: str) -> None:
    run("import", "people", "people.csv")
    ran = run(*words)
    assert ran.code == 1
    assert why in ran.err


def test_a_strange_kind_is_answered_with_all_that_there_are(run: Run) -> None:
    assert "nps、rules" in run("import", "kunden", "people.csv").err


def test_with_an_error_nothing_goes_in(run: Run) -> None:
    run("import", "people", "people.csv")
    ran = run("import", "customers", "customers.csv")
    assert ran.code == 1
    assert "年采购额：“abc”不是金额" in ran.out
    assert "一行也没有写" in ran.err
    assert run("export", "customers").out == ""


def test_the_rest_goes_in_when_asked(run: Run) -> None:
    run("import", "people", "people.csv")
    assert run("import", "customers", "customers.csv", "--skip-errors").code == 0
    assert [row["name"] for row in run("export", "customers").rows] == ["澜拓机床厂"]


def test_a_dry_run_writes_nothing_and_fails_where_the_import_would(run: Run) -> None:
    assert run("import", "people", "people.csv", "--dry-run").code == 0
    assert run("export", "people").out == ""
    assert run("import", "customers", "customers.csv", "--dry-run").code == 1


def test_machines_get_every_line(run: Run) -> None:
    rows = run("import", "people", "people.csv", "--json").rows
    assert [row.get("action") for row in rows] == ["new", "new", None, None]
    assert rows[1]["changes"]["上级"] == [None, "陈立群"]
    assert rows[2] == {"summary": {"new": 2, "update": 0, "same": 0, "skip": 0, "error": 0}}
    assert rows[3] == {"batch": 1, "created": 2, "updated": 0}


def test_batches_are_listed_and_taken_back(run: Run) -> None:
    run("import", "people", "people.csv")
    assert "people.csv" in run("import", "--list").out
    assert run("import", "--list", "--json").rows[0]["state"] == "done"
    assert "批次 1 已撤回 2 行" in run("import", "--revert", "1").out
    assert "已撤回" in run("import", "--list").out
    assert run("import", "--revert").code == 1


def test_without_batches_it_says_so(run: Run) -> None:
    assert run("import", "--list").out == "还没有导入过\n"


@pytest.mark.parametrize(
    "line",
    [
        "import",
        "import people",
        "import customer people.csv",
        "import --revert x",
        "import people --template a.csv",
        "import people people.csv --duplicates maybe",
        "export people --format pdf",
    ],
)
def test_wrong_usage_is_exit_two(run: Run, line: str) -> None:
    assert run(*line.split()).code == 2


def test_a_template_is_written(run: Run) -> None:
    assert run("import", "contracts", "--template", "contracts.xlsx").code == 0
    assert "只有列名" in run("import", "contracts", "contracts.xlsx").err


def test_a_table_goes_out_into_a_file(run: Run) -> None:
    run("import", "people", "people.csv")
    ran = run("export", "people", "--out", "out.xlsx")
    assert (ran.code, ran.out) == (0, "")
    assert "导出人员 2 行" in ran.err
    assert run("import", "people", "out.xlsx").out.splitlines()[-1] == "人员表合计：不变 2 行"


def test_the_log_goes_out_with_who_did_what(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "xu.jing")
    run("import", "people", "people.csv")
    run("export", "people")
    assert [(row["who"], row["action"]) for row in run("export", "audit").rows] == [("xu.jing", "import"), ("xu.jing", "export")]


def test_a_second_import_at_the_same_time_is_refused(run: Run, database: Path) -> None:
    store = Store(f"sqlite:///{database}")
    try:
        with alone(store):
            ran = run("import", "people", "people.csv")
    finally:
        store.close()
    assert ran.code == 1
    assert "另一个导入正在进行" in ran.err


def test_a_missing_file_is_one_sentence(run: Run) -> None:
    ran = run("import", "people", "none.csv")
    assert ran.code == 1
    assert ran.err.startswith("genjin：读不了文件 none.csv")


@pytest.mark.chaos
def test_a_killed_import_is_finished_by_the_same_file(database: Path, tmp_path: Path) -> None:
    """The process is killed at its third transaction; the next one ends with every row exactly once."""
    table = tmp_path / "many.csv"
    table.write_text(
        "名称\n" + "".join(f"{chr(0x4E00 + n)}{chr(0x6000 + 2 * n)}{chr(0x7000 + 3 * n)}厂\n" for n in range(2000)), encoding="utf-8"
    )
    environment = {**os.environ, "GENJIN_DATABASE__URL": f"sqlite:///{database}"}
    words = ["-m", "bot", "import", "customers", str(table), "--duplicates", "new"]
    dying = f"""
import os, signal, sys
from storage.repositories.batches import Batches
left = [3]
note = Batches.note
def dies(self, rows):
    left[0] -= 1
    if not left[0]: os.kill(os.getpid(), signal.SIGKILL)
    note(self, rows)
Batches.note = dies
from bot.cli import main
sys.argv = ["genjin", *{words[2:]!r}]
main()
"""
    killed = subprocess.run([sys.executable, "-c", dying], env=environment, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    with sqlite3.connect(database) as connection:
        (half,) = connection.execute("SELECT count(*) FROM customer").fetchone()
    connection.close()
    assert 0 < half < 2000
    ended = subprocess.run([sys.executable, *words], env=environment, capture_output=True, check=True, text=True)
    assert "接着上次没写完的批次 1" in ended.stdout
    with sqlite3.connect(database) as connection:
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM import_row), (SELECT created FROM import_batch)"
        ).fetchone()
    connection.close()
    assert counts == (2000, 2000, 2000)
