"""Companies named in a message that are in no table: cut out of the sentence as said."""

import re
from dataclasses import dataclass

from bot.understanding.knowledge import derived, words
from bot.understanding.lazy import Lazy
from bot.understanding.text import MASK

_HAN = "一-鿿A-Za-z0-9"
_NEVER = Lazy(
    r"[了吗呢吧我你他她们想掉没]|^[做搞卖有想要]|^(?:对方|客户|老板|领导|采购|技术)"
    r"|^(?:老|旧|新|这|那)(?:设备|机器|工厂|学校|医院|超市|酒店|项目)"
)
_WITHIN = Lazy(r"(?:[区县市镇乡村园路街]|开发区|工业园|这边|那边)的$")
_BEFORE = Lazy(r"^.*(?:了个客户|新客户|的客户|客户)[,:]?")


@dataclass(frozen=True, slots=True)
class Company:
    """A company name at [start, end) of the text."""

    start: int
    end: int
    name: str


@derived
def _trade_end() -> re.Pattern[str]:
    trades = "|".join(w for w in words("companies", "trades") if w not in ("店", "厂"))
    legal = "|".join(words("companies", "legal"))
    return re.compile(rf"(?:(?:{trades})(?:厂|店|部|公司)?|厂|(?<=[一-鿿]{{3}})店)(?:{legal})?|(?:{legal})")


@derived
def _lead() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(map(re.escape, words('customers', 'lead')))})+")


@derived
def _place() -> re.Pattern[str]:
    return re.compile("|".join(words("places", "places")))


@derived
def _declared() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?:新建?|新增|增加|添加|创建|建|加|录入?|登记)(?:一下|一个|个|条)?(?:新)?的?(?:客户|线索|档案?)|新客户|新线索|新建|线索|潜在客户"
        r"|客户名称?|公司名称?|新开一家(?:网点|门店|店|客户)?|录个新?(?:客户|线索)|加个(?:客户|线索))"
        r"(?:[, ]?(?:录|登记|建|加)(?:一)?下)?[: 是叫,]*"
        rf"(?P<name>[{_HAN}]{{3,24}})|(?:^|[,\s])(?:公司|单位|名字|客户)?(?:叫|名叫|名称是)(?:做)?(?P<called>[{_HAN}]{{3,16}})"
    )


_STOP = Lazy(
    r"联系人|老板|采购|行业|做|电话|手机|来源|[,。;:(\s]|姓|法人|想|要|店长|是|的|在|加进来|负责人|总经理|研发|我|第一|规模|主营|地址|位于|客户|展会|竞品"
)


def find_company(text: str, *, declared: bool) -> Company | None:
    """The first unknown company name. ``text`` has codes, persons and known names masked; ``declared``: the message creates a customer."""
    if declared:
        for m in _declared().finditer(text):
            if found := _cut(text, *m.span("name" if m["name"] else "called")):
                return found
    for m in _trade_end().finditer(text):
        if found := _leftwards(text, m.start(), _through(text, m.end())):
            return found
    return None


def _through(text: str, end: int) -> int:
    """Past further trade and legal words (医疗 + 器械 + 有限公司)."""
    while m := _trade_end().match(text, end):
        end = m.end()
    return end


def _cut(text: str, start: int, end: int) -> Company | None:
    """A name that was announced (新客户 …): up to the first word that cannot be part of it."""
    trade = next(iter(reversed(list(_trade_end().finditer(text, start, end)))), None)
    stop = _STOP.search(text, start, end)
    limit = stop.start() if stop else end
    if trade and trade.end() <= limit:
        limit = trade.end() if not stop or (stop.start() - trade.end() > 0 and limit - start > 12) else limit
    name = text[start:limit]
    if len(name) < 3 or _lead().fullmatch(name):
        return None
    return Company(start, limit, name)


def _leftwards(text: str, trade: int, end: int) -> Company | None:
    """From the trade word back to where the name begins: a place, a lead word, a gap."""
    begin = trade
    while begin > 0 and re.match(f"[{_HAN}]", text[begin - 1]) and trade - begin < 14:
        begin -= 1
    window = text[begin:end]
    place = _last_place(window, trade - begin)
    if place is not None:
        begin += place
    elif leads := [m for m in _lead().finditer(window) if m.end() <= trade - begin and (m.start() != 1 or len(m[0]) > 1)]:
        begin += leads[-1].end()
    begin = max(begin, text.rfind("的", begin, trade - 1) + 1)
    name = text[begin:end]
    distinct = trade - begin
    if MASK in name or _NEVER.search(name) or distinct < 2 or distinct > 12 or (place is None and not _anchored(text, begin, end)):
        return None
    return Company(begin, end, name)


def _last_place(window: str, before: int) -> int | None:
    """Where the (first of several) place names that lead into the name begins."""
    places = [m for m in _place().finditer(window) if m.start() < before and before - m.end() >= 1]
    if not places:
        return None
    last = places[-1]
    for m in reversed(places[:-1]):
        if m.end() == last.start() or window[m.end() : last.start()] in ("市", "省"):
            last = m
    return last.start()


def _anchored(text: str, begin: int, end: int) -> bool:
    """Without a place in front, a name must stand after a lead word or at the beginning, and before a person, a gap or a tail word."""
    tails = "|".join(map(re.escape, words("customers", "tail")))
    right = text[end : end + 4]
    leads = [m.end() for m in _lead().finditer(text[max(0, begin - 6) : begin])]
    left_ok = (
        begin == 0
        or text[begin - 1] in " ,。:;、"
        or bool(_WITHIN.search(text[:begin]))
        or (bool(leads) and max(0, begin - 6) + leads[-1] == begin)
    )
    return left_ok and (not right or right[0] in " ,。:;、(" + MASK or bool(re.match(tails, right)))
