"""What the rep wants: a cascade of rules, commands first, in the order of docs/understanding.md."""

import re

from bot.domain.understood import Channel, Intent, Stage
from bot.understanding.knowledge import groups, pattern
from bot.understanding.lazy import Lazy
from bot.understanding.objections import find_competitors, find_objections
from bot.understanding.page import Clause, Page

_STRONG_PAST = Lazy(r"昨|前天|上周|刚(?!才那)|今天.{0,12}(?:了|的|着|在)|(?:上午|早上|中午|下午|晚上).{0,8}[了的过]")
_FACE_TIME = Lazy(r"^[^,。]{0,14}(?:上午|下午|早上|中午|\d点|[一二三四五六七八九十]点)")


_RATHER = Lazy(
    r"(?:哦|啊|嗯|等等|不对|[,。\s])*(?:不是[^,。;]{1,12}?[,\s]?(?:而是|应该是|是)[^,。;]{1,14}|是[^,。;]{1,12}[,\s]?不是[^,。;]{1,12})[。了吧啊!]*$"
    r"|(?:刚才?|刚刚|上面|前面|上一?条|那个)[^,。;]{0,12}不是[^,。;]{1,12}[,\s]?(?:而是|应该是|是)[^,。;]{1,14}[。了吧啊!]*$"
)
_RECEIPT = Lazy(r"(?:收到|收)(?:了)?[^,。;]{0,8}(?:预付款?|定金|首付|尾款|货款|回款)(?!的)")
_SAYS = Lazy(
    r"\ue000(?:都|也|还|已经|又|就)?(?:说|要我|让我|叫我|催|答应|同意|要求|反馈|表示|承诺|问|嫌|觉得|通知|约我|请我|希望|决定|回复|要(?!来|去|到))"
    r"|\ue000 ?:|\ue000(?:的)?(?:来电|电话|微信|邮件|语音|短信)(?:里|上)?(?:说|约|催|问|让|通知|告诉|发|回|要|[,: ])"
)
_LEGAL_END = Lazy(r"^\W*[一-鿿A-Za-z()]{4,24}(?:公司|厂|店|集团|中心|医院|学校|合作社)(?=[\s,。;:]|$)")
_SELF = Lazy(r"\W*(?:我|我自己|咱|你)(?![们]|.{0,4}(?:约|跟|给|和|联系|去|见))")
_FIELD = Lazy(r"[在用比看谈选换找报]|竞品|对手|合作|供应|便宜|抢|也")
_THEY = Lazy(r"客户|对方|他们?|她们?|老板|领导|采购|甲方|业主|厂里|那边|财务|技术")


def read_intent(page: Page, *, lines: bool, amount: bool, named: bool, people: bool, stage: Stage | None) -> Intent:
    """The intent; the flags say what else was found: item lines, an amount, a customer, a person, a stage."""
    return _command(page, stage) or _request(page, lines=lines) or _happened(page, amount=amount, named=named, people=people, stage=stage)


def _command(page: Page, stage: Stage | None) -> Intent | None:
    text = page.text.strip()
    if page.has("intents", "undo"):
        return Intent.UNDO
    if page.has("intents", "help") and len(text) <= 24:
        return Intent.HELP
    if (page.has("intents", "correct") or _RATHER.match(text)) and not (stage and re.search("阶段|状态", text)):
        return Intent.CORRECT
    if page.has("intents", "template_command") or (page.has("intents", "template") and not _told(page)):
        return Intent.TEMPLATE
    if page.has("intents", "query") and not _told(page) and not page.has("intents", "quote_command"):
        return Intent.QUERY
    return None


def _told(page: Page) -> bool:
    """Whether the message reports what somebody said or did, so that a question in it is not put to the bot."""
    text = page.text
    return bool(
        re.search(
            r"(?:他|她|总|工|经理|老板|主任|姐|哥|小姐|科长|厂长|店长|博士|师傅|老师|医生|采购)(?:.{0,6})(?:说|问|反映|要求|让|答应|催|觉得|嫌|回复|来电|微信|邮件)",
            text,
        )
        or re.search(
            r"来电|打来|打电话(?:来|过来|给我)|刚(?:跟|和|去|见|从|给)|见了|去了|聊了|昨天.{0,10}[去见聊跟]|让我们|问(?:我|能不能|一下)|微信[说:]|要我们|已发他",
            text,
        )
    )


