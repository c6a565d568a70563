"""Every sentence that a person reads: it renders, it speaks Chinese with Chinese punctuation, and nothing in it is empty."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from types import ModuleType

import pytest

from bot.chat.outgoing import Card, Outgoing, Reply, plain
from bot.domain.activity import Activity, ActivityKind, Missing, PieceKind
from bot.domain.clock import SHANGHAI
from bot.domain.customer import Customer, Lead, LeadState
from bot.domain.member import UNASSIGNED, Doubt, DoubtfulMatch, MatchState, Member, Org, Role, Stranger
from bot.domain.staleness import Colour
from bot.domain.understood import Channel, Objection, Stage
from bot.domain.values import ActivityId, CustomerId, LeadId, MemberId
from prompts import cards, digests, handovers, lists, people, pictures, reminders, replies, speech, words
from storage.repositories.handovers import Holdings
from storage.repositories.leads import StaleLead

NOW = datetime(2026, 3, 18, 10, tzinfo=SHANGHAI)
TODAY = NOW.date()
REP = Member(MemberId("m1"), "李思", (Role.REP.value,))
BOSS = Member(MemberId("m2"), "陈立", (Role.MANAGER.value,))
ORG = Org(lambda: [REP, BOSS])
CUSTOMER = Customer(CustomerId("c1"), "宁波澜拓精密机床有限公司", NOW, industry="机床", owner_id=REP.id)
BARE = Customer(CustomerId("c2"), "绍兴恒力机械有限公司", NOW)
LEAD = Lead(LeadId("l1"), CUSTOMER.id, REP.id, NOW, NOW, next_on=date(2026, 3, 20), next_step="给报价", delay_reason="客户出差")
IDLE = Lead(LeadId("l2"), BARE.id, None, NOW, NOW)
RECORD = Activity(
    id=ActivityId("a1"),
    kind=ActivityKind.VISIT,
    member_id=REP.id,
    chat="p",
    received_at=NOW,
    last_piece_at=NOW,
    text="拜访了澜拓",
    channel=Channel.VISIT,
    contacts=("方工",),
    occurred_on=TODAY,
    occurred_time=time(14),
    next_on=date(2026, 3, 25),
    next_steps=("给报价",),
    objections=tuple(Objection),
    competitors=("汇川",),
    needs=("样机",),
    delay_reason="客户出差",
    stage=Stage.QUOTED,
    guesses=("customer",),
    details={
        "total_amount": "150000",
        "tax_included": True,
        "payment_term_days": 60,
        "items": [{"model": "X1", "quantity": 3, "unit": "台"}],
    },
)
LOOSE = Activity(
    id=ActivityId("a2"), kind=ActivityKind.FOLLOW_UP, member_id=REP.id, chat="p", received_at=NOW, last_piece_at=NOW, text="聊了新产线"
)


def records() -> Iterator[Outgoing]:
    for ask in (None, *Missing):
        yield cards.record(RECORD, CUSTOMER.name, TODAY, ask=ask, extra=["这条记录里有 1 张照片。"])
    for kind in ActivityKind:
        yield cards.record(replace(LOOSE, kind=kind, text="聊了新产线"), None, TODAY)
    yield cards.undone(RECORD, CUSTOMER.name, "1 条文字")
    yield cards.choose_customer(RECORD, [CUSTOMER, BARE], "恒力")
    yield cards.unknown_customer(RECORD, "博瑞机械", ["王磊", "王磊", "林晓"])
    yield cards.which_customer(LOOSE, CUSTOMER)
    yield cards.which_customer(LOOSE, None)
    yield cards.left_loose(RECORD)
    yield cards.listening(LOOSE)
    yield cards.not_a_record(LOOSE, "我今天要跟谁")
    for problem in (*speech.PROBLEMS.values(), speech.NOTHING_HEARD, speech.FAILED, speech.NO_MODEL, speech.lost("", "是空的。")):
        yield cards.with_problem(cards.which_customer(LOOSE, None), problem)
    yield speech.no_command("撤销")
    heard = [cards.heard("拜访了恒力机械"), cards.mended("红利机械", "恒力机械"), cards.unclear(2)]
    yield cards.record(RECORD, CUSTOMER.name, TODAY, extra=heard)
    yield cards.timeline(CUSTOMER, "李思", [RECORD], {REP.id: "李思"}, "3月25日 给报价", TODAY)
    yield cards.timeline(CUSTOMER, "李思", [], {}, None, TODAY)


def customers() -> Iterator[Outgoing]:
    yield cards.colleagues_customer("k", CUSTOMER, "李思", saved=cards.SAVED_ANYWAY)
    yield cards.colleagues_customer("k", CUSTOMER, "李思", saved=cards.NOT_YOURS)
    yield cards.similar_customers("k", "澜拓机床", [CUSTOMER], ["王磊"], "m1")
    yield cards.customer_created(CUSTOMER, ["方工"])
    yield cards.partner_request(CUSTOMER, "王磊", "m3", TODAY)
    yield cards.settled("k", replies.DISMISSED)
    yield lists.which("which:1", "恒力", [CUSTOMER, BARE])
    yield lists.found("恒力", [CUSTOMER, BARE], ORG, 7)
    yield lists.no_customers()


def by_time() -> Iterator[Outgoing]:
    stale = [(StaleLead(LEAD, CUSTOMER.name, "华东", "李思", 7), Colour.RED), (StaleLead(IDLE, BARE.name, None, None, 1), Colour.NEUTRAL)]
    yield digests.breakpoints("k", "华东群", stale, TODAY, NOW)
    yield digests.breakpoints("k", "华东群", [], TODAY, NOW)
    yield digests.rest("k", "李思", [digests.line(LEAD, CUSTOMER.name, Colour.RED, NOW, TODAY)], 40)
    yield digests.pick_taker("k", LEAD, CUSTOMER.name, [REP], "digest:1")
    yield digests.taken_over(CUSTOMER.name, "陈立", LEAD)
    yield reminders.promise(LEAD, CUSTOMER, "方工", "上次聊了报价", TODAY)
    yield reminders.promise(IDLE, BARE, "", "", TODAY)
    yield lists.today([(LEAD, CUSTOMER.name)], [(IDLE, BARE.name)] * 30, NOW, 20)
    yield lists.today([], [], NOW, 20)
    for shade in (Colour.RED, Colour.YELLOW):
        yield lists.coloured(shade, [(LEAD, CUSTOMER)], 21, NOW, ORG)
        yield lists.coloured(shade, [], 0, NOW, ORG)
    yield lists.board(dict.fromkeys(Colour, 1), [(LEAD, CUSTOMER)], NOW, ORG, everybody=False)


def answers() -> Iterator[Outgoing]:
    for member in (REP, BOSS):
        yield replies.help_text(member)
        yield replies.cannot_answer(member)
    yield replies.kept_whole("今天天气不错")
    yield replies.incident("a1b2")
    yield replies.incident_notice("a1b2", "李思")
    yield replies.dead_letter("k", 7, "群已解散")
    yield replies.media_problem("", "文件太大，没收下。")
    yield replies.undo_too_late()
    yield replies.joined("拜访 澜拓", [("竞品", "汇川")], "1 条文字", [cards.LISTENING])
    yield replies.joined("拜访 澜拓", [], "1 条文字", [])
    yield replies.corrected([("联系人", "", "方工"), ("下次跟进", "3月20日", "")])
    yield replies.partner_answer("澜拓", "王磊", agreed=True)
    yield replies.partner_answer("澜拓", "王磊", agreed=False)
    yield replies.none_found("火星")
    for text in single_sentences():
        yield Reply(text=text)


def single_sentences() -> Iterator[str]:
    for module in (handovers, people, replies, digests, reminders, cards):
        yield from constants(module)
    yield replies.not_your_record()
    yield replies.not_allowed("王磊")
    yield replies.not_allowed(UNASSIGNED)
    yield replies.unreachable("王磊")
    yield digests.snoozed("李思", NOW, "客户出差")
    yield digests.handed("陈立", "王磊")
    yield digests.followed("李思", NOW, "打了电话", TODAY, TODAY)
    yield digests.followed("李思", NOW, "", None, TODAY)
    for state in LeadState:
        yield digests.present(Lead(LeadId("l"), CUSTOMER.id, REP.id, NOW, NOW, state=state), "李思", NOW, TODAY)


def constants(module: ModuleType) -> Iterator[str]:
    """The sentences that stand alone in a module; names in braces are filled in."""
    found = [value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)]
    return (text.replace("{name}", "王磊") for text in found)


def handing_over() -> Iterator[Outgoing]:
    counts = handovers.counts(Holdings(("c1", "c2"), ("l1",)), 1)
    yield handovers.proposal("k", REP, BOSS, counts, [(CUSTOMER.name, 20)])
    yield handovers.proposal("k", REP, BOSS, counts, [])
    yield handovers.done("k", REP, BOSS, "许静", counts)
    yield handovers.received("李思", "许静", counts, [(CUSTOMER.name, 20)])
    yield handovers.given("陈立", "许静", counts)
    yield handovers.reported("李思", "陈立", "许静", counts)
    yield handovers.returned("李思", "陈立", "许静", counts)
    yield handovers.which("k", "李思", "giver", [REP, replace(REP, active=False, region="华东", employee_no="D001")], {})
    for sentence in (handovers.nothing, handovers.unknown, handovers.not_yours, handovers.cannot_take, handovers.back_already):
        yield Reply(text=sentence("李思"))
    yield Reply(text=handovers.back("李思", "许静"))


def strangers() -> Iterator[Outgoing]:
    yield people.greeting("小王", ["许静", "周敏"])
    yield people.greeting("", [])
    yield people.recognised(REP)
    person = Stranger(id="x1", platform="wecom", user_id="u1", chat="", name="小王", first_at=NOW, greeted_on=TODAY, mobile="13800001234")
    for left in (None, REP):
        yield people.stranger(person, left)
    yield people.stranger_settled(person, people.ignored(person, "许静"))
    yield people.stranger_settled(person, people.is_now(person, "李思", "许静"))
    for doubt in Doubt:
        match = DoubtfulMatch(id="w1", platform="wecom", user_id="u1", member_id=REP.id, doubt=doubt, asked_at=NOW)
        yield people.doubtful(match, REP)
        for state in MatchState:
            yield people.decided(replace(match, state=state), "李思", "许静")


EVERY = [*records(), *customers(), *by_time(), *answers(), *strangers(), *handing_over()]


@pytest.mark.parametrize("message", EVERY, ids=range(len(EVERY)))
def test_it_is_written_with_chinese_punctuation(message: Outgoing) -> None:
    text = re.sub(r"a1b2|\d+[:.]\d+|\[[^\]]*\]", "", plain(message))
    assert re.findall(r"[一-鿿][,;:?!()]|[,;:?!()][一-鿿]", text) == []


@pytest.mark.parametrize("message", EVERY, ids=range(len(EVERY)))
def test_nothing_is_left_empty(message: Outgoing) -> None:
    text = plain(message)
    assert text.strip()
    assert not re.search(r"None|\{|\}|（）|：\s*\Z|：；|。。|，。|··|【】", text), text


@pytest.mark.parametrize("card", [m for m in EVERY if isinstance(m, Card)], ids=lambda c: c.title)
def test_every_label_of_a_card_says_something(card: Card) -> None:
    buttons = [*card.buttons, *(b for s in card.sections for x in s.lines for b in x.buttons)]
    assert all(b.label.strip() and b.action for b in buttons)
    assert all(f.label.strip() and f.value.strip() for f in card.facts)
    assert all(x.text.strip() for s in card.sections for x in s.lines)
    assert card.title.strip()
    assert card.key


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (words.CHANNEL, Channel),
        (words.KIND, ActivityKind),
        (words.STAGE, Stage),
        (words.OBJECTION, Objection),
        (words.COLOUR, Colour),
        (words.PIECE, PieceKind),
        (people.DOUBT, Doubt),
        (people.ROLE, Role),
        (words.MEASURE, PieceKind),
        (cards.ASK, Missing),
    ],
)
def test_every_value_has_a_word(table: dict[object, str], values: type) -> None:
    assert set(table) == set(values)  # type: ignore[call-overload]
    assert all(table.values())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2026, 3, 18), "今天（3月18日 周三）"),
        (date(2026, 3, 16), "前天（3月16日 周一）"),
        (date(2026, 3, 25), "3月25日 周三"),
        (date(2027, 1, 4), "2027年1月4日 周一"),
        (date(2025, 12, 31), "2025年12月31日 周三"),
    ],
)
def test_a_day_reads_naturally(value: date, expected: str) -> None:
    assert words.day(value, TODAY) == expected


@pytest.mark.parametrize(("text", "expected"), [("一\n二\t三", "一 二 三"), ("字" * 100, "字" * 59 + "…"), ("", "")])
def test_a_long_text_is_cut_to_one_line(text: str, expected: str) -> None:
    assert words.shortened(text) == expected


def test_every_problem_of_a_picture_has_its_sentence_at_the_command_line_too() -> None:
    assert pictures.FILE_PROBLEM.keys() == pictures.PROBLEM.keys()
    assert not [s for s in pictures.FILE_PROBLEM.values() if "存好" in s or "再发" in s or "重新发" in s]
