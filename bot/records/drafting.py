"""What a follow-up message is built from: the records, the request itself, and nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.chat.context import Context
from bot.domain.activity import Activity, ActivityKind
from bot.domain.addressing import address
from bot.domain.clock import local_day
from bot.domain.contract import Contract
from bot.domain.customer import Contact, Customer
from bot.domain.understood import Channel, Objection
from bot.domain.values import Money
from bot.records.settle import named
from prompts.wechat import Facts, Occasion, occasions

SILENT = timedelta(days=14)
FRESH = timedelta(days=30)
HOLIDAY_AHEAD = 10
MOST = 5
# What a customer may read of why they hesitate; the rest is ours alone.
TOPICS = {
    Objection.PRICE_HIGH: "价格",
    Objection.BUDGET_LIMITED: "预算安排",
    Objection.INTERNAL_DISCUSSION: "内部讨论的进展",
    Objection.COMPETITOR: "方案对比",
    Objection.TIMING: "时间安排",
    Objection.QUALITY_DOUBT: "质量和验证",
    Objection.DELIVERY: "交期",
}
SPOKEN = {
    Channel.VISIT: "见面",
    Channel.PHONE: "电话里",
    Channel.WECHAT: "微信上",
    Channel.EMAIL: "邮件里",
    Channel.VIDEO: "视频会上",
    Channel.PROPOSAL: "发方案时",
}
# A promise that a customer may read: something that is given to them. What we do among ourselves is not theirs.
_GIVEN = re.compile(r"^(?:给|发|出|提供|准备|寄|送|做)(?:他们?|她|对方|客户|[\u4e00-\u9fff]{1,2}(?:工|总|经理|主任))?(?:一?[份个版套])?")
_THINGS = re.compile(r"报价单?|方案|资料|样[品件机册本]?|合同|图纸|案例|说明书|证书|检测报告|清单|目录|视频|价格表|发票|对账单")
FESTIVALS = {
    **{"中秋": "中秋节", "国庆": "国庆节", "端午": "端午节", "元旦": "元旦", "春节": "春节", "过年": "新年", "新年": "新年"},
    **{"五一": "劳动节", "元宵": "元宵节", "教师节": "教师节", "重阳": "重阳节", "圣诞": "圣诞节"},
}
# Nobody is wished a happy one.
SOLEMN = ("清明",)


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom a message goes: the customer and, where one is known, the person there."""

    customer: Customer
    contact: Contact | None = None


def addressees(ctx: Context) -> list[Addressee]:
    """Whom the request means, the likeliest first: the named customer, the one with the named person, else the one just spoken of."""
    who, people = named(ctx), [c.name for c in ctx.meaning.contacts]
    if people and (who.guess or who.customer is None) and not who.choices:
        return _with_person(ctx, people[0]) or ([_at(ctx, who.customer, people)] if who.customer else [])
    if who.customer is not None:
        return [_at(ctx, who.customer, people)] if ctx.sight.can_see(who.customer) else []
    if who.choices:
        return [_at(ctx, c, people) for c in who.choices]
    last = ctx.tx.activities.last_of(ctx.member.id, ctx.chat, settled=True)
    customer = ctx.tx.customers.get(last.customer_id) if last and last.customer_id else None
    return [_at(ctx, customer, last.contacts if last else ())] if customer and ctx.sight.can_see(customer) else []


def occasion_of(ctx: Context, words: str, records: Sequence[Activity]) -> Occasion:
    """The occasion that the words ask for, else the one that the last record makes."""
    known = occasions()
    asked = [o for o in known.values() if o.key != "visit" and any(word in words for word in o.words)]
    if asked:
        return max(asked, key=lambda o: max(len(word) for word in o.words if word in words))
    newest = records[0] if records else None
    if newest is None or ctx.now - newest.last_piece_at >= SILENT:
        return known["silent"]
    if newest.kind is ActivityKind.QUOTE:
        return known["quote"]
    return known["sample"] if newest.details.get("tracking_no") else known["visit"]


def facts_of(ctx: Context, to: Addressee, records: Sequence[Activity], words: str) -> Facts:
    """The facts of the records and of the request; what neither tells stays empty."""
    last = records[0] if records else None
    said = ctx.meaning
    coming = said.next_on or next((r.next_on for r in records if r.next_on and r.next_on >= ctx.today), None)
    contact = to.contact
    facts = Facts(
        称呼=address(contact.name, contact.title) if contact else "您好",
        我=ctx.member.name,
        上次=_day(last.occurred_on or local_day(last.received_at), ctx.today) if last else "",
        方式=SPOKEN[last.channel] if last and last.channel else "",
        话题=_joined([TOPICS[o] for o in map(Objection, last.objections) if o in TOPICS]) if last else "",
        型号=_models(ctx, records),
        承诺=_promise(last.next_steps) if last else "",
        下次=_day(coming, ctx.today) if coming else "",
        快递单号=said.tracking_no or _recent(ctx, records, "tracking_no"),
        合同号=said.contract_no or "",
        节日=_festival(ctx, words),
    )
    return _money(ctx, to.customer, facts)


