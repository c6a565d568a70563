"""Colleagues with their identities and deputies, and the groups that the bot writes to.

Who a row is, is told by numbers (employee number, mobile, e-mail, platform ids) and never by the name alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.clock import local_day
from bot.domain.member import Group, Member, Role, StandIn
from bot.domain.values import GroupId, MemberId
from bot.exchange.cells import Cell, Code, Email, OneOf, Phone, SomeOf, Words, folded
from bot.exchange.columns import Column
from bot.exchange.company import Company
from bot.exchange.kinds.base import MANAGER, Given, Kind, Ref, Remark, Stamp
from bot.exchange.kinds.customers import LINE_COLUMN
from bot.exchange.spool import Similar
from bot.exchange.wrong import WrongCell
from prompts import exchange as say
from storage import tables
from storage.repositories.shelf import Shelf
from storage.transaction import Reader, Transaction

ROLES: Mapping[Role, str] = {
    Role.REP: "销售", Role.MANAGER: "主管", Role.APPROVER_TECHNICAL: "技术审批", Role.APPROVER_FINANCE: "财务审批",
    Role.APPROVER_GM: "总经理审批", Role.FINANCE: "财务", Role.DELIVERY: "交付", Role.PRODUCT: "产品",
    Role.CUSTOMER_SUCCESS: "客户成功", Role.ADMIN: "管理员",
}  # fmt: skip
ROLE = OneOf(
    ROLES,
    {
        "业务员": Role.REP, "销售代表": Role.REP, "销售员": Role.REP, "经理": Role.MANAGER, "销售经理": Role.MANAGER,
        "区域经理": Role.MANAGER,
        "销售主管": Role.MANAGER, "总监": Role.MANAGER, "总经理": Role.APPROVER_GM, "客服": Role.CUSTOMER_SUCCESS,
    },
)  # fmt: skip
PLATFORMS = OneOf({"wecom": "企业微信", "feishu": "飞书", "dingtalk": "钉钉", "sandbox": "沙盒"}, {"企微": "wecom", "lark": "feishu"})
PURPOSES = OneOf(
    {"digest": "晨会清单", "alerts": "预警", "board": "看板", "finance": "财务"}, {"断点清单": "digest", "晨报": "digest", "告警": "alerts"}
)
NUMBERS = ("employee_no", "mobile", "email")
IDS = {"wecom_id": "wecom", "feishu_id": "feishu", "dingtalk_id": "dingtalk"}


@dataclass(frozen=True, slots=True)
class Person:
    """A member with the accounts and the deputy that stand in the same row."""

    member: Member
    wecom_id: str | None = None
    feishu_id: str | None = None
    dingtalk_id: str | None = None
    deputy_id: MemberId | None = None

    @property
    def id(self) -> MemberId:
        return self.member.id


DEPUTY = Ref("deputy_id", MANAGER.find, MANAGER.name)
REFS = {"manager": MANAGER, "deputy": DEPUTY}


class AnyCase(Code):
    """A code that the platform writes in upper or lower case as it pleases; kept in lower case, as its events are."""

    def read(self, cell: Cell) -> str:
        return Code(self.most).read(cell).lower()


class People(Kind[Person]):
    """The people table; managers and deputies may stand in the same file."""

    name, title = "people", "人员"
    noun = Person
    repeated = "error"
    speaks = True
    at_once = True
    columns = (
        Column("name", "姓名", Words(80), required=True, example="李思", also=("名字", "员工姓名")),
        Column(
            "roles",
            "角色",
            SomeOf(ROLE),
            required=True,
            example="销售",
            hint="、".join(ROLES.values()) + "；几个用分号隔开",
            also=("岗位",),
        ),
        Column("manager", "上级", Words(80), example="陈立群", hint="姓名或工号，可以是本表里的人", also=("直属上级", "主管", "上级姓名")),
        Column("region", "区域", Words(40), example="华东", also=("大区", "地区")),
        LINE_COLUMN,
        Column("mobile", "手机", Phone(), example="13800001234", also=("手机号", "电话", "手机号码"), secret="phone"),
        Column("email", "邮箱", Email(), example="li.si@example.com", also=("电子邮箱", "邮件", "e-mail")),
        Column("employee_no", "工号", Code(40), example="D006", also=("员工编号", "员工号")),
        Column("wecom_id", "企业微信账号", AnyCase(120), hint="不填时连上平台后按手机、邮箱、工号找", also=("企微账号", "企业微信id")),
        Column("feishu_id", "飞书账号", Code(120), also=("飞书id", "open_id")),
        Column("dingtalk_id", "钉钉账号", Code(120), also=("钉钉id", "钉钉userid")),
        Column("deputy", "代理人", Words(80), example="孙悦", hint="不在时由谁代办，姓名或工号"),
    )

    def __init__(self) -> None:
        self._there: dict[str, list[Person]] = {}
        self._loops: dict[str, str] = {}

    def label(self, given: Given) -> str:
        return " ".join(str(given.values[name]) for name in ("name", "employee_no") if name in given.values)

    def key(self, given: Given, company: Company) -> str:
        numbers = [f"{name}:{given.values[name].lower()}" for name in (*NUMBERS, *IDS) if name in given.values]
        return numbers[0] if numbers else f"name:{folded(given.values['name'])}"

    def prepare(self, rows: Iterable[Given], company: Company, *, update: bool = False) -> None:
        """Everybody of the file gets a place, so that managers can be named before their own line is read."""
        self._read(company)
        people: dict[str, Member] = {}
        bosses: dict[str, str] = {}
        for row in rows:
            if "name" not in row.values:
                continue
            try:
                old = self.find(row, company)
            except WrongCell:
                continue
            if old and not row.target and not update and self.contradicts(row, old):
                continue
            known = old.member if old else Member(MemberId(row.id), row.values["name"], row.values.get("roles", ()))
            words = {name: row.values[name] for name in ("name", "roles", *NUMBERS) if name in row.values}
            people[known.id] = replace(known, **words)
            if "manager" in row.values:
                bosses[known.id] = row.values["manager"]
        company.forget_people(list(people.values()))
        self._loops = _loops(bosses, company)

    def read_ahead(self, rows: Sequence[Given], company: Company) -> None:
        self._read(company)

    def _read(self, company: Company) -> None:
        self._there = {}
        for person in self.each(company.reader):
            for word in _words(person):
                self._there.setdefault(word, []).append(person)

    def find(self, given: Given, company: Company) -> Person | None:
        if given.target:
            return self.get(company.reader, given.target)
        said = {f"{name}:{given.values[name].lower()}" for name in (*NUMBERS, *IDS) if name in given.values}
        found = {person.id: person for word in said for person in self._there.get(word, ())}
        if len(found) > 1:
            raise WrongCell(say.two_people([person.member.name for person in found.values()]))
        if found:
            return next(iter(found.values()))
        return self._unchanged(given, company)

    def _unchanged(self, given: Given, company: Company) -> Person | None:
        """The only one of this name, when the row says nothing about them that is not so already."""
        same = self._there.get(f"name:{folded(given.values['name'])}", [])
        if len(same) != 1:
            return None
        there = self.shown(same[0], company)
        said = {column.name: column.sort.show(given.values[column.name]) for column in self.columns if column.name in given.values}
        return same[0] if all(there[name] == value for name, value in said.items()) else None

    def contradicts(self, given: Given, found: Person) -> str:
        """One number fits, another is not theirs, and neither is the name: rather a colleague with a mistyped number."""
        if folded(given.values["name"]) == folded(found.member.name):
            return ""
        fits, differs = [], []
        for column in self.columns:
            if column.name not in (*NUMBERS, *IDS) or (said := given.values.get(column.name)) is None:
                continue
            known = getattr(found if column.name in IDS else found.member, column.name)
            if known and known.lower() == said.lower():
                fits.append(column.title)
            elif known:
                differs.append((column.title, said, known))
        return say.maybe_another(given.values["name"], found.member.name, fits, differs) if fits and differs else ""

    def alike(self, given: Given, company: Company) -> Sequence[Similar]:
        same = self._there.get(f"name:{folded(given.values['name'])}", [])
        return [Similar(company.called(person.id) or person.member.name, person.id, None, 0.99) for person in same]

    def merge(self, given: Given, old: Person | None, company: Company) -> Person:
        person = old or Person(Member(MemberId(given.id), given.values["name"], ()))
        member: dict[str, Any] = {}
        rest: dict[str, Any] = {}
        for column in self.columns:
            if (said := given.values.get(column.name)) is None:
                continue
            try:
                ref = REFS.get(column.name)
                if ref is None:
                    (rest if column.name in IDS else member)[column.name] = said
                    continue
                kept = person.member.manager_id if column.name == "manager" else person.deputy_id
                value = kept if kept and ref.name(company, kept) == said else ref.find(company, given, said)
                (member if column.name == "manager" else rest)[ref.field] = value
            except WrongCell as error:
                given.wrong(column.title, str(error))
        if given.bad:
            raise WrongCell(say.BAD_ROW)
        return replace(person, member=replace(person.member, **member), **rest)

    def check(self, new: Person, old: Person | None, given: Given, company: Company) -> Iterator[Remark]:
        member = new.member
        if member.manager_id == member.id:
            yield Remark("error", "上级", say.OWN_BOSS)
        elif member.id in self._loops:
            yield Remark("error", "上级", say.circle(self._loops[member.id]))
        if new.deputy_id == member.id:
            yield Remark("error", "代理人", say.OWN_DEPUTY)
        for name, platform in IDS.items():
            said = given.values.get(name)
            owner = company.reader.members.by_identity(platform, said) if said else None
            if owner is not None and owner.id != member.id:
                yield Remark("error", self._title(name), say.account_taken(str(said), owner.name))
        numbers = (member.employee_no, member.mobile, member.email, new.wecom_id, new.feishu_id, new.dingtalk_id)
        if old is None and not any(numbers):
            yield Remark("warning", "", say.NO_IDENTITY)
        boss = company.everybody().get(member.manager_id) if member.manager_id else None
        if boss is not None and not boss.has(Role.MANAGER) and "manager" in given.values:
            yield Remark("warning", "上级", say.boss_is_no_manager(boss.name))

    def _title(self, name: str) -> str:
        return next(column.title for column in self.columns if column.name == name)

    def held(self, column: Column, item: Person, company: Company) -> Any:  # noqa: ANN401
        if column.name in REFS:
            return company.called(item.member.manager_id if column.name == "manager" else item.deputy_id)
        return getattr(item if column.name in IDS else item.member, column.name)

    def get(self, reader: Reader, subject: Sequence[str]) -> Person | None:
        member = reader.members.get(MemberId(subject[0]))
        return _with_accounts(reader, [member])[0] if member else None

    def each(self, reader: Reader) -> Iterator[Person]:
        yield from _with_accounts(reader, list(reader.members.org().members.values()))

    def save(self, tx: Transaction, item: Person, old: Person | None, stamp: Stamp) -> None:
        tx.members.save(item.member)
        for name, platform in IDS.items():
            account, before = getattr(item, name), getattr(old, name) if old else None
            if account != before:
                if before:
                    tx.members.forget_identity(platform, before)
                if account:
                    # On every platform that we know, the private chat is addressed by the person's own id.
                    tx.members.identify(platform, account, item.id, account)

    def finish(self, tx: Transaction, written: Sequence[tuple[Person, Person | None]], stamp: Stamp) -> None:
        for item, old in written:
            deputy = old.deputy_id if old else None
            if item.deputy_id != deputy:
                _agree(tx, item, deputy, stamp)

    def let_go(self, tx: Transaction, item: Person) -> None:
        for agreed in tx.members.agreements(item.id):
            tx.members.end_stand_in(agreed)

    def remove(self, tx: Transaction, item: Person) -> None:
        for name, platform in IDS.items():
            if account := getattr(item, name):
                tx.members.forget_identity(platform, account)
        Shelf(tx.connection, Member, tables.member).remove(item.id)


class Groups(Kind[Group]):
    """The groups; a webhook is named by its key in the configuration, never by the key itself."""

    name, title = "groups", "群"
    noun = Group
    repeated = "error"
    columns = (
        Column("name", "名称", Words(80), required=True, example="华东销售管理群", also=("群名", "群名称")),
        Column("platform", "平台", PLATFORMS, required=True, example="企业微信", hint="、".join(PLATFORMS.titles.values())),
        Column(
            "chat_id",
            "群ID",
            Code(200),
            required=True,
            example="key:huadong",
            hint="群的 chat_id，或 key:配置里的名字",
            also=("群号", "群编号", "chatid"),
        ),
        Column("purpose", "用途", PURPOSES, required=True, example="晨会清单", hint="、".join(PURPOSES.titles.values())),
        Column("region", "区域", Words(40), example="华东", also=("大区",)),
    )

    def field(self, column: Column) -> str:
        return "chat" if column.name == "chat_id" else column.name

    def key(self, given: Given, company: Company) -> str:
        return f"{given.values['platform']}\n{given.values['chat_id']}"

    def label(self, given: Given) -> str:
        return str(given.values.get("name", ""))

    def find(self, given: Given, company: Company) -> Group | None:
        return company.reader.members.group_at(given.values["platform"], given.values["chat_id"])

    def born(self, given: Given, company: Company) -> dict[str, Any]:
        return {"id": GroupId(given.id)}

    def check(self, new: Group, old: Group | None, given: Given, company: Company) -> Iterator[Remark]:
        if "://" in new.chat or "key=" in new.chat or "access_token" in new.chat:
            yield Remark("error", "群ID", say.KEY_ITSELF)

    def get(self, reader: Reader, subject: Sequence[str]) -> Group | None:
        return Shelf(reader.connection, Group, tables.chat_group).get(subject[0])

    def each(self, reader: Reader) -> Iterator[Group]:
        return Shelf(reader.connection, Group, tables.chat_group).each()

    def save(self, tx: Transaction, item: Group, old: Group | None, stamp: Stamp) -> None:
        tx.members.save_group(item)

    def remove(self, tx: Transaction, item: Group) -> None:
        Shelf(tx.connection, Group, tables.chat_group).remove(item.id)


def _words(person: Person) -> Iterator[str]:
    yield f"name:{folded(person.member.name)}"
    for name in NUMBERS:
        if value := getattr(person.member, name):
            yield f"{name}:{value.lower()}"
    for name in IDS:
        if value := getattr(person, name):
            yield f"{name}:{value.lower()}"


def _loops(bosses: Mapping[str, str], company: Company) -> dict[str, str]:
    """Of whom the line of superiors leads back to them, with that line; table and file together."""
    above = {person.id: person.manager_id for person in company.everybody().values()}
    for person, said in bosses.items():
        try:
            above[MemberId(person)] = company.member(said).id
        except WrongCell:
            continue
    found = {}
    for person in bosses:
        line, at = [MemberId(person)], above.get(MemberId(person))
        while at is not None and at not in line:
            line.append(at)
            at = above.get(at)
        if at == person and len(line) > 1:
            names = company.everybody()
            found[person] = " → ".join(names[one].name for one in (*line, line[0]) if one in names)
    return found


def _with_accounts(reader: Reader, members: Sequence[Member]) -> list[Person]:
    accounts = {name: {member.id: user for user, member in reader.members.users(platform)} for name, platform in IDS.items()}
    deputies = reader.members.deputies()
    return [Person(one, **{name: ids.get(one.id) for name, ids in accounts.items()}, deputy_id=deputies.get(one.id)) for one in members]


def _agree(tx: Transaction, item: Person, before: MemberId | None, stamp: Stamp) -> None:
    """A deputy of the table is one until further notice; the one before ends."""
    for agreed in tx.members.agreements(item.id):
        if agreed.deputy_id == before and agreed.until_on is None:
            tx.members.end_stand_in(agreed)
    if item.deputy_id is not None:
        tx.members.save_stand_in(StandIn(item.id, item.deputy_id, local_day(stamp.at)))
