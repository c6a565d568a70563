"""Opportunities, contracts, payments and the price list."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from bot.domain.contract import Contract, ContractId, Payment
from bot.domain.opportunity import Opportunity, OpportunityId
from bot.domain.price import Price
from bot.domain.values import CustomerId, Money
from bot.exchange.cells import Amount, Code, Day, Plan, Share, Words, folded
from bot.exchange.columns import Column
from bot.exchange.company import Company
from bot.exchange.kinds.base import CUSTOMER, OWNER, Given, Kind, Ref, Remark, Stamp, owner_remarks
from bot.exchange.kinds.customers import CUSTOMER_COLUMN, LINE_COLUMN, OWNER_COLUMN, STAGE_COLUMN
from prompts import exchange as say
from storage.transaction import Reader, Transaction

GRADES = ("A", "B", "C", "D")
AMOUNT_HINT = "元；也可以写 3.2万"


def _contract(company: Company, given: Given, said: str) -> ContractId:
    return company.contract(said).id


def _contract_no(company: Company, contract_id: ContractId) -> str | None:
    found = company.contract_of_id(contract_id)
    return found.no if found else None


CONTRACT = Ref("contract_id", _contract, _contract_no)


class Opportunities(Kind[Opportunity]):
    """Deals under way."""

    name, title = "opportunities", "商机"
    noun = Opportunity
    refs: ClassVar = {"customer": CUSTOMER, "owner": OWNER}
    columns = (
        CUSTOMER_COLUMN,
        Column("name", "名称", Words(200), required=True, example="二期产线伺服改造", also=("商机名称", "商机", "项目", "项目名称")),
        LINE_COLUMN,
        STAGE_COLUMN,
        Column("amount", "金额", Amount(), example="480000", hint=AMOUNT_HINT, also=("预计金额", "商机金额"), secret="amount"),
        Column("close_on", "预计成交", Day(), example="2026-06-30", also=("预计成交日期", "预计成交日", "预计签约日期")),
        OWNER_COLUMN,
    )

    def key(self, given: Given, company: Company) -> str:
        customer, _ = company.customer(given.values["customer"])
        return f"{customer.id}\n{folded(given.values['name'])}"

    def label(self, given: Given) -> str:
        return f"{given.values.get('customer', '')} {given.values.get('name', '')}"

    def read_ahead(self, rows: Sequence[Given], company: Company) -> None:
        super().read_ahead(rows, company)
        found = (company.customer_called(row.values["customer"]) for row in rows if "customer" in row.values)
        self._there: dict[str, list[Opportunity]] = {}
        for item in company.reader.opportunities.among("customer_id", {one.id for one in found if one}):
            self._there.setdefault(item.customer_id, []).append(item)

    def find(self, given: Given, company: Company) -> Opportunity | None:
        customer, _ = company.customer(given.values["customer"])
        wanted = folded(given.values["name"])
        there = self._there.get(customer.id)
        there = company.reader.opportunities.among("customer_id", [customer.id]) if there is None else there
        return next((item for item in there if folded(item.name) == wanted), None)

    def born(self, given: Given, company: Company) -> dict[str, Any]:
        customer, _ = company.customer(given.values["customer"])
        return {"id": OpportunityId(given.id), "created_at": company.now, "owner_id": customer.owner_id}

    def check(self, new: Opportunity, old: Opportunity | None, given: Given, company: Company) -> Iterator[Remark]:
        if new.close_on and new.close_on < company.today and (old is None or old.close_on != new.close_on):
            yield Remark("warning", "预计成交", say.past(new.close_on))
        yield from owner_remarks(new, old, company)

    def get(self, reader: Reader, subject: Sequence[str]) -> Opportunity | None:
        return reader.opportunities.get(subject[0])

    def each(self, reader: Reader) -> Iterator[Opportunity]:
        return reader.opportunities.each()

    def save(self, tx: Transaction, item: Opportunity, old: Opportunity | None, stamp: Stamp) -> None:
        tx.opportunities.save(item)

    def remove(self, tx: Transaction, item: Opportunity) -> None:
        tx.opportunities.remove(item.id)


class Contracts(Kind[Contract]):
    """Contracts with what was agreed to be paid when."""

    name, title = "contracts", "合同"
    noun = Contract
    refs: ClassVar = {"customer": CUSTOMER}
    repeated = "error"
    columns = (
        Column("no", "合同编号", Code(80), required=True, example="HT-2026-018", also=("合同号", "编号")),
        CUSTOMER_COLUMN,
        Column("amount", "金额", Amount(), required=True, example="130000", hint=AMOUNT_HINT, also=("合同金额", "合同总额", "总金额"),
               secret="amount"),
        Column("signed_on", "签订日", Day(), required=True, example="2026-03-01", also=("签订日期", "签约日期", "签约日", "签署日期")),
        Column("expires_on", "到期日", Day(), example="2027-02-28", also=("到期日期", "截止日期", "合同到期日")),
        Column("plan", "回款计划", Plan(), example="2026-03-31:50000;2026-06-30:80000", hint="日期:金额，几期用分号隔开", secret="amount"),
    )  # fmt: skip

    def key(self, given: Given, company: Company) -> str:
        return str(given.values["no"])

    def label(self, given: Given) -> str:
        return str(given.values.get("no", ""))

    def read_ahead(self, rows: Sequence[Given], company: Company) -> None:
        super().read_ahead(rows, company)
        company.read_contracts(row.values["no"] for row in rows if "no" in row.values)

    def find(self, given: Given, company: Company) -> Contract | None:
        company.read_contracts([given.values["no"]])
        return company.contract_or_none(given.values["no"])

    def check(self, new: Contract, old: Contract | None, given: Given, company: Company) -> Iterator[Remark]:
        if old is not None and old.customer_id != new.customer_id:
            yield Remark("error", "客户", say.other_customer(new.no, company.customer_name(old.customer_id) or ""))
        if new.expires_on and new.expires_on < new.signed_on:
            yield Remark("error", "到期日", say.ends_before(new.expires_on, new.signed_on))
        if new.signed_on > company.today:
            yield Remark("warning", "签订日", say.not_yet(new.signed_on))
        if new.amount == Money(0):
            yield Remark("warning", "金额", say.ZERO)
        agreed = Money(sum(one.amount.fen for one in new.plan))
        if new.plan and agreed != new.amount:
            yield Remark("warning", "回款计划", say.plan_differs(str(agreed), str(new.amount)))
        if any(one.on < new.signed_on for one in new.plan):
            yield Remark("warning", "回款计划", say.PLAN_EARLY)
        paid = company.received(new.id)
        if old is not None and new.amount < paid:
            yield Remark("error", "金额", say.less_than_paid(str(new.amount), str(paid)))

    def get(self, reader: Reader, subject: Sequence[str]) -> Contract | None:
        return reader.contracts.get(subject[0])

    def each(self, reader: Reader) -> Iterator[Contract]:
        return reader.contracts.each()

    def save(self, tx: Transaction, item: Contract, old: Contract | None, stamp: Stamp) -> None:
        tx.contracts.save(item)

    def remove(self, tx: Transaction, item: Contract) -> None:
        tx.contracts.remove(item.id)


class Payments(Kind[Payment]):
    """Money that arrived; the bank's number tells one from another, else contract, day and amount together."""

    name, title = "payments", "回款"
    noun = Payment
    refs: ClassVar = {"contract_no": CONTRACT}
    repeated = "error"
    columns = (
        Column("contract_no", "合同编号", Code(80), required=True, example="HT-2026-018", also=("合同号", "合同")),
        Column(
            "amount", "金额", Amount(), required=True, example="50000", hint=AMOUNT_HINT, also=("到账金额", "回款金额"), secret="amount"
        ),
        Column("received_on", "到账日", Day(), required=True, example="2026-03-30", also=("到账日期", "回款日期", "回款日", "日期")),
        Column("serial", "流水号", Code(80), example="20260330000123", hint="银行流水号", also=("银行流水号", "交易流水号", "流水")),
    )

    def key(self, given: Given, company: Company) -> str:
        said = given.values
        return said.get("serial") or f"{said['contract_no']}\n{said['received_on']}\n{said['amount'].fen}"

    def label(self, given: Given) -> str:
        return " ".join(str(given.values[name]) for name in ("contract_no", "amount") if name in given.values)

    def read_ahead(self, rows: Sequence[Given], company: Company) -> None:
        company.read_contracts(row.values["contract_no"] for row in rows if "contract_no" in row.values)
        serials = {row.values["serial"] for row in rows if "serial" in row.values}
        self._serials = {item.serial: item for item in company.reader.payments.among("serial", serials)}
        found = [company.contract_or_none(row.values.get("contract_no", "")) for row in rows]
        self._there: dict[str, list[Payment]] = {}
        for item in company.reader.payments.among("contract_id", {one.id for one in found if one}):
            self._there.setdefault(item.contract_id, []).append(item)

    def find(self, given: Given, company: Company) -> Payment | None:
        said = given.values
        if (serial := said.get("serial")) and serial in self._serials:
            return self._serials[serial]
        contract = company.contract(said["contract_no"])
        same = (p for p in self._there.get(contract.id, ()) if p.received_on == said["received_on"] and p.amount == said["amount"])
        return next((item for item in same if serial is None or item.serial is None), None)

    def check(self, new: Payment, old: Payment | None, given: Given, company: Company) -> Iterator[Remark]:
        contract = company.contract(given.values["contract_no"])
        if old is not None and old.contract_id != new.contract_id:
            yield Remark("error", "流水号", say.serial_used(str(new.serial), _contract_no(company, old.contract_id) or ""))
            return
        if new.received_on > company.today:
            yield Remark("error", "到账日", say.not_yet(new.received_on))
        if new.received_on < contract.signed_on:
            yield Remark("warning", "到账日", say.paid_before_signed(contract.signed_on))
        if new.amount == Money(0):
            yield Remark("error", "金额", say.ZERO)
        before = company.received(contract.id).fen - (old.amount.fen if old else 0)
        if new != old and before + new.amount.fen > contract.amount.fen:
            yield Remark("error", "金额", say.over_paid(str(new.amount), str(Money(max(contract.amount.fen - before, 0))), contract.no))
        else:
            company.receive(contract.id, Money(new.amount.fen - (old.amount.fen if old else 0)))

    def customer_id(self, item: Payment, company: Company) -> CustomerId | None:
        contract = company.contract_of_id(item.contract_id)
        return contract.customer_id if contract else None

    def get(self, reader: Reader, subject: Sequence[str]) -> Payment | None:
        return reader.payments.get(subject[0])

    def each(self, reader: Reader) -> Iterator[Payment]:
        return reader.payments.each()

    def save(self, tx: Transaction, item: Payment, old: Payment | None, stamp: Stamp) -> None:
        tx.payments.save(item)

    def remove(self, tx: Transaction, item: Payment) -> None:
        tx.payments.remove(item.id)