def _request(page: Page, *, lines: bool) -> Intent | None:
    text = page.text
    met = _visited(page)
    if _asks_quote(page, lines=lines, met=met):
        return Intent.QUOTE
    created = page.has("intents", "new_customer") or _is_card(page)
    if created and not (met and not re.match(r"\W*(?:新建?|建|录|登记|线索|加|帮)", text.strip())):
        return Intent.NEW_CUSTOMER
    return None


def _is_card(page: Page) -> bool:
    """A visiting card typed in: a company, a person, a telephone number, and nothing that happened."""
    company = _LEGAL_END.search(page.calm)
    return (
        company is not None and company.end() <= 40 and page.first("phone") is not None
        and not page.whens and not page.has_past() and not page.has("intents", "complaint")
    )  # fmt: skip


def _asks_quote(page: Page, *, lines: bool, met: bool) -> bool:
    command = page.has("intents", "quote_command")
    sent = page.has("intents", "sent_quote")
    if command and not sent and not (met and not lines):
        first = pattern("intents", "quote_command").search(page.text)
        clause = page.clause_at(first.start()) if first else page.clauses[0]
        return not re.search(
            r"(?:说|问|催|让我(?!们)|回去|明天|周.|下周.?).{0,8}$", page.text[clause.start : first.start() if first else 0]
        ) or (lines and not met)
    if met or sent or _contacted(page):
        return False
    if lines and page.has("intents", "quote_word"):
        return True
    tax = pattern("goods", "tax_in").search(page.text) or pattern("goods", "tax_out").search(page.text)
    return (
        lines
        and bool(tax)
        and not page.has("intents", "contract")
        and not page.has("intents", "payment")
        and not page.has("intents", "reported")
    )


def _contacted(page: Page) -> bool:
    return any(
        pattern("channels", kind).search(c.text) for kind in ("wechat", "email", "video", "phone") for c in page.clauses if c.tense <= 0
    )


def _visited(page: Page) -> bool:
    """Whether a face-to-face meeting took place."""
    told = page.has_past() or len(page.clauses) > 2
    for clause in page.clauses:
        m = pattern("intents", "visit").search(page.bare[clause.start : clause.end])
        if not m or (clause.tense > 0 and not _STRONG_PAST.search(clause.text)):
            continue
        if re.match(r"见(?:了|到|着|过|的)|去(?:了|过)|跑了|走了|没见|当面|拜访[了完过]", m[0]) or clause.tense < 0 or told:
            return not _only_coming(page, clause.start + m.start())
    return False


def _only_coming(page: Page, at: int) -> bool:
    """Whether the cue stands right after a date still to come (下周二拜访…)."""
    return any(w.tense > 0 and w.day_said and 0 <= at - w.end <= 4 for w in page.whens)


def _weakly_visited(page: Page, *, named: bool, people: bool) -> bool:
    """A place or hour that has passed, a customer and an account of what was said there: 下午2点振石,邵工带我看…."""
    if not (named or people) or _contacted(page) or page.has("intents", "payment"):
        return False
    if _together(page):
        return True
    if not page.has_past():
        return False
    head = page.clauses[0]
    if head.tense > 0:
        return False
    weak = pattern("intents", "visit_weak").search(head.text)
    past_day = any(w.tense <= 0 and w.past and w.day_said and w.kind in ("date", "time") for w in page.whens if w.start < 12)
    hour = any(
        w.clock and w.tense <= 0 and not w.tense > 0 and w.start < 16 and w.clock <= page.now.time() for w in page.whens if not w.day_said
    )
    if re.match(r"^.{0,6}(?:去|跑|(?<![收推进见])到)(?!货|账|期|位|了[,。\s])(?!了$)", page.bare) and not any(
        w.tense > 0 for w in page.whens if w.start < 8
    ):
        return True
    return bool(
        hour
        or (
            weak
            and re.search("(?<![过发寄传上下出回进])去|[跑见]|在.{1,6}(?:见|聊|谈|看|上)|在\ue000", page.bare[head.start : head.end])
            and (past_day or head.tense < 0)
        )
    )


