"""Tables out: what stands in them, for whom, in the log first; and back in without a change."""

import csv
import json
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.chat.incoming import Sender, Text, encode
from bot.chat.outgoing import Reply
from bot.chat.outgoing import encode as said
from bot.demo import load
from bot.domain.access import sight_of
from bot.domain.clock import FakeClock
from bot.domain.customer import Customer
from bot.domain.errors import UserError
from bot.domain.values import CustomerId, LeadId, MemberId
from bot.domain.worktime import Worktime
from bot.exchange.exporting import EXPORTS, Viewer, export
from bot.exchange.kinds import NAMES, kind_of
from bot.exchange.template import template
from storage.migrations import upgrade
from storage.store import Store
from storage.transaction import Reader, Transaction
from tests.exchange.office import Office
from tests.storage.samples import NOW, a_contact, a_lead, an_activity

HENGLI = "绍兴恒力机械有限公司"


def out(office: Office, kind: str, name: str = "out.csv", viewer: Viewer | None = None) -> Path:
    path = office.folder / name
    export(office.store, kind, None, path, office.clock.now(), "admin", viewer=viewer)
    return path


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def viewer(office: Office, member: str) -> Viewer:
    def seen(reader: Reader) -> Viewer:
        org = reader.members.org()
        return Viewer(sight_of(org.members[MemberId(member)], org))

    found = office.read(seen)
    assert isinstance(found, Viewer)
    return found


@pytest.fixture
def full(staffed: Office) -> Office:
    """A company with rows of every kind, awkward ones among them."""
    staffed.store.write_now(
        lambda tx: tx.customers.save(
            Customer(
                CustomerId("c_2"),
                "=cmd|' /C calc'!A1",
                NOW,
                owner_id=MemberId("m_chen"),
                aliases=("a、b", "丁"),
                lat=30.08123,
                lng=120.4931,
            )
        )
    )
    staffed.store.write_now(lambda tx: tx.customers.add_contact(a_contact(phone="13800001234", focus="-精度", wechat="@zhang")))
    staffed.store.write_now(
        lambda tx: tx.leads.save(a_lead(product_line="伺服", source="展会", created_at=NOW - timedelta(days=3, microseconds=7)))
    )
    staffed.store.write_now(lambda tx: tx.leads.save(a_lead("l_2", product_line=None, created_at=NOW - timedelta(days=9))))
    staffed.take(
        "contracts", f"合同编号,客户,金额,签订日,到期日,回款计划\nHT-1,{HENGLI},1300.01,2026-03-01,,2026-03-31:500;2026-06-30:800.01\n"
    )
    staffed.take("payments", "合同编号,金额,到账日,流水号\nHT-1,500.01,2026-03-02,00012\nHT-1,1,2026-03-02,\n")
    staffed.take("opportunities", f"客户,名称,阶段,金额,预计成交\n{HENGLI},二期,报价,48万,2026-06-30\n")
    staffed.take("price-list", "型号,名称,单位,材料成本,基准价,浮动A\n=SV+1,伺服,台,1000,2000,8%\n")
    staffed.take("stock", f"客户,周,进,销,存\n{HENGLI},2026-03-10,1,2,3\n")
    staffed.take("nps", f"客户,日期,分数\n{HENGLI},2026-03-10,-20\n")
    staffed.take("groups", "名称,平台,群ID,用途\n财务群,wecom,key:caiwu,finance\n")
    staffed.take("people", "姓名,角色,工号,上级,wecom_id,代理人\n李思,销售;主管,D006,陈立群,lisi,王强\n李思,销售,D031,李思(D006),,\n")
    return staffed


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", NAMES)
def test_what_went_out_comes_back_unchanged(full: Office, kind: str, form: str) -> None:
    outcome = full.take(kind, out(full, kind, f"out.{form}"), dry=True)
    assert set(outcome.actions) == {"same"}, (outcome.said, outcome.verdicts)


@pytest.mark.parametrize("kind", ["people", "groups", "customers", "contacts", "leads"])
def test_the_demonstration_company_comes_back_unchanged(office: Office, worktime: Worktime, kind: str) -> None:
    office.store.write_now(lambda tx: load(tx, office.clock.now(), worktime))
    outcome = office.take(kind, out(office, kind), dry=True)
    assert set(outcome.actions) == {"same"}, [v for v in outcome.verdicts if v.action != "same"]


def test_the_demonstration_company_fits_into_an_empty_one(
    office: Office, store: Store, worktime: Worktime, clock: FakeClock, tmp_path: Path
) -> None:
    other = Store(f"sqlite:///{tmp_path}/other.db")
    try:
        other.write_now(lambda tx: upgrade(tx.connection))
        other.write_now(lambda tx: load(tx, clock.now(), worktime))
        for kind in ("people", "customers", "contacts", "leads"):
            path = office.folder / f"{kind}.xlsx"
            export(other, kind, None, path, clock.now(), "admin")
            assert "error" not in office.take(kind, path, duplicates="new").actions
        assert len(office.customers()) == len(other.read_now(lambda r: r.customers.all()))
    finally:
        other.close()


