"""The morning breakpoint list 《昨日断点清单》 and what becomes of its lines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby

from bot.chat.outgoing import Button, Card, Line, Link, Section, list_path
from bot.domain.customer import Lead, LeadState
from bot.domain.member import Member
from bot.domain.staleness import Colour, idle_days
from bot.domain.understood import Stage
from bot.domain.values import MemberId
from prompts import words
from storage.repositories.leads import StaleLead

STEPS: dict[Stage, str] = {
    Stage.LEAD: "先打一个电话，确认需求",
    Stage.CONTACTED: "约方案演示",
    Stage.DEMO: "追演示反馈，准备报价",
    Stage.QUOTED: "问报价的反馈",
    Stage.SAMPLE: "问试样结果",
    Stage.NEGOTIATION: "约拍板的人谈条款",
    Stage.SIGNED: "确认交付排期",
    Stage.DELIVERY: "回访到货和验收",
}


MOST_TAKERS = 5
# A list longer than this is easier to work through on its page.
COMFORTABLE = 5
MINE = "我的"
_OWN = "digest:mine:"


def key(group: str, day: date) -> str:
    """The key of a group's list of a day."""
    return f"digest:{group}:{day.isoformat()}"


def mine_key(member: MemberId, day: date) -> str:
    """The key of a member's own lines of a day."""
    return f"{_OWN}{member}:{day.isoformat()}"


def whose(card: str) -> MemberId | None:
    """Whose own lines a card holds; None for a list of several people."""
    return MemberId(card.removeprefix(_OWN).rpartition(":")[0]) if card.startswith(_OWN) else None


def others(card: str, owner: MemberId | None, groups: Sequence[str], today: date) -> list[str]:
    """The keys of the other lists of a card's day on which a line of ``owner`` may stand."""
    try:
        day = date.fromisoformat(card.rpartition(":")[2])
    except ValueError:  # a list that somebody asked for has no day in its key
        day = today
    keys = [*(key(group, day) for group in groups), *([mine_key(owner, day)] if owner else [])]
    return [other for other in keys if other != card]


def breakpoints(card: str, where: str, stale: Sequence[tuple[StaleLead, Colour]], today: date, now: datetime) -> Card:
    """The list: region → product line → rep, each line with its reason and next step."""
    if not stale:
        return Card(
            key=card, title=f"昨日断点清单 · {where}", tone="good", text=f"{today.month}月{today.day}日：没有超过 48 小时没更新的线索。"
        )
    sections: list[Section] = []
    for region, in_region in groupby(stale, lambda s: s[0].region):
        sections.append(Section(title=region or "未分区", level=1))
        for line, in_line in groupby(in_region, lambda s: s[0].lead.product_line):
            sections.append(Section(title=line or "未分产品线", level=2))
            for _, of_owner in groupby(in_line, lambda s: s[0].lead.owner_id):
                sections.append(_owner(list(of_owner), now, today))
    total = sum({group(s): s.group_total for s, _ in stale}.values())
    red = sum(colour is Colour.RED for _, colour in stale)
    return Card(
        key=card,
        title=f"昨日断点清单 · {where} · {total} 条",
        tone="bad" if red else "warn",
        text=f"{today.month}月{today.day}日：超过 48 小时没更新的线索（只算工作日），新断的在前。",
        sections=tuple(sections),
        note="已关闭、已说明暂缓、约定日期还没到的不在里面。",
        links=_links(card, total, len(stale)),
    )


def _links(card: str, total: int, shown: int) -> tuple[Link, ...]:
    label = "在网页上看全部" if total > shown else "打开网页处理"
    return (Link(label=label, path=list_path(card)),) if total > COMFORTABLE else ()


def group(stale: StaleLead) -> tuple[str, str, str]:
    """What is counted together: region, product line, owner."""
    return stale.region or "", stale.lead.product_line or "", stale.lead.owner_id or ""


def _owner(stale: list[tuple[StaleLead, Colour]], now: datetime, today: date) -> Section:
    first = stale[0][0]
    lines = [line(s.lead, s.customer_name, colour, now, today) for s, colour in stale]
    if first.group_total > len(stale):
        values = dict(zip(("region", "line", "owner"), group(first), strict=True))
        button = Button(label="看其余的", action="digest_rest", values=values)
        lines.append(Line(text=f"另有 {first.group_total - len(stale)} 条", buttons=(button,)))
    return Section(title=f"{first.owner_name or '未分配'}（{first.group_total} 条）", level=3, lines=tuple(lines))


def line(lead: Lead, customer: str, colour: Colour, now: datetime, today: date) -> Line:
    """A stale lead: why it is here, what to do, and the three things that can be done."""
    values = {"lead": lead.id, "seen": lead.last_action_at.isoformat(), "owner": lead.owner_id or ""}
    return Line(
        text=f"{customer} · {idle_days(lead.last_action_at, now)} 天没更新",
        detail=f"原因：{reason(lead, today)}；建议：{lead.next_step or STEPS.get(lead.stage, '联系一次，问清下一步')}",
        colour=colour.value,
        key=lead.id,
        buttons=(
            Button(label="已跟进", action="followed_up", values=values, style="primary", ask="跟进得怎么样？一句话就行，带上下次时间更好"),
            Button(label="先放放", action="snooze", values=values, ask="为什么先放？到什么时候？例如：客户出差，下周三再说"),
            Button(label="转交", action="hand_over", values=values),
        ),
    )


