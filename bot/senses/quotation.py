"""A quotation sheet: its lines, total, tax and term of payment, from tables (documents) and from lines of a picture."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from bot.senses.figures import UPPER, capitals, money_in
from bot.senses.page import Line, Page

TOTAL_DIFFERS = "total_differs"
LINES_DIFFER = "lines_differ"
COLUMNS: Mapping[str, re.Pattern[str]] = {
    "model": re.compile(r"型号|规格|物料编[码号]|料号|货号|产品编[码号]|零件号|图号|Model|Part", re.I),
    "name": re.compile(r"名称|品名|产品|货物|项目|物料|商品|服务内容|描述|Item|Description", re.I),
    "unit_price": re.compile(r"单价|报价(?!单)|含税价|未税价|折后价|价格|Unit ?Price", re.I),
    "amount": re.compile(r"金额|总价|小计|合价|价税合计|Amount|Total", re.I),
    "quantity": re.compile(r"数量|数目|Qty|Quantity", re.I),
    "unit": re.compile(r"单位$|^单位|Unit$", re.I),
    "no": re.compile(r"^(?:序号|编号|项次|行号|No\.?|#|序)$", re.I),
    "other": re.compile(r"备注|品牌|交期|货期|折扣|税率|税额|材质|产地|图片|参数|说明", re.I),
}
ITEM = ("model", "name", "quantity", "unit", "unit_price", "amount")
_TOTAL = re.compile(r"合计|总计|总金额|总价|总额|价税合计|含税总|Total", re.I)
_TAX = re.compile(
    r"(?:税率|增值税|专票|普票|含税)[^\d%]{0,8}(?P<a>\d{1,2}(?:\.\d)?) ?%"
    r"|(?P<b>\d{1,2}(?:\.\d)?) ?%[^\d%]{0,4}(?:税率|增值税|专票|普票|专用发票|税点|的?税)"
)
_TERM = re.compile(
    r"(?:月结|账期|帐期|货到|到货后?|票到|收票后?|收到发票后?|验收合格后?|验收后?|开票后?|发货后?)[:：为]?(?:付款|内)?\s*(?P<n>\d{1,3})\s*(?:个?(?:工作)?日|天)"
    r"|(?P<m>[一二两三四六]|\d{1,2})个月(?:账期|月结|付款)|(?:账期|月结)(?P<k>[一二两三四六]|\d{1,2})个月|(?P<cash>款到发货|款到即发|现款现货|现结)|月结(?P<b>\d{2,3})?(?![\u4e00-\u9fff]*\d)"
)
_MONTHS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "六": 6}


@dataclass(frozen=True, slots=True)
class Item:
    """A line; what could not be read is None."""

    model: str | None
    name: str | None
    quantity: Decimal | None
    unit: str | None
    unit_price: Decimal | None
    amount: Decimal | None

    @property
    def fits(self) -> bool:
        """Whether quantity times price is the amount, as far as they are there."""
        if self.quantity is None or self.unit_price is None or self.amount is None:
            return True
        return abs(self.quantity * self.unit_price - self.amount) < Decimal("0.01") * max(self.quantity, Decimal(1))

    def fields(self) -> dict[str, str | int | float | None]:
        return {
            "model": self.model,
            "name": self.name,
            "quantity": None if self.quantity is None else _plain(self.quantity),
            "unit": self.unit,
            "unit_price": _money(self.unit_price),
            "amount": _money(self.amount),
        }


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation as read. ``tax_rate`` is a share (``Decimal("0.13")``)."""

    lines: tuple[Item, ...]
    total: Decimal | None
    tax_rate: Decimal | None
    payment_term_days: int | None
    flags: tuple[str, ...] = ()

    def fields(self) -> dict[str, object]:
        return {
            "lines": [item.fields() for item in self.lines],
            "total": _money(self.total),
            "tax_rate": None if self.tax_rate is None else str(self.tax_rate),
            "payment_term_days": self.payment_term_days,
        }


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _money(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}" if value == value.quantize(Decimal("0.01")) else f"{value.normalize():f}"


