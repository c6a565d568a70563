"""Free text: what we will do next, and why nothing moves now."""

import re
from collections.abc import Sequence

from bot.domain.understood import Intent, Span
from bot.understanding.date_find import When
from bot.understanding.knowledge import pattern
from bot.understanding.lazy import Lazy
from bot.understanding.page import Page
from bot.understanding.people import Person

PERSON = "\ue001"
_SILENT = frozenset(
    (Intent.QUERY, Intent.TEMPLATE, Intent.UNDO, Intent.HELP, Intent.CHAT, Intent.QUOTE, Intent.PAYMENT, Intent.STAGE, Intent.CORRECT)
)
_ASKED = Lazy(
    r"(?:让(?=今天|明天|后天|下周|周|本周|这周|月底|\d)|要求我们?|要我们?|让我们|让我(?!找)|叫我们?|请我们?|需要我们?|希望我们?|麻烦我们|催我们?|要咱们?|我答应(?:了)?|我说(?:要)?(?=回去|去|给|发"
    r"|让|明|后|下|周|马上|尽快|今)|我(?=回去|回来)|我们得|我得|要求(?!提前|锁|便宜|降|打|优惠|返|月结|含|让利|第二|账期)|我负责|(?:^|[,。;])(?:要|得|需要?)先?(?=送|寄|发|带|补|出|提供|准备)"
    r"|(?=让售后|让仓库|让技术|让工程|派人去)|[,。;](?:顺便|另外|同时)(?:再)?(?=把|叫上|带上|帮他|给他)|[,。;](?=叫上|带上)|(?<![他她])承诺(?=给|发|送))"
)
_LEAD = Lazy(
    r"^(?:我们?(?=[再去把给带送发寄出准跟约安提补回来过先打做修])|让我们?|要我们?|叫我|要求我们?|我(?=[把给带送发寄再去先])|咱们?|得|必须|就|也|都|才|(?:下班|中午|晚上|上午)?之?前|以前|之内|内|左右|会"
    r"|要(?=[把给发送出补修换])|再去(?=找|把|给|谈)|过去(?=谈|签|拿)|给(?:他|她|他们)(?=补|做|准备|整理)|约(?:了|好)?(?:去|过去)?(?=看|谈|聊|签|参观|测|讲)|说|他说|的时候|早上|上午|下午"
    r"|晚上|中午|,|:|\s|再(?=把|发))+"
)
_DOING = Lazy(
    r"(?:再|要|先|再去|去|过去|来|上门|现场|帮他|帮忙|一起|重新|正式|全部|尽快|派人|安排人|给(?:他|她|他们|客户|对方)?)*"
    r"(?:把|给|发|送|带|寄|补|出|提交|提供|准备|整理|回复|答复|回话|回电|签|培训|装|安装|调试|调|修|维修|派|谈|聊|看|测|催|对账|对|讲|演示|做|让|帮|交|找"
    r"|过一遍|过一下|对一下|处理|解决|要结果|过方案|现场测|终验|验收|试|取|拿|汇报|申请|请示|沟通|确认|核|算|报|换|退|改|画|开|打样|勘|参加|陪|接|盘点|巡|铺|撤|摆|陈列|上新|录|更新|拟|写|约.{0,4}(?:看|谈|签|测))"
)
_TAIL = Lazy(r"(?:[,。;!?\s了吧啊哦]|👍|😄|✅|时间再定)+$")
_BARE = Lazy(
    r"(?:再|又|先|我|我们|一起|到时候|要|就)*(?:去|来|过去|安排一?次?|约)?(?:去|来|给(?:他|她|他们)?|签|堵人|加.{0,3}微信.{0,14}|[^,。]{0,8}回访|过去|过来|联系|跟进|拜访|回访|谈|聊|见"
    r"|见面|约|碰|碰面|打给(?:他|她)|打电话(?:约|联系|过去)?|打(?:个)?电话|找(?:他|她)|问|去找他|跑一趟|说|看看|上门|沟通|约视频|约时间|看效果|看看[^,。]{0,6}|再看|再催一下|催一下"
    r"|给[^,。]{1,10}?打(?:过|个|了)?电话|(?:联系|找|约|见|拜访)(?:他|她|.{1,2}[总工]))(?:一下|一次|一趟|他|她|时间|了)*"
)
_THEIRS = Lazy(
    r"^(?:给(?:话|信|个信|准信|个话)|寄到$)|^(?:他|她|客户|对方|他们)(?!.{0,4}(?:要我们|让我))|^(?:给(?:我|消息|结果|答复|反馈|PO|回话|回复)|答复我|回复我|反馈|出结果|付|打款?|打(?!电话"
    r"|给)|签|下单|回来|到货|回话|消息|结果|才|不|有|开|能|是|在|出意见|给我)"
)


