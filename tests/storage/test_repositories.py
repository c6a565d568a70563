"""Repositories of people, customers, leads and records: what is saved is read back, and each question gets its answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.access import Sight
from bot.domain.activity import ActivityKind, ActivityState
from bot.domain.clock import SHANGHAI
from bot.domain.customer import CustomerKind, LeadState
from bot.domain.member import Group, Role
from bot.domain.understood import Channel, Stage
from bot.domain.values import ActivityId, CustomerId, GroupId, LeadId, MediaId, MemberId
from storage.engines import database_url, writer_engine
from storage.repositories.media import MediaRow
from storage.repositories.questions import Question
from storage.transaction import Transaction
from tests.storage.samples import NOW, a_contact, a_customer, a_lead, a_member, a_piece, an_activity, hours_ago

LI, WANG = MemberId("m_li"), MemberId("m_wang")
TODAY = NOW.date()


def sight(member: MemberId) -> Sight:
    """What a rep sees."""
    return Sight(viewer=member, owners=frozenset({member}), acts_for=frozenset({member}))


LIS, WANGS = sight(LI), sight(WANG)
ALL = Sight(viewer=LI, owners=None, acts_for=None, unowned=None)


@pytest.fixture
def tx(database: Path) -> Iterator[Transaction]:
    """An open transaction on a real file, with one rep, one customer and one lead."""
    engine = writer_engine(database_url(f"sqlite:///{database}"))
    with engine.connect() as connection, connection.begin():
        tx = Transaction(connection)
        tx.members.save(a_member())
        tx.customers.save(a_customer(owner_id=LI))
        tx.leads.save(a_lead())
        yield tx
    engine.dispose()


def test_a_member_is_read_back_whole(tx: Transaction) -> None:
    full = a_member(
        "m_wang", "王磊", roles=("rep", "admin"), manager_id=LI, region="华东", product_line="仪表", mobile="1", email="e", employee_no="7"
    )
    tx.members.save(full)
    assert tx.members.get(WANG) == full
    assert tx.members.get(MemberId("nobody")) is None


def test_saving_again_overwrites(tx: Transaction) -> None:
    tx.members.save(a_member(name="李思思"))
    assert [m.name for m in tx.members.org().members.values()] == ["李思思"]


def test_a_person_is_found_by_platform_identity(tx: Transaction) -> None:
    tx.members.identify("sandbox", "li.si", LI, "p:li.si")
    assert tx.members.by_identity("sandbox", "li.si") == tx.members.get(LI)
    assert tx.members.by_identity("wecom", "li.si") is None
    assert tx.members.users("sandbox") == [("li.si", tx.members.get(LI))]


def test_who_has_left_is_nobody_on_any_platform(tx: Transaction) -> None:
    tx.members.identify("sandbox", "li.si", LI, "p:li.si")
    tx.members.save(a_member(active=False))
    assert tx.members.by_identity("sandbox", "li.si") is None
    assert tx.members.named("李思") == []


def test_one_person_may_be_on_several_platforms(tx: Transaction) -> None:
    tx.members.identify("wecom", "LiSi", LI, "w:LiSi")
    tx.members.identify("sandbox", "li.si", LI, "old")
    tx.members.identify("sandbox", "li.si", LI, "p:li.si")
    assert tx.members.chats(LI) == [("sandbox", "p:li.si"), ("wecom", "w:LiSi")]


def test_groups_are_found_by_purpose_and_by_chat(tx: Transaction) -> None:
    digest = Group(GroupId("g_1"), "华东", "sandbox", "g:east", "digest", "华东")
    alerts = Group(GroupId("g_2"), "公司", "sandbox", "g:all", "alerts")
    tx.members.save_group(digest)
    tx.members.save_group(alerts)
    assert tx.members.groups("digest") == [digest]
    assert tx.members.groups() == [digest, alerts]
    assert tx.members.group_at("sandbox", "g:all") == alerts


def test_a_customer_is_read_back_whole(tx: Transaction) -> None:
    full = a_customer(
        "c_2",
        "恒力电子",
        aliases=("恒力", '带"引号"的', "🙂"),
        kind=CustomerKind.CONSUMER,
        industry="电子",
        region="华东",
        address="苏州",
        owner_id=LI,
        partners=("m_wang",),
    )
    tx.customers.save(full)
    assert tx.customers.get(CustomerId("c_2")) == full
    assert tx.customers.called("恒力电子") == full
    assert tx.customers.called("恒力") is None


def test_two_customers_of_the_same_name_are_refused(tx: Transaction) -> None:
    with pytest.raises(IntegrityError):
        tx.customers.save(a_customer("c_2"))


def test_a_contact_of_no_customer_is_refused(tx: Transaction) -> None:
    with pytest.raises(IntegrityError):
        tx.customers.add_contact(a_contact(customer_id=CustomerId("nobody")))


@pytest.mark.parametrize("fragment", ["绍兴", "恒力机械", "有限公司", "恒记", "𬭎", 'A"B', "100%", "张", "5678", "13800005678", "Heng"])
def test_a_customer_is_found_by_name_alias_contact_or_end_of_phone(tx: Transaction, fragment: str) -> None:
    tx.customers.save(a_customer(owner_id=LI, aliases=("恒记", "𬭎业", 'A"B', "100%", "hengli")))
    tx.customers.add_contact(a_contact(phone="13800005678"))
    assert [c.id for c in tx.customers.find(fragment, LIS)] == ["c_1"]


@pytest.mark.parametrize("fragment", ["苏州", "1380", "6052", "u6052", "\\u", '", "', "[", "%", "_", "'; DROP TABLE customer; --"])
def test_a_customer_is_not_found_by_what_is_not_in_its_file(tx: Transaction, fragment: str) -> None:
    tx.customers.save(a_customer(owner_id=LI, aliases=("恒力", "恒记")))
    tx.customers.add_contact(a_contact(phone="13800005678"))
    assert tx.customers.find(fragment, ALL) == []


def test_only_visible_customers_are_found(tx: Transaction) -> None:
    tx.customers.save(a_customer("c_2", "恒力电子", owner_id=WANG))
    tx.customers.save(a_customer("c_3", "恒力重工", owner_id=WANG, partners=("m_li",)))
    tx.customers.save(a_customer("c_4", "恒力泵业"))
    assert {c.id for c in tx.customers.find("恒力", LIS)} == {"c_1", "c_3"}
    assert {c.id for c in tx.customers.find("恒力", ALL)} == {"c_1", "c_2", "c_3", "c_4"}
    assert {c.id for c in tx.customers.of(LIS)} == {"c_1", "c_3"}


def test_own_customers_come_newest_first_and_limited(tx: Transaction) -> None:
    for n in range(2, 5):
        tx.customers.save(a_customer(f"c_{n}", f"客户{n}", owner_id=LI, created_at=NOW + timedelta(hours=n)))
    assert [c.id for c in tx.customers.of(LIS, limit=2)] == ["c_4", "c_3"]


def test_contacts_are_read_back_with_their_customer(tx: Transaction) -> None:
    person = a_contact(title="总经理", department="技术部", focus="回本", phone="1")
    tx.customers.add_contact(person)
    assert tx.customers.contacts(CustomerId("c_1")) == tx.customers.all_contacts() == [person]


def test_a_lead_is_read_back_whole(tx: Transaction) -> None:
    full = a_lead(
        stage=Stage.QUOTED,
        product_line="伺服",
        source="展会",
        next_on=TODAY,
        next_step="给报价",
        delay_reason="客户CTO出差",
        snoozed_until=NOW,
        snooze_reason="等预算",
    )
    tx.leads.save(full)
    assert tx.leads.get(LeadId("l_1")) == full


def test_the_open_lead_that_moved_last_is_the_customers(tx: Transaction) -> None:
    tx.leads.save(a_lead(last_action_at=hours_ago(5)))
    tx.leads.save(a_lead("l_2", last_action_at=hours_ago(3)))
    tx.leads.save(a_lead("l_3", last_action_at=hours_ago(1), state=LeadState.CLOSED))
    open_lead, newest = tx.leads.open_of(CustomerId("c_1")), tx.leads.newest_of(CustomerId("c_1"))
    assert (open_lead and open_lead.id, newest and newest.id) == ("l_2", "l_3")


def test_due_leads_are_those_promised_until_a_day_oldest_first(tx: Transaction) -> None:
    for n, day in enumerate([TODAY, TODAY - timedelta(days=3), TODAY + timedelta(days=1), None], 1):
        tx.leads.save(a_lead(f"l_{n}", next_on=day))
    tx.leads.save(a_lead("l_9", next_on=TODAY, state=LeadState.CLOSED))
    found = tx.leads.due(LI, LIS, TODAY)
    assert [(lead.id, customer.id) for lead, customer in found] == [("l_2", "c_1"), ("l_1", "c_1")]
    assert tx.leads.due(WANG, WANGS, TODAY) == []


def test_idle_leads_come_longest_first(tx: Transaction) -> None:
    for n, hours in enumerate([1, 100, 50], 1):
        tx.leads.save(a_lead(f"l_{n}", last_action_at=hours_ago(hours)))
    assert [lead.id for lead, _ in tx.leads.idle(LIS, hours_ago(48))] == ["l_2", "l_3"]
    assert [lead.id for lead, _ in tx.leads.idle(ALL, hours_ago(48), limit=1)] == ["l_2"]
    assert tx.leads.count_idle(ALL, hours_ago(48)) == 2
    assert tx.leads.count_idle(LIS) == 3
    assert tx.leads.count_idle(WANGS) == 0


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        ({}, True),
        ({"last_action_at": hours_ago(47)}, False),
        ({"state": LeadState.CLOSED}, False),
        ({"snoozed_until": NOW + timedelta(minutes=1)}, False),
        ({"snoozed_until": NOW}, True),
        ({"next_on": TODAY}, False),
        ({"next_on": TODAY + timedelta(days=9)}, False),
        ({"next_on": TODAY - timedelta(days=1)}, True),
        ({"owner_id": None}, True),
        ({"owner_id": MemberId("somebody who left")}, True),
    ],
)
def test_what_belongs_on_the_morning_list(tx: Transaction, change: dict[str, object], listed: bool) -> None:
    tx.leads.save(replace(a_lead(last_action_at=hours_ago(49)), **change))  # type: ignore[arg-type]
    assert bool(tx.leads.stale(NOW, TODAY, hours_ago(48), None, 5)) is listed


def test_the_morning_list_shows_the_newly_broken_first_and_counts_the_rest(tx: Transaction) -> None:
    for n in range(1, 8):
        tx.leads.save(a_lead(f"l_{n}", last_action_at=hours_ago(50 + n)))
    lines = tx.leads.stale(NOW, TODAY, hours_ago(48), None, 5)
    assert [line.lead.id for line in lines] == ["l_1", "l_2", "l_3", "l_4", "l_5"]
    assert {line.group_total for line in lines} == {7}
    assert (lines[0].customer_name, lines[0].owner_name) == ("绍兴恒力机械有限公司", "李思")


def test_a_line_belongs_to_the_region_of_its_owner_else_of_its_customer(tx: Transaction) -> None:
    tx.members.save(a_member(region="华南"))
    tx.customers.save(a_customer(owner_id=LI, region="华东"))
    tx.leads.save(a_lead(last_action_at=hours_ago(60)))
    tx.leads.save(a_lead("l_2", owner_id=None, last_action_at=hours_ago(60)))
    assert [line.lead.id for line in tx.leads.stale(NOW, TODAY, hours_ago(48), "华南", 5)] == ["l_1"]
    assert [line.lead.id for line in tx.leads.stale(NOW, TODAY, hours_ago(48), "华东", 5)] == ["l_2"]


def test_a_lead_is_changed_only_if_nobody_moved_it_meanwhile(tx: Transaction) -> None:
    seen = a_lead().last_action_at
    assert tx.leads.change(LeadId("l_1"), seen, next_step="回访", last_action_at=NOW + timedelta(hours=1))
    assert not tx.leads.change(LeadId("l_1"), seen, next_step="太晚了")
    lead = tx.leads.get(LeadId("l_1"))
    assert lead
    assert lead.next_step == "回访"


def test_a_record_is_read_back_whole(tx: Transaction) -> None:
    full = an_activity(
        text="拜访了\u0000恒力🙂",
        customer_id=CustomerId("c_1"),
        customer_said="恒力",
        lead_id=LeadId("l_1"),
        channel=Channel.VISIT,
        contacts=("张工",),
        occurred_on=TODAY,
        occurred_time=time(14, 30),
        next_on=TODAY,
        next_time=time(9),
        next_steps=("给报价",),
        objections=("price_high",),
        competitors=("拓驰",),
        needs=("节拍",),
        delay_reason="出差",
        stage=Stage.DEMO,
        guesses=("customer",),
        details={"items": [{"model": None, "quantity": 2}]},
    )
    tx.activities.save(full)
    assert tx.activities.get(ActivityId("a_1")) == full


def test_the_last_record_of_a_chat_is_the_newest_kept_one(tx: Transaction) -> None:
    tx.activities.save(an_activity("a_1", hours_ago(3)))
    tx.activities.save(an_activity("a_2", hours_ago(1), state=ActivityState.UNDONE))
    tx.activities.save(an_activity("a_3", hours_ago(2), chat="g:east"))
    last = tx.activities.last_of(LI, "p:li.si")
    assert last
    assert last.id == "a_1"
    assert tx.activities.last_of(LI, "p:li.si", since=hours_ago(2.5)) is None
    assert tx.activities.last_of(LI, "p:li.si", since=hours_ago(3)) == last
    assert tx.activities.last_of(LI, "p:li.si", settled=True) is None


def test_the_timeline_shows_kept_records_newest_first(tx: Transaction) -> None:
    for n in range(1, 5):
        tx.activities.save(an_activity(f"a_{n}", hours_ago(n), customer_id=CustomerId("c_1"), lead_id=LeadId("l_1")))
    tx.activities.save(an_activity("a_1", hours_ago(1), customer_id=CustomerId("c_1"), state=ActivityState.UNDONE))
    assert [a.id for a in tx.activities.timeline(CustomerId("c_1"), limit=2)] == ["a_2", "a_3"]
    assert [a.id for a in tx.activities.of_lead(LeadId("l_1"))] == ["a_2", "a_3", "a_4"]


def test_records_are_counted_in_a_half_open_period(tx: Transaction) -> None:
    for n in range(1, 5):
        tx.activities.save(an_activity(f"a_{n}", hours_ago(n)))
    assert tx.activities.count(LI, ActivityKind.VISIT, hours_ago(3), hours_ago(1)) == 2
    assert tx.activities.count(LI, ActivityKind.PLAN, hours_ago(9), NOW) == 0


def test_loose_pieces_can_become_part_of_a_record_once(tx: Transaction) -> None:
    tx.activities.save(an_activity("a_1"))
    tx.activities.save(an_activity("a_2"))
    pieces = [a_piece("x_2", hours_ago(1), text="二"), a_piece("x_1", hours_ago(2), text="一", data={"lat": 30.1})]
    for piece in pieces:
        tx.activities.add_piece(piece)
    loose = tx.activities.loose_pieces(LI, hours_ago(3))
    assert [piece.text for piece in loose] == ["一", "二"]
    assert [piece.id for piece in tx.activities.loose_pieces(LI, hours_ago(1.5))] == ["x_2"]
    tx.activities.attach(loose, ActivityId("a_1"))
    tx.activities.attach(loose, ActivityId("a_2"))
    assert [piece.id for piece in tx.activities.pieces(ActivityId("a_1"))] == ["x_1", "x_2"]
    assert tx.activities.pieces(ActivityId("a_2")) == []
    assert tx.activities.loose_pieces(LI, hours_ago(3)) == []


def test_a_file_is_wanted_then_kept_or_failed(tx: Transaction) -> None:
    tx.media.save(MediaRow(MediaId("f_1"), "sandbox", "ref", "现场.jpg", "image/jpeg", NOW))
    tx.media.kept(MediaId("f_1"), "ab" * 32, 5_000_000_000, "image/png")
    row = tx.media.get(MediaId("f_1"))
    assert row
    assert (row.state, row.size, row.content_type, row.created_at) == ("kept", 5_000_000_000, "image/png", NOW)
    tx.media.failed(MediaId("f_1"), "平台上的文件已过期")
    failed = tx.media.get(MediaId("f_1"))
    assert failed
    assert (failed.state, failed.problem) == ("failed", "平台上的文件已过期")


def test_a_new_question_takes_the_place_of_the_old_one(tx: Transaction) -> None:
    first = Question("p:li.si", LI, "customer", "a_1", "k1", NOW)
    tx.questions.ask(first)
    tx.questions.ask(replace(first, subject="a_2"))
    tx.questions.ask(replace(first, chat="g:east"))
    open_one = tx.questions.open("p:li.si", LI)
    assert open_one
    assert open_one.subject == "a_2"
    tx.questions.close("p:li.si", LI)
    assert tx.questions.open("p:li.si", LI) is None
    assert tx.questions.open("g:east", LI)


def test_the_audit_log_tells_who_changed_what(tx: Transaction) -> None:
    tx.audit.note(NOW, LI, "correct", "a_1", old={"next_on": None}, new={"next_on": "2026-03-20"}, event_id="e1")
    tx.audit.note(NOW, None, "undo", "a_1")
    first, second = tx.audit.of("a_1")
    assert (first.member_id, first.action, first.new, first.event_id) == (LI, "correct", {"next_on": "2026-03-20"}, "e1")
    assert (second.member_id, second.old) == (None, None)
    assert tx.audit.of("a_2") == []


@pytest.mark.parametrize("value", [None, 0, "", [], {"a": [1, None, "二"]}, 1.5, True])
def test_a_fact_keeps_any_plain_value(tx: Transaction, value: object) -> None:
    tx.facts.set("x", "old", NOW)
    tx.facts.set("x", value, NOW)
    assert tx.facts.get("x") == value


def test_an_instant_is_read_back_aware_and_equal_in_whatever_zone_it_was_written(tx: Transaction) -> None:
    tx.customers.save(a_customer(created_at=datetime(2026, 1, 1, 0, 30, 15, 123456, tzinfo=SHANGHAI)))
    customer = tx.customers.get(CustomerId("c_1"))
    assert customer
    assert customer.created_at == datetime(2026, 1, 1, 0, 30, 15, 123456, tzinfo=SHANGHAI)
    assert customer.created_at.utcoffset() == timedelta(0)


def test_a_word_that_is_not_in_its_list_is_refused(tx: Transaction) -> None:
    with pytest.raises(Exception, match="is not a valid Stage"):
        tx.leads.save(a_lead(stage="won"))


def test_roles_may_be_given_as_words_or_members_of_the_enum(tx: Transaction) -> None:
    tx.members.save(a_member(roles=(Role.REP, "admin")))
    member = tx.members.get(LI)
    assert member
    assert member.roles == ("rep", "admin")


def test_dates_before_1970_are_dates_too(tx: Transaction) -> None:
    tx.leads.save(a_lead(next_on=date(1949, 10, 1)))
    lead = tx.leads.get(LeadId("l_1"))
    assert lead
    assert lead.next_on == date(1949, 10, 1)
