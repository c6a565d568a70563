"""The command line: what it prints, what it leaves behind, and its exit codes (0 done, 1 failed, 2 wrong usage)."""

import json
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.chat.incoming import Sender, Text, encode
from bot.chat.outgoing import Reply
from bot.chat.outgoing import encode as said
from bot.cli import main
from bot.demo import load
from bot.domain.worktime import Worktime
from config.rules import DEFAULT
from storage.store import Store
from storage.transaction import Transaction
from tests.conftest import WEDNESDAY

MORNING = "2026-03-19T08:20"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``genjin …`` on the test's own database."""
    monkeypatch.chdir(database.parent)
    monkeypatch.setenv("GENJIN_DATABASE__URL", f"sqlite:///{database}")

    def genjin(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["genjin", *words])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    return genjin


def write(database: Path, work: Callable[[Transaction], object]) -> None:
    store = Store(f"sqlite:///{database}")
    store.write_now(work)
    store.close()


def count(database: Path, table: str) -> int:
    with sqlite3.connect(database) as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()
    return int(found)


@pytest.fixture
def company(database: Path, worktime: Worktime) -> Path:
    """The database with the demonstration company."""
    write(database, lambda tx: load(tx, WEDNESDAY, worktime))
    return database


def test_a_dry_digest_prints_every_groups_list_and_writes_nothing(run: Run, company: Path) -> None:
    ran = run("digest", "--at", MORNING, "--dry-run")
    assert ran.code == 0
    assert ran.out.count("【昨日断点清单") == 3
    assert count(company, "outbox") == 0


def test_a_digest_is_put_on_its_way(run: Run, company: Path) -> None:
    assert run("digest", "--at", MORNING).code == 0
    assert count(company, "outbox") == 3


def test_a_digest_may_be_of_one_group(run: Run, company: Path) -> None:
    ran = run("digest", "--at", MORNING, "--group", "华东销售管理群", "--dry-run", "--json")
    assert [row["to"] for row in ran.rows] == ["sandbox/g:east"]


def test_where_a_group_carries_no_buttons_each_rep_gets_their_own_lines(run: Run, company: Path) -> None:
    def webhook(tx: Transaction) -> None:
        group = next(g for g in tx.members.groups("digest") if g.chat == "g:east")
        tx.members.save_group(replace(group, platform="wecom", chat="key:east"))

    write(company, webhook)
    (company.parent / "genjin.toml").write_text('[wecom]\nwebhook_keys = { east = "k" }\n', encoding="utf-8")
    ran = run("digest", "--at", MORNING, "--group", "华东销售管理群", "--dry-run", "--json", "--config", "genjin.toml")
    assert ran.err == ""
    assert sorted(row["to"] for row in ran.rows) == ["sandbox/p:li.si", "sandbox/p:wang.lei", "wecom/key:east"]


def test_a_digest_of_an_unknown_group_fails(run: Run, company: Path) -> None:
    ran = run("digest", "--at", MORNING, "--group", "火星群")
    assert (ran.code, ran.out) == (1, "")
    assert "没有用途为 digest 的群“火星群”" in ran.err


def test_a_digest_without_any_group_says_what_to_do(run: Run) -> None:
    assert "可以先在 genjin demo 的数据上试" in run("digest", "--at", MORNING).err


def test_a_digest_on_a_day_off_says_so(run: Run, company: Path) -> None:
    assert "不是工作日" in run("digest", "--at", "2026-03-21T08:20", "--dry-run").out


def test_a_digest_is_pushed_once_a_day(run: Run, company: Path) -> None:
    run("digest", "--at", MORNING)
    assert "--again" in run("digest", "--at", MORNING).out
    assert count(company, "outbox") == 3
    assert run("digest", "--at", MORNING, "--dry-run").out.count("【昨日断点清单") == 3


def test_a_digest_is_pushed_again_when_that_is_asked_for(run: Run, company: Path) -> None:
    for _ in range(2):
        run("digest", "--at", MORNING, "--again")
    assert count(company, "outbox") == 6


def test_a_digest_as_json_has_its_lines_under_region_line_and_rep(run: Run, company: Path) -> None:
    row = run("digest", "--at", MORNING, "--group", "华东销售管理群", "--dry-run", "--json").rows[0]
    assert row["lines"]
    assert all(len(line["under"]) == 3 and line["text"] and line["colour"] for line in row["lines"])


