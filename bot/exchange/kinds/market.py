"""What channel partners and customers report."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from bot.domain.market import NpsScore, StockReport
from bot.exchange.cells import Day, Number, Week
from bot.exchange.columns import Column
from bot.exchange.company import Company
from bot.exchange.kinds.base import CUSTOMER, Given, Kind, Remark, Stamp
from bot.exchange.kinds.customers import CUSTOMER_COLUMN
from prompts import exchange as say
from storage.transaction import Reader, Transaction


class Stock(Kind[StockReport]):
    """Weeks of channel partners."""

    name, title = "stock", "进销存"
    noun = StockReport
    refs: ClassVar = {"customer": CUSTOMER}
    columns = (
        CUSTOMER_COLUMN,
        Column(
            "week",
            "周",
            Week(),
            required=True,
            example="2026-03-16",
            hint="这一周的任意一天，或 2026年第12周",
            also=("周次", "日期", "星期"),
        ),
        Column("bought", "进", Number(), required=True, example="120", also=("进货", "进货量", "in")),
        Column("sold", "销", Number(), required=True, example="96", also=("销售", "销量", "销售量", "out")),
        Column("stock", "存", Number(), required=True, example="340", also=("库存", "库存量")),
        Column("competitor_new", "竞品新品", Number(), example="1", hint="看到几个竞品新品", also=("竞品新品数",)),
    )

    def key(self, given: Given, company: Company) -> str:
        customer, _ = company.customer(given.values["customer"])
        return f"{customer.id}\n{given.values['week']}"

    def label(self, given: Given) -> str:
        return f"{given.values.get('customer', '')} {given.values.get('week', '')}"

    def find(self, given: Given, company: Company) -> StockReport | None:
        customer, _ = company.customer(given.values["customer"])
        return company.reader.stock_reports.get(customer.id, given.values["week"])

    def born(self, given: Given, company: Company) -> dict[str, Any]:
        return {}

    def check(self, new: StockReport, old: StockReport | None, given: Given, company: Company) -> Iterator[Remark]:
        if new.week > company.today:
            yield Remark("error", "周", say.not_yet(new.week))

    def subject(self, item: StockReport) -> list[str]:
        return [item.customer_id, item.week.isoformat()]

    def get(self, reader: Reader, subject: Sequence[str]) -> StockReport | None:
        return reader.stock_reports.get(subject[0], date.fromisoformat(subject[1]))

    def each(self, reader: Reader) -> Iterator[StockReport]:
        return reader.stock_reports.each()

    def save(self, tx: Transaction, item: StockReport, old: StockReport | None, stamp: Stamp) -> None:
        tx.stock_reports.save(item)

    def remove(self, tx: Transaction, item: StockReport) -> None:
        tx.stock_reports.remove(item.customer_id, item.week)


SCORES = "0 到 10 的打分，或 -100 到 100 的净值"


class Nps(Kind[NpsScore]):
    """Recommendation scores."""

    name, title = "nps", "NPS"
    noun = NpsScore
    refs: ClassVar = {"customer": CUSTOMER}
    columns = (
        CUSTOMER_COLUMN,
        Column("on", "日期", Day(), required=True, example="2026-03-18", also=("调查日期", "评分日期")),
        Column("score", "分数", Number(Decimal(-100), Decimal(100)), required=True, example="9", hint=SCORES, also=("得分", "评分")),
    )  # fmt: skip

    def key(self, given: Given, company: Company) -> str:
        customer, _ = company.customer(given.values["customer"])
        return f"{customer.id}\n{given.values['on']}"

    def label(self, given: Given) -> str:
        return f"{given.values.get('customer', '')} {given.values.get('on', '')}"

    def find(self, given: Given, company: Company) -> NpsScore | None:
        customer, _ = company.customer(given.values["customer"])
        return company.reader.nps.get(customer.id, given.values["on"])

    def born(self, given: Given, company: Company) -> dict[str, Any]:
        return {}

    def check(self, new: NpsScore, old: NpsScore | None, given: Given, company: Company) -> Iterator[Remark]:
        if new.on > company.today:
            yield Remark("error", "日期", say.not_yet(new.on))

    def subject(self, item: NpsScore) -> list[str]:
        return [item.customer_id, item.on.isoformat()]

    def get(self, reader: Reader, subject: Sequence[str]) -> NpsScore | None:
        return reader.nps.get(subject[0], date.fromisoformat(subject[1]))

    def each(self, reader: Reader) -> Iterator[NpsScore]:
        return reader.nps.each()

    def save(self, tx: Transaction, item: NpsScore, old: NpsScore | None, stamp: Stamp) -> None:
        tx.nps.save(item)

    def remove(self, tx: Transaction, item: NpsScore) -> None:
        tx.nps.remove(item.customer_id, item.on)
