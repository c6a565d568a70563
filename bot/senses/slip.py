"""A bank slip: who paid whom how much, when, under which number. What is not certain is None.

Figures and capital letters (大写) hold one another: where both stand they must agree, else there is no amount and a person looks.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.senses.figures import UPPER, capitals, money_in, when_in
from bot.senses.labels import Form
from bot.senses.page import Line, Page

AMOUNTS_DIFFER = "amounts_differ"
REQUIRED = ("amount", "date", "payer", "serial")
_NAME = re.compile(r"^[\u4e00-\u9fff][\u4e00-\u9fff()·A-Za-z0-9&]{1,39}$|^[A-Z][A-Za-z .,&]{3,60}$")
_NO_NAME = re.compile(r"^(?:\d+|.*(?:成功|失败|处理中|回单|凭证|通知书|专用章|交易|银行卡|零钱|余额|信息|详情))$")
_SERIAL = re.compile(r"^(?=(?:.*\d){5})[A-Z0-9][A-Z0-9\-]{5,63}$", re.I)
_CONTRACT_SAID = re.compile(r"合同(?:编号|号码?)?[:为是]?\s*(?P<no>(?=[^\s]*\d)[A-Z0-9][A-Z0-9\-_/()]{3,40})", re.I)
_CONTRACT_CODE = re.compile(r"(?<![A-Z0-9\-])(?P<no>(?=[A-Z\-]*\d)[A-Z]{1,10}-?(?:\d[\dA-Z]*)(?:-[\dA-Z]+)*)(?![A-Z0-9\-])", re.I)
_FROM = re.compile(r"(?:转账-?来自|来自|收到)(?P<name>[\u4e00-\u9fff]{2,20})(?:的转账|的付款|转账)?$")
# The better the word says what the number is, the sooner it is believed.
_SERIAL_ORDER = ("流水", "交易单号", "转账单号", "凭证", "回单", "业务", "指令", "交易", "受理", "订单", "")
_DATE_ORDER = ("交易", "转账", "支付", "付款", "汇款", "到账", "入账", "记账", "完成", "处理", "")


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip as read; ``upper`` is the amount in capital letters as it stands there."""

    amount: Decimal | None
    upper: str | None
    day: str | None
    payer: str | None
    payee: str | None
    serial: str | None
    contract: str | None
    flags: tuple[str, ...] = ()

    def fields(self) -> dict[str, str | None]:
        return {
            "amount": None if self.amount is None else f"{self.amount:.2f}",
            "amount_upper": self.upper,
            "date": self.day,
            "payer": self.payer,
            "payee": self.payee,
            "serial": self.serial,
            "contract_no": self.contract,
        }


def read_slip(page: Page) -> Slip:
    """The fields of a slip."""
    form = Form(page)
    upper, in_letters = _upper(form)
    amount = _amount(form, in_letters)
    flags: tuple[str, ...] = ()
    if amount is not None and in_letters is not None and amount != in_letters:
        amount, upper, flags = None, None, (AMOUNTS_DIFFER,)
    elif amount is None:
        amount = in_letters
    payer, payee = _parties(form)
    serial = _serial(form)
    return Slip(amount, upper, _day(form), payer, payee, serial, _contract(form, serial), flags)


def _upper(form: Form) -> tuple[str | None, Decimal | None]:
    """The capital letters as they stand, and their value; no letters where they cannot be read."""
    for text in [*(form.value(f) or "" for f in form.of("upper")), *(line.text for line in form.page.lines)]:
        for found in UPPER.finditer(text.replace(" ", "")):
            value = capitals(found[0])
            if value is not None and found[0][-1] in "元圆整正角分":
                return found[0], value
    return None, None


def _amount(form: Form, in_letters: Decimal | None) -> Decimal | None:
    """The sum in figures: one that the letters confirm wherever it stands, else the labelled one, else the largest print."""
    everywhere = [value for line in form.page.lines for value in money_in(line.text)]
    if in_letters is not None and in_letters in everywhere:
        return in_letters
    labelled = {value for f in form.of("amount") for value in money_in(form.value(f) or "")}
    labelled |= {value for f in form.of("upper") for value in money_in(f.inline)}
    if labelled:
        return labelled.pop() if len(labelled) == 1 else None
    free = [(line.height, money_in(line.text)) for line in form.page.lines if not form.is_label(line)]
    sums = sorted(((height, found[0]) for height, found in free if len(found) == 1 and found[0] > 0), reverse=True)
    alone = len({value for _, value in sums}) == 1
    return sums[0][1] if sums and (alone or sums[0][0] > 1.2 * max((h for h, v in sums if v != sums[0][1]), default=0)) else None