def read_quotation(page: Page) -> Quotation:
    """The quotation of a picture: cells are given to the columns of the heading by where they stand."""
    return judged(_items(page), page.text, [line.text for line in page.lines])


def read_table(rows: Sequence[Sequence[str | None]], text: str) -> Quotation:
    """The quotation of a table, as documents hold it; ``text`` is the whole document.

    An amount that is a formula which nobody has calculated yet is quantity times price.
    """
    items = [_calculated(item) for item in _from_cells(rows)]
    return judged(items, text, [" ".join(filter(None, row)) for row in rows] + text.splitlines())


def _calculated(item: Item) -> Item:
    if item.amount is not None or item.quantity is None or item.unit_price is None:
        return item
    return replace(item, amount=(item.quantity * item.unit_price).quantize(Decimal("0.01")))


def judged(items: Sequence[Item], text: str, lines: Sequence[str]) -> Quotation:
    """With total, tax and term; figures that contradict one another are flagged, and a total that its letters deny is None."""
    letters = [value for m in UPPER.finditer(text.replace(" ", "")) if (value := capitals(m[0])) is not None]
    total = _total(lines, items, letters)
    flags = [LINES_DIFFER] if any(not item.fits for item in items) else []
    if letters and total is not None and total not in letters:
        total, flags = None, [*flags, TOTAL_DIFFERS]
    elif total is None and len(set(letters)) == 1:
        total = letters[0]
    elif total is not None and _sum(items) not in (None, total) and not letters:
        flags.append(TOTAL_DIFFERS)
    return Quotation(tuple(items), total, _tax(text), term_days(text), tuple(flags))


def _sum(items: Sequence[Item]) -> Decimal | None:
    amounts = [item.amount for item in items]
    return sum((a for a in amounts if a is not None), Decimal(0)) if amounts and None not in amounts else None


def _total(lines: Sequence[str], items: Sequence[Item], letters: Sequence[Decimal]) -> Decimal | None:
    """The figure that is called the total; where several are, the one that the lines or the letters confirm, else the largest."""
    called: list[Decimal] = []
    for at, text in enumerate(lines):
        if _TOTAL.search(text) and len(_headings([text])) <= 2:
            called += money_in(text) or ([] if at + 1 >= len(lines) or called else money_in(lines[at + 1]))
            called += [value for word in text.split() if not money_in(text) and (value := number(word)) is not None and value > 0]
    known = {*letters, _sum(items)} - {None}
    sure = [value for value in called if value in known]
    if sure:
        return max(sure)
    everywhere = {value for text in lines for value in money_in(text)}
    return next((value for value in known if value is not None and value in everywhere and value in letters), max(called, default=None))


def _tax(text: str) -> Decimal | None:
    rates = {Decimal(m["a"] or m["b"]) / 100 for m in _TAX.finditer(text)}
    return rates.pop() if len(rates) == 1 else None


def term_days(text: str) -> int | None:
    """``月结30天`` → 30; None when no term or several are said."""
    found = set()
    for m in _TERM.finditer(text):
        if m["cash"]:
            found.add(0)
        elif months := m["m"] or m["k"]:
            found.add(30 * (_MONTHS.get(months) or int(months)))
        else:
            found.add(int(m["n"] or m["b"] or 30))
    return found.pop() if len(found) == 1 else None


