"""The privacy notice and what is said about consent."""

from collections.abc import Sequence
from datetime import timedelta

from bot.chat.outgoing import Button, Card, Fact, Reply
from bot.domain.duration import format_duration
from bot.domain.values import MemberId
from config.sections import Retention

# Raise it whenever the notice says something new: everybody is asked again.
NOTICE = "1"
HELD = "先收着了，还没有处理。点上面的“同意”，或直接回复“同意”，这些就会马上生效。"
IN_GROUP = "这条先收着。第一次用要先同意隐私说明：请到和我的私聊里点“同意”，这条随后自动生效。"
REFUSED = "记下了：你不同意。从现在起我不处理、也不保存你发来的内容。改主意了，随时回复“同意”。"
AGREED_ALREADY = "你已经同意过隐私说明了，直接告诉我拜访了谁、聊了什么就行。要答复卡片上的请求，请点卡片上的按钮。"
STILL_REFUSED = "你选了不同意，所以这条没有处理，也没有保存。改主意了，回复“同意”就可以开始用。"
WITHDRAWN = "已撤回同意。从现在起我不处理、也不保存你发来的内容；以前的记录按保存期限保留。要导出或删除，请找管理员。回复“同意”可以恢复。"


def version(retention: Retention) -> str:
    """The version of the notice in force; other periods are another notice."""
    spans = (retention.messages, retention.media, retention.location, retention.voice)
    return "/".join((NOTICE, *map(format_duration, spans)))


def key(member: MemberId, notice: str) -> str:
    """One card a member and version, whoever shows it how often."""
    return f"privacy:{member}:{notice}"


def notice(member: MemberId, retention: Retention, admins: Sequence[str]) -> Card:
    """What is kept, how long, who sees it, whom to ask; one button."""
    return Card(
        key=key(member, version(retention)),
        title="开始之前：隐私说明",
        text="我是销售助手“跟进”，替公司记录客户跟进。你发给我的内容会这样处理：",
        facts=_facts(retention, admins),
        buttons=(Button(label="同意", action="consent", values={"version": version(retention)}, style="primary"),),
        note="点“同意”或回复“同意”后，刚才发的马上生效，不用重发；不同意就回复“不同意”。以后可以说“隐私说明”再看，说“撤回同意”停用。",
    )


def shown_again(retention: Retention, admins: Sequence[str], *, agreed: bool) -> Card:
    """The notice on request, with nothing to decide."""
    state = "你已同意。说“撤回同意”可以停用。" if agreed else "你还没有同意。回复“同意”可以开始用。"
    return Card(key="privacy:shown", title="隐私说明", facts=_facts(retention, admins), note=state)


def agreed(held: int) -> str:
    """What is said to a consent."""
    return f"已同意，谢谢。刚才的 {held} 条现在就处理。" if held else "已同意，谢谢。直接告诉我拜访了谁、聊了什么就行；发“帮助”看我会什么。"


def refused_notice(name: str) -> Reply:
    """What the administrators hear about a refusal."""
    return Reply(text=f"{name}没有同意隐私说明，他发来的内容不会被处理和保存。请当面了解一下顾虑；他随时可以回复“同意”。")


def withdrawn_notice(name: str) -> Reply:
    """What the administrators hear when a consent is taken back."""
    return Reply(text=f"{name}撤回了对隐私说明的同意，从现在起他发来的内容不会被处理和保存。请当面了解一下顾虑；他随时可以回复“同意”恢复。")


def holds(name: str, customers: int, leads: int, opportunities: int) -> str:
    """Why a member is not deleted yet, on the command line."""
    return (
        f"{name}名下还有客户 {customers} 家、在跟线索 {leads} 条、商机 {opportunities} 个，没有注销。"
        f"请主管或管理员先在聊天里说“交接 {name} 给 同事姓名”；确实没人接，就加 --leave-customers，它们会变成没有负责人"
    )


def _facts(retention: Retention, admins: Sequence[str]) -> tuple[Fact, ...]:
    return (
        Fact(label="记什么", value="你发给我的文字、语音、照片、文件和位置，以及由此整理的跟进记录"),
        Fact(label="做什么用", value="只用于客户跟进、提醒、审批和团队统计"),
        Fact(label="谁能看", value="你自己、你的各级主管和管理员；审批时还有审批人"),
        Fact(
            label="存多久",
            value=f"文字 {_span(retention.messages)}，照片和文件 {_span(retention.media)}，"
            f"语音原声 {_span(retention.voice)}，位置 {_span(retention.location)}，到期自动删除",
        ),
        Fact(label="你可以", value="查看、更正、撤回同意，要求导出或删除自己的数据"),
        Fact(label="找谁", value="、".join(admins) or "公司的系统管理员"),
    )


def _span(span: timedelta) -> str:
    return f"{span.days // 365} 年" if span.days % 365 == 0 else f"{span.days} 天"
