"""Rules files: the delivered one is right, and a wrong one is refused with a sentence that names file and key."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.domain.errors import UserError
from bot.domain.staleness import Limit
from bot.domain.worktime import ClockKind
from config.rule_text import values
from config.rules import DEFAULT, Rules, default_text, load_rules, title

GOOD = DEFAULT.read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as refused:
        load_rules(path)
    return str(refused.value)


def test_the_delivered_rules_are_those_that_the_design_decided(rules: Rules) -> None:
    assert (rules.breakpoint.limit, rules.breakpoint.clock) == (timedelta(hours=48), ClockKind.WORKDAY)
    assert rules.colour.green_within == timedelta(hours=72)
    assert (rules.colour.yellow_from, rules.colour.red_after) == (timedelta(days=7), timedelta(days=14))
    assert rules.visit.join_within == timedelta(minutes=30)
    assert rules.visit.undo_within == timedelta(minutes=10)
    assert rules.digest.at == time(8, 20)
    assert rules.digest.per_rep == 5


def test_the_morning_list_leaves_before_half_past_eight(rules: Rules) -> None:
    assert timedelta(hours=rules.digest.at.hour, minutes=rules.digest.at.minute) + rules.digest.spread < timedelta(hours=8, minutes=30)


def test_rules_are_read_from_any_file(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace('limit = "48h"', 'limit = "3d"'))
    assert load_rules(path).breakpoint.limit == timedelta(days=3)


@pytest.mark.parametrize(
    ("good", "bad", "key", "hint"),
    [
        ('join_within = "30m"', 'join_whithin = "30m"', "visit.join_whithin", ""),
        ('limit = "48h"', 'limit = "两天"', "breakpoint.limit", '"48h"'),
        ('limit = "48h"', "limit = 48", "breakpoint.limit", '"48h"'),
        ('limit = "48h"', 'limit = "-48h"', "breakpoint.limit", '"48h"'),
        ('red_after = "14d"', 'red_after = "5d"', "colour", "颜色的界限要递增"),
        ("per_rep = 5", "per_rep = 0", "digest.per_rep", ""),
        ("per_rep = 5", 'per_rep = "很多"', "digest.per_rep", ""),
        ('at = "08:20"', 'at = "25:00"', "digest.at", ""),
        ("[breakpoint]", "[breakpoints]", "breakpoints", ""),
    ],
)
def test_a_wrong_rule_is_named_with_its_file(tmp_path: Path, good: str, bad: str, key: str, hint: str) -> None:
    assert good in GOOD
    path = written(tmp_path, GOOD.replace(good, bad))
    sentence = refusal(path)
    assert sentence.startswith(f"规则文件 {path} 有误")
    assert key in sentence
    assert hint in sentence
    assert "\n" not in sentence


def test_an_unknown_clock_is_refused(tmp_path: Path) -> None:
    assert "breakpoint.clock" in refusal(written(tmp_path, GOOD.replace('clock = "workday"', 'clock = "lunar"', 1)))


def test_every_wrong_key_is_named_at_once(tmp_path: Path) -> None:
    sentence = refusal(written(tmp_path, GOOD.replace('"30m"', '"x"').replace("per_rep = 5", "per_rep = 500")))
    assert "visit.join_within" in sentence
    assert "digest.per_rep" in sentence


def test_what_a_file_leaves_out_is_as_delivered(tmp_path: Path) -> None:
    rules = load_rules(written(tmp_path, '[breakpoint]\nlimit = "72h"\n'))
    assert rules.breakpoint == Limit(limit=timedelta(hours=72), clock=ClockKind.WORKDAY)


def test_a_wrong_rule_is_shown_with_its_line_and_a_right_example(tmp_path: Path) -> None:
    sentence = refusal(written(tmp_path, "[digest]\nper_rep = 5\nat = '8点'\n"))
    assert '第 3 行 digest.at：要写成 "08:20" 这样的钟点，例如 at = "08:20"' in sentence


def test_a_mistyped_name_is_guessed(tmp_path: Path) -> None:
    assert "没有这一项，是不是想写 per_rep" in refusal(written(tmp_path, "[digest]\nper_reps = 5\n"))


def test_a_mistyped_section_is_guessed(tmp_path: Path) -> None:
    assert "第 1 行 digests：没有这一项，是不是想写 digest" in refusal(written(tmp_path, "[digests]\nper_rep = 5\n"))


def test_a_section_written_as_a_value_is_refused(tmp_path: Path) -> None:
    assert "digest：要写成一节" in refusal(written(tmp_path, "digest = 5\n"))


def test_every_rule_has_a_comment_for_people() -> None:
    assert [v.key for v in values(default_text()) if not v.comment] == []


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [title(v.key) for v in values(default_text())]
    assert len(set(names)) == len(names)
    assert all(names)


def test_what_is_not_toml_is_refused(tmp_path: Path) -> None:
    assert "写法有误" in refusal(written(tmp_path, "[visit\n"))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "读不到规则文件" in refusal(tmp_path / "nowhere.toml")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(GOOD.encode("gb18030"))
    assert "UTF-8" in refusal(path)


def test_a_file_saved_by_the_windows_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(GOOD.replace("\n", "\r\n").encode("utf-8-sig"))
    assert load_rules(path) == load_rules()
