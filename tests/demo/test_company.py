"""The demonstration company: complete, consistent, and lively on whatever day it is shown."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from time import process_time

import pytest

from bot.demo import load
from bot.domain.activity import Activity, ActivityKind, ActivityState
from bot.domain.clock import SHANGHAI, local, local_day
from bot.domain.customer import Customer, Lead, LeadState
from bot.domain.member import Member, Role
from bot.domain.staleness import Colour, colour
from bot.domain.understood import Objection, Stage
from bot.domain.worktime import Worktime, at
from config.rules import Rules
from storage.store import Store
from storage.transaction import Reader
from tests.conftest import WEDNESDAY

DAYS = {
    "a Monday morning before work": datetime(2026, 3, 16, 7, 30, tzinfo=SHANGHAI),
    "a Tuesday at one minute past midnight": datetime(2026, 3, 17, 0, 1, tzinfo=SHANGHAI),
    "a Wednesday": WEDNESDAY,
    "a Friday night": datetime(2026, 3, 20, 23, 59, tzinfo=SHANGHAI),
    "a Saturday": datetime(2026, 3, 21, 15, tzinfo=SHANGHAI),
    "a Sunday": datetime(2026, 3, 22, 9, tzinfo=SHANGHAI),
    "a make-up Saturday": datetime(2026, 2, 28, 11, tzinfo=SHANGHAI),
    "in the Spring Festival": datetime(2026, 2, 19, 12, tzinfo=SHANGHAI),
    "the day after the National Day holiday": datetime(2026, 10, 8, 8, 20, tzinfo=SHANGHAI),
    "New Year's Eve": datetime(2026, 12, 31, 17, tzinfo=SHANGHAI),
    "a year without an official calendar": datetime(2031, 6, 4, 10, tzinfo=SHANGHAI),
}


class Company:
    """Everything in the database, read once; ``read`` asks more."""

    def __init__(self, store: Store, now: datetime) -> None:
        self.now = now
        self.read = store.read_now
        store.read_now(self._fill)

    def _fill(self, reader: Reader) -> None:
        self.members = dict(reader.members.users("sandbox"))
        self.groups = reader.members.groups()
        self.customers = reader.customers.all()
        self.contacts = reader.customers.all_contacts()
        found = [reader.leads.newest_of(customer.id) for customer in self.customers]
        self.leads = [lead for lead in found if lead]
        self.history = {lead.id: reader.activities.of_lead(lead.id, limit=100) for lead in self.leads}
        self.records = [record for records in self.history.values() for record in records]
        self.pieces = {record.id: reader.activities.pieces(record.id) for record in self.records}
        self.timers = {timer.subject: timer for timer in reader.timers.due(datetime(2999, 1, 1, tzinfo=SHANGHAI))}

    @property
    def open(self) -> list[Lead]:
        return [lead for lead in self.leads if lead.state is LeadState.OPEN]

    def customer(self, name: str) -> Customer:
        return next(customer for customer in self.customers if customer.name == name)

    def with_role(self, role: Role) -> list[Member]:
        return [member for member in self.members.values() if member.has(role)]


@contextmanager
def opened(now: datetime, worktime: Worktime, empty: Path, folder: Path) -> Iterator[Company]:
    """The company as it would be on a day, in a real file that stays open."""
    store = Store(f"sqlite:///{shutil.copy(empty, folder / 'demo.db')}")
    store.write_now(lambda tx: load(tx, now, worktime))
    yield Company(store, now)
    store.close()


@pytest.fixture(scope="module")
def company(worktime: Worktime, empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with opened(WEDNESDAY, worktime, empty_database, tmp_path_factory.mktemp("demo")) as company:
        yield company


@pytest.fixture(scope="module", params=list(DAYS.values()), ids=list(DAYS))
def any_day(
    request: pytest.FixtureRequest, worktime: Worktime, empty_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    with opened(request.param, worktime, empty_database, tmp_path_factory.mktemp("demo")) as company:
        yield company


def test_it_loads_in_less_than_a_second(store: Store, worktime: Worktime) -> None:
    started = process_time()
    store.write_now(lambda tx: load(tx, WEDNESDAY, worktime))
    assert process_time() - started < 1


def test_it_survives_closing_the_file(database: Path, worktime: Worktime) -> None:
    store = Store(f"sqlite:///{database}")
    store.write_now(lambda tx: load(tx, WEDNESDAY, worktime))
    store.close()
    again = Store(f"sqlite:///{database}")
    assert len(again.read_now(lambda reader: reader.customers.all())) == 60
    again.close()


def test_the_same_day_gives_the_same_company(empty_database: Path, tmp_path: Path, worktime: Worktime) -> None:
    texts = []
    for name in ("one.db", "two.db"):
        copy = tmp_path / name
        copy.write_bytes(empty_database.read_bytes())
        store = Store(f"sqlite:///{copy}")
        store.write_now(lambda tx: load(tx, WEDNESDAY, worktime))
        texts.append([record.text for record in Company(store, WEDNESDAY).records])
        store.close()
    assert texts[0] == texts[1]


def test_each_region_has_a_manager_and_two_reps(company: Company) -> None:
    people = [(m.region, "manager" if m.has(Role.MANAGER) else "rep") for m in company.members.values() if m.region]
    assert Counter(people) == {(region, role): n for region in ("华东", "华南", "华北") for role, n in (("manager", 1), ("rep", 2))}


def test_there_are_twelve_or_thirteen_colleagues_with_names_of_their_own(company: Company) -> None:
    assert len(company.members) in (12, 13)
    assert len({member.name for member in company.members.values()}) == len(company.members)


@pytest.mark.parametrize("role", [Role.APPROVER_TECHNICAL, Role.APPROVER_FINANCE, Role.APPROVER_GM, Role.ADMIN])
def test_each_approver_and_the_admin_exists_once(company: Company, role: Role) -> None:
    assert len(company.with_role(role)) == 1


def test_everybody_is_below_the_general_manager(company: Company) -> None:
    (head,) = company.with_role(Role.APPROVER_GM)
    assert company.read(lambda reader: reader.members.org().team(head.id)) == frozenset(member.id for member in company.members.values())


def test_everybody_has_a_private_chat_in_the_sandbox(company: Company) -> None:
    chats = company.read(lambda reader: {user: reader.members.chats(member.id) for user, member in company.members.items()})
    assert chats == {user: [("sandbox", f"p:{user}")] for user in company.members}


def test_every_region_has_a_digest_group_and_the_company_one_for_alerts(company: Company) -> None:
    assert {(g.purpose, g.region) for g in company.groups} == {("digest", "华东"), ("digest", "华南"), ("digest", "华北"), ("alerts", None)}
    assert all(group.platform == "sandbox" and group.chat.startswith("g:") for group in company.groups)


def test_there_are_sixty_customers_with_names_of_their_own(company: Company) -> None:
    assert len({customer.name for customer in company.customers}) == 60


def test_only_hengli_is_ambiguous(company: Company) -> None:
    used = Counter(alias for customer in company.customers for alias in customer.aliases)
    assert [alias for alias, times in used.items() if times > 1] == ["恒力"]


def test_the_two_henglis_can_be_told_apart(company: Company) -> None:
    machines, electronics = company.customer("绍兴恒力机械有限公司"), company.customer("恒力电子(苏州)有限公司")
    assert machines.aliases == ("恒力", "恒力机械")
    assert electronics.aliases == ("恒力", "恒力电子")
    assert machines.owner_id == electronics.owner_id == company.members["li.si"].id
    people = [(c.name, c.title, c.department) for c in company.contacts if c.customer_id == machines.id]
    assert people == [("张工", None, "技术部"), ("李总", "总经理", None), ("周敏", "采购主管", "采购部")]


def test_every_customer_has_one_to_four_contacts_and_a_full_file(company: Company) -> None:
    per_customer = Counter(contact.customer_id for contact in company.contacts)
    assert set(per_customer.values()) == {1, 2, 3, 4}
    assert len(per_customer) == 60
    assert all(c.industry and c.address and c.region and c.aliases for c in company.customers)


def test_phone_numbers_are_unique_and_belong_to_nobody(company: Company) -> None:
    phones = [contact.phone or "" for contact in company.contacts]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith("1380000") and len(phone) == 11 for phone in phones)


def test_every_owner_is_a_rep_of_the_customers_region_with_ten_customers(company: Company) -> None:
    reps = {member.id: member for member in company.with_role(Role.REP)}
    assert all(customer.owner_id and reps[customer.owner_id].region == customer.region for customer in company.customers)
    assert set(Counter(customer.owner_id for customer in company.customers).values()) == {10}


def test_a_few_customers_are_won_lost_or_without_a_lead(company: Company) -> None:
    closed = Counter(lead.stage for lead in company.leads if lead.state is LeadState.CLOSED)
    assert set(closed) == {Stage.PAID, Stage.LOST}
    assert 1 <= 60 - len(company.leads) <= 4
    assert 50 <= len(company.open) <= 57


def test_open_leads_are_spread_over_every_open_stage(company: Company) -> None:
    spread = Counter(lead.stage for lead in company.open)
    assert set(spread) == set(Stage) - {Stage.PAID, Stage.LOST}
    assert min(spread.values()) >= 5


def test_there_are_about_250_records_of_every_sort(company: Company) -> None:
    assert 220 <= len(company.records) <= 320
    assert {record.kind for record in company.records} == {ActivityKind.VISIT, ActivityKind.FOLLOW_UP, ActivityKind.PLAN}
    assert all(record.state is ActivityState.KEPT and record.lead_id and record.customer_id for record in company.records)


def test_no_two_records_say_the_same(company: Company) -> None:
    assert len({record.text for record in company.records}) == len(company.records)
    assert len({record.text[:8] for record in company.records}) > 150


def test_no_record_shows_an_unfilled_blank(company: Company) -> None:
    assert not [record.text for record in company.records if "{" in record.text or "}" in record.text or "None" in record.text]


def test_a_record_names_its_customer_unambiguously_and_its_contact(company: Company) -> None:
    customers = {customer.id: customer for customer in company.customers}
    for record in company.records:
        assert record.customer_id
        spoken = [alias for alias in customers[record.customer_id].aliases if alias != "恒力"]
        assert any(alias in record.text for alias in spoken)
        assert all(contact in record.text for contact in record.contacts)


def test_objections_are_words_of_the_vocabulary(company: Company) -> None:
    said = {objection for record in company.records for objection in record.objections}
    assert len(said) >= 5
    assert said <= {objection.value for objection in Objection}


def test_every_record_is_the_sum_of_its_pieces(company: Company) -> None:
    for record in company.records:
        pieces = company.pieces[record.id]
        assert record.text == "\n".join(piece.text for piece in pieces)
        assert (record.received_at, record.last_piece_at) == (pieces[0].received_at, pieces[-1].received_at)
    assert {len(pieces) for pieces in company.pieces.values()} == {1, 2}


def test_a_lead_stands_as_its_newest_record_left_it(any_day: Company) -> None:
    for lead in any_day.leads:
        newest, first = any_day.history[lead.id][0], any_day.history[lead.id][-1]
        assert lead.last_action_at == newest.last_piece_at
        assert (lead.next_on, lead.next_step) == (newest.next_on, newest.next_steps[0])
        assert lead.delay_reason == newest.delay_reason
        assert lead.created_at == first.received_at


def test_history_happened_in_working_hours_of_working_days_before_now(any_day: Company, worktime: Worktime) -> None:
    for record in any_day.records:
        for instant in (record.received_at, record.last_piece_at):
            assert instant < any_day.now
            assert worktime.is_workday(local_day(instant))
            assert worktime.start <= local(instant).time() <= worktime.end


def test_a_claimed_time_is_earlier_the_same_day(any_day: Company) -> None:
    claimed = [record for record in any_day.records if record.occurred_time]
    assert claimed
    for record in claimed:
        assert record.occurred_on == local_day(record.received_at)
        assert record.occurred_time
        assert record.occurred_time < local(record.received_at).time()


def test_a_promise_lies_after_the_record_that_made_it(any_day: Company) -> None:
    assert all(record.next_on > local_day(record.received_at) for record in any_day.records if record.next_on)


def test_every_rep_has_leads_of_every_colour(any_day: Company, rules: Rules, worktime: Worktime) -> None:
    seen: defaultdict[str, set[Colour]] = defaultdict(set)
    for lead in any_day.open:
        seen[str(lead.owner_id)].add(colour(lead.last_action_at, any_day.now, rules.colour, worktime))
    assert len(seen) == 6
    assert all(colours == set(Colour) for colours in seen.values())


def test_every_red_lead_says_why(any_day: Company, rules: Rules, worktime: Worktime) -> None:
    red = [lead for lead in any_day.open if colour(lead.last_action_at, any_day.now, rules.colour, worktime) is Colour.RED]
    assert len(red) == 6
    assert len({lead.delay_reason for lead in red} - {None}) == 6


def test_every_rep_has_a_promise_due_today_and_one_for_the_next_working_day(any_day: Company, worktime: Worktime) -> None:
    today = local_day(any_day.now)
    for when in (today, worktime.next_workday(today)):
        assert len({lead.owner_id for lead in any_day.open if lead.next_on == when}) == 6


def test_some_leads_are_snoozed_into_the_future_with_a_reason(any_day: Company) -> None:
    snoozed = [lead for lead in any_day.open if lead.snoozed_until]
    assert len(snoozed) == 6
    assert all(lead.snoozed_until and lead.snoozed_until > any_day.now and lead.snooze_reason for lead in snoozed)


@pytest.mark.parametrize("region", ["华东", "华南", "华北"])
def test_the_morning_list_has_lines_of_both_reps_of_a_region(any_day: Company, rules: Rules, worktime: Worktime, region: str) -> None:
    before = worktime.before(any_day.now, rules.breakpoint.limit, rules.breakpoint.clock)
    lines = any_day.read(lambda reader: reader.leads.stale(any_day.now, local_day(any_day.now), before, region, 5))
    assert len({line.owner_name for line in lines}) == 2
    assert len(lines) >= 6


def test_exactly_the_open_promises_of_the_future_have_a_timer(any_day: Company) -> None:
    wanted = {lead.id: at(lead.next_on, time(9)) for lead in any_day.open if lead.next_on}
    assert {subject: timer.run_at for subject, timer in any_day.timers.items()} == {k: v for k, v in wanted.items() if v > any_day.now}
    assert any_day.timers
    assert all((timer.kind, timer.key) == ("promise", f"promise:{subject}") for subject, timer in any_day.timers.items())


def _newest(records: list[Activity]) -> Activity:
    return max(records, key=lambda record: record.last_piece_at)


def test_the_newest_record_of_a_lead_is_a_contact_that_took_place(any_day: Company) -> None:
    assert all(_newest(records).kind is not ActivityKind.PLAN for records in any_day.history.values())


def test_one_colleague_has_not_seen_the_privacy_notice_yet(company: Company) -> None:
    without = [user for user, member in company.members.items() if company.read(lambda r, m=member: r.consents.newest(m.id)) is None]  # type: ignore[misc]
    assert without == ["liu.yang"]