def pick_taker(key: str, lead: Lead, customer: str, team: Sequence[Member], listed: str) -> Card:
    """Whom to give a lead to: the reps of the team, or a name; ``listed`` is the list that the line stands in."""
    values = {"lead": lead.id, "seen": lead.last_action_at.isoformat(), "owner": lead.owner_id or "", "card": listed}
    pick = tuple(Button(label=m.name, action="hand_over", values={**values, "to": m.id}, style="primary") for m in team[:MOST_TAKERS])
    other = Button(label="其他人", action="hand_over", values=values, ask="交给谁？写团队里同事的名字")
    return Card(key=key, title=f"{customer} 转交给谁？", tone="info", buttons=(*pick, other))


def reason(lead: Lead, today: date) -> str:
    """Why nothing moves, as far as anybody said."""
    if lead.delay_reason:
        return lead.delay_reason
    if lead.next_on and lead.next_on < today:
        return f"约了{lead.next_on.month}月{lead.next_on.day}日跟进，没有记录"
    if lead.snooze_reason:
        return f"暂缓已到期（{lead.snooze_reason}）"
    return f"停在“{words.STAGE[lead.stage]}”，没有记录原因"


def settle_line(card: Card, lead_id: str, outcome: str) -> Card:
    """The list with one line done: its outcome in place of its buttons."""

    def settled(item: Line) -> Line:
        if item.key == lead_id and item.buttons:
            return replace(item, detail=outcome, colour="", buttons=())
        return item

    return replace(card, sections=tuple(replace(s, lines=tuple(settled(x) for x in s.lines)) for s in card.sections))


def settled(card: Card) -> list[Line]:
    """The lines of which somebody has said what became of them."""
    return [line for section in card.sections for line in section.lines if line.key and not line.buttons]


def with_settled(card: Card, done: Sequence[Line]) -> Card:
    """The list with what was done since it was sent: at its end, or at the line that stands on it again in other hands."""
    outcome = {line.key: line.detail for line in done}
    sections = [
        replace(s, lines=tuple(replace(x, detail=outcome[x.key]) if x.key in outcome else x for x in s.lines)) for s in card.sections
    ]
    open_still = {line.key for section in card.sections for line in section.lines}
    ended = tuple(line for line in done if line.key not in open_still)
    if ended:
        sections.append(Section(title=f"已处理（{len(ended)} 条）", lines=ended))
    return replace(card, sections=tuple(sections))


def rest(key: str, owner: str, lines: Sequence[Line], total: int) -> Card:
    """The lines of one rep that the list only counted."""
    note = f"先列 {len(lines)} 条，处理完再点一次看剩下的。" if total > len(lines) else ""
    return Card(key=key, title=f"{owner} · 其余断点 {total} 条", tone="warn", sections=(Section(title="", lines=tuple(lines)),), note=note)


def followed(by: str, at: datetime, said: str, next_on: date | None, today: date) -> str:
    promise = f"；下次 {words.day(next_on, today)}" if next_on else ""
    return f"✓ {by} {words.moment(at)} 已跟进{f'：{words.shortened(said, 50)}' if said else ''}{promise}"


def snoozed(by: str, until: datetime, why: str) -> str:
    return f"⏸ {by} 暂缓到 {words.moment(until)}：{words.shortened(why, 50)}"


def handed(by: str, to: str) -> str:
    return f"→ {by} 已转交给{to}"


def present(lead: Lead, owner: str, now: datetime, today: date) -> str:
    """How a lead stands, to somebody whose tap came too late."""
    if lead.state is LeadState.CLOSED:
        return f"已经结束（{words.STAGE[lead.stage]}），没有再改。"
    if lead.snoozed_until and lead.snoozed_until > now:
        return f"已经暂缓到 {words.moment(lead.snoozed_until)}：{words.shortened(lead.snooze_reason or '', 50)}。没有再改。"
    promise = f"，下次 {words.day(lead.next_on, today)}" if lead.next_on and lead.next_on >= today else ""
    return f"现在归{owner}，{words.moment(lead.last_action_at)} 有过动作{promise}。没有再改。"


NOT_A_WORKDAY = "今天不是工作日，不推送《昨日断点清单》。"
NEED_REASON = "先放放要写原因，比如“客户出差，下周三再说”。"
NOT_YOUR_REP = "{name}不是你团队里的在职销售，没有转交；要给别的团队，请管理员来转。"
NOBODY = "销售里没有叫“{name}”的在职同事，换个写法再试。"
OWNER_ALREADY = "本来就是{name}在跟，没有变。"
SEVERAL = "叫“{name}”的同事不止一位，请让管理员转交。"
ONLY_MANAGERS = "转交要主管来点。"
NO_DIGEST_GROUP = "昨日断点清单是给主管看的；你可以发“我今天要跟谁”。"


def taken_over(customer: str, by: str, lead: Lead) -> Card:
    """To the one who gets a lead."""
    return Card(
        key=f"handed:{lead.id}:{lead.owner_id}",
        title=f"{by}把 {customer} 转给你了",
        tone="info",
        text=f"现在在“{words.STAGE[lead.stage]}”，下一步：{lead.next_step or STEPS.get(lead.stage, '先联系一次')}。",
        note="发“查 客户名”看全部往来。",
    )


def pushed_already(group: str) -> str:
    return f"{group}：今天的清单已经推送过，没有再推；确实要再推一次，加上 --again"
