"""How cards look on WeCom: within its limits, nothing silently lost, every key of its own."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.outgoing import Button, Card, Fact, Line, Reply, Section
from bot.platforms.wecom import limits, render
from bot.platforms.wecom.taps import BALLOT, LINES
from bot.platforms.wecom.text import cut, pages, size
from tests.platforms.wecom.emulator.cards import check_card, read_card

PAGE = "https://genjin.example.com/app/list/k"
BUTTONS = tuple(Button(label=f"第{n}项", action="pick", values={"n": str(n)}) for n in range(12))


def stale(number: int) -> Line:
    return Line(
        text=f"绍兴某某机械 {number} 号",
        detail="停在“方案报价”",
        buttons=(
            Button(label="已跟进", action="followed_up", values={"lead": str(number)}, ask="怎么样？"),
            Button(label="转交", action="hand"),
        ),
    )


def listed(count: int, *more: Line) -> Card:
    return Card(key="k", title="断点", sections=(Section(title="李四", lines=(*(stale(n) for n in range(count)), *more)),))


def test_a_card_with_buttons_is_an_interaction_that_wecom_takes() -> None:
    drawn = render.draw(Card(key="k", title="报价", text="请审批", buttons=BUTTONS[:2]), "")
    check_card({**drawn.card, "task_id": "t"})
    assert drawn.card["card_type"] == "button_interaction"
    assert [drawn.taps[b["key"]]["values"] for b in drawn.card["button_list"]] == [{"n": "0"}, {"n": "1"}]


def test_more_than_six_buttons_are_a_ballot() -> None:
    drawn = render.draw(Card(key="k", title="是哪一家？", buttons=BUTTONS), "")
    check_card({**drawn.card, "task_id": "t"})
    assert drawn.card["card_type"] == "vote_interaction"
    assert len(drawn.taps[BALLOT]["options"]) == 12


def test_labels_that_would_look_alike_are_numbered_and_spelt_out() -> None:
    names = ("记到 绍兴恒力机械有限公司", "记到 绍兴恒力机械设备有限公司")
    drawn = render.draw(Card(key="k", title="是哪一家？", buttons=tuple(Button(label=n, action="a", values={"c": n}) for n in names)), "")
    shown = [b["text"] for b in drawn.card["button_list"]]
    assert len(set(shown)) == 2
    assert all(len(text) <= limits.BUTTON_TEXT for text in shown)
    assert all(name in drawn.card["sub_title_text"] for name in names)


def test_a_list_is_chosen_from_and_acted_on() -> None:
    drawn = render.draw(listed(3), "")
    check_card({**drawn.card, "task_id": "t"})
    chosen = drawn.card["button_selection"]["option_list"][1]["id"]
    key = next(b["key"] for b in drawn.card["button_list"] if b["text"] == "已跟进")
    assert drawn.taps[key]["options"][chosen] == {"action": "followed_up", "values": {"lead": "1"}, "ask": "怎么样？"}
    assert drawn.card["button_selection"]["question_key"] == LINES


def test_a_line_with_one_button_answers_to_any() -> None:
    rest = Line(text="另有 5 条", buttons=(Button(label="看其余的", action="rest"),))
    drawn = render.draw(listed(2, rest), "")
    chosen = drawn.card["button_selection"]["option_list"][-1]
    assert "李四" in chosen["text"]
    assert {tap["options"][chosen["id"]]["action"] for tap in drawn.taps.values()} == {"rest"}


def test_the_drop_down_holds_ten_lines_and_says_how_many_wait() -> None:
    drawn = render.draw(listed(25), "")
    check_card({**drawn.card, "task_id": "t"})
    assert len(drawn.card["button_selection"]["option_list"]) == 10
    assert "还有 15 条" in drawn.card["sub_title_text"]


def test_the_whole_list_stands_before_the_card_that_acts_on_it() -> None:
    parts = render.for_member(listed(3), "")
    assert [part.msgtype for part in parts] == ["markdown", "template_card"]
    assert all(f"{n} 号" in parts[0].content["content"] for n in range(3))


def test_a_card_that_was_decided_has_nothing_left_to_tap() -> None:
    drawn = render.draw(Card(key="k", title="已同意", tone="good"), "", again=True)
    check_card(drawn.card, update=True)
    assert "(已处理)" in read_card(drawn.card)
    assert drawn.taps == {}


LONG = Card(
    key="k",
    title="很长的卡片",
    text="这一句话说得很长，" * 30,
    facts=tuple(Fact(label="事实", value=f"第 {n} 件事情") for n in range(9)),
    buttons=BUTTONS[:1],
)


def test_what_does_not_fit_is_cut_with_a_word_and_a_link() -> None:
    (part,) = render.for_member(LONG, PAGE)
    assert part.content["card_action"] == {"type": 1, "url": PAGE}
    assert "点卡片看全文" in part.content["sub_title_text"]
    assert len(part.content["sub_title_text"]) <= limits.SUBTITLE


def test_without_a_page_the_whole_card_comes_before_its_short_form() -> None:
    before, card = render.for_member(LONG, "")
    assert all(f"第 {n} 件事情" in before.content["content"] for n in range(9))
    assert "全文见上一条" in card.content["sub_title_text"]


def test_a_card_without_buttons_is_a_notice_where_there_is_a_page_and_words_where_there_is_none() -> None:
    card = Card(key="k", title="最近往来", facts=(Fact(label="下一步", value="报价"),))
    assert [(p.msgtype, p.content.get("card_type")) for p in render.for_member(card, PAGE)] == [("template_card", "text_notice")]
    assert [p.msgtype for p in render.for_member(card, "")] == ["markdown"]


def test_a_group_gets_a_link_instead_of_buttons() -> None:
    (part,) = render.for_webhook(Card(key="k", title="报价", buttons=BUTTONS[:2]), PAGE)
    check_card(part.content, link_only=True)
    assert part.taps is None


def test_a_groups_list_is_paged_and_its_last_page_has_the_link_and_who_is_called() -> None:
    parts = render.for_webhook(listed(120), PAGE, ("lisi",))
    assert all(size(part.content["content"]) <= limits.WEBHOOK_MARKDOWN_BYTES for part in parts)
    assert PAGE in parts[-1].content["content"]
    assert "<@lisi>" in parts[-1].content["content"]


def test_a_list_that_is_too_long_for_a_chat_says_how_much_is_left() -> None:
    *before, _ = render.for_member(listed(300), "")
    assert len(before) == limits.PAGES
    assert "还有约" in before[-1].content["content"]
    assert all(size(part.content["content"]) <= limits.TEXT_BYTES for part in before)


def test_a_link_of_somebody_elses_words_is_none() -> None:
    (part,) = render.for_member(Reply(text='点 <a href="https://evil.example">这里</a>'), "")
    assert "<a" not in part.content["content"]


def test_an_empty_text_is_no_message() -> None:
    assert render.for_member(Reply(text=" \n"), "") == []


text = st.text(max_size=400)
buttons = st.lists(
    st.builds(Button, label=text.filter(str.strip), action=st.sampled_from(["a", "b"])), max_size=8, unique_by=lambda b: b.label
)
lines = st.lists(st.builds(Line, text=text.filter(str.strip), detail=text), max_size=30)


@given(
    st.builds(
        Card,
        key=st.just("k"),
        title=text.filter(str.strip),
        text=text,
        note=text,
        tone=st.sampled_from(["info", "good", "warn", "bad"]),
        facts=st.lists(st.builds(Fact, label=text.filter(str.strip), value=text), max_size=9).map(tuple),
        buttons=buttons.map(tuple),
        sections=st.lists(st.builds(Section, title=text, lines=lines.map(tuple)), max_size=2).map(tuple),
    ),
    st.sampled_from(["", PAGE]),
)
def test_whatever_the_card_wecom_takes_it(card: Card, link: str) -> None:
    for part in render.for_member(card, link):
        json.dumps(part.content, ensure_ascii=False)
        if part.msgtype == "template_card":
            check_card({**part.content, "task_id": "t"})
        else:
            assert 0 < size(part.content["content"]) <= limits.TEXT_BYTES


@given(st.lists(st.text(max_size=300), max_size=60), st.integers(64, 500))
def test_pages_keep_every_character_and_their_size(given_lines: list[str], most: int) -> None:
    found = pages(given_lines, most)
    assert all(size(page) <= most for page in found)
    marks = [f"\n（{n}/{len(found)}）" for n in range(1, len(found) + 1)] if len(found) > 1 else [""]
    bare = "".join(page.removesuffix(mark) for page, mark in zip(found, marks, strict=True))
    assert bare.replace("\n", "") == "".join(given_lines).replace("\n", "")


@pytest.mark.parametrize(("words", "most", "wanted"), [("一二三", 3, "一二三"), ("一二三四", 3, "一二…"), ("一\n二", 5, "一 二")])
def test_cut_is_one_line_of_so_many_characters(words: str, most: int, wanted: str) -> None:
    assert cut(words, most) == wanted