def action_items(page: Page, intent: Intent, ahead: list[When], people: Sequence[Person]) -> list[tuple[str, Span]]:
    """What we will do, in the rep's words without time and subject."""
    if intent in _SILENT:
        return []
    found: list[tuple[str, Span]] = []
    for when in ahead:
        _add(page, found, when.end, _stop(page, when.end), intent, asked=False)
    for m in _ASKED.finditer(page.text):
        _add(page, found, m.end(), _stop(page, m.end()), intent, asked=True)
    return sorted(found, key=lambda f: f[1])


def _stop(page: Page, at: int) -> int:
    """The end of the clause that begins here."""
    m = re.compile(r"[,。;!?\n]|\s(?=[一-鿿])|他说|我说|但是|不过|顺便|另外|单号|然后").search(page.text, min(at + 1, len(page.text)))
    end = m.start() if m else len(page.text)
    later = [w.start for w in page.whens if at + 3 < w.start < end and w.kind != "duration" and w.day_said and _opens(page, w)]
    return min([end, *later])


def _opens(page: Page, when: When) -> bool:
    """Whether a date begins a new statement (端午 in 端午的政策 does not)."""
    return (when.tense > 0 or when.relation == "before") and not page.text.startswith("的", when.end)


def _add(page: Page, found: list[tuple[str, Span]], start: int, end: int, intent: Intent, *, asked: bool) -> None:
    said, begin = _trimmed(page, start, end)
    if intent is Intent.PLAN and not asked:
        said, begin = _without_visit(page, said, begin)
    if not said or _BARE.fullmatch(said) or (len(said) < 2 and not re.match("[送发寄装修]", said)):
        return
    if not asked and (_THEIRS.match(said) or not _DOING.match(said)):
        return
    if not any(begin < e and s < begin + len(said) for _, (s, e) in found):
        found.append((said, (begin, begin + len(said))))


def _trimmed(page: Page, start: int, end: int) -> tuple[str, int]:
    """The run without leading subject, time and modal and without trailing particles."""
    for when in page.whens:
        if when.kind != "duration" and start <= when.start <= start + 3 and when.end <= end:
            start = when.end
    said = page.text[start:end]
    lead = _LEAD.match(said)
    if lead:
        start += lead.end()
        said = said[lead.end() :]
    return _TAIL.sub("", said), start


_GOING = Lazy(
    r"^(?:我)?(?:先)?(?:去|到|约|跟|和|拜访|见|给|联系|带.{1,8}去|上午去|下午去)?[^,。]{0,14}?(?=谈|聊|现场|给他们|装|送|对账|要结果|把|过方案|签|验收|终验|培训|演示|测|看|调|催|讲|交|对"
    r"|盘点|培|问|收|取|做)"
)


def _without_visit(page: Page, said: str, begin: int) -> tuple[str, int]:
    """In a plan: only what is to be done there (去江阴宏远现场测绘 → 现场测绘)."""
    m = _GOING.match(said)
    if m and m.end():
        return said[m.end() :], begin + m.end()
    return ("", begin) if re.match(r"(?:去|到|约|拜访|见|跟)", said) else (said, begin)


def delay_reason(page: Page, intent: Intent, people: Sequence[Person]) -> tuple[str, Span] | None:
    """The shortest run that names what must end or happen first."""
    if intent not in (Intent.VISIT, Intent.FOLLOW_UP, Intent.CONTRACT):
        return None
    text = page.text
    for p in people:
        text = text.replace(p.name, PERSON * len(p.name))
    hits = [m for m in pattern("reasons", "reasons").finditer(text) if len(m[0]) >= 3]
    for key in ("cues", "blocked"):
        hits = hits or [m for m in pattern("reasons", key).finditer(text) if len(m[0]) >= 3]
    if not hits:
        return None
    m = hits[0]
    lead = pattern("reasons", "lead_list").match(m[0])
    start = m.start() + (lead.end() if lead else 0)
    return page.text[start : m.end()], (start, m.end())
