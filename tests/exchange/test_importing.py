"""What becomes of the lines of a table: new, updated, unchanged, left out, wrong; written in steps, resumed, taken back."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.customer import Customer
from bot.domain.errors import UserError
from bot.domain.values import ContactId, CustomerId, MemberId, Money
from bot.exchange import importing
from bot.exchange.importing import alone
from bot.exchange.kinds import NAMES
from storage.store import Store
from storage.transaction import Transaction
from tests.exchange.office import Office, all_of
from tests.storage.samples import a_contact, a_lead

HENGLI = "绍兴恒力机械有限公司"


def change(office: Office, **new: object) -> None:
    """The company's own work goes on: the customer of the drawer changes."""

    def unit(tx: Transaction) -> None:
        item = tx.customers.get(CustomerId("c_1"))
        assert item is not None
        tx.customers.save(replace(item, **new))  # type: ignore[arg-type]

    office.store.write_now(unit)


def hengli(office: Office) -> Customer:
    found = office.read(lambda r: r.customers.get(CustomerId("c_1")))
    assert isinstance(found, Customer)
    return found


def test_a_dry_run_says_all_and_writes_nothing(staffed: Office) -> None:
    outcome = staffed.take("customers", f"名称,行业\n{HENGLI},机床\n澜拓精密机床厂,机床\n", dry=True)
    assert outcome.actions == ["update", "new"]
    assert outcome.verdicts[0].changes == (("行业", "机械", "机床"),)
    assert staffed.customers() == [HENGLI]
    assert staffed.read(lambda r: r.batches.newest()) == []


def test_an_update_keeps_what_the_table_leaves_empty(staffed: Office) -> None:
    staffed.take("customers", f"名称,行业,别名,负责人\n{HENGLI},机床,,\n")
    assert (hengli(staffed).industry, hengli(staffed).aliases, hengli(staffed).owner_id) == ("机床", ("恒力",), "m_li")


def test_a_row_that_says_nothing_new_is_unchanged(staffed: Office) -> None:
    assert staffed.take("customers", f"名称,行业,负责人\n{HENGLI},机械,李思\n").actions == ["same"]


@pytest.mark.parametrize("name", ["绍兴恒力机械 有限公司", "绍兴恒力机械有限公司。", "　绍兴恒力机械有限公司"])
def test_width_spaces_and_punctuation_make_no_other_customer(staffed: Office, name: str) -> None:
    assert staffed.take("customers", f"名称,行业\n{name},机床\n").actions == ["update"]
    assert staffed.customers() == [HENGLI]


@pytest.mark.parametrize("name", ["绍兴恒力机械", "恒力机械有限公司", "绍兴市恒力机械股份有限公司", "绍兴恒立机械有限公司", "恒力"])
def test_a_name_that_may_be_known_is_shown_and_left_out(staffed: Office, name: str) -> None:
    outcome = staffed.take("customers", f"名称\n{name}\n")
    assert outcome.actions == ["skip"]
    assert "--duplicates" in outcome.said
    assert staffed.customers() == [HENGLI]


@pytest.mark.parametrize("name", ["苏州恒力机械有限公司", "绍兴恒力电子有限公司", "绍兴恒大机械有限公司", "绍兴恒力机械二厂"])
def test_other_companies_are_new(staffed: Office, name: str) -> None:
    assert staffed.take("customers", f"名称\n{name}\n").actions == ["new"]


def test_doubtful_names_become_new_ones_when_asked(staffed: Office) -> None:
    staffed.take("customers", "名称\n恒力机械有限公司\n", duplicates="new")
    assert len(staffed.customers()) == 2


def test_doubtful_names_become_updates_when_asked(staffed: Office) -> None:
    outcome = staffed.take("customers", "名称,行业\n恒力机械有限公司,机床\n", duplicates="update")
    assert outcome.actions == ["update"]
    assert (hengli(staffed).name, hengli(staffed).industry) == (HENGLI, "机床")