def _at(ctx: Context, customer: Customer, people: Sequence[str]) -> Addressee:
    contacts = ctx.tx.customers.contacts(customer.id)
    wanted = next((c for name in people for c in contacts if c.name == name), None)
    if wanted is None and people:
        title = next((c.title for c in ctx.meaning.contacts if c.name == people[0]), None)
        wanted = Contact(contacts[0].id, customer.id, people[0], title) if contacts else None
    if wanted is None and not people:
        last = next((r for r in ctx.tx.activities.timeline(customer.id) if r.contacts), None)
        wanted = next((c for c in contacts if last and c.name == last.contacts[0]), contacts[0] if len(contacts) == 1 else None)
    return Addressee(customer, wanted)


def _with_person(ctx: Context, name: str) -> list[Addressee]:
    found = [Addressee(customer, contact) for customer, contact in ctx.tx.customers.with_contact(name, ctx.sight, MOST)]
    last = ctx.tx.activities.last_of(ctx.member.id, ctx.chat, settled=True)
    here = [a for a in found if last and a.customer.id == last.customer_id]
    mine = [a for a in found if a.customer.owner_id == ctx.member.id]
    return here or mine or found


def _models(ctx: Context, records: Sequence[Activity]) -> str:
    said = [item.model or item.name for item in ctx.meaning.items]
    told = [[item.get("model") or item.get("name") for item in r.details.get("items", ())] for r in records[:2]]
    return _joined([str(name) for name in next((names for names in (said, *told) if any(names)), []) if name])


def _recent(ctx: Context, records: Sequence[Activity], key: str) -> str:
    return next((str(r.details[key]) for r in records if r.details.get(key) and ctx.now - r.received_at <= FRESH), "")


def _promise(steps: Sequence[str]) -> str:
    """The thing that was promised to the customer: ``给报价`` → ``报价``; what is done among ourselves is left out."""
    things = [_THINGS.search(step) for step in steps if _GIVEN.match(step)]
    return _joined([found[0] for found in things if found])


def _festival(ctx: Context, words: str) -> str:
    asked = next((name for word, name in FESTIVALS.items() if word in words), "")
    if asked:
        return asked
    days = (ctx.today + timedelta(days=n) for n in range(HOLIDAY_AHEAD))
    coming = next((name for name in map(ctx.worktime.calendar.holiday, days) if name and name not in SOLEMN), "")
    return FESTIVALS.get(coming, coming)


def _money(ctx: Context, customer: Customer, facts: Facts) -> Facts:
    """What is overdue and what runs out, from the contracts."""
    contracts = ctx.tx.contracts.among("customer_id", [customer.id])
    if facts.合同号:
        contracts = [c for c in contracts if c.no == facts.合同号] or contracts
    received = ctx.tx.payments.received([c.id for c in contracts])
    overdue = next((found for c in contracts if (found := _overdue(c, received.get(c.id, Money(0)), ctx.today))), None)
    ends = [(c.expires_on, c.no) for c in contracts if c.expires_on and c.expires_on >= ctx.today]
    if overdue:
        contract, amount, on = overdue
        facts = replace(facts, 合同号=facts.合同号 or contract.no, 应付金额=str(amount), 应付日=_day(on, ctx.today))
    if ends:
        on, no = min(ends)
        facts = replace(facts, 合同到期日=_day(on, ctx.today), 合同号=facts.合同号 or no)
    return facts


def _overdue(contract: Contract, received: Money, today: date) -> tuple[Contract, Money, date] | None:
    """The oldest agreed payment that is due and not covered by what has arrived, with what is open of it."""
    left = received.fen
    for part in sorted(contract.plan):
        left -= part.amount.fen
        if left < 0 and part.on < today:
            return contract, Money(min(-left, part.amount.fen)), part.on
        left = max(left, 0)
    return None


def _day(value: date, today: date) -> str:
    """The day as one says it to a customer: 昨天, 周三, 下周三, 3月12日."""
    near = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}.get((value - today).days)
    weeks = (value - timedelta(days=value.weekday()) - (today - timedelta(days=today.weekday()))).days // 7
    if near or weeks not in (-1, 0, 1):
        return near or f"{value.month}月{value.day}日"
    return {-1: "上周", 0: "周", 1: "下周"}[weeks] + "一二三四五六日"[value.weekday()]


def _joined(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else "、".join(unique[:-1]) + f"和{unique[-1]}" if unique else ""
