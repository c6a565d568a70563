"""``genjin parse`` as people and scripts call it."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.parse import parse

app = typer.Typer()
app.command()(parse)
NOW = ["--now", "2026-04-15T17:30"]


def run(*args: str, stdin: str = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(args), input=stdin)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def table(tmp_path: Path) -> str:
    row = {
        "name": "沈阳北方泵业制造有限公司",
        "aliases": ["北方泵业"],
        "industry": "泵阀",
        "contacts": [{"name": "朱工", "title": None}],
        "competitors_known": ["飞利达"],
    }
    path = tmp_path / "customers.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_json_has_every_key_of_the_record(table: str) -> None:
    code, out, _ = run("收到北方泵业货款8.6万", "--json", "--customers", table, *NOW)
    record = json.loads(out)
    assert code == 0
    assert (record["intent"], record["customer"], record["payment_amount"], record["occurred_on"]) == (
        "payment",
        "沈阳北方泵业制造有限公司",
        "86000",
        "2026-04-15",
    )
    assert record["items"] == []
    assert len(record) == 28


def test_plain_output_is_chinese(table: str) -> None:
    _, out, _ = run("收到北方泵业货款8.6万", "--customers", table, *NOW)
    assert "客户：沈阳北方泵业制造有限公司" in out
    assert "回款：86000" in out


def test_a_stream_answers_line_by_line() -> None:
    lines = [{"id": 1, "text": "撤销上一条"}, {"id": 2, "text": "明天去拜访朱工", "now": "2026-05-01T09:00:00+08:00"}]
    _, out, _ = run("-", *NOW, stdin="\n".join(map(json.dumps, lines)))
    first, second = map(json.loads, out.splitlines())
    assert (first["id"], first["record"]["intent"]) == (1, "undo")
    assert second["record"]["next_on"] == "2026-05-02"
    assert second["ms"] >= 0


def test_only_dates_gives_expressions() -> None:
    _, out, _ = run("-", "--only", "dates", stdin=json.dumps({"id": "a", "text": "明天下午3点", "ref": "2026-04-15T08:00:00"}))
    (found,) = json.loads(out)["found"]
    assert (found["span"], found["kind"], found["start"]) == ([0, 6], "time", "2026-04-16T15:00:00+08:00")


def test_only_money_gives_values() -> None:
    _, out, _ = run("定金三万二", "--only", "money", *NOW)
    assert [f["value"] for f in json.loads(out)] == ["32000"]


@pytest.mark.parametrize(
    ("args", "stdin"),
    [
        (["x", "--now", "昨天"], ""),
        (["x", "--customers", "/no/such/file"], ""),
        (["-"], "not json"),
        (["-"], "[1]"),
        (["-"], '{"id":1}'),
        (["-"], '{"text":"x","now":"later"}'),
    ],
)
def test_bad_input_is_told_in_one_sentence(args: list[str], stdin: str) -> None:
    code, out, err = run(*args, stdin=stdin)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("row", ['{"aliases":[]}', '{"name":"甲","contacts":[{}]}', "{"])
def test_a_bad_customer_table_names_its_line(tmp_path: Path, row: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(row, encoding="utf-8")
    code, _, err = run("x", "--customers", str(path))
    assert code == 2
    assert "第 1 行" in err
