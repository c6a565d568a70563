"""Tax, payment term, total and money received."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.understood import Intent, Span
from bot.understanding.knowledge import pattern
from bot.understanding.lazy import Lazy
from bot.understanding.money import Amount, find_amounts
from bot.understanding.numerals import NUMBER, small

_TERM = Lazy(
    rf"月结(?P<a>{NUMBER})?(?P<au>天|日|个?月)?|账期(?:从{NUMBER}(?:天|个?月)|是|为|给|要|想要|做|谈|坚持|可以|放|他|申请|改成|延长?到|:|\s)*(?:月结)?(?P<b>{NUMBER}"
    rf"|半)?(?P<bu>天|日|个?月|年|个?季度)?|(?P<cash>款到发货|现款现货|现结|先款后货|货到付款|现金结算|款到(?!账|了|位|没))|(?:货到|票到|到货|开票)后?(?P<c>{NUMBER})天|(?P<q>季结)"
    rf"|(?P<d>{NUMBER})(?P<du>天|个月)账期"
)
_OURS = Lazy(r"(?:我们?|咱们?|公司|最多|只能|最终|最后)[^,。]{0,8}$")
_RECEIVED = Lazy(
    r"实收|到账|收到|收款|回款|打款|打了|付了|付过来|转了|汇了|进账|入账|已收|收了|收讫|结清|清了|货款|定金|首付|预付|尾款|款|钱"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A value with the range it was read from."""

    value: Decimal
    span: Span


def tax(text: str) -> tuple[bool, Span] | None:
    """True for 含税, False for 未税, None when nothing is said."""
    if m := pattern("goods", "tax_out").search(text):
        return False, m.span()
    m = pattern("goods", "tax_in").search(text)
    return (True, m.span()) if m else None


def payment_term(text: str) -> tuple[int, Span] | None:
    """Days until payment; ours when both sides named one, else the one asked for."""
    found: list[tuple[int, Span, bool]] = []
    for m in _TERM.finditer(text):
        days = _days(m, text)
        if days is not None:
            found.append((days, m.span(), bool(_OURS.search(text[: m.start()]))))
    if not found:
        return None
    ours = [f for f in found if f[2]]
    best = ours[-1] if ours else found[0]
    return best[0], best[1]


def _days(m: re.Match[str], text: str) -> int | None:
    if m["cash"]:
        return 0
    if m["q"]:
        return 90
    for figure, unit in (("a", "au"), ("b", "bu"), ("c", None), ("d", "du")):
        if m[figure]:
            value = 0.5 if m[figure] == "半" else small(m[figure])
            if value is None or value > 3650:
                return None
            days = next((d for sign, d in (("月", 30), ("年", 360), ("季", 90)) if unit and sign in (m[unit] or "")), 1)
            return int(value * days)
    if m[0].startswith("月结"):
        return None if re.match("款|的钱|货款|账", text[m.end() :]) else 30
    return None


def total_amount(text: str, taken: list[Span], intent: Intent) -> Said | None:
    """The total said. ``taken`` are ranges already read as quantities and unit prices; ``text`` has dates and codes masked."""
    amounts = _free_amounts(text, taken)
    cued = [a for a in amounts if _cue(text, a) and not _foreign(text, a)]
    if cued:
        return Said(cued[-1].value if _corrected(text) else cued[0].value, (cued[0].start, cued[0].end))
    if intent in (Intent.CONTRACT, Intent.QUOTE, Intent.CORRECT) or re.search("报的|报了", text):
        for a in amounts:
            if _is_money(text, a) and not _foreign(text, a) and (intent is not Intent.VISIT or re.search(r"报[的了]$", text[: a.start])):
                return Said(a.value, (a.start, a.end))
    return None


def payment_amount(text: str, taken: list[Span]) -> tuple[Decimal, list[Span]] | None:
    """Money received; several receipts add up, 实收 overrules, debts and totals do not count."""
    amounts = [a for a in _free_amounts(text, taken) if _is_money(text, a)]
    net = [
        a
        for a in amounts
        if (re.search(r"(?:实收|实际(?:到账|收到)|到账)了?[¥]?$", text[: a.start].rstrip()) and "抹零" in text)
        or re.search(r"实收|实际到账", text[max(0, a.start - 5) : a.start])
    ]
    if net:
        return net[-1].value, [(net[-1].start, net[-1].end)]
    received = [a for a in amounts if not _owed(text, a)]
    if not received:
        return None
    kept = [received[0]]
    for a in received[1:]:
        between = text[kept[-1].end : a.start]
        if a.value != kept[-1].value and (
            re.search(r"一笔|又|还有|另外|加上|和|、|再", between)
            or (_RECEIVED.search(text[max(0, a.start - 4) : a.start]) and "共" not in between)
        ):
            kept.append(a)
    return sum((a.value for a in kept), Decimal(0)), [(a.start, a.end) for a in kept]


def _free_amounts(text: str, taken: list[Span]) -> list[Amount]:
    return [a for a in find_amounts(text) if not any(a.start < end and start < a.end for start, end in taken)]


def _is_money(text: str, a: Amount) -> bool:
    """Whether a number can be a sum of money: marked, in thousands and more, and followed by no measure."""
    after = text[a.end : a.end + 3]
    if re.match(
        r"\s?(?:m2|平|立?方米?|[付架亩件%天周月年号日点台套只个箱桶瓶包片颗根吨米家人次件批期成店楼期倍]|公斤|小时|分钟|pcs|PCS)", after
    ) or re.search(r"[第\dA-Za-z.-]$", text[: a.start]):
        return False
    said = text[a.start : a.end]
    return (
        a.marked
        or a.value >= 1000
        or bool(re.search(r"[万wW]$|[千百]", said))
        or (a.value >= 100 and bool(re.search(r"(?:款|收|付|账|转|金|价)[了到:]?\s?$", text[: a.start])))
    )


def _cue(text: str, a: Amount) -> bool:
    left = text[max(0, a.start - 10) : a.start]
    m = next(iter(reversed(list(pattern("goods", "total_cue").finditer(left)))), None)
    return (
        bool(m and re.fullmatch(r"(?:是|为|:|约|大概|差不多|改成|金额|款|在|含税|[\s,¥了到])*", left[m.end() :])) and _is_money(text, a)
    ) or bool(
        re.search(r"(?:报了?|报的|合同(?:额|价)?|这单|总包)\s?$", left)
        and _is_money(text, a)
        and re.search(r"[万w]|\d{4}", text[a.start : a.end])
    )


def _foreign(text: str, a: Amount) -> bool:
    begin = max(text.rfind(c, 0, a.start) for c in ",。;!?")
    return bool(pattern("goods", "foreign").search(text[max(begin + 1, a.start - 8) : a.start]))


def _corrected(text: str) -> bool:
    return bool(re.search(r"不对|说错|应该是|改成", text))


def _owed(text: str, a: Amount) -> bool:
    begin = max(text.rfind(c, 0, a.start) for c in ",。;!?(")
    before = text[max(begin + 1, a.start - 8) : a.start]
    return bool(re.search(r"还差|还欠|差|欠|剩|余|总额|合同额|总价|抹|扣|共计应|应付|应收|发票", before)) or bool(
        re.match(
            r"\ue000{2,}(?:前|再|才)?(?:付|打|给|结|补)(?!了|的)|(?:没|未|还没)(?:付|到|打)|的?(?:尾款)?(?:下|月底|等)",
            text[a.end : a.end + 12],
        )
    )
