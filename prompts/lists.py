"""Lists for reps and the board for managers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.chat.outgoing import Button, Card, Fact, Line, Reply, Section
from bot.domain.clock import local_day
from bot.domain.customer import Customer, Lead
from bot.domain.member import Org
from bot.domain.staleness import Colour, idle_days
from prompts import words

Pair = tuple[Lead, Customer]
Told = tuple[Lead, str]  # with the customer's name


def which(key: str, said: str, choices: Sequence[Customer]) -> Card:
    """Several customers fit a question: one is picked."""
    pick = tuple(Button(label=c.name, action="timeline", values={"customer": c.id}) for c in choices)
    return Card(key=key, title=f"“{said}”有 {len(choices)} 家，看哪一家？", buttons=pick)


def no_customers() -> Reply:
    return Reply(text="还没有客户。说“新建客户 名称”就能建一家。")


def found(what: str, customers: Sequence[Customer], org: Org, total: int) -> Card:
    """Customers by name, with their owners; ``total`` counts those that are not shown, too."""
    lines = tuple(Line(text=c.name, detail=" · ".join(filter(None, [c.industry, f"负责人{org.name(c.owner_id)}"]))) for c in customers)
    return Card(key="list", title=f"{what} · {total} 家", sections=(Section(title="", lines=lines),), note=_unlisted(total, len(customers)))


def today(due: Sequence[Told], idle: Sequence[Told], now: datetime, most: int) -> Card | Reply:
    """What a rep should do today, at most ``most`` lines."""
    if not due and not idle:
        return Reply(text="今天没有到期要跟的，也没有超时的线索。可以开拓新客户了。")
    sections = []
    if due:
        sections.append(Section(title=f"约好要跟的（{len(due)}）", lines=tuple(_due(pair, now) for pair in due[:most])))
    if idle:
        shown = idle[: max(0, most - len(due))]
        sections.append(Section(title=f"好久没动的（{len(idle)}）", lines=tuple(_idle(pair, now) for pair in shown)))
    total = len(due) + len(idle)
    return Card(key="list", title=f"今天要跟 {total} 家", sections=tuple(sections), note=_unlisted(total, min(total, most)))


def coloured(wanted: Colour, pairs: Sequence[Pair], total: int, now: datetime, org: Org) -> Card | Reply:
    """The customers of one colour, the longest still first."""
    name = words.COLOUR[wanted]
    if not pairs:
        return Reply(text=f"没有{name}色客户。")
    lines = tuple(_idle((lead, customer.name), now, org, wanted) for lead, customer in pairs)
    return Card(
        key="list",
        title=f"{name}色客户 · {total} 家",
        tone="bad" if wanted is Colour.RED else "warn",
        sections=(Section(title="", lines=lines),),
        note=_unlisted(total, len(pairs)),
    )


def board(numbers: Mapping[Colour, int], reds: Sequence[Pair], now: datetime, org: Org, *, everybody: bool) -> Card:
    """How many leads of each colour, and why the red ones are red."""
    facts = tuple(Fact(label=words.COLOUR[c], value=f"{n} 条") for c, n in numbers.items())
    sections = (
        (Section(title="红色的原因", lines=tuple(_idle((lead, customer.name), now, org, Colour.RED) for lead, customer in reds)),)
        if reds
        else ()
    )
    return Card(
        key="board",
        title=f"三色看板 · {'全公司' if everybody else '我的团队'} {sum(numbers.values())} 条在跟线索",
        tone="bad" if numbers[Colour.RED] else "good",
        facts=facts,
        sections=sections,
        note="绿：72 小时内有动作；黄：7–14 个工作日没动；红：超过 14 个工作日；其余是平稳。",
    )


def _unlisted(total: int, shown: int) -> str:
    return f"还有 {total - shown} 家没列出来。" if total > shown else ""


def _due(pair: Told, now: datetime) -> Line:
    lead, customer = pair
    when = words.day(lead.next_on, local_day(now)) if lead.next_on else ""
    return Line(text=customer, detail=" · ".join(filter(None, [when, lead.next_step])))


def _idle(pair: Told, now: datetime, org: Org | None = None, shade: Colour | None = None) -> Line:
    lead, customer = pair
    owner = org.name(lead.owner_id) if org else ""
    detail = [f"{idle_days(lead.last_action_at, now)} 天没动", lead.delay_reason or "没写原因", owner]
    return Line(text=customer, detail=" · ".join(filter(None, detail)), colour=shade.value if shade else "")
