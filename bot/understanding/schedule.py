"""When the contact happened and when the next one is: which of the dates said is which."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from bot.domain.understood import Intent, Span
from bot.understanding.date_find import When
from bot.understanding.lazy import Lazy
from bot.understanding.page import Page

_TODAY = frozenset((Intent.VISIT, Intent.FOLLOW_UP, Intent.PAYMENT, Intent.COMPLAINT))
_SILENT = frozenset((Intent.QUERY, Intent.TEMPLATE, Intent.UNDO, Intent.HELP, Intent.STAGE, Intent.CHAT))
_PAST_AFTER = Lazy(
    r"^[^,。;!?]{0,2}(?:没|的|去的|到的|去了|去过|见了|见的|拜访了|聊了|打了|打的|收到|到账|到了|已|签了|刚|通了|跑了|走了|开的|付的|来的|过了)|^[^,。;!?]{1,14}(?:了(?!解)|过(?=$"
    r"|[,。了]|电话|微信|面|邮件|样)|到的)"
)
_ASPECT = Lazy("[了过着完的]|刚|收到|到账")
_PAST_BEFORE = Lazy(r"(?:是|刚|已经|在)$")
_AHEAD_AFTER = Lazy(
    r"^.{0,3}(?:再|前|之前|要|约|让|给|回|签(?!了)|送(?!了)|发(?!了)|过去|付(?!了)|打(?!了)|答|左右|出(?!差|了)|定(?!了)|交|来(?!了)|碰|试|开始|安排|装|验|提|寄(?!了)|补(?!了)|我)"
)
_AHEAD_BEFORE = Lazy(
    r"(?:约了?|约好|定在|改到|改成|推迟?到|等到?|到|说好|承诺|答应|说|让我们?|要我们?|要求|计划|准备|打算|安排|我|最晚|争取|预计|估计|大概|应该|预定)$"
)
_SKIP_BEFORE = Lazy(
    r"(?:有效期|有效|交期|交货期?|货期|保质期?|质保|休假|出差|检修|停产|产假|放假|请假|够用|用|撑|开会|库存|开到|忙|供|生产周期|工期|等我|让我等|合同|现货|期货)(?:到|至|是|为|要|大概|:|一直)*$|(?:休|停"
    r"|出差|外地|忙|检修|放|够用|用|聊|谈|等|开|待|陪)[^,。]{0,4}到$"
)
_SKIP_AFTER = Lazy(
    r"^(?:要|都|还)?(?:去|在)?(?:出差|休假|请假|出国|外出|放假|旅游|结婚|度假|休息)(?!回来)|^最后|^(?:以?后)?[^,。;]{0,6}(?:出来|到岗|批下来|下来|出炉|复工|开学)(?:再|才|,|。)"
    r"|^(?:没|不|都|的(?!时候)|档|堆头|促销|活动|礼|备货|期间|前?有效)|^[^,。;]{0,3}(?:有效|开标|截标|投标截止|投产|量产|上线|开工|到期|才(?!给|答|签)|能?下来|立项|内部|开会|评审|董事会|放假"
    r"|的账|账|份的|开盘|试产|不下单|回国(?!就)|扩|旺季|淡季|档|的货|的量|的单|前有效)|^(?:内)?(?:回来|回国|到岗|上班|回(?![复话访电信他她款]))(?!.{0,6}(?:再|约|联系|谈|签|就|让我(?!$)"
    r"|到时))|^到(?:$|[,。])"
)
_OF_GOODS = Lazy(r"^(?:刚|才|就)?(?:发|装|送|买|交|订|寄|供|进|采购|换|修)的(?!$|[,。])")
_NEXT_WORDS = Lazy(r"再|找|联系|聊|谈|见|去|约|签|付|回|打|给|送|发|交|来|定|安排|过|看|试|装|拜访|回访|提|出|碰|答|跟")


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, maybe an hour, and where it was said (empty for a default)."""

    day: date | None = None
    clock: time | None = None
    spans: tuple[Span, ...] = ()


def read_schedule(page: Page, intent: Intent, *, done: bool) -> tuple[Moment, Moment, list[When]]:
    """What happened when, the next step, and all dates still to come. ``done``: a contract is already signed or sent."""
    if intent is Intent.CHAT and page.is_bare_date():
        return Moment(), _next(page, [(w, day) for w in page.whens if (day := _day(w, page, 1))]), []
    if intent in _SILENT:
        return Moment(), Moment(), []
    past: list[tuple[When, date]] = []
    ahead: list[tuple[When, date]] = []
    dates = [w for w in page.whens if w.kind != "duration" and not _vague(w)]
    for i, when in enumerate(dates):
        side = _side(page, when, i, dates, intent)
        day = _day(when, page, side)
        if side > 0 and not when.day_said and when.clock and ahead and ahead[-1][0].day_said:
            day = ahead[-1][1]
        if side < 0 and intent is not Intent.PAYMENT and _OF_GOODS.match(page.text[when.end :]):
            continue
        if side < 0 and day and (when.parts is None or when.parts.level >= 4) and when.relation != "within":
            past.append((when, day))
        elif side > 0 and day and not _skipped(page, when, intent):
            ahead.append((when, day))
    return _occurred(page, intent, past, done=done), _next(page, ahead), [when for when, _ in ahead]


def _vague(when: When) -> bool:
    return (when.future is None and when.past is None and when.clock is None) or (when.first is None and when.relation == "")


def _day(when: When, page: Page, side: int) -> date | None:
    if not when.day_said:
        return page.now.date() if when.clock and when.tense == 0 else when.future
    return when.past if side < 0 else when.future