def _together(page: Page) -> bool:
    """Today we went there, and somebody was there or said something: 今天和同事去思普,王总在."""
    head = page.clauses[0]
    today = any(w.start < 8 and w.parts and w.parts.days == 0 for w in page.whens)
    later = any(w.clock and w.clock > page.now.time() for w in page.whens if w.start < head.end)
    gone = re.search(r"(?<![过发寄传上下出回进])(?:去|跑|到)(?!货|账|款)", page.bare[head.start : head.end])
    return today and not later and gone is not None and bool(re.search(r"\ue000(?:也|都)?(?:在|说|接|陪|带|不在)", page.bare[head.end :]))


def _happened(page: Page, *, amount: bool, named: bool, people: bool, stage: Stage | None) -> Intent:
    text = page.text
    if _visited(page) or _weakly_visited(page, named=named, people=people):
        return Intent.VISIT
    if _paid(page) and (amount or _RECEIPT.search(page.calm)):
        return Intent.PAYMENT
    if stage is Stage.LOST:
        return Intent.STAGE
    if stage is not None and is_move(page, stage) and not re.search("说|电话|微信", text):
        return Intent.STAGE
    if (
        page.has("intents", "contract")
        and not _contacted(page)
        and not page.has("intents", "payment_not")
        and re.search("签|盖|寄|发|审|协议|合同|年框", text)
        and not _hearsay(page)
    ):
        return Intent.CONTRACT
    if stage is not None:
        return Intent.STAGE if page.has("intents", "stage_only") else Intent.CONTRACT
    if page.has("intents", "complaint") and not re.search(r"(?:没有?|处理(?:完|好)|解决)(?:投诉|问题)", text):
        return Intent.COMPLAINT
    return _contact_or_plan(page, named=named, people=people)


def _hearsay(page: Page) -> bool:
    """A contract of others or one that somebody merely talks about."""
    return bool(re.search(r"(?:跟|和|与).{1,6}的合同|语音说|保密协议|技术协议|说合同", page.text))


def _paid(page: Page) -> bool:
    if not page.has("intents", "payment"):
        return False
    if not page.has("intents", "payment_not"):
        return True
    return any(
        pattern("intents", "payment").search(c.text) and not pattern("intents", "payment_not").search(c.text) and c.tense <= 0
        for c in page.clauses
    )


def _contact_or_plan(page: Page, *, named: bool, people: bool) -> Intent:
    coming = any(
        w.tense > 0 or (w.day_said and w.tense == 0 and w.future) or (w.clock and w.clock > page.now.time() and w.tense == 0)
        for w in page.whens
    )
    plan = (coming and page.has("intents", "plan_word")) or bool(re.match(r"^(?:计划|安排|提醒|待办|约)", page.text))
    told = any(c.tense < 0 for c in page.clauses) or _begins_with_contact(page) or _reports(page) or _SAYS.search(page.bare) is not None
    if re.match(r"(?:帮我)?(?:提醒|记一下|待办|安排:)", page.text.strip()):
        return Intent.PLAN
    if not told and (plan or (coming and (named or people))):
        return Intent.PLAN
    if told and (named or people or _contacted(page)):
        return Intent.FOLLOW_UP
    if (named or people) and len(page.text) >= 6:
        return Intent.FOLLOW_UP
    if _news(page, told=told):
        return Intent.FOLLOW_UP
    return Intent.CHAT


def _news(page: Page, *, told: bool) -> bool:
    """News of a customer whom the message does not name: what hinders, who competes, what they said (预算有限; 还在比汇川)."""
    if _SELF.match(page.text) or page.is_bare_date():
        return False
    if find_objections(page.bare) or (find_competitors(page.bare, ()) and _FIELD.search(page.bare)):
        return True
    if re.match(r"(?:他们?|客户|对方|那边)?(?:还)?(?:让|要|叫|催|请|希望|需要)我们?", page.text):
        return True
    return told and bool(_THEY.search(page.text)) and len(page.text) >= 5


def _begins_with_contact(page: Page) -> bool:
    """跟钱经理通电话,… without a date of its own and with more to tell is a contact that was made."""
    head = page.clauses[0]
    if len(page.clauses) < 2 or head.tense > 0 or _TO_DO.match(head.text) or any(head.start <= w.start < head.end for w in page.whens):
        return False
    return any(pattern("channels", kind).search(head.text) for kind in ("wechat", "email", "video", "phone"))


_TO_DO = Lazy(r"(?:提醒|记得|要|得|计划|准备|打算|安排|帮我|约|待办|别忘)")


