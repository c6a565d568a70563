"""Customers, the people there, and leads."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from bot.domain.customer import Contact, Customer, CustomerKind, Lead, LeadState
from bot.domain.understood import Stage
from bot.domain.values import CustomerId
from bot.exchange.cells import Amount, Code, Instant, Number, OneOf, Phone, Several, Words, YesNo, folded
from bot.exchange.columns import Column
from bot.exchange.company import Company
from bot.exchange.kinds.base import CUSTOMER, OWNER, Given, Kind, Remark, Stamp, owner_remarks
from bot.exchange.spool import Similar
from bot.records.leads import rebase
from prompts import exchange as say
from prompts.words import STAGE
from storage import tables
from storage.repositories.shelf import Shelf
from storage.transaction import Reader, Transaction

KINDS = OneOf(
    {CustomerKind.BUSINESS: "企业", CustomerKind.CONSUMER: "个人"},
    dict.fromkeys(("b端", "b", "公司", "企业客户", "单位"), CustomerKind.BUSINESS)
    | dict.fromkeys(("c端", "c", "消费者", "个人客户", "散客"), CustomerKind.CONSUMER),
)
STAGES = OneOf(
    STAGE,
    {
        "新线索": Stage.LEAD, "初步接触": Stage.CONTACTED, "需求": Stage.CONTACTED, "演示": Stage.DEMO, "报价": Stage.QUOTED,
        "样品": Stage.SAMPLE, "试样": Stage.SAMPLE, "谈判": Stage.NEGOTIATION, "签约": Stage.SIGNED, "已签约": Stage.SIGNED,
        "成交": Stage.SIGNED, "赢单": Stage.SIGNED, "交付": Stage.DELIVERY, "回款": Stage.PAID, "已回款": Stage.PAID, "丢单": Stage.LOST,
        "流失": Stage.LOST, "失败": Stage.LOST,
    },
)  # fmt: skip
OWNER_COLUMN = Column(
    "owner", "负责人", Words(80), example="李思", hint="姓名；有重名时写工号", also=("所有人", "销售", "业务员", "销售代表")
)
CUSTOMER_COLUMN = Column(
    "customer",
    "客户",
    Words(200),
    required=True,
    example="绍兴恒力机械有限公司",
    hint="和客户表里的名称一样",
    also=("客户名称", "公司", "公司名称"),
)
LINE_COLUMN = Column("product_line", "产品线", Words(40), example="伺服与控制")
STAGE_COLUMN = Column(
    "stage", "阶段", STAGES, example="需求沟通", hint="、".join(STAGE.values()), also=("销售阶段", "线索阶段", "商机阶段", "状态")
)
CHINA = ((3, 54), (73, 136))


class Customers(Kind[Customer]):
    """The customer table."""

    name, title = "customers", "客户"
    noun = Customer
    speaks = True
    refs: ClassVar = {"owner": OWNER}
    columns = (
        Column("name", "名称", Words(200), required=True, example="绍兴恒力机械有限公司", hint="营业执照上的全名",
               also=("客户名称", "公司名称", "客户", "公司", "企业名称", "单位名称")),
        Column("aliases", "别名", Several(), example="恒力;恒力机械", hint="大家平时怎么叫；几个用分号隔开", also=("简称", "客户简称")),
        Column("kind", "类型", KINDS, example="企业", hint="企业 或 个人", also=("客户类型",)),
        Column("industry", "行业", Words(80), example="机械装备", also=("所属行业",)),
        Column("address", "地址", Words(300), example="绍兴市柯桥区明渠路18号", also=("公司地址", "详细地址", "客户地址")),
        Column("lat", "纬度", Number(Decimal(-90), Decimal(90), whole=False), example="30.0812", also=("latitude",)),
        Column("lng", "经度", Number(Decimal(-180), Decimal(180), whole=False), example="120.4931", also=("longitude", "lon")),
        Column("yearly_purchase", "年采购额", Amount(), example="600000", hint="元；也可以写 60万", also=("年采购金额", "年采购"),
               secret="amount"),
        Column("upgrade_plan", "产线升级", YesNo(), example="是", hint="是 或 否", also=("产线升级计划", "升级计划")),
        Column("decision_chain", "决策链", Words(500), example="张工（技术）→ 李总（拍板）"),
        OWNER_COLUMN,
    )  # fmt: skip

    def key(self, given: Given, company: Company) -> str:
        return folded(given.values["name"])

    def label(self, given: Given) -> str:
        return str(given.values.get("name", ""))

    def read_ahead(self, rows: Sequence[Given], company: Company) -> None:
        company.read_customers(row.values["name"] for row in rows if "name" in row.values)

    def find(self, given: Given, company: Company) -> Customer | None:
        if given.target:
            return company.customer_of_id(CustomerId(given.target[0]))
        found = company.customer_called(given.values["name"])
        return found if found or given.judged else self._spelt_otherwise(given, company)

    def _spelt_otherwise(self, given: Given, company: Company) -> Customer | None:
        """The customer whose name differs in width, spaces or punctuation only."""
        same = [one for one in company.similar(given.values["name"]) if one.score == 1.0 and one.customer]
        return company.customer_of_id(CustomerId(str(same[0].customer))) if same else None

    def alike(self, given: Given, company: Company) -> Sequence[Similar]:
        found = company.similar(given.values["name"])
        company.spool.add_name(given.values["name"], None, given.line)
        return found

    def merge(self, given: Given, old: Customer | None, company: Company) -> Customer:
        new = super().merge(given, old, company)
        if old is not None:  # the name that the table has stays; how the file writes it is one more way to say it
            return replace(new, name=old.name)
        owner = company.everybody().get(new.owner_id) if new.owner_id else None
        return replace(new, region=owner.region) if owner else new

    def born(self, given: Given, company: Company) -> dict[str, Any]:
        return {"id": given.id, "created_at": company.now}

    def check(self, new: Customer, old: Customer | None, given: Given, company: Company) -> Iterator[Remark]:
        if (new.lat is None) != (new.lng is None):
            yield Remark("error", "纬度", say.HALF_PLACE)
        elif new.lat is not None and new.lng is not None and not _in_china(new.lat, new.lng):
            swapped = _in_china(new.lng, new.lat)
            yield Remark("error" if swapped else "warning", "纬度", say.SWAPPED if swapped else say.ABROAD)
        yield from owner_remarks(new, old, company)

    def get(self, reader: Reader, subject: Sequence[str]) -> Customer | None:
        return reader.customers.get(CustomerId(subject[0]))

    def each(self, reader: Reader) -> Iterator[Customer]:
        return reader.customers.each()

    def save(self, tx: Transaction, item: Customer, old: Customer | None, stamp: Stamp) -> None:
        tx.customers.save(item)

    def remove(self, tx: Transaction, item: Customer) -> None:
        Shelf(tx.connection, Customer, tables.customer).remove(item.id)

    def customer_id(self, item: Customer, company: Company) -> CustomerId | None:
        return item.id


class Contacts(Kind[Contact]):
    """The people at the customers."""

    name, title = "contacts", "联系人"
    noun = Contact
    speaks = True
    refs: ClassVar = {"customer": CUSTOMER}
    columns = (
        CUSTOMER_COLUMN,
        Column("name", "姓名", Words(80), required=True, example="张伟", also=("联系人", "联系人姓名", "名字")),
        Column("title", "职务", Words(80), example="总工程师", also=("职位", "头衔")),
        Column("department", "部门", Words(80), example="技术部"),
        Column("decision_role", "决策角色", Words(40), example="技术把关", hint="技术、质量、采购、财务、法务、拍板 …"),
        Column("focus", "关注点", Words(200), example="产线升级的精度和节拍"),
        Column("phone", "电话", Phone(), example="13800001234", also=("手机", "联系电话", "手机号", "电话号码"), secret="phone"),
        Column("wechat", "微信", Code(80), example="zhang_gong", also=("微信号",), secret="phone"),
    )

    def key(self, given: Given, company: Company) -> str:
        customer, _ = company.customer(given.values["customer"])
        return f"{customer.id}\n{folded(given.values['name'])}"

    def label(self, given: Given) -> str:
        return f"{given.values.get('customer', '')} {given.values.get('name', '')}"

    def read_ahead(self, rows: Sequence[Given], company: Company) -> None:
        super().read_ahead(rows, company)
        ids = _customers_of(rows, company)
        self._there = _by_customer(Shelf(company.reader.connection, Contact, tables.contact).among("customer_id", ids))

    def find(self, given: Given, company: Company) -> Contact | None:
        customer, _ = company.customer(given.values["customer"])
        same = [one for one in self._there.get(customer.id, ()) if folded(one.name) == folded(given.values["name"])]
        if len(same) > 1:
            same = [one for one in same if one.phone and one.phone == given.values.get("phone")] or same
        return same[0] if same else None

    def get(self, reader: Reader, subject: Sequence[str]) -> Contact | None:
        return Shelf(reader.connection, Contact, tables.contact).get(subject[0])

    def each(self, reader: Reader) -> Iterator[Contact]:
        return Shelf(reader.connection, Contact, tables.contact).each()

    def save(self, tx: Transaction, item: Contact, old: Contact | None, stamp: Stamp) -> None:
        tx.customers.add_contact(item)

    def remove(self, tx: Transaction, item: Contact) -> None:
        Shelf(tx.connection, Contact, tables.contact).remove(item.id)


class Leads(Kind[Lead]):
    """Chances to sell. Which lead of a customer a row means follows from its day of birth, else from the product line."""

    name, title = "leads", "线索"
    noun = Lead
    refs: ClassVar = {"customer": CUSTOMER, "owner": OWNER}
    columns = (
        CUSTOMER_COLUMN,
        Column("source", "来源", Words(40), example="展会", also=("线索来源",)),
        LINE_COLUMN,
        OWNER_COLUMN,
        STAGE_COLUMN,
        Column("created_at", "创建时间", Instant(), example="2026-03-01 09:30", also=("创建日期", "录入时间")),
        Column("updated_at", "最近更新", Instant(), example="2026-03-12 16:00", hint="最后一次跟进的时间，多久没动从这里算起",
               also=("更新时间", "最近跟进", "最后跟进时间", "最近跟进时间", "最后更新")),
    )  # fmt: skip

    def field(self, column: Column) -> str:
        return "last_action_at" if column.name == "updated_at" else super().field(column)

    def key(self, given: Given, company: Company) -> str:
        customer, _ = company.customer(given.values["customer"])
        return f"{customer.id}\n{given.values.get('product_line', '')}\n{given.values.get('created_at', '')}"

    def label(self, given: Given) -> str:
        return " ".join(str(given.values[name]) for name in ("customer", "product_line") if name in given.values)

    def read_ahead(self, rows: Sequence[Given], company: Company) -> None:
        super().read_ahead(rows, company)
        ids = _customers_of(rows, company)
        self._there = _by_customer(Shelf(company.reader.connection, Lead, tables.lead).among("customer_id", ids))

    def find(self, given: Given, company: Company) -> Lead | None:
        customer, _ = company.customer(given.values["customer"])
        mine, line = self._there.get(customer.id, []), given.values.get("product_line")
        if born := given.values.get("created_at"):
            exact = [one for one in mine if _second(one.created_at) == _second(born) and (line is None or one.product_line in (None, line))]
            return next((one for one in exact if one.product_line == line), exact[0] if exact else None)
        return next((one for one in mine if one.state is LeadState.OPEN and (line is None or one.product_line in (None, line))), None)

    def born(self, given: Given, company: Company) -> dict[str, Any]:
        born = given.values.get("created_at") or company.now
        moved = given.values.get("updated_at") or born
        customer, _ = company.customer(given.values["customer"])
        return {"id": given.id, "created_at": born, "last_action_at": moved, "owner_id": customer.owner_id}

    def merge(self, given: Given, old: Lead | None, company: Company) -> Lead:
        new = super().merge(given, old, company)
        if old is not None and _second(old.last_action_at) >= _second(new.last_action_at):
            new = replace(new, last_action_at=old.last_action_at)  # what was done here since is newer than the file
        if old is not None and _second(old.created_at) == _second(new.created_at):
            new = replace(new, created_at=old.created_at)
        ended = new.stage in (Stage.LOST, Stage.PAID)
        changed = old is None or old.stage is not new.stage
        return replace(new, state=LeadState.CLOSED if ended else LeadState.OPEN) if changed else new

    def check(self, new: Lead, old: Lead | None, given: Given, company: Company) -> Iterator[Remark]:
        soon = company.now + timedelta(minutes=5)
        if new.created_at > soon:
            yield Remark("error", "创建时间", say.FUTURE)
        if new.last_action_at > soon:
            yield Remark("error", "最近更新", say.FUTURE)
        elif new.last_action_at < new.created_at:
            yield Remark("error", "最近更新", say.MOVED_BEFORE_BORN)
        yield from owner_remarks(new, old, company)

    def get(self, reader: Reader, subject: Sequence[str]) -> Lead | None:
        return Shelf(reader.connection, Lead, tables.lead).get(subject[0])

    def each(self, reader: Reader) -> Iterator[Lead]:
        return Shelf(reader.connection, Lead, tables.lead).each()

    def save(self, tx: Transaction, item: Lead, old: Lead | None, stamp: Stamp) -> None:
        tx.leads.save(item)
        if old is not None:
            rebase(tx, item, stamp.at, f"import:{stamp.batch}")
        if item.state is LeadState.CLOSED:
            tx.timers.cancel(f"promise:{item.id}")

    def remove(self, tx: Transaction, item: Lead) -> None:
        Shelf(tx.connection, Lead, tables.lead).remove(item.id)


def _customers_of(rows: Sequence[Given], company: Company) -> set[str]:
    found = (company.customer_called(row.values["customer"]) for row in rows if "customer" in row.values)
    return {item.id for item in found if item is not None}


def _by_customer(items: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for item in items:
        found.setdefault(item.customer_id, []).append(item)
    return found


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _in_china(lat: float, lng: float) -> bool:
    (south, north), (west, east) = CHINA
    return south <= lat <= north and west <= lng <= east