@pytest.mark.parametrize("command", [("digest", "--dry-run"), ("due", "--dry-run"), ("dead", "list"), ("privacy", "delete", "x")])
def test_without_a_database_it_says_what_to_do_and_makes_none(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("GENJIN_DATABASE__URL", f"sqlite:///{tmp_path}/none.db")
    ran = run(*command)
    assert ran.code == 1
    assert "还没有数据库" in ran.err
    assert not (tmp_path / "none.db").exists()


def test_due_names_what_is_due_in_chinese(run: Run, company: Path) -> None:
    names = [line for line in run("due", "--at", "2026-03-19T09:00", "--dry-run").out.splitlines() if "没有要说的" in line]
    assert any("每晚整理" in line for line in names)
    assert not any("housekeeping" in line for line in names)


def test_due_prints_reminders_and_lists_and_leaves_all_as_it_was(run: Run, company: Path) -> None:
    first, second = (run("due", "--at", "2026-03-19T09:00", "--dry-run") for _ in range(2))
    assert "【该跟进了" in first.out
    assert "【昨日断点清单" in first.out
    assert first.out == second.out


def test_due_is_done_once(run: Run, company: Path) -> None:
    run("due", "--at", "2026-03-19T09:00")
    assert run("due", "--at", "2026-03-19T09:00").out == "这一刻没有到期的事。\n"


def test_due_as_json_says_kind_and_instant(run: Run, company: Path) -> None:
    kinds = {row["kind"] for row in run("due", "--at", "2026-03-19T09:00", "--dry-run", "--json").rows}
    assert {"digest", "promise"} <= kinds


def test_nothing_due_is_said(run: Run) -> None:
    assert "没有到期的事" in run("due", "--at", "2026-03-21T23:45", "--dry-run").out


@pytest.mark.parametrize("command", ["digest", "due"])
@pytest.mark.parametrize("at", ["明天", "2026-13-01", ""])
def test_a_wrong_instant_is_wrong_usage(run: Run, command: str, at: str) -> None:
    assert run(command, "--at", at).code == 2


def test_an_instant_without_zone_is_shanghais(run: Run, company: Path) -> None:
    naive, aware = (run("digest", "--at", at, "--dry-run").out for at in (MORNING, "2026-03-19T00:20+00:00"))
    assert naive == aware


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    assert run("frobnicate").code == 2


def test_the_database_is_brought_up_to_date(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENJIN_DATABASE__URL", f"sqlite:///{tmp_path}/new.db")
    assert run("db", "upgrade").code == 0
    assert count(tmp_path / "new.db", "activity") == 0


def test_a_damaged_database_fails_with_one_sentence(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.db").write_bytes(b"this is no database, whatever its name says" * 100)
    monkeypatch.setenv("GENJIN_DATABASE__URL", f"sqlite:///{tmp_path}/bad.db")
    ran = run("db", "upgrade")
    assert ran.code == 1
    assert ran.err.startswith("genjin：")
    assert "Traceback" not in ran.err


def test_the_rules_as_delivered_are_in_order(run: Run) -> None:
    assert run("rules", "check", str(DEFAULT)).code == 0


def test_a_wrong_rule_is_named(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "rules.toml"
    wrong.write_text(DEFAULT.read_text(encoding="utf-8").replace('limit = "48h"', 'limit = "two days"'), encoding="utf-8")
    ran = run("rules", "check", str(wrong))
    assert ran.code == 1
    assert "breakpoint" in ran.err


def test_the_rules_in_force_are_shown(run: Run) -> None:
    assert "[breakpoint]" in run("rules", "show").out


def test_a_wrong_key_in_the_configuration_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("[server]\nprot = 1\n", encoding="utf-8")
    ran = run("rules", "show", "--config", str(tmp_path / "my.toml"))
    assert ran.code == 1
    assert "server.prot" in ran.err


def test_an_unknown_environment_key_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENJIN_SERVER__PROT", "1")
    ran = run("rules", "show")
    assert ran.code == 1
    assert "GENJIN_SERVER__PROT" in ran.err


def test_a_missing_configuration_file_is_named(run: Run, tmp_path: Path) -> None:
    ran = run("rules", "show", "--config", str(tmp_path / "none.toml"))
    assert ran.code == 1
    assert "none.toml" in ran.err


@pytest.fixture
def letters(database: Path) -> Path:
    """The database with a dead event and a dead message."""
    event = Text(platform="sandbox", event_id="e1", chat="p:li", sender=Sender("li"), received_at=WEDNESDAY, text="拜访了澜拓")
    row: dict[str, object] = {"platform": "sandbox", "event_id": "e1", "payload": encode(event), "received_at": WEDNESDAY}

    def fill(tx: Transaction) -> None:
        (event_id,) = tx.inbox.accept([row]).values()
        tx.inbox.dead(event_id, "a1b2", "KeyError: 'x'")
        tx.outbox.failed(tx.outbox.add("sandbox", "p:li", said(Reply(text="你好")), WEDNESDAY), "the chat is gone", dead=True)

    write(database, fill)
    return database


def test_without_dead_letters_it_says_so(run: Run) -> None:
    assert run("dead", "list").out == "没有死信。\n"


def test_without_dead_letters_json_is_empty(run: Run) -> None:
    assert run("dead", "list", "--json").out == ""


def test_dead_letters_are_listed_with_their_reason(run: Run, letters: Path) -> None:
    shown = run("dead", "list").out.splitlines()
    assert len(shown) == 2
    assert "in:1" in shown[0]
    assert "编号 a1b2" in shown[0]
    assert "the chat is gone" in shown[1]


def test_dead_letters_as_json(run: Run, letters: Path) -> None:
    assert [row["name"] for row in run("dead", "list", "--json").rows] == ["in:1", "out:1"]


def test_a_dead_letter_is_shown_whole(run: Run, letters: Path) -> None:
    assert "你好" in run("dead", "show", "out:1").out


def test_a_dead_letter_is_taken_up_again(run: Run, letters: Path) -> None:
    assert run("dead", "retry", "in:1").out == "重新排队 1 条\n"
    assert [row["name"] for row in run("dead", "list", "--json").rows] == ["out:1"]


def test_all_are_taken_up_again(run: Run, letters: Path) -> None:
    assert run("dead", "retry", "all").out == "重新排队 2 条\n"
    assert run("dead", "list").out == "没有死信。\n"


@pytest.mark.parametrize("command", ["show", "retry"])
@pytest.mark.parametrize("name", ["in:99", "nonsense", "out:1; DROP TABLE"])
def test_a_dead_letter_that_is_not_there_fails(run: Run, letters: Path, command: str, name: str) -> None:
    ran = run("dead", command, name)
    assert ran.code == 1
    assert f"没有死信 {name}" in ran.err


def test_more_dead_letters_than_a_page_are_all_taken_up(run: Run, database: Path) -> None:
    def fill(tx: Transaction) -> None:
        for _ in range(60):
            tx.outbox.failed(tx.outbox.add("sandbox", "p:li", said(Reply(text="你好")), WEDNESDAY), "gone", dead=True)

    write(database, fill)
    assert run("dead", "retry", "all").out == "重新排队 60 条\n"


def test_work_that_was_given_up_is_listed_and_taken_up_again(run: Run, database: Path) -> None:
    def bury(tx: Transaction) -> None:
        tx.jobs.put([{"kind": "timer", "key": "t", "lane": None, "payload": {"kind": "promise", "subject": "l1"}, "run_at": WEDNESDAY}])
        taken = tx.jobs.claim(["timer"], WEDNESDAY, WEDNESDAY, 1, [])[0]
        tx.jobs.bury(taken.id, taken.attempt, WEDNESDAY, "KeyError: 'l1'")

    store = Store(f"sqlite:///{database}")
    store.write_now(bury)
    store.close()
    assert "到点的事" in run("dead", "list").out
    assert "l1" in run("dead", "show", "job:1").out
    assert run("dead", "retry", "job:1").out == "重新排队 1 条\n"
    assert run("dead", "list").out == "没有死信。\n"


def test_the_doctor_ends_with_one_when_something_is_bad(run: Run, database: Path) -> None:
    assert run("doctor").code == 0
    database.write_bytes(b"no database at all" * 500)
    ran = run("doctor", "--json")
    assert ran.code == 1
    assert "bad" in {row["state"] for row in ran.rows}


def test_the_doctor_knows_which_platforms_it_can_examine(run: Run) -> None:
    assert run("doctor", "myspace").code == 2


def test_a_backup_is_made_and_restored(run: Run, company: Path) -> None:
    assert run("db", "backup", "--out", "b.zip").code == 0
    write(company, lambda tx: tx.connection.exec_driver_sql("DELETE FROM piece"))
    assert run("db", "restore", "b.zip", "--yes").code == 0
    assert count(company, "piece") > 0


def test_one_persons_data_is_given_out_and_taken_away(run: Run, company: Path, tmp_path: Path) -> None:
    assert run("privacy", "export", "刘洋", "--out", "liu.zip").code == 0
    assert "交接 刘洋 给" in run("privacy", "delete", "刘洋", "--yes").err
    assert "将注销 刘洋" in run("privacy", "delete", "刘洋", "--dry-run", "--leave-customers").out
    assert run("privacy", "delete", "刘洋", "--yes", "--leave-customers").code == 0
    assert "没有“刘洋”这个人" in run("privacy", "export", "刘洋", "--out", "again.zip").err