def _reports(page: Page) -> bool:
    return any(pattern("intents", "reported").search(c.text) for c in page.clauses if c.tense <= 0 or re.search("说|要求|问|反映", c.text))


def channel_of(page: Page, intent: Intent) -> Channel | None:
    """How the contact happened, or for a plan will happen."""
    if intent is Intent.VISIT:
        return Channel.VISIT
    if intent in (
        Intent.QUOTE,
        Intent.PAYMENT,
        Intent.STAGE,
        Intent.QUERY,
        Intent.TEMPLATE,
        Intent.CORRECT,
        Intent.UNDO,
        Intent.HELP,
        Intent.CHAT,
    ):
        return None
    if intent is Intent.PLAN:
        return _planned(page)
    order = ("wechat", "email", "phone") if intent is Intent.NEW_CUSTOMER else ("proposal", "wechat", "email", "video", "phone")
    found: list[tuple[int, str]] = []
    for clause in page.clauses:
        if clause.tense > 0 and len(page.clauses) > 1 and clause.start > 0:
            continue
        said = pattern("channels", "not_channel").sub("", clause.text)
        if "proposal" in order and pattern("channels", "proposal").search(said):
            return Channel.PROPOSAL
        found += [
            (clause.start + m.start(), kind)
            for kind in order
            if kind != "proposal" and (m := pattern("channels", kind).search(said)) and not _is_number(page, clause, said, m.end())
        ]
    if len({kind for _, kind in found}) > 1 and _UNANSWERED.search(page.text) and not re.search("也?(?:不|没)回", page.text):
        found = [f for f in found if f[1] != "phone"]
    return Channel(min(found)[1]) if found else None


_UNANSWERED = Lazy(r"(?:电话)[^,。;]{0,4}(?:没接|没人接|不接|打不通|没打通|关机|占线|无人接听)|没接电话")


def _is_number(page: Page, clause: Clause, said: str, at: int) -> bool:
    """Whether a telephone number follows the word 电话 or 微信: then it names the number, not a call."""
    end = clause.start + at
    return said == clause.text and any(c.kind == "phone" and 0 <= c.start - end <= 3 for c in page.codes)


def _planned(page: Page) -> Channel | None:
    for kind in ("video", "phone", "email", "wechat"):
        if pattern("channels", kind).search(page.text):
            return Channel(kind)
    return Channel.VISIT if pattern("channels", "plan_visit").search(page.text) else None


def stage_of(page: Page) -> Stage | None:
    """A stage the opportunity has moved to, a lost deal, or a contract signed."""
    text = page.text
    if page.has("intents", "lost") and not re.search("(?:没|别|怕|不能)(?:丢|输|黄)", text):
        return Stage.LOST
    for name, patterns in groups("stages").items():
        for rule in patterns:
            if (m := re.search(rule, text)) and _moved(text, m.start(), m.end()):
                return Stage(name)
    signed = re.search(
        r"签了(?:[!,。 ]|$)(?=.{0,12}(?:合同|编号|总|共|\ue000|\d))"
        r"|(?:合同|协议|框架|年框|单子).{0,12}(?:签(?:了|好了?|完了?|回来?了?|下来了?|掉了|过了)|盖(?:完|好"
        r"|了)?章了|当场签|双签)|回签了|合同签了|签了合同|盖完章|签回来了|签下来了|已签合同",
        text,
    )
    if signed and not re.search(r"(?:跟|和|与).{1,6}的合同签了|(?:没|还没|未|才能?|才会|准备|等.{0,4})(?:签|盖)|签了才|盖章要", text):
        return Stage.SIGNED
    return None


def is_move(page: Page, stage: Stage) -> bool:
    """Whether the stage was said by its name as a move, not only inferred from a signature."""
    return any(
        (m := re.search(rule, page.text)) and _moved(page.text, m.start(), m.end()) for rule in groups("stages").get(stage.value, ())
    )


def _moved(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 12) : start], text[end : end + 12]
    return bool(
        re.search(
            r"(?:进入|推进到?|转到|转入|转成|改成|改为|更新(?:为|成|到)|标(?:为|成|记为?|到)?|调整?到|升(?:级)?到|可以算|算是?|推到|挪到|变成|到了?|→|->|阶段:?|状态:?)(?:了)?$",
            before,
        )
        or re.match(r"(?:阶段)?(?:了|吧)?.{0,4}(?:状态|更新|✅|改一下|标一下)|阶段了", after)
    )