def _headings(cells: Sequence[str | None]) -> dict[str, int]:
    """Which column of a row is which; a row with fewer than three known names is no heading."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        text = re.sub(r"\s", "", cell or "")
        if not text or len(text) > 14:
            continue
        for kind, pattern in COLUMNS.items():
            if kind not in found and pattern.search(text):
                found[kind] = at
                break
    return found


def is_heading(cells: Sequence[str | None]) -> bool:
    """A row that names at least a thing and a figure of a quotation."""
    found = _headings(cells)
    things, figures = found.keys() & {"model", "name"}, found.keys() & {"quantity", "unit_price", "amount"}
    return (bool(things) and len(figures) >= 2) or (len(figures) == 3)


def number(text: str | None) -> Decimal | None:
    """A quantity or price as a cell holds it: thousands commas, a currency, a unit behind it are no harm; two numbers are."""
    said = re.sub(r"[¥,\s]|CNY|RMB|元$", "", text or "")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:[\u4e00-\u9fff]{1,2}|/[\u4e00-\u9fff]|pcs|PCS)?", said)
    try:
        return Decimal(found[1]) if found and len(found[1]) <= 15 else None
    except InvalidOperation:
        return None


def _from_cells(rows: Sequence[Sequence[str | None]]) -> list[Item]:
    items: list[Item] = []
    columns: dict[str, int] = {}
    for row in rows:
        if is_heading(row):
            columns = _headings(row)
        elif columns and (item := item_of({kind: row[at] for kind, at in columns.items() if at < len(row)})):
            items.append(item)
    return items


def item_of(cells: Mapping[str, str | None]) -> Item | None:
    """A row of cells as a line; None for totals, remarks and empty rows."""
    text = {kind: re.sub(r"\s+", " ", value).strip() for kind, value in cells.items() if value and value.strip()}
    thing = text.get("name") or text.get("model")
    quantity, price, amount = (number(text.get(kind)) for kind in ("quantity", "unit_price", "amount"))
    if not thing or _TOTAL.search(thing) or _TOTAL.search(text.get("no", "")) or (quantity is None and price is None):
        return None
    if quantity is not None and price is not None and f"{quantity * price:,.2f}" in text.get("amount", ""):
        amount = quantity * price  # the engine joined the next cell to it
    unit = text.get("unit") or _unit_of(text.get("quantity"))
    return Item(text.get("model"), text.get("name"), quantity, unit, price, amount)


def _unit_of(quantity: str | None) -> str | None:
    found = re.fullmatch(r"[\d.,\s]+([\u4e00-\u9fff]{1,2}|pcs|PCS)", quantity or "")
    return found[1] if found else None


def _items(page: Page) -> list[Item]:
    """Rows below the heading; each cell belongs to the column whose heading it overlaps or is nearest to."""
    heading = next((row for row in page.rows if is_heading([cell.text for cell in row])), None)
    if heading is None:
        return []
    columns = [(kind, heading[at]) for kind, at in _headings([cell.text for cell in heading]).items()]
    columns += [("?", cell) for cell in heading if all(cell is not known for _, known in columns)]
    below = [row for row in page.rows if min(c.y0 for c in row) > max(c.cy for c in heading)]
    items: list[Item] = []
    for row in below:
        cells: dict[str, str | None] = {}
        for cell in row:
            kind = min(columns, key=lambda c: _apart(c[1], cell))[0]
            cells[kind] = f"{cells.get(kind) or ''} {cell.text}".strip()
        if any(_TOTAL.search(cell.text) for cell in row):
            break
        item = item_of(cells)
        if item:
            items.append(item)
        elif items and len(row) == 1 and cells.get("name"):
            items[-1] = _longer(items[-1], str(cells["name"]), row[0], page)
    return items


def _longer(item: Item, more: str, line: Line, page: Page) -> Item:
    """A name that goes on in a row of its own."""
    close = any(other.y1 > line.y0 - 0.8 * line.height and other.cy < line.cy for other in page.lines if other is not line)
    named = re.fullmatch(r"[\u4e00-\u9fffA-Za-z0-9()\-]{1,12}", more)
    return Item(item.model, (item.name or "") + more, item.quantity, item.unit, item.unit_price, item.amount) if close and named else item


def _apart(heading: Line, cell: Line) -> float:
    overlap = min(heading.x1, cell.x1) - max(heading.x0, cell.x0)
    return abs(heading.cx - cell.cx) - max(overlap, 0) * 0.5
