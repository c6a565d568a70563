"""Rules in words: what holds, what would change, who changed it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.chat.outgoing import Button, Card, Fact, Line, Reply, Section
from bot.domain.clock import local
from bot.domain.staleness import Colour
from prompts import words

ONLY_ADMINS = "改规则要管理员来做。你可以请管理员在这里说“规则”。"
CLOCK = {"wall": "全天计时", "working": "只算上班时间", "workday": "休息日不算"}
STALE_CARD = "规则刚被改过，这张卡片作废了。请再说一次“规则 名称 新值”。"
CANCELLED = "没有改，规则还是原来的。"
HOW = "看一条：规则 断点时限　改一条：规则 断点时限 72h　退回上一版：规则 退回"

Named = tuple[str, str, str]  # what people call it, how it is written, what it means
Changed = tuple[str, str, str]  # what people call it, how it was, how it is


def written(value: str) -> str:
    """``48h`` → ``48 小时``; other values as they are."""
    units = {"m": "分钟", "h": "小时", "d": "天"}
    if value[:-1].isdigit() and value[-1] in units:
        return f"{value[:-1]} {units[value[-1]]}"
    return CLOCK.get(value, value)


def listed(groups: Mapping[str, Sequence[Named]], version: str) -> Card:
    """All rules in force."""
    sections = tuple(
        Section(title=title, lines=tuple(Line(text=f"{name}：{written(value)}", detail=about) for name, value, about in rows))
        for title, rows in groups.items()
    )
    return Card(key="rules", title="现在用的规则", sections=sections, note=f"{version}\n{HOW}")


def found(rows: Sequence[Named]) -> Card:
    """The rules that a name may mean."""
    lines = tuple(Line(text=f"{name}：{written(value)}", detail=about) for name, value, about in rows)
    return Card(key="rules", title="规则", sections=(Section(title="", lines=lines),), note=f"要改就说：规则 {rows[0][0]} 新值")


def unknown(said: str) -> Reply:
    return Reply(text=f"没有叫“{said}”的规则。说“规则”看全部，再说“规则 断点时限 72h”这样改一条。")


def which(names: Sequence[str], value: str) -> Reply:
    return Reply(text=f"“{value}”要改哪一条？请把名字说全：{'、'.join(names)}。")


def refused(sentence: str) -> Reply:
    return Reply(text=f"没有改：{sentence}")


def same(name: str, value: str) -> Reply:
    return Reply(text=f"{name}现在就是{written(value)}，不用改。")


def confirm(key: str, changed: Sequence[Changed], about: str, values: dict[str, str], action: str = "rules_apply") -> Card:
    """What a change would do, before it is done."""
    return Card(
        key=key,
        title="要改规则吗？",
        tone="warn",
        facts=tuple(Fact(label=name, value=f"{written(old)} → {written(new)}") for name, old, new in changed),
        text=about,
        buttons=(
            Button(label="确认修改", action=action, values=values, style="primary"),
            Button(label="不改了", action="rules_cancel", values=values),
        ),
        note="改了马上对所有人生效，随时可以说“规则 退回”。",
    )


def done(key: str, version: int, who: str, now: datetime, changed: Sequence[Changed]) -> Card:
    """A change that is in force."""
    return Card(
        key=key,
        title=f"规则已改，第 {version} 版",
        tone="good",
        facts=tuple(Fact(label=name, value=f"{written(old)} → {written(new)}") for name, old, new in changed),
        note=f"{who} · {moment(now)}　要退回就说“规则 退回”。",
    )


def dropped(key: str) -> Card:
    return Card(key=key, title="规则没有改", text=CANCELLED)


def told(who: str, changed: Sequence[Changed]) -> Reply:
    """For the other admins."""
    return Reply(text=f"{who} 改了规则：{_joined(changed)}。")


def moment(at: datetime) -> str:
    """``2026-03-18 10:00`` in Shanghai."""
    return local(at).strftime("%Y-%m-%d %H:%M")


def version_line(number: int | None, at: datetime | None, who: str, note: str) -> str:
    """``第 3 版 · 2026-03-18 10:00 · 王敏 · 年底冲刺``."""
    if number is None or at is None:
        return "还没有人改过，用的是随安装带来的规则"
    return " · ".join(filter(None, [f"第 {number} 版", moment(at), who, note]))


def changed_lines(changed: Iterable[Changed]) -> list[str]:
    """One line a change, for terminals."""
    return [f"{name}：{written(old)} → {written(new)}" for name, old, new in changed]


def trial_lines(
    mornings: Sequence[tuple[int, int]], more: Sequence[str], fewer: Sequence[str], owners: Sequence[tuple[str, int]], since: datetime
) -> list[str]:
    """What the edited rules would have done to the morning lists."""
    was, would = sum(a for a, _ in mornings), sum(b for _, b in mornings)
    if not mornings:
        return [f"从 {moment(since)[:10]} 到今天没有工作日，没有可以重放的早晨。"]
    lines = [
        f"重放 {moment(since)[:10]} 以来的 {len(mornings)} 个工作日早晨：",
        f"《昨日断点清单》共 {was} 行 → {would} 行，平均每天 {_mean(was, mornings)} → {_mean(would, mornings)}，"
        f"最多一天 {max(a for a, _ in mornings)} → {max(b for _, b in mornings)}。",
        f"会多提醒 {len(more)} 条线索，少提醒 {len(fewer)} 条。",
    ]
    lines += [f"  多：{'、'.join(more[:10])}{' 等' if len(more) > 10 else ''}"] if more else []
    lines += [f"  少：{'、'.join(fewer[:10])}{' 等' if len(fewer) > 10 else ''}"] if fewer else []
    lines += [f"  {name}：各早晨合计 {change:+d} 行" for name, change in owners]
    return lines


def trial_colours(now: Mapping[Colour, int], then: Mapping[Colour, int]) -> str:
    """How the leads would be coloured today."""
    parts = [f"{words.COLOUR[c]} {now.get(c, 0)} → {then.get(c, 0)}" for c in Colour]
    return f"今天的颜色：{'，'.join(parts)}。"


def trial_uncovered(names: Sequence[str]) -> str:
    return f"这些改动在过去的记录里看不出影响：{'、'.join(names)}。"


def _mean(total: int, mornings: Sequence[tuple[int, int]]) -> str:
    return f"{total / len(mornings):.1f}"


def _joined(changed: Sequence[Changed]) -> str:
    return "；".join(changed_lines(changed))


def no_calendar(year: int) -> str:
    """For admins: a year whose holidays nobody has written down."""
    return (
        f"{year} 年还没有官方节假日数据，这一年的时限和推送会按周一到周五算，放假和调休都算不准。"
        f"请升级到带 {year} 年数据的版本，或者把国务院公布的日期写进节假日文件（配置 [time] holidays），重启后生效。"
    )