def _float(grade: str, example: str) -> Column:
    hint, also = f"{grade} 级客户最多可以低多少", (f"{grade}级浮动", f"{grade}浮动")
    return Column(f"float_{grade.lower()}", f"浮动{grade}", Share(), example=example, hint=hint, also=also, secret="cost")


class PriceList(Kind[Price]):
    """What products cost us and what they are sold for."""

    name, title = "price-list", "价目"
    noun = Price
    repeated = "error"
    columns = (
        Column("model", "型号", Code(80), required=True, example="SV-750", also=("产品型号", "规格型号")),
        Column("name", "名称", Words(200), required=True, example="伺服驱动器 750W", also=("产品名称", "品名")),
        Column("unit", "单位", Words(20), required=True, example="台", also=("计量单位",)),
        Column("material_cost", "材料成本", Amount(), example="1150", secret="cost"),
        Column("labour_cost", "人工成本", Amount(), example="180", secret="cost"),
        Column("base_price", "基准价", Amount(), required=True, example="2100", also=("标准价", "目录价", "单价"), secret="amount"),
        *(_float(grade, example) for grade, example in zip(GRADES, ("8%", "5%", "3%", "0%"), strict=True)),
    )  # fmt: skip

    def key(self, given: Given, company: Company) -> str:
        return str(given.values["model"])

    def label(self, given: Given) -> str:
        return str(given.values.get("model", ""))

    def read_ahead(self, rows: Sequence[Given], company: Company) -> None:
        models = {row.values["model"] for row in rows if "model" in row.values}
        self._there = {item.model: item for item in company.reader.prices.among("model", models)}

    def find(self, given: Given, company: Company) -> Price | None:
        return self._there.get(given.values["model"])

    def born(self, given: Given, company: Company) -> dict[str, Any]:
        return {}

    def merge(self, given: Given, old: Price | None, company: Company) -> Price:
        said = dict(given.values)
        floats: dict[str, Decimal] = dict(old.floats) if old else {}
        for grade in GRADES:
            if (value := said.pop(f"float_{grade.lower()}", None)) is not None:
                floats[grade] = value
        said["floats"] = floats
        return replace(old, **said) if old else Price(**said)

    def held(self, column: Column, item: Price, company: Company) -> Any:  # noqa: ANN401
        return item.floats.get(column.name[-1].upper()) if column.name.startswith("float_") else super().held(column, item, company)

    def check(self, new: Price, old: Price | None, given: Given, company: Company) -> Iterator[Remark]:
        cost = Money(sum(part.fen for part in (new.material_cost, new.labour_cost) if part))
        if new.base_price == Money(0):
            yield Remark("error", "基准价", say.ZERO)
        elif new.base_price < cost:
            yield Remark("warning", "基准价", say.below_cost(str(new.base_price), str(cost)))
        else:
            for grade, share in new.floats.items():
                if Decimal(new.base_price.fen) * (1 - share) < cost.fen:
                    yield Remark("warning", f"浮动{grade}", say.float_below_cost(grade, str(cost)))

    def subject(self, item: Price) -> list[str]:
        return [item.model]

    def get(self, reader: Reader, subject: Sequence[str]) -> Price | None:
        return reader.prices.get(subject[0])

    def each(self, reader: Reader) -> Iterator[Price]:
        return reader.prices.each()

    def save(self, tx: Transaction, item: Price, old: Price | None, stamp: Stamp) -> None:
        tx.prices.save(item)

    def remove(self, tx: Transaction, item: Price) -> None:
        tx.prices.remove(item.model)
