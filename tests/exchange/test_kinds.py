"""What each kind of table holds its rows against."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.clock import SHANGHAI
from bot.domain.customer import LeadState
from bot.domain.member import Group
from bot.domain.understood import Stage
from bot.domain.values import CustomerId, GroupId, LeadId, MemberId, Money
from storage.repositories.aliases import TeamAlias
from storage.transaction import Transaction
from tests.exchange.office import Office, all_of
from tests.storage.samples import NOW, a_lead, an_activity

HENGLI = "绍兴恒力机械有限公司"
CONTRACT = f"合同编号,客户,金额,签订日,到期日,回款计划\nHT-1,{HENGLI},130000,2026-03-01,2027-02-28,2026-03-31:50000;2026-06-30:80000\n"


@pytest.fixture
def signed(staffed: Office) -> Office:
    """The company with a contract over 130 000 yuan."""
    staffed.take("contracts", CONTRACT)
    return staffed


def only(office: Office, kind: str) -> Any:  # noqa: ANN401
    (one,) = office.read(all_of(kind))
    return one


# People


def test_people_may_name_managers_and_deputies_of_the_same_file(office: Office) -> None:
    outcome = office.take("people", "姓名,角色,上级,工号,代理人\n李思,销售,陈立群,D6,孙悦\n陈立群,主管,,D5,\n孙悦,rep,D5,D8,\n")
    assert outcome.actions == ["new"] * 3
    people = {p.member.name: p for p in office.read(all_of("people"))}
    assert people["李思"].member.manager_id == people["孙悦"].member.manager_id == people["陈立群"].id
    assert people["李思"].deputy_id == people["孙悦"].id
    assert people["李思"].member.roles == ("rep",)


def test_people_are_known_by_their_numbers(staffed: Office) -> None:
    outcome = staffed.take("people", "姓名,角色,工号,区域\n李思思,销售;主管,D006,华南\n")
    assert outcome.actions == ["update"]
    li = staffed.read(lambda r: r.members.get(MemberId("m_li")))
    assert (li.name, li.roles, li.region, li.mobile) == ("李思思", ("rep", "manager"), "华南", "13800000001")


def test_people_are_never_one_by_their_name_alone(staffed: Office) -> None:
    outcome = staffed.take("people", "姓名,角色,手机\n李思,主管,13900000009\n")
    assert outcome.actions == ["skip"]
    assert "可能是同一个" in outcome.said
    assert len(staffed.read(lambda r: r.members.named("李思"))) == 1


def test_somebody_decides_that_it_is_the_same_person(staffed: Office) -> None:
    staffed.take("people", "姓名,角色,手机\n李思,销售,13900000009\n", duplicates="update")
    assert staffed.read(lambda r: r.members.get(MemberId("m_li"))).mobile == "13900000009"


STRANGER = "姓名,角色,工号,手机,上级\n冯七,销售,E013,13800000001,\n新人,销售,E014,,冯七\n"


def test_a_number_that_fits_beside_one_that_contradicts_is_left_to_a_person(staffed: Office) -> None:
    outcome = staffed.take("people", STRANGER)
    assert outcome.actions == ["skip", "error"]
    assert "“冯七”的手机和已有的“李思”一样，但姓名不同，工号表里是 E013，李思的是 D006" in outcome.said
    assert "--duplicates update" in outcome.said
    assert staffed.read(lambda r: r.members.get(MemberId("m_li"))).name == "李思"


def test_a_contradicting_number_is_overlooked_when_asked(staffed: Office) -> None:
    outcome = staffed.take("people", STRANGER, duplicates="update")
    assert outcome.actions == ["update", "new"]
    assert staffed.read(lambda r: r.members.get(MemberId("m_li"))).employee_no == "E013"


def test_a_mobile_that_changed_is_an_update(staffed: Office) -> None:
    outcome = staffed.take("people", "姓名,角色,工号,手机\n李思,销售,D006,13900000009\n")
    assert outcome.actions == ["update"]


def test_numbers_that_point_to_two_people_are_refused(staffed: Office) -> None:
    outcome = staffed.take("people", "姓名,角色,工号,手机\n李思,销售,D007,13800000001\n", dry=True)
    assert outcome.actions == ["error"]
    assert "对上了不同的人" in outcome.said


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("姓名,角色,工号,上级\n甲,主管,1,乙\n乙,主管,2,丙\n丙,主管,3,甲\n", "绕成了圈：甲 → 乙 → 丙 → 甲"),
        ("姓名,角色,工号,上级\n陈立群,主管,D005,李思\n", "绕成了圈：陈立群 → 李思 → 陈立群"),
        ("姓名,角色,工号,上级\n甲,主管,1,甲\n", "上级不能是自己"),
        ("姓名,角色,工号,上级\n甲,主管,1,火星人\n", "没有同事“火星人”"),
        ("姓名,角色,工号,代理人\n甲,主管,1,1\n", "代理人不能是自己"),
        ("姓名,角色,工号\n甲,皇帝,1\n", "“皇帝”不认识；可以写：销售、主管"),
        ("姓名,角色,工号\n甲,销售,1\n乙,销售,1\n", "和第 2 行重复了"),
    ],
)
def test_people_who_cannot_be_are_refused(staffed: Office, table: str, why: str) -> None:
    outcome = staffed.take("people", table, dry=True)
    assert "error" in outcome.actions
    assert why in outcome.said


def test_a_person_without_any_number_is_remarked(office: Office) -> None:
    assert "认不出这个人" in office.take("people", "姓名,角色\n甲,销售\n", dry=True).said


def test_accounts_of_the_platforms_become_identities(staffed: Office) -> None:
    staffed.take("people", "姓名,角色,工号,企业微信账号\n李思,销售,D006,lisi\n")
    li = staffed.read(lambda r: r.members.by_identity("wecom", "lisi"))
    assert li.id == "m_li"
    assert list(staffed.read(lambda r: r.members.chats(li.id))) == [("wecom", "lisi")]


def test_an_account_of_wecom_is_known_in_any_case(staffed: Office) -> None:
    staffed.take("people", "姓名,角色,工号,企业微信账号\n李思,销售,D006,LiSi\n")
    assert staffed.read(lambda r: r.members.by_identity("wecom", "lisi")).id == "m_li"


def test_an_account_belongs_to_one_person(staffed: Office) -> None:
    staffed.take("people", "姓名,角色,工号,企业微信账号\n李思,销售,D006,lisi\n")
    outcome = staffed.take("people", "姓名,角色,工号,企业微信账号\n王强,销售,D007,lisi\n", dry=True)
    assert outcome.actions == ["error"]


def test_people_are_taken_back_with_their_accounts_and_deputies(staffed: Office) -> None:
    staffed.take("people", "姓名,角色,工号,wecom_id,代理人\n李思,销售,D006,lisi,新人\n第三人,销售,N2,,新人\n新人,销售,N1,xinren,第三人\n")
    assert staffed.back().undone == 3
    assert staffed.read(lambda r: r.members.by_identity("wecom", "xinren")) is None
    assert staffed.read(lambda r: r.members.by_identity("wecom", "lisi")) is None
    assert staffed.read(lambda r: r.members.deputies()) == {}
    assert len(staffed.read(all_of("people"))) == 5


# Groups


def test_a_group_is_known_by_its_place(office: Office) -> None:
    office.store.write_now(lambda tx: tx.members.save_group(Group(GroupId("g_1"), "旧名", "wecom", "wr1", "digest")))
    office.take("groups", "名称,平台,群ID,用途\n新名,企业微信,wr1,晨会清单\n财务群,wecom,key:caiwu,finance\n")
    groups = {g.chat: g for g in office.read(lambda r: r.members.groups())}
    assert (groups["wr1"].id, groups["wr1"].name, groups["key:caiwu"].purpose) == ("g_1", "新名", "finance")


@pytest.mark.parametrize("chat", ["https://example.com/hook?key=1", "key=abc", "x?access_token=1"])
def test_a_key_itself_is_refused(office: Office, chat: str) -> None:
    assert "不要写机器人地址或密钥" in office.take("groups", f"名称,平台,群ID,用途\n群,wecom,{chat},digest\n", dry=True).said


# Leads


def test_a_lead_comes_with_its_history(staffed: Office) -> None:
    staffed.take("leads", f"客户,来源,产品线,阶段,创建时间,最近更新\n{HENGLI},展会,伺服,需求沟通,2026-03-01 09:30,2026/3/12\n")
    lead = only(staffed, "leads")
    assert (lead.stage, lead.owner_id, lead.state) == (Stage.CONTACTED, "m_li", LeadState.OPEN)
    assert lead.last_action_at == datetime(2026, 3, 12, tzinfo=SHANGHAI)


def test_a_lead_that_was_lost_is_closed(staffed: Office) -> None:
    staffed.take("leads", f"客户,阶段\n{HENGLI},丢单\n")
    assert only(staffed, "leads").state is LeadState.CLOSED


@pytest.mark.parametrize(
    ("row", "why"),
    [("2026-03-01,2027-01-01", "最近更新：在将来"), ("2026-03-10,2026-03-01", "早于创建时间"), ("2027-01-01,", "创建时间：在将来")],
)
def test_times_that_cannot_be_are_refused(staffed: Office, row: str, why: str) -> None:
    assert why in staffed.take("leads", f"客户,创建时间,最近更新\n{HENGLI},{row}\n", dry=True).said


def with_history(office: Office) -> None:
    def fill(tx: Transaction) -> None:
        tx.leads.save(a_lead(stage=Stage.QUOTED, created_at=NOW - timedelta(days=20), last_action_at=NOW - timedelta(days=2)))
        tx.activities.save(an_activity(lead_id=LeadId("l_1"), at=NOW - timedelta(days=2), stage=Stage.QUOTED))
        tx.audit.note(NOW, None, "lead.base", "l_1", old={"last_action_at": (NOW - timedelta(days=9)).isoformat(), "stage": "lead"})

    office.store.write_now(fill)


def test_a_lead_with_records_gets_a_new_base(staffed: Office) -> None:
    with_history(staffed)
    staffed.take("leads", f"客户,阶段\n{HENGLI},商务谈判\n")
    assert only(staffed, "leads").stage is Stage.NEGOTIATION
    notes = [e for e in staffed.read(lambda r: r.audit.of("l_1")) if e.action == "lead.base"]
    assert (len(notes), notes[-1].old["stage"], notes[-1].new) == (2, "negotiation", {"by": "import:1"})


def test_an_older_table_does_not_turn_a_lead_back(staffed: Office) -> None:
    with_history(staffed)
    outcome = staffed.take("leads", f"客户,最近更新\n{HENGLI},2026-03-01\n")
    assert outcome.actions == ["same"]


# Opportunities, contracts, payments


def test_an_opportunity_is_known_by_customer_and_name(staffed: Office) -> None:
    staffed.take("opportunities", f"客户,名称,阶段,金额,预计成交\n{HENGLI},二期改造,报价,48万,2026-06-30\n")
    assert staffed.take("opportunities", f"客户,名称,金额\n{HENGLI},二期 改造,50万\n").actions == ["update"]
    assert only(staffed, "opportunities").amount == Money.yuan(500_000)


def test_a_contract_comes_with_its_plan(signed: Office) -> None:
    contract = only(signed, "contracts")
    assert (contract.amount, contract.expires_on, len(contract.plan)) == (Money.yuan(130_000), date(2027, 2, 28), 2)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f"HT-2,{HENGLI},1000,2026-03-01,2026-02-01,", "早于签订日"),
        (f"HT-2,{HENGLI},-5,2026-03-01,,", "不能是负数"),
        (f"HT-2,{HENGLI},1000,,,", "签订日：不能空着"),
        (f"HT-2,{HENGLI},1000,2026-03-01,,2026-04-01:400", "各期合计 400 元，合同金额 1,000 元"),
        (f"HT-2,{HENGLI},1000,2027-03-01,,", "还没到"),
    ],
)
def test_contracts_that_cannot_be_are_remarked(staffed: Office, row: str, why: str) -> None:
    assert why in staffed.take("contracts", f"合同编号,客户,金额,签订日,到期日,回款计划\n{row}\n", dry=True).said


def test_a_contract_number_of_another_customer_is_refused(signed: Office) -> None:
    signed.take("customers", "名称\n澜拓机床厂\n")
    outcome = signed.take("contracts", "合同编号,客户,金额,签订日\nHT-1,澜拓机床厂,130000,2026-03-01\n", dry=True)
    assert f"合同 HT-1 已经是“{HENGLI}”的" in outcome.said


def test_payments_may_not_exceed_the_contract_together(signed: Office) -> None:
    table = "合同编号,金额,到账日,流水号\nHT-1,100000,2026-03-02,S1\nHT-1,40000,2026-03-03,S2\nHT-1,30000,2026-03-04,S3\n"
    outcome = signed.take("payments", table)
    assert outcome.actions == ["new", "error", "new"]
    assert "40,000 元超过了合同 HT-1 还没到账的 30,000 元" in outcome.said


def test_a_serial_is_used_once(signed: Office) -> None:
    outcome = signed.take("payments", "合同编号,金额,到账日,流水号\nHT-1,10,2026-03-02,S1\nHT-1,20,2026-03-03,S1\n", dry=True)
    assert outcome.actions == ["new", "error"]
    assert "和第 2 行重复了" in outcome.said


def test_a_payment_that_is_there_is_not_booked_twice(signed: Office) -> None:
    table = "合同编号,金额,到账日\nHT-1,100000,2026-03-02\n"
    signed.take("payments", table)
    assert signed.take("payments", table + "\n").actions == ["same"]
    assert signed.read(lambda r: r.payments.received([only(signed, "contracts").id])) == {only(signed, "contracts").id: Money.yuan(100_000)}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("HT-9,10,2026-03-02", "没有合同“HT-9”"),
        ("HT-1,10,2026-05-01", "还没到"),
        ("HT-1,0,2026-03-02", "是 0"),
        ("HT-1,10,2026-01-01", "早于合同签订日"),
    ],
)
def test_payments_that_cannot_be_are_remarked(signed: Office, row: str, why: str) -> None:
    assert why in signed.take("payments", f"合同编号,金额,到账日\n{row}\n", dry=True).said


def test_a_contract_may_not_fall_below_what_was_paid(signed: Office) -> None:
    signed.take("payments", "合同编号,金额,到账日\nHT-1,100000,2026-03-02\n")
    outcome = signed.take("contracts", f"合同编号,客户,金额,签订日\nHT-1,{HENGLI},90000,2026-03-01\n", dry=True)
    assert "少于已到账的 100,000 元" in outcome.said


# Prices, stock, scores

PRICES = "型号,名称,单位,材料成本,人工成本,基准价,float_a,浮动B\n"


def test_a_price_keeps_the_floats_that_the_table_leaves_out(office: Office) -> None:
    office.take("price-list", PRICES + "SV-1,伺服,台,1000,100,2000,8%,0.05\n")
    office.take("price-list", "型号,名称,单位,基准价,浮动A\nSV-1,伺服,台,2100,10%\n")
    price = only(office, "price-list")
    assert (price.base_price, price.material_cost) == (Money.yuan(2100), Money.yuan(1000))
    assert {k: str(v) for k, v in price.floats.items()} == {"A": "0.1", "B": "0.05"}


def test_a_price_below_cost_is_remarked(office: Office) -> None:
    outcome = office.take("price-list", PRICES + "SV-1,伺服,台,2000,100,2050,,\nSV-2,伺服,台,1900,0,2000,8%,\n", dry=True)
    assert "2,050 元低于成本 2,100 元" in outcome.said
    assert "按 A 级浮动后会低于成本" in outcome.said


def test_a_week_of_stock_is_kept_once(staffed: Office) -> None:
    staffed.take("stock", f"客户,周,进,销,存\n{HENGLI},2026-03-10,120,96,340\n")
    assert staffed.take("stock", f"客户,周,进,销,存,竞品新品\n{HENGLI},2026年第11周,120,96,350,2\n").actions == ["update"]
    assert (only(staffed, "stock").week, only(staffed, "stock").stock) == (date(2026, 3, 9), 350)


@pytest.mark.parametrize("score", ["101", "9.5", "高"])
def test_a_score_that_cannot_be_is_refused(staffed: Office, score: str) -> None:
    assert staffed.take("nps", f"客户,日期,分数\n{HENGLI},2026-03-10,{score}\n", dry=True).actions == ["error"]


def test_a_name_that_a_team_has_taught_does_not_stop_a_revert_of_others(staffed: Office) -> None:
    staffed.take("customers", "名称\n澜拓机床厂\n乙工厂\n")
    new = next(c for c in staffed.read(lambda r: r.customers.all()) if c.name == "乙工厂")
    staffed.store.write_now(lambda tx: tx.aliases.save(TeamAlias("t", "老乙", CustomerId(new.id), MemberId("m_li"), NOW)))
    done = staffed.back()
    assert (done.undone, [row.label for row in done.kept]) == (1, ["乙工厂"])