def test_the_same_customer_twice_in_a_file_is_left_out_the_second_time(office: Office) -> None:
    outcome = office.take("customers", "名称,行业\n澜拓机床厂,机床\n澜拓机床厂,车床\n")
    assert outcome.actions == ["new", "skip"]
    assert "和第 2 行是同一个" in outcome.said


def test_two_lines_of_one_customer_are_laid_over_one_another_when_asked(office: Office) -> None:
    office.take("customers", "名称,行业,地址\n澜拓机床厂,机床,\n澜拓机床厂,,宁波\n", duplicates="update")
    (only,) = office.read(lambda r: r.customers.all())
    assert (only.industry, only.address) == ("机床", "宁波")


def test_names_alike_within_a_file_are_shown_with_their_line(office: Office) -> None:
    outcome = office.take("customers", "名称\n宁波澜拓机床有限公司\n宁波澜拓机床\n")
    assert outcome.actions == ["new", "skip"]
    assert "第 2 行" in outcome.said


def test_a_wrong_row_says_everything_that_is_wrong_with_column_and_example(staffed: Office) -> None:
    outcome = staffed.take("customers", "名称,年采购额,负责人,产线升级\n甲公司,很多,李四,也许\n", dry=True)
    assert outcome.actions == ["error"]
    assert "2 年采购额：“很多”不是金额；写成 32000" in outcome.said
    assert "2 负责人：没有同事“李四”" in outcome.said
    assert "2 产线升级：" in outcome.said


def test_an_empty_required_cell_is_wrong(office: Office) -> None:
    assert "2 名称：不能空着；例如" in office.take("customers", "名称,行业\n,机床\n", dry=True).said


def test_more_cells_than_headings_are_wrong(office: Office) -> None:
    assert "比列名多出 1 格" in office.take("customers", "名称,地址\n甲公司,绍兴,柯桥\n", dry=True).said


def test_a_formula_is_named_by_its_cell(office: Office) -> None:
    assert "B2 是公式" in office.take("customers", office.xlsx([["名称", "年采购额"], ["甲公司", "=A1"]]), dry=True).said


def test_an_owner_who_has_left_is_refused_and_one_who_does_not_sell_is_remarked(staffed: Office) -> None:
    outcome = staffed.take("customers", "名称,负责人\n甲公司,赵离\n乙工厂,吴敏慧\n", dry=True)
    assert outcome.actions == ["error", "new"]
    assert "赵离 已停用" in outcome.said
    assert "吴敏慧 不是销售" in outcome.said


def test_swapped_coordinates_are_refused(office: Office) -> None:
    outcome = office.take("customers", "名称,纬度,经度\n甲公司,79.1,30.2\n乙工厂,30.2,120.1\n丙商行,30.2,\n", dry=True)
    assert outcome.actions == ["error", "new", "error"]
    assert "填反了" in outcome.said


def test_a_new_customer_has_the_region_of_its_owner(staffed: Office) -> None:
    staffed.take("customers", "名称,负责人\n澜拓机床厂,D006\n")
    assert {c.name: c.region for c in staffed.read(lambda r: r.customers.all())}["澜拓机床厂"] == "华东"


def test_the_same_file_again_does_nothing(staffed: Office) -> None:
    first = staffed.take("customers", "名称\n澜拓机床厂\n乙工厂\n")
    assert staffed.take("customers", "名称\n澜拓机床厂\n乙工厂\n").actions == ["same", "same"]
    assert first.written
    assert first.written.created == 2


def test_the_same_file_again_leaves_what_people_have_changed_since(staffed: Office) -> None:
    table = f"名称,行业\n{HENGLI},机床\n"
    staffed.take("customers", table)
    change(staffed, industry="半导体")
    outcome = staffed.take("customers", table)
    assert outcome.actions == ["skip"]
    assert "--again" in outcome.said
    assert hengli(staffed).industry == "半导体"


