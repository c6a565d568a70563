"""What is said when one person's customers go to another."""

from collections.abc import Mapping, Sequence

from bot.chat.outgoing import Button, Card, Line, Reply, Section
from bot.domain.member import Member
from prompts import people
from storage.repositories.handovers import Holdings

ONLY_MANAGERS = "交接要主管或管理员来做。你可以请主管在这里说“交接 张三 给 李四”。"
HOW = "把一个人的客户、线索和商机一次交给另一个人，这样说：“交接 张三 给 李四”。"
NOTHING_MADE = "没有可以撤回的交接：只能撤回你自己做的那一次。"
SAME = "交出去的和接手的是同一个人，没有变。"
CANCELLED = "没有交接，什么都没变。"
Reds = Sequence[tuple[str, int]]


def counts(things: Holdings, reminders: int) -> str:
    """How much it is."""
    return (
        f"客户 {len(things.customers)} 家、在跟线索 {len(things.leads)} 条、商机 {len(things.opportunities)} 个、"
        f"没到期的提醒 {reminders} 个。"
    )


def proposal(key: str, giver: Member, taker: Member, amount: str, reds: Reds) -> Card:
    """To the manager: what will move, the red ones first."""
    values: dict[str, str] = {"giver": giver.id, "taker": taker.id}
    return Card(
        key=key,
        title=f"把{giver.name}手上的全部交接给{taker.name}？",
        tone="warn",
        text=amount,
        sections=_red(reds),
        buttons=(
            Button(label="确认交接", action="handover_yes", values=values, style="primary"),
            Button(label="先不交接", action="handover_no", values=values),
        ),
        note=f"交接后{taker.name}是负责人，{giver.name}不再看得到；往来记录都留在客户名下。交错了可以撤回。",
    )


def done(key: str, giver: Member, taker: Member, by: str, amount: str) -> Card:
    values: dict[str, str] = {"giver": giver.id, "taker": taker.id}
    return Card(
        key=key,
        title=f"{by}已把{giver.name}手上的全部交接给{taker.name}",
        tone="good",
        text=amount,
        buttons=(Button(label="撤回交接", action="handover_back", values=values, style="danger"),),
        note="撤回时，交接后又转给别人的不动。",
    )


def received(giver: str, by: str, amount: str, reds: Reds) -> Card:
    """To the one who takes over."""
    note = "发“我的客户”看全部，发“我今天要跟谁”看先做什么。"
    return Card(key="handover", title=f"{by}把{giver}的客户交接给你了", tone="info", text=amount, sections=_red(reds), note=note)


def given(taker: str, by: str, amount: str) -> Reply:
    return Reply(text=f"{by}已把你手上的交接给{taker}：{amount}")


def reported(giver: str, taker: str, by: str, amount: str) -> Reply:
    return Reply(text=f"{by}已把{giver}手上的交接给{taker}：{amount}")


def returned(giver: str, taker: str, by: str, amount: str) -> Reply:
    return Reply(text=f"{by}撤回了{giver}给{taker}的交接，退回{giver}名下：{amount}")


def back(giver: str, by: str) -> str:
    return f"{by}已撤回交接，退回{giver}名下"


def back_already(giver: str) -> str:
    return f"这次交接已经撤回过了，在{giver}名下"


def nothing(giver: str) -> str:
    return f"{giver}手上没有要交接的客户、线索和商机。"


def unknown(name: str) -> str:
    return f"人员名单里没有“{name}”，换个写法再试。"


def not_yours(name: str) -> str:
    return f"{name}不在你的团队里，不能交接；请他的主管或管理员来做。"


def cannot_take(name: str) -> str:
    return f"{name}不是在职的销售或经理，接不了客户。"


def which(key: str, name: str, side: str, choices: Sequence[Member], values: Mapping[str, str]) -> Card:
    """Several colleagues carry the name: one is picked."""
    pick = tuple(
        Button(label=f"第 {n} 位", action="handover_pick", values={**values, side: m.id}, style="primary") for n, m in enumerate(choices, 1)
    )
    lines = tuple(Line(text=f"第 {n} 位", detail=people.member_line(m)) for n, m in enumerate(choices, 1))
    section = Section(title="", lines=lines)
    return Card(key=key, title=f"叫“{name}”的有 {len(choices)} 位，是哪一位？", tone="warn", sections=(section,), buttons=pick)


def _red(reds: Reds) -> tuple[Section, ...]:
    lines = tuple(Line(text=name, detail=f"{days} 天没动", colour="red") for name, days in reds)
    return (Section(title="红色的先看", lines=lines),) if lines else ()
