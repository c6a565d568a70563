"""Lines of a quote or order: product, quantity, unit, price per unit."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.understood import Item, Span
from bot.understanding.codes import Code
from bot.understanding.dictionary import commonness
from bot.understanding.knowledge import derived, pattern, words
from bot.understanding.lazy import Lazy
from bot.understanding.money import amount_at, find_amounts
from bot.understanding.numerals import ARABIC, HANZI, NUMBER, number
from bot.understanding.prices import Price, Quantity, find_prices, find_quantities, measure
from bot.understanding.text import MASK

_GAP = rf"\s,。;:!?、()+×*→{MASK}"


@dataclass(frozen=True, slots=True)
class Line:
    """An item with the ranges it was read from."""

    item: Item
    spans: tuple[Span, ...]


@derived
def _after_words() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words("goods", "after"))))


@derived
def _verbs() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(words('goods', 'verbs'))})")


@derived
def _verbs_at_end() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(words('goods', 'trailing'))})+$")


_SPEC = Lazy(rf"(?:{ARABIC}|[{HANZI}]+)\s?(?:升|毫升|ml|ML|L|克|千克|公斤|寸|mm|米|厘米)(?:的|装)?$|\d+(?:ml|ML|mL|g|L|l)?\s?\*\s?\d+$")


def _name_before(text: str, at: int, floor: int, *, tokens: int = 1) -> Span | None:
    """The product words that end where the quantity begins; in a quotation line words of size or price may stand between."""
    end = at
    for _ in range(tokens):
        gap = end
        while end > floor and text[end - 1] in (" :,*×" if tokens > 1 else " :"):
            end -= 1
        if gap - end > 2:
            return None
        begin = end
        while begin > floor and not re.match(f"[{_GAP}]", text[begin - 1]):
            begin -= 1
        found = _product_in(text, begin, end)
        if found:
            return _joined(text, found, floor) if tokens > 1 else found
        if begin == end or not _BETWEEN.fullmatch(text[begin:end]):
            return None
        end = begin
    return None


_BETWEEN = Lazy(r"[\dA-Za-z.*×/]+|报价[^,。]{0,4}|起订|单价|每箱")
_SUFFIXED = Lazy(r"[\dA-Za-z][\dA-Za-z.-]*[一-鿿]{1,4}")


def _joined(text: str, found: Span, floor: int) -> Span:
    """With the word before, where the last one only qualifies it (纸巾 24包装)."""
    if not _SUFFIXED.fullmatch(text[found[0] : found[1]]) or text[found[0] - 1 : found[0]] != " ":
        return found
    before = _name_before(text, found[0], floor)
    return (before[0], found[1]) if before else found


def _product_in(text: str, begin: int, end: int) -> Span | None:
    run = text[begin:end]
    if verbs := _verbs_at_end().search(run):
        run = run[: verbs.start()]
    last = next((m for m in reversed(list(_verbs().finditer(run))) if not _inside_word(run, m)), None)
    if last:
        begin += last.end()
        run = run[last.end() :]
    if len(run) > 2 and run[0] in "个些批款种":
        begin, run = begin + 1, run[1:]
    run = _SAMPLE.sub("", run)
    if (spec := _SPEC.search(run)) and spec.start() >= 2 and "的" in spec[0]:
        run = run[: spec.start()]
    return (begin, begin + len(run)) if _is_product(run) else None


_SAMPLE = Lazy(r"(?:的)?(?:小?样品?|试用装|(?<=..)样机)$")


def _inside_word(run: str, m: re.Match[str]) -> bool:
    """A verb of one character that is part of a word here (智能, 开关, 发电)."""
    if len(m[0]) > 1:
        return False
    return commonness(run[max(0, m.start() - 1) : m.end()]) >= 300 or commonness(run[m.start() : m.end() + 1]) >= 300


def _name_earlier(text: str, at: int) -> Span | None:
    """A product that one of the three clauses before speaks of."""
    end = at
    for _ in range(4):
        begin = max(text.rfind(c, 0, max(end - 1, 0)) for c in ",。;!?")
        for m in pattern("goods", "earlier").finditer(text[begin + 1 : end]):
            start, stop = (begin + 1 + at for at in m.span(m.lastgroup or "a"))
            if _product_in(text, start, stop) == (start, stop) and text[start:stop] not in words("brands", "brands"):
                return start, stop
        end = begin
        if begin < 0:
            return None
    return None


def _bare_sample(text: str, at: int) -> Span | None:
    m = re.compile(r"\s?(样品|样片|样件|样机)").match(text, at)
    return m.span(1) if m else None


def _name_after(text: str, at: int) -> Span | None:
    begin = at
    while begin < len(text) and text[begin] == " ":
        begin += 1
    end = begin
    while end < len(text) and not re.match(f"[{_GAP}]", text[end]):
        end += 1
    run = text[begin:end]
    if stop := _after_words().search(run):
        run = run[: stop.start()]
    run = _SAMPLE.sub("", run)
    if figure := re.search(rf"[{HANZI}\d]{{2,}}|[¥@]|[一每/]{measure()}", run):
        run = run[: figure.start()]
    return (begin, begin + len(run)) if _is_product(run) else None


_LOOSE = Lazy("[被给让他她我你们说着不没很都就才还吗呢吧]|[了过]$")


def _is_product(run: str) -> bool:
    if _LOOSE.search(run):
        return False
    return (
        2 <= len(run) <= 14
        and bool(re.search("[一-鿿A-Za-z]", run))
        and run not in words("goods", "no_products")
        and not re.fullmatch(r"\d+(?:ml|ML|L|l|g|kg|mm|cm)?|[今明昨后前]天|含税|未税|合同|一[次下]|其中|\d+[kKwW]?", run)
    )


def read_lines(text: str, codes: list[Code], *, quoting: bool) -> list[Line]:
    """The item lines. ``text`` has names, dates and non-product codes masked; ``quoting``: the message asks for a quotation."""
    if forms := list(_FORM.finditer(text)):
        return [_from_form(m, codes) for m in forms]
    prices = find_prices(text)
    models = [
        c
        for c in codes
        if c.kind == "model" and MASK not in text[c.start : c.end] and not re.match("替代|对标|认证|标准", text[c.end : c.end + 2])
    ]
    counts = [q for q in find_quantities(text, prices) if not any(c.start < q.end and q.start < c.end for c in models)]
    if not quoting:
        counts = [q for q in counts if q.value != 1 or text[q.start] in "1"]
    lines: list[Line] = []
    floor = 0
    wanted = pattern("goods", "ordering")
    for i, q in enumerate(counts):
        ceiling = counts[i + 1].start if i + 1 < len(counts) else len(text)
        line, floor = _line(text, q, prices, models, floor, ceiling, quoting=quoting)
        bare = line.item.name is None and line.item.model is None and line.item.unit_price is None
        if not (bare and not quoting and (lines or q.unit == "个" or not wanted.search(text[max(0, q.start - 4) : q.start]))):
            lines.append(line)
    used = {s for line in lines for s in line.spans}
    loose = [p for p in prices if (p.start, p.end) not in used]
    if not lines:
        lines = [_priced(text, p, models, quoting=quoting) for p in loose[:3]]
        if not lines and quoting:
            lines = [Line(Item(model=c.value), ((c.start, c.end),)) for c in models] or _lump(text)
    return lines


_FORM = Lazy(
    rf"(?:产品|品名|名称|货品|型号|物料|商品|设备)(?:名称|型号)?\s?[:为是]?\s?(?P<name>[^,;。:\s]{{2,24}})[,;。\s]+(?:规格[^,;。]*[,;。\s]+)?"
    rf"(?:数量|台数|件数)\s?[:为是]?\s?(?P<n>{NUMBER})\s?(?P<u>[一-鿿]|pcs|PCS|kg|KG)?(?:[,;。\s]+(?:含税)?(?:单价|价格)\s?[:为是]?\s?[¥]?(?P<p>{NUMBER}))?"
)


def _from_form(m: re.Match[str], codes: list[Code]) -> Line:
    """A line written as a form: 产品 比例阀,数量 8,单价 4500."""
    model = next((c for c in codes if c.kind == "model" and m.start("name") <= c.start and c.end <= m.end("name")), None)
    name = None if model else m["name"]
    spans = [m.span(group) for group in ("name", "n", "p") if m[group]]
    price = number(m["p"]) if m["p"] else None
    return Line(Item(model.value if model else None, name, number(m["n"]), m["u"], price), tuple(spans))


def _lump(text: str) -> list[Line]:
    """A product quoted for one sum: 改造总包 两百三十万."""
    for amount in find_amounts(text):
        if amount.value >= 1000 and (name := _name_before(text, amount.start, 0)):
            return [Line(Item(name=text[name[0] : name[1]]), (name,))]
    return []


def _line(text: str, q: Quantity, prices: list[Price], models: list[Code], floor: int, ceiling: int, *, quoting: bool) -> tuple[Line, int]:
    spans: list[Span] = [(q.start, q.end)]
    price = _price_for(text, q, prices, floor, ceiling, quoting=quoting)
    model = _model_for(q, models, floor, ceiling)
    end = q.end
    if price:
        spans.append((price.start, price.end))
        end = max(end, price.end)
    start = min(q.start, price.start if price else q.start, key=lambda v: v)
    if model and model.end <= q.start:
        name = _name_between(text, model, q, floor)
    else:
        name = _name_before(text, start, floor, tokens=5 if quoting else 1) or _name_after(text, q.end)
        name = name or (_name_before(text, q.start, floor) if start != q.start else None)
        name = name or (None if floor or quoting else _name_earlier(text, start)) or _bare_sample(text, q.end)
    if model:
        spans.append((model.start, model.end))
        name = None if name and name[0] < model.end and model.start < name[1] else name
    if name:
        spans.append(name)
        end = max(end, name[1])
    item = Item(model.value if model else None, text[name[0] : name[1]] if name else None, q.value, q.unit, price.value if price else None)
    return Line(item, tuple(sorted(spans))), end


def _name_between(text: str, model: Code, q: Quantity, floor: int) -> Span | None:
    """接触器 in CJX2-2510接触器500只, 编码器 in 编码器 E6B2 200只."""
    return _name_before(text, q.start, model.end) or _name_before(text, model.start, floor)


def _model_for(q: Quantity, models: list[Code], floor: int, ceiling: int) -> Code | None:
    before = [c for c in models if floor <= c.start and c.end <= q.start and q.start - c.end <= 14]
    after = [c for c in models if q.end <= c.start < ceiling and c.start - q.end <= 4]
    return before[-1] if before else after[0] if after else None


def _price_for(text: str, q: Quantity, prices: list[Price], floor: int, ceiling: int, *, quoting: bool) -> Price | None:
    after = [p for p in prices if q.end <= p.start < ceiling]
    before = [p for p in prices if floor <= p.start and p.end <= q.start and q.start - p.end <= 3]
    if before and (not after or before[-1].unit == q.unit):
        return before[-1]
    if after and not re.search(rf"[{HANZI}\d]{measure()}", text[q.end : after[0].start]):
        return after[0]
    return _bare_price(text, q)


@derived
def _total_cue() -> re.Pattern[str]:
    return pattern("goods", "total_cue")


def _bare_price(text: str, q: Quantity) -> Price | None:
    """An amount right after the quantity, with nothing said of a total, is the price of one."""
    m = re.compile(r"[\s,]*[*×@xX]?(?:报价?|按|价格?)?\s*").match(text, q.end)
    at = m.end() if m else q.end
    amount = amount_at(text, at)
    if amount is None or amount.start != at:
        m = re.compile(rf"[^{_GAP}\d{HANZI}]{{2,8}}[\s,]*(?:报价?|按|价格?)?\s*(?=[\d¥])").match(text, at)
        amount = amount_at(text, m.end()) if m and not _total_cue().search(m[0]) else None
    if amount is None:
        return None
    rest = text[amount.end :]
    if not amount.marked and (
        re.match(rf"\s?(?:{measure()}|[%天周月年号日点折:]|个|小时|公里|人)|-\d|/(?!{measure()})", rest) or amount.value < Decimal("0.0001")
    ):
        return None
    if not amount.marked and not re.match(
        r"\s*(?:$|[,。;!()]|\s(?=[\dA-Za-z一-鿿])|含|不含|未税|带|不带|裸|月结|账期|报价|报|现|款|包)", rest
    ):
        return None
    return Price(amount.start, amount.end, amount.value, None, sure=False)


def _priced(text: str, p: Price, models: list[Code], *, quoting: bool) -> Line:
    """A price without a count."""
    model = next((c for c in reversed(models) if c.end <= p.start and p.start - c.end <= 16), None)
    name = _name_before(text, p.start, 0) if not model and quoting else None
    spans = [(p.start, p.end), *([(model.start, model.end)] if model else []), *([name] if name else [])]
    return Line(
        Item(model.value if model else None, text[name[0] : name[1]] if name else None, None, p.unit if model or name else None, p.value),
        tuple(sorted(spans)),
    )
