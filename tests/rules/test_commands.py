"""``genjin rules`` and ``genjin config`` as people type them."""

from datetime import time
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from config.rules import DEFAULT
from tests.test_cli import Run, run

__all__ = ["run"]


@pytest.fixture
def longer(tmp_path: Path) -> str:
    """A file that changes one rule."""
    file = tmp_path / "longer.toml"
    file.write_text('[breakpoint]\nlimit = "72h"\n', encoding="utf-8")
    return str(file)


def test_the_delivered_file_is_in_force_on_a_new_installation(run: Run) -> None:
    assert DEFAULT.read_text(encoding="utf-8").rstrip() in run("rules", "show").out


def test_a_file_is_put_in_force_with_its_reason(run: Run, longer: str) -> None:
    assert "断点时限：48 小时 → 72 小时" in run("rules", "apply", longer, "--note", "年底冲刺").out
    assert "年底冲刺" in run("rules", "show").out
    assert 'limit = "72h"' in run("rules", "show").out


def test_a_dry_run_changes_nothing(run: Run, longer: str) -> None:
    assert "72 小时" in run("rules", "apply", longer, "--dry-run").out
    assert 'limit = "48h"' in run("rules", "show").out


def test_one_step_back(run: Run, longer: str) -> None:
    run("rules", "apply", longer)
    assert "72 小时 → 48 小时" in run("rules", "rollback").out
    assert run("rules", "rollback").code == 1


def test_the_history_tells_who_changed_what(run: Run, longer: str) -> None:
    run("rules", "apply", longer)
    newest, first = run("rules", "show", "--history", "--json").rows
    assert newest["changes"] == [["断点时限", "48h", "72h"]]
    assert first["who"] == "随安装带来"


