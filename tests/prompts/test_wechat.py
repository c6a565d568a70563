"""The message templates: every file with its example, and with any of its facts missing. All names are invented."""

import os
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import UserError
from prompts.wechat import Facts, occasions, read

KEYS = sorted(occasions())
NAMES = [f.name for f in fields(Facts)]
GOOD = """+++
name = "试"
words = ["试"]
[example]
"称呼" = "张工"
+++

== 亲近
{{ 称呼 }}，您好。
"""


@pytest.mark.parametrize("key", KEYS)
def test_each_occasion_has_two_or_three_wordings_of_its_example(key: str) -> None:
    occasion = occasions()[key]
    versions = occasion.versions(occasion.example)
    assert 2 <= len(versions) <= 3
    assert len({v.text for v in versions}) == len(versions)


@pytest.mark.parametrize("key", KEYS)
def test_every_wording_says_every_fact_worth_asking_for(key: str) -> None:
    occasion = occasions()[key]
    wanted = [getattr(occasion.example, name) for name in occasion.asks]
    assert all(value and any(value in v.text for v in occasion.versions(occasion.example)) for value in wanted)


@pytest.mark.parametrize("key", KEYS)
def test_the_person_is_addressed_first(key: str) -> None:
    occasion = occasions()[key]
    assert all(v.text.startswith(occasion.example.称呼) for v in occasion.versions(occasion.example))


@given(key=st.sampled_from(KEYS), missing=st.sets(st.sampled_from([n for n in NAMES if n not in ("称呼", "我")])))
def test_a_missing_fact_leaves_a_sentence_without_holes(key: str, missing: set[str]) -> None:
    occasion = occasions()[key]
    for version in occasion.versions(replace(occasion.example, **dict.fromkeys(missing, ""))):
        assert not re.search(r"None|[{}#*`]|  |，，|。。|，。|^[，。]|[，、]$| [，。]", version.text), version.text
        assert len(version.text) > 8


@given(key=st.sampled_from(KEYS), evil=st.sampled_from(["{{ 7*7 }}", "{% for x in range(9**9) %}", "**粗**\n# 题", "<b>"]))
def test_what_stands_in_a_record_is_never_run(key: str, evil: str) -> None:
    occasion = occasions()[key]
    texts = [v.text for v in occasion.versions(replace(occasion.example, 称呼=evil))]
    assert all("49" not in text.replace("HT-2026-018", "") for text in texts)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("没有头", "开头要有两行 +++"),
        (GOOD.replace('name = "试"', ""), "开头缺少或多了一项"),
        (GOOD.replace("{{ 称呼 }}", "{{ 称 }}"), "正文的写法有误"),
        (GOOD.replace("{{ 称呼 }}", "{% if 称呼 %}"), "正文的写法有误"),
        (GOOD.replace("{{ 称呼 }}", "{{ 称呼.__class__ }}"), "正文的写法有误"),
        (GOOD.replace("words = [", "words = "), "开头的写法有误"),
        (GOOD.replace("== 亲近\n", ""), "至少要有一种说法"),
        (GOOD.replace("[example]", 'asks = ["手机"]\n[example]'), "asks 里只能写认识的事实"),
    ],
)
def test_a_broken_file_is_refused_with_its_fault(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "t.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as refusal:
        read(path)
    assert sentence in str(refusal.value)


def test_an_edited_file_is_read_again_and_a_broken_edit_keeps_the_last_good_one(tmp_path: Path) -> None:
    path = tmp_path / "t.md"
    for stamp, text in ((1, GOOD), (2, GOOD.replace("您好", "早")), (3, "坏了")):
        path.write_text(text, encoding="utf-8")
        os.utime(path, ns=(stamp, stamp))
        found = occasions(tmp_path)["t"].versions(Facts(称呼="张工"))[0].text
    assert found == "张工，早。"
