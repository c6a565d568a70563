"""What the administrators are told about the state of the service."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.chat.outgoing import Reply
from prompts import words


def late_timers(count: int) -> str:
    return f"有 {count} 件到点的事没有触发；请看服务日志，重启 genjin serve"


def left_events(count: int) -> str:
    return f"有 {count} 条收到的消息没有任务在处理；请用 genjin doctor 检查，重启 genjin serve"


def slow_events(count: int) -> str:
    return f"有 {count} 条消息超过 10 分钟还没处理完；请看机器负载和服务日志"


def left_messages(count: int) -> str:
    return f"有 {count} 条要发的消息没有任务在发；请用 genjin doctor 检查，重启 genjin serve"


def unsent(platform: str, count: int, since: datetime) -> str:
    return f"{platform} 有 {count} 条消息一直发不出去，最早的从 {words.moment(since)} 起；还在自动重试，请检查该平台的连接"


def changed(new: Sequence[str], cured: Sequence[str]) -> Reply:
    """What is wrong now and was not before, and what is well again."""
    lines = [f"⚠ {sentence}。" for sentence in new] + [f"✓ 已恢复：{sentence}。" for sentence in cured]
    return Reply(text="\n".join(["系统自查：", *lines]))


def cured_names(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The sentences of what is gone."""
    return [sentence.split("；")[0] for cause, sentence in before.items() if cause not in now]