def test_a_wrong_file_is_refused_with_line_and_example(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text('[breakpoint]\nlimit = "zwei Tage"\n', encoding="utf-8")
    ran = run("rules", "apply", str(file))
    assert ran.code == 1
    assert '第 2 行 breakpoint.limit：时长要写成 "30m"' in ran.err
    assert 'limit = "48h"' in ran.err


def test_a_trial_prints_both_lists_and_changes_nothing(run: Run, longer: str) -> None:
    ran = run("rules", "try", longer, "--since", "30d")
    assert "断点时限：48 小时 → 72 小时" in ran.out
    assert "《昨日断点清单》共 0 行 → 0 行" in ran.out
    assert 'limit = "48h"' in run("rules", "show").out


def test_a_wrong_period_is_wrong_usage(run: Run, longer: str) -> None:
    assert run("rules", "try", longer, "--since", "lange").code == 2


def test_a_version_that_is_not_there(run: Run) -> None:
    assert "没有第 7 版规则" in run("rules", "show", "--version", "7").err


def test_settings_are_shown_with_their_source_and_without_secrets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENJIN_LLM__BASE_URL", "https://api.example.com/v1")
    monkeypatch.setenv("GENJIN_LLM__MODEL", "m")
    monkeypatch.setenv("GENJIN_LLM__API_KEY", "sk-secret")
    ran = run("config", "show")
    assert "llm.api_key = （已设置，不显示）    # 环境变量" in ran.out
    assert "server.port = 8710    # 默认" in ran.out
    assert "sk-secret" not in ran.out + ran.err


def test_a_password_in_the_address_of_the_database_is_hidden(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENJIN_DATABASE__URL", "postgresql+psycopg://genjin:geheim@db/genjin")
    assert "geheim" not in run("config", "show").out


def test_a_key_can_come_from_a_file_named_in_the_environment(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("sk-secret\n", encoding="utf-8")
    monkeypatch.setenv("GENJIN_LLM__BASE_URL", "https://api.example.com/v1")
    monkeypatch.setenv("GENJIN_LLM__MODEL", "m")
    monkeypatch.setenv("GENJIN_LLM__API_KEY_FILE", str(tmp_path / "key"))
    ran = run("config", "show", "--changed")
    assert "llm.api_key = （已设置，不显示）    # 环境变量" in ran.out


def test_a_mistyped_key_is_named_and_guessed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "genjin.toml"
    file.write_text("[server]\nprot = 80\n", encoding="utf-8")
    ran = run("config", "check", "--config", str(file))
    assert ran.code == 1
    assert "server.prot：没有这一项，是不是想写 port" in ran.err


def test_a_file_that_is_no_toml_is_refused_with_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "genjin.toml"
    file.write_text("[server]\nport = = 80\n", encoding="utf-8")
    assert "第 2 行看不懂" in run("config", "check", "--config", str(file)).err


def test_a_right_file_is_said_to_be_right(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "genjin.toml"
    file.write_text("[server]\nport = 80\n", encoding="utf-8")
    assert run("config", "check", "--config", str(file)).out == f"{file} 没有问题\n"


def sheet(path: Path, rows: list[list[object]]) -> str:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return str(path)


def test_rules_go_out_to_excel_and_come_in_again_edited(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "rules.xlsx"
    run("export", "rules", "--out", str(out))
    book = load_workbook(out)
    for row in book.active.iter_rows(min_row=2):
        if row[0].value == "breakpoint.limit":
            row[2].value = "72h"
        if row[0].value == "digest.at":
            row[2].value = time(8, 10)
    book.save(out)
    assert run("import", "rules", str(out)).code == 0
    shown = run("rules", "show").out
    assert 'limit = "72h"' in shown
    assert 'at = "08:10"' in shown


def test_an_exported_table_changes_nothing_by_itself(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "rules.csv"
    run("export", "rules", "--out", str(out))
    assert "没有要改的" in run("import", "rules", str(out)).err


def test_rules_can_be_named_as_people_do(run: Run, tmp_path: Path) -> None:
    file = sheet(tmp_path / "r.xlsx", [["规则", "值"], ["断点清单每人行数", 8], ["断点时限", "72小时"]])
    assert "断点清单每人行数：5 → 8" in run("import", "rules", file, "--dry-run").out
    assert 'limit = "48h"' in run("rules", "show").out


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["规则", "值"], ["断点时限", "很久"]], "第 2 行 断点时限 有误"),
        ([["规则", "值"], ["月亮", "3d"]], "第 2 行：没有叫“月亮”的规则"),
        ([["规则", "数"], ["断点时限", "3d"]], "值"),
    ],
)
def test_a_wrong_table_changes_nothing_and_names_its_line(run: Run, tmp_path: Path, rows: list[list[object]], sentence: str) -> None:
    ran = run("import", "rules", sheet(tmp_path / "r.xlsx", rows))
    assert ran.code == 1
    assert sentence in ran.err
    assert 'limit = "48h"' in run("rules", "show").out


def test_a_clock_is_written_in_chinese_in_a_table_too(run: Run, tmp_path: Path) -> None:
    run("import", "rules", sheet(tmp_path / "r.xlsx", [["规则", "值"], ["断点计时方式", "全天"]]))
    assert 'clock = "wall"' in run("rules", "show").out


def test_a_key_that_stands_twice_is_called_so(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "twice.toml"
    file.write_text('[breakpoint]\nlimit = "48h"\nlimit = "72h"\n', encoding="utf-8")
    assert "第 3 行重复写了同一项" in run("rules", "check", str(file)).err


def test_a_check_of_the_settings_looks_at_what_they_point_to(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "genjin.toml"
    file.write_text('[time]\nholidays = "nowhere.toml"\n', encoding="utf-8")
    assert "读不到节假日文件" in run("config", "check", "--config", str(file)).err


def test_settings_are_shown_as_they_are_written(run: Run) -> None:
    out = run("config", "show").out
    assert "retention.messages = 1095d" in out
    assert "time.workday_start = 09:00" in out