@pytest.mark.parametrize("name", ["=1+1", "+86", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_cells_that_a_spreadsheet_would_run_are_escaped(office: Office, name: str) -> None:
    office.store.write_now(lambda tx: tx.customers.save(Customer(CustomerId("c_9"), name, NOW)))
    assert table(out(office, "customers"))[0]["名称"] == f"'{name}"
    book = load_workbook(out(office, "customers", "out.xlsx"))
    cell = book.active["A2"]
    assert (cell.data_type, str(cell.value)[0]) == ("s", "'")


def test_json_lines_carry_public_names_and_plain_values(full: Office) -> None:
    lines = out(full, "contracts", "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == {
        "no": "HT-1",
        "customer": HENGLI,
        "amount": "1300.01",
        "signed_on": "2026-03-01",
        "expires_on": None,
        "plan": [["2026-03-31", "500.00"], ["2026-06-30", "800.01"]],
    }


def test_headings_are_those_of_the_import(full: Office) -> None:
    assert list(table(out(full, "nps"))[0]) == ["客户", "日期", "分数"]


def test_an_export_is_in_the_audit_log(full: Office) -> None:
    out(full, "nps")
    (note,) = full.read(lambda r: r.audit.of("export:nps"))
    assert note.new == {"by": "admin", "kind": "nps", "format": "csv", "rows": 1, "to": "out.csv"}


def test_a_rep_gets_the_customers_of_their_own_only(full: Office) -> None:
    assert [row["客户"] for row in table(out(full, "payments", viewer=viewer(full, "m_wang")))] == []
    for kind in ("customers", "contacts", "leads", "contracts", "opportunities", "stock", "nps"):
        assert table(out(full, kind, viewer=viewer(full, "m_wang"))) == [], kind
    assert [row["名称"] for row in table(out(full, "customers", viewer=viewer(full, "m_li")))] == [HENGLI]
    assert len(table(out(full, "payments", viewer=viewer(full, "m_li")))) == 2


def test_figures_are_masked_for_those_who_may_not_see_them(full: Office) -> None:
    price = table(out(full, "price-list", viewer=viewer(full, "m_li")))[0]
    assert (price["材料成本"], price["浮动A"], price["基准价"]) == ("***", "***", "2000.00")
    contact = table(out(full, "contacts", viewer=viewer(full, "m_wu")))[0]
    assert contact["电话"] == "138****1234"


@pytest.mark.parametrize("kind", ["audit", "messages"])
def test_the_log_and_the_messages_are_for_admins(full: Office, kind: str) -> None:
    with pytest.raises(UserError, match="只有管理员"):
        out(full, kind, viewer=viewer(full, "m_chen"))


def test_records_go_out_with_their_words(full: Office) -> None:
    full.store.write_now(
        lambda tx: tx.activities.save(an_activity(text="拜访了恒力，预算 30 万", customer_id=CustomerId("c_1"), lead_id=LeadId("l_1")))
    )
    row = table(out(full, "visits"))[0]
    assert (row["谁"], row["客户"], row["原话"], row["状态"]) == ("李思", HENGLI, "拜访了恒力，预算 30 万", "有效")
    assert table(out(full, "follow-ups")) == []


def test_messages_go_out_in_both_directions(office: Office) -> None:
    event = Text(platform="wecom", event_id="e1", chat="lisi", sender=Sender("lisi"), received_at=NOW, text="拜访了澜拓")

    def fill(tx: Transaction) -> None:
        tx.inbox.accept([{"platform": "wecom", "event_id": "e1", "payload": encode(event), "received_at": NOW}])
        tx.inbox.accept([{"platform": "wecom", "event_id": "e2", "payload": "{broken", "received_at": NOW}])
        tx.outbox.add("wecom", "lisi", said(Reply(text="记好了")), NOW)

    office.store.write_now(fill)
    assert [(row["方向"], row["内容"]) for row in table(out(office, "messages"))] == [
        ("收到", "拜访了澜拓"),
        ("收到", "{broken"),
        ("发出", "记好了"),
    ]


def test_a_kind_that_has_no_table_yet_is_said_to_have_none(office: Office) -> None:
    with pytest.raises(UserError, match="approvals 还没有数据"):
        out(office, "approvals")


def test_an_unknown_kind_is_refused_with_the_nearest(office: Office) -> None:
    with pytest.raises(UserError, match="是不是 customers"):
        out(office, "customer")


def leftovers(folder: Path) -> Sequence[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_export_that_fails_leaves_the_old_file_and_nothing_else(full: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    path = out(full, "customers")
    before = path.read_bytes()

    def no_space(*args: Any) -> None:  # noqa: ANN401
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    here = leftovers(full.folder)
    with pytest.raises(UserError, match="原来的文件没有变"):
        out(full, "customers")
    assert path.read_bytes() == before
    assert leftovers(full.folder) == here


def test_an_export_into_a_folder_that_is_not_there_is_refused(full: Office) -> None:
    with pytest.raises(UserError, match="写不了"):
        out(full, "customers", "none/out.csv")


def test_excel_needs_a_file(office: Office) -> None:
    with pytest.raises(UserError, match="--out"):
        export(office.store, "customers", "xlsx", None, NOW, "admin")


def test_nobody_else_may_read_what_was_exported(full: Office) -> None:
    assert out(full, "customers").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kind", NAMES)
def test_an_empty_template_has_nothing_to_import_and_its_example_is_in_order(staffed: Office, kind: str) -> None:
    path = staffed.folder / "template.xlsx"
    template(kind_of(kind), path)
    with pytest.raises(UserError, match="只有列名"):
        staffed.take(kind, path)
    outcome = staffed.take(kind, path, dry=True, sheet="示例")
    wrong = [r.text for v in outcome.verdicts for r in v.remarks if r.level == "error" and not r.text.startswith("没有")]
    assert wrong == []


def test_every_public_kind_goes_out() -> None:
    assert set(EXPORTS) >= {*NAMES, "visits", "follow-ups", "messages", "audit"}