def _day(form: Form) -> str | None:
    """The day of the transaction; a printing date is none."""
    said = [(found, when_in(form.value(found) or "")) for found in form.of("date")]
    ranked = [(_rank(_DATE_ORDER, found.word), days[0].day.isoformat()) for found, days in said if days]
    if ranked:
        return min(ranked)[1]
    printed = {w.day for f in form.of("printed") for w in when_in(form.value(f) or "")}
    days = {w.day for line in form.page.lines for w in when_in(line.text)} - printed
    return days.pop().isoformat() if len(days) == 1 else None


def _serial(form: Form) -> str | None:
    ranked = []
    for found in form.of("serial"):
        value = (form.value(found) or "").replace(" ", "")
        if _SERIAL.match(value):
            ranked.append((_rank(_SERIAL_ORDER, found.word), value))
    return min(ranked)[1] if ranked else None


def _rank(order: tuple[str, ...], word: str) -> int:
    return next(i for i, part in enumerate(order) if part in word)


def _contract(form: Form, serial: str | None) -> str | None:
    """A contract's number: labelled, said in the remark, or the one code that the remark holds."""
    for found in form.of("contract"):
        value = (form.value(found) or "").replace(" ", "")
        if re.fullmatch(r"(?=.*\d)[\w\-/()〔〕]{4,40}", value):
            return value
    remarks = [form.value(found) or "" for found in form.of("remark")]
    for text in [*remarks, *(line.text for line in form.page.lines if not form.is_label(line))]:
        if said := _CONTRACT_SAID.search(text):
            return said["no"].rstrip("-/_(")
    codes = {m["no"] for text in remarks for m in _CONTRACT_CODE.finditer(text) if len(re.sub(r"\D", "", m["no"])) >= 4} - {serial}
    return codes.pop() if len(codes) == 1 else None


def _parties(form: Form) -> tuple[str | None, str | None]:
    payer, payee = _named(form, "payer"), _named(form, "payee")
    if payer and payee:
        return payer, payee
    sides = _by_side(form)
    payer, payee = payer or sides.get("payer"), payee or sides.get("payee")
    if payer is None:
        payer = next((m["name"] for line in form.page.lines if (m := _FROM.search(line.text))), None)
    return (payer, payee) if payer != payee else (None, None)


def _named(form: Form, side: str) -> str | None:
    """The value of the first label of that side whose value can be a name; words for it that say "name" come first."""
    labels = sorted(form.of(side), key=lambda f: not re.search(r"名|称|单位", f.word))
    for found in labels:
        value = _as_name(form.value(found, _NAME))
        if value:
            return value
    return None


def _as_name(text: str | None) -> str | None:
    name = (text or "").strip(" |:*").replace(" ", "") if text and not text.isascii() else (text or "").strip()
    return name if _NAME.match(name) and not _NO_NAME.match(name) else None


def _by_side(form: Form) -> dict[str, str]:
    """Two bare labels 户名: whose each one is says the side's own heading (also one written downwards), else the order."""
    names = [(found, name) for found in form.of("name") if (name := _as_name(form.value(found, _NAME)))]
    marks = _marks(form)
    sides: dict[str, str] = {}
    for found, name in names:
        side = _side_of(found.line, marks)
        if side:
            sides.setdefault(side, name)
    if not sides and len(names) == 2:
        (one, first), (two, second) = names
        if one.line.beside(two.line) and one.line.x0 > two.line.x0:
            first, second = second, first
        return {"payer": first, "payee": second}
    return sides


def _marks(form: Form) -> list[tuple[str, Line]]:
    """Headings 付款人 / 收款人 that have no value of their own; the first letters of those that run downwards."""
    marks = [(f.kind, f.line) for f in form.of("payer", "payee") if not f.inline]
    for line in form.page.lines:
        head = re.match(r"^(付|收|汇|借|贷)(?:款|$)", line.text)
        if head and (len(line.text) == 1 or line.height > 1.5 * line.width or re.match(r"^(?:付|收)款(?:人|方)?信息", line.text)):
            marks.append(("payer" if head[1] in "付汇借" else "payee", line))
    return marks


def _side_of(line: Line, marks: list[tuple[str, Line]]) -> str | None:
    """The heading that is nearest to the left or above."""
    near = [
        (abs(line.x0 - mark.x1) + max(0.0, mark.y0 - line.cy, line.cy - mark.y1), side)
        for side, mark in marks
        if mark.x0 <= line.x0 + line.height and mark.y0 < line.y1 + 4 * line.height
    ]
    return min(near)[1] if near else None
