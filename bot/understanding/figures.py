"""Every number and sum in a text with its value; ranges such as 三五百块 and 10~15k元 with both ends."""

import re
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import cache

from bot.understanding.lazy import Lazy
from bot.understanding.numerals import ARABIC, HANZI, number

_H = HANZI.replace("廿", "").replace("卅", "")
_SP = r"\s{0,2}"
_WHOLE = (
    rf"(?:{ARABIC}|(?<!\d)\.\d+){_SP}(?:[kK]{{1,2}}|[wWmMgGtT](?![A-Za-z]))(?![A-Za-z])"
    rf"|(?:{ARABIC}|(?<!\d)\.\d+)(?:{_SP}个?[十百千万亿兆佰仟拾]+(?:{_SP}零?(?:\d{{1,4}}{_SP}[百千万佰仟]|[{_H}])+)*)*"
    rf"|[{_H}](?:{_SP}[{_H}])*(?:{_SP}个(?=[万亿])[万亿]?)?"
)
_POINT = rf"(?:(?:{_WHOLE})?{_SP}点{_SP}[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]+[万亿]?)"
_CURRENCY = r"人民币|港元|港币|新台币|台币|美元|美金|日元|日币|欧元|英镑|泰铢|卢布|韩元|澳元|加元|新加坡元|瑞郎|元|块钱|块|圆"
_SKIP = Lazy(
    r"一(?:切|下|起|些|般|样|定|直|旦|向|边|再|会儿|点儿|看|听|想|试|概|律|致|流|面)|四川|五角大楼|十足|入伍|收拾|拾贝|(?<![零一二三四五六七八九十百千万亿两几\d])(?:万一|千万(?![元块人]))|百货|两两"
    r"|万分|千方百计|三心二意|亿万|百度|统一|唯一|第一时间|双十一|一折|肆无忌惮|大陆|陆续|陆地|登陆|七夕|八卦|五金|三亚|百姓|星期[一二三四五六]|周[一二三四五六]|壹基金|零食|零售|零件|伍德|参加"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number (``kind`` number) or a sum (money) at [start, end); the second value is the upper end of a range."""

    start: int
    end: int
    kind: str
    values: tuple[Decimal, Decimal | None]


@cache
def _plain_pattern() -> re.Pattern[str]:
    whole = rf"(?:{_POINT}|{_WHOLE})"
    return re.compile(
        rf"(?P<sign>负|(?<![\d)A-Za-z])-(?=\s?[\d.]))?{_SP}"
        rf"(?:(?:(?P<base>{whole}){_SP}又{_SP})?(?P<den>{whole}){_SP}分{_SP}之{_SP}(?P<minus>负)?(?P<num>{whole})"
        rf"|(?P<pbase>{ARABIC})\s(?P<pnum>\d+)/(?P<pden>\d+)|(?P<fnum>\d+)/(?P<fden>\d+)(?![/\d])"
        rf"|(?P<mant>{ARABIC}|\.\d+)(?:\^(?P<pow>[+-]{{0,2}}\d+)|[eE](?P<exp>[+-]?\d+))"
        rf"|(?P<plain>{whole})(?P<tail>{_SP}半)?(?P<more>{_SP}[多几余来]{_SP}(?P<scale>[百千万亿]+))?(?P<dozen>打(?![电开包算听扫过]))?)"
    )


@cache
def _range_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"(?:从|人民币|港币|新台币)?\s?(?P<a>{_WHOLE})\s?(?P<au>{_CURRENCY})?(?:\(含\))?\s?(?:到|至|~+|-+|—+"
        rf"|–)\s?(?P<b>{_WHOLE})\s?(?P<u>{_CURRENCY}|k|K|w|W|$)(?:人民币)?"
        rf"|(?P<p>[一二两三四五六七八九十]?)(?P<x>[一二三四五六七八九])(?P<y>[二三四五六七八九])(?P<scale>[十百千万亿]+)?(?P<pu>{_CURRENCY})"
        rf"|(?P<some>[几数好][十百千]*|{_WHOLE})(?P<few>几|多|来)?(?P<someunit>[十百千万亿]*)\s?(?P<su>{_CURRENCY})(?:钱|人民币)?"
    )


def find_figures(text: str) -> list[Figure]:
    """Numbers, fractions and sums, each also as money where a currency is named or it can be one."""
    skipped = [m.span() for m in _SKIP.finditer(text)]
    found: list[Figure] = []
    for m in _plain_pattern().finditer(text):
        figure = _number(text, m)
        if figure and not any(a < figure.end and figure.start < b and not (a <= figure.start - 1 and figure.end > b) for a, b in skipped):
            found.append(figure)
    return sorted(found + _sums(text), key=lambda f: (f.start, f.end))


def _number(text: str, m: re.Match[str]) -> Figure | None:
    try:
        value = _value(m)
    except (InvalidOperation, DivisionByZero, Overflow):
        return None
    if value is None:
        return None
    start = m.start() + len(m[0]) - len(m[0].lstrip())
    return Figure(start, m.start() + len(m[0].rstrip()), "number", (-value if m["sign"] else value, None))


def _value(m: re.Match[str]) -> Decimal | None:
    if m["den"]:
        bottom, top, base = number(_tight(m["den"])), number(_tight(m["num"])), number(_tight(m["base"] or "零"))
        if not bottom or top is None or base is None:
            return None
        if m["den"] == "百":
            return top
        return _short(base + (-top if m["minus"] else top) / bottom)
    if m["pden"]:
        return _short(Decimal(m["pbase"].replace(",", "")) + Decimal(m["pnum"]) / Decimal(m["pden"]))
    if m["fden"]:
        return _short(Decimal(m["fnum"]) / Decimal(m["fden"]))
    if m["mant"]:
        mantissa = Decimal(m["mant"].replace(",", ""))
        power = int((m["pow"] or m["exp"]).replace("--", ""))
        if abs(power) > 60:
            return None
        return _short(Decimal(float(mantissa) ** power)) if m["pow"] else mantissa.scaleb(power)
    return _spoken(m)


def _short(value: Decimal) -> Decimal:
    """Fractions and powers to the fifteen significant figures that a double would show."""
    return Decimal(f"{value:.15g}")


def _spoken(m: re.Match[str]) -> Decimal | None:
    said = _tight(m["plain"])
    if re.fullmatch("[百千万亿兆]+", said) and said not in ("百", "千", "百万", "千万"):
        return None
    value = number("0" + said if said.startswith(".") else said)
    if value is not None and m["more"]:
        scale = number("一" + m["scale"])
        value = value * scale if scale else value
    if value is not None and m["tail"]:
        value += Decimal("0.5") if value < 100 else 0
    return value * 12 if value is not None and m["dozen"] else value


def _tight(said: str) -> str:
    return re.sub(r"[\s个]", "", said)


def _sums(text: str) -> list[Figure]:
    found: list[Figure] = []
    for m in _range_pattern().finditer(text):
        pair = _pair(m)
        if pair:
            found.append(Figure(m.start(), m.end(), "money", pair))
    from bot.understanding.money import find_amounts

    found += [Figure(a.start, a.end, "money", (a.value, None)) for a in find_amounts(text) if a.marked]
    return found


def _pair(m: re.Match[str]) -> tuple[Decimal, Decimal] | None:
    if m["a"]:
        return _ends(_tight(m["a"]), _tight(m["b"]) + (m["u"] if m["u"] in ("k", "K", "w", "W") else ""), bool(m["au"]))
    if m["x"]:
        scale = number("一" + m["scale"]) if m["scale"] else Decimal(1)
        low, high = number(m["x"]), number(m["y"])
        if m["p"] or scale is None or low is None or high is None or high <= low:
            return None
        return low * scale, high * scale
    return _few(m)


def _ends(low: str, high: str, own_unit: bool) -> tuple[Decimal, Decimal] | None:
    """Both ends; a lower end without scale takes that of the upper one (两到三万, 10~15k)."""
    top = number(high)
    scale = re.search(r"([百千万亿佰仟]+|[kKwW]+)$", high)
    bottom = number(low)
    if top is None or bottom is None:
        return None
    if scale and not own_unit and not re.search(r"[万亿kKwW]$", low) and bottom < top:
        unit = scale[1]
        lifted = number(low + unit) if unit in "kKwW" else _lift(low, unit)
        if lifted is not None and lifted < top:
            bottom = lifted
    return (bottom, top) if bottom < top else None


def _lift(low: str, unit: str) -> Decimal | None:
    """The lower end with as much of the upper end's scale as it lacks: 一千到两千万 lifts 万, 两到三千 lifts 千."""
    big = re.sub("[百千佰仟十]", "", unit)
    small = re.search("[十百千佰仟拾]$", low)
    value, factor = number(low), number("一" + (big if small and big else "" if small else unit)) if not (small and not big) else Decimal(1)
    return None if value is None or factor is None else value * factor


def _few(m: re.Match[str]) -> tuple[Decimal, Decimal] | None:
    """几十万块, 数十亿元, 十几块钱, 3000多欧元: from the base to the next step of its last figure."""
    scale = number("一" + m["someunit"]) if m["someunit"] else Decimal(1)
    said = m["some"]
    if scale is None:
        return None
    if said[0] in "几数好":
        base = number("一" + said[1:]) if said[1:] else Decimal(1)
        return (base * scale, base * scale * 10) if base is not None and base * scale > 1 else None
    base = number(_tight(said))
    if base is None or not m["few"] or base < 10:
        return None
    step = Decimal(10) ** (len(str(int(base))) - len(str(int(base)).rstrip("0")))
    return base * scale, (base + step) * scale