def test_the_same_file_again_is_laid_over_it_when_asked(staffed: Office) -> None:
    table = f"名称,行业\n{HENGLI},机床\n"
    staffed.take("customers", table)
    change(staffed, industry="半导体")
    staffed.take("customers", table, again=True)
    assert hengli(staffed).industry == "机床"


class Killed(BaseException):
    """The process is no more."""


def killed_after(steps: int) -> Callable[[float], None]:
    """A pause that ends the process after so many transactions."""
    left = [steps]

    def pause(seconds: float) -> None:
        left[0] -= 1
        if not left[0]:
            raise Killed

    return pause


MANY = "名称\n" + "".join(f"第{n}号客户工厂{chr(0x4E00 + n)}{chr(0x5E00 + 3 * n)}\n" for n in range(500))


def test_a_killed_import_goes_on_in_its_batch(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = importing._write_steps

    def dies(*args: object) -> None:
        whole(*args[:-1], killed_after(1))  # type: ignore[call-arg, arg-type]

    monkeypatch.setattr(importing, "_write_steps", dies)
    with pytest.raises(Killed):
        office.take("customers", MANY, duplicates="new")
    half = len(office.customers())
    assert 0 < half < 500
    assert office.read(lambda r: r.batches.newest())[0].state == "writing"
    monkeypatch.undo()
    outcome = office.take("customers", MANY, duplicates="new")
    assert outcome.actions.count("same") == half
    assert len(office.customers()) == 500
    (batch,) = office.read(lambda r: r.batches.newest())
    assert (batch.state, batch.created) == ("done", 500)
    assert office.back().undone == 500
    assert office.customers() == []


def test_a_batch_is_taken_back_as_one(staffed: Office) -> None:
    before = hengli(staffed)
    staffed.take("customers", f"名称,行业\n{HENGLI},机床\n澜拓机床厂,机床\n")
    done = staffed.back()
    assert (done.undone, done.kept) == (2, [])
    assert staffed.read(lambda r: r.customers.all()) == [before]


def test_what_changed_since_is_kept_and_reported(staffed: Office) -> None:
    staffed.take("customers", f"名称,行业\n{HENGLI},机床\n澜拓机床厂,机床\n")
    change(staffed, address="柯桥")
    done = staffed.back()
    assert [(row.line, row.label) for row in done.kept] == [(2, HENGLI)]
    assert (hengli(staffed).industry, hengli(staffed).address) == ("机床", "柯桥")


def test_a_customer_on_whom_something_hangs_by_now_is_kept(staffed: Office) -> None:
    staffed.take("customers", "名称\n澜拓机床厂\n")
    (new,) = [c for c in staffed.read(lambda r: r.customers.all()) if c.id != "c_1"]
    staffed.store.write_now(lambda tx: tx.leads.save(a_lead(customer_id=new.id)))
    assert [row.label for row in staffed.back().kept] == ["澜拓机床厂"]
    assert "澜拓机床厂" in staffed.customers()


def test_a_batch_is_taken_back_once(staffed: Office) -> None:
    number = staffed.take("customers", "名称\n澜拓机床厂\n").batch
    staffed.back(number)
    with pytest.raises(UserError, match="已经撤回过"):
        staffed.back(number)


def test_after_a_revert_the_file_can_be_imported_anew(staffed: Office) -> None:
    table = "名称\n澜拓机床厂\n"
    staffed.take("customers", table)
    staffed.back()
    assert staffed.take("customers", table).actions == ["new"]


def test_a_batch_that_is_not_there_is_refused(office: Office) -> None:
    with pytest.raises(UserError, match="没有批次 7"):
        office.back(7)
    with pytest.raises(UserError, match="没有可以撤回的导入"):
        office.back()


def test_a_second_import_at_the_same_time_is_refused(office: Office) -> None:
    with alone(office.store), pytest.raises(UserError, match="另一个导入正在进行"), alone(office.store):
        pass


def test_an_import_beside_a_service_that_owns_the_file_works(staffed: Office) -> None:
    service = Store(str(staffed.store.url), exclusive=True)
    try:
        staffed.take("customers", "名称\n澜拓机床厂\n")
        assert service.read_now(lambda r: r.customers.called("澜拓机床厂"))
        service.write_now(lambda tx: tx.customers.add_contact(a_contact(customer_id=CustomerId("c_1"))))
    finally:
        service.close()


def test_what_the_company_did_between_judging_and_writing_is_respected(staffed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = importing._write_steps

    def overtaken(store: Store, *rest: object) -> None:
        contract = next(iter(staffed.read(all_of("contracts"))))
        store.write_now(lambda tx: tx.contracts.save(replace(contract, amount=Money.yuan(100))))
        whole(store, *rest)  # type: ignore[arg-type]

    staffed.take("contracts", f"合同编号,客户,金额,签订日\nHT-1,{HENGLI},1000,2026-03-01\n")
    monkeypatch.setattr(importing, "_write_steps", overtaken)
    outcome = staffed.take("payments", "合同编号,金额,到账日\nHT-1,500,2026-03-02\n")
    assert outcome.written
    assert [line for line, _ in outcome.written.late] == [2]
    assert staffed.read(all_of("payments")) == []


def test_an_import_is_in_the_audit_log(staffed: Office) -> None:
    number = staffed.take("customers", "名称\n澜拓机床厂\n").batch
    (note,) = staffed.read(lambda r: r.audit.of(f"import:{number}"))
    assert note.new == {"kind": "customers", "file": "table.csv", "by": "admin", "created": 1, "updated": 0}


def test_contacts_find_their_customer_by_short_name_with_a_remark(staffed: Office) -> None:
    outcome = staffed.take("contacts", "客户,姓名,电话\n恒力,张伟,13800001234\n")
    assert f"按客户“{HENGLI}”处理" in outcome.said
    assert [p.name for p in staffed.read(lambda r: r.customers.contacts(CustomerId("c_1")))] == ["张伟"]


def test_an_unknown_customer_is_refused_with_the_likest(staffed: Office) -> None:
    outcome = staffed.take("contacts", "客户,姓名\n绍兴恒立机械有限公司,张伟\n火星公司,李雷\n", dry=True)
    assert outcome.actions == ["error", "error"]
    assert f"最接近的是“{HENGLI}”" in outcome.said
    assert "没有客户“火星公司”；请写客户表里的名称" in outcome.said


def test_a_contact_is_the_same_by_name_at_the_same_customer(staffed: Office) -> None:
    staffed.store.write_now(lambda tx: tx.customers.add_contact(a_contact(contact_id=ContactId("p_9"), name="张伟", title="科长")))
    assert staffed.take("contacts", f"客户,姓名,职务\n{HENGLI},张伟,处长\n").actions == ["update"]
    assert [p.title for p in staffed.read(lambda r: r.customers.contacts(CustomerId("c_1")))] == ["处长"]


def test_every_kind_is_there() -> None:
    assert set(NAMES) >= {
        "people",
        "groups",
        "customers",
        "contacts",
        "leads",
        "opportunities",
        "contracts",
        "payments",
        "price-list",
        "stock",
        "nps",
    }


def test_an_owner_with_a_namesake_is_written_by_number(staffed: Office) -> None:
    def namesake(tx: Transaction) -> None:
        li = tx.members.get(MemberId("m_li"))
        assert li is not None
        tx.members.save(replace(li, id=MemberId("m_li2"), employee_no="D031", mobile=None))

    staffed.store.write_now(namesake)
    outcome = staffed.take("customers", "名称,负责人\n甲公司,李思\n乙工厂,D031\n丙商行,李思(D006)\n", dry=True)
    assert outcome.actions == ["error", "new", "new"]
    assert "有 2 位“李思”（工号：D006、D031）" in outcome.said