def _side(page: Page, when: When, index: int, dates: Sequence[When], intent: Intent) -> int:
    """-1 when the date tells of what happened, 1 of what comes."""
    if when.tense:
        return when.tense
    if when.relation in ("before", "within"):
        return 1
    before, after = _context(page, when)
    if when.parts and when.parts.holiday is not None and not _PAST_AFTER.match(after):
        return 1
    if not when.day_said or _is_today(when, page):
        return _side_today(page, when, before, after, intent)
    if intent is Intent.PLAN or intent in (Intent.QUOTE, Intent.NEW_CUSTOMER, Intent.CORRECT):
        return 1
    if _AHEAD_BEFORE.search(before) and not _PAST_BEFORE.search(before):
        return 1
    if _PAST_AFTER.match(after) and not re.match(r"^.{0,2}(?:再|前|让|给|要)", after):
        return -1
    earlier_past = any(d.tense < 0 or _is_today(d, page) for d in dates[:index])
    head = when.start <= 4 or (index == 0 and not re.search(r"[说让要约问]", page.text[: when.start]))
    if (
        head
        and not earlier_past
        and intent in (Intent.VISIT, Intent.FOLLOW_UP, Intent.PAYMENT, Intent.COMPLAINT, Intent.CONTRACT)
        and page.has_past()
    ):
        nearer = not when.future or not when.past or page.now.date() - when.past <= when.future - page.now.date()
        told = nearer or _ASPECT.search(page.clause_at(when.start).text)
        return -1 if told and (not _AHEAD_AFTER.match(after) or when.start <= 1) else 1
    if intent is Intent.PAYMENT and not _AHEAD_AFTER.match(after):
        return -1
    return 1


def _is_today(when: When, page: Page) -> bool:
    return bool(when.parts and when.parts.days == 0)


def _side_today(page: Page, when: When, before: str, after: str, intent: Intent) -> int:
    if intent in (Intent.PLAN, Intent.QUOTE):
        return 1
    if when.clock is not None:
        if when.clock <= page.now.time().replace(tzinfo=None):
            return -1
        return 1 if not _PAST_AFTER.match(after) else -1
    if _PAST_AFTER.match(after):
        return -1
    if re.search(r"(?:必须|要|让我们|要我们|要求|答应|说好|我)$", before) or re.match(
        r"^[^,。]{0,4}(?:必须|要(?!了)|处理$|处理[,。]|给他|答复|回复|内|之内|前|之前|发出|寄出$|弄好)", after
    ):
        return 1
    return -1


def _context(page: Page, when: When) -> tuple[str, str]:
    """The words before and after within the same stretch between punctuation."""
    text = page.text
    begin = max((m.end() for m in re.finditer(r"[,。;!?\n]", text[: when.start])), default=0)
    end = next((m.start() for m in re.finditer(r"[,。;!?\n]", text[when.end :])), len(text) - when.end) + when.end
    following = next((w.start for w in page.whens if w.start >= when.end and w.kind != "duration"), len(text))
    return text[max(begin, when.start - 12) : when.start], text[when.end : min(end, following)]


def _skipped(page: Page, when: When, intent: Intent) -> bool:
    """Dates that are no appointment: validity, lead times, absence, other people's events."""
    before, after = _context(page, when)
    if _SKIP_BEFORE.search(before) and not re.search(r"到时候|再(?:去|来|上门|联系|谈)", page.text[when.end :]):
        return True
    if _SKIP_AFTER.search(after) and not (when.relation == "before" and after.startswith("到")):
        return True
    if intent is Intent.QUOTE and not re.match(r"^.{0,3}(?:给|发|交|要|前|送|提)", after) and not re.search(r"(?:给|交|发)$", before):
        return True
    if when.relation == "within" and re.search(r"现货|期货|交期|货期|到货|发货$", before):
        return True
    if when.parts is not None and when.parts.level <= 3 and when.parts.day is None:
        return not _NEXT_WORDS.search(after[:6]) or bool(re.match("不|优先", after))
    return False


def _occurred(page: Page, intent: Intent, past: list[tuple[When, date]], *, done: bool) -> Moment:
    if intent in (Intent.PLAN, Intent.QUOTE, Intent.NEW_CUSTOMER) or (intent is Intent.CORRECT and not past):
        return Moment()
    defaulted = intent in _TODAY or (intent is Intent.CONTRACT and done)
    if not defaulted and intent is not Intent.CORRECT:
        return Moment()
    said = [(w, d) for w, d in past if d <= page.now.date()]
    days = [(w, d) for w, d in said if w.day_said] or said
    day = days[0][1] if days else page.now.date()
    hours = [w for w, d in said if w.clock and d == day and not _waiting(page, w)]
    if hours and intent not in (Intent.VISIT, Intent.FOLLOW_UP, Intent.COMPLAINT, Intent.CORRECT):
        hours = []
    spans = tuple(dict.fromkeys([(w.start, w.end) for w, _ in days[:1]] + [(w.start, w.end) for w in hours[:1]]))
    return Moment(day, hours[0].clock if hours else None, spans)


def _waiting(page: Page, when: When) -> bool:
    return bool(re.search(r"(?:到|等到?|开到|聊到|谈到|至)$", page.text[max(0, when.start - 3) : when.start])) and not re.search(
        r"(?:^|[,。])到$", page.text[max(0, when.start - 2) : when.start]
    )


def _next(page: Page, ahead: list[tuple[When, date]]) -> Moment:
    coming = [(w, d) for w, d in ahead if d >= page.now.date() and not (_waiting(page, w) and not w.day_said)]
    if not coming:
        return Moment()
    when, day = min(coming, key=lambda wd: wd[1])
    clock = when.clock or next((w.clock for w, d in coming if d == day and w.clock), None)
    return Moment(day, clock, ((when.start, when.end),))
