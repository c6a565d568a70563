"""The words for values: channels, stages, days and how long ago."""

from collections.abc import Mapping
from datetime import date, datetime, time

from bot.domain.activity import ActivityKind, PieceKind
from bot.domain.clock import local
from bot.domain.staleness import Colour
from bot.domain.understood import Channel, Objection, Stage

CHANNEL: Mapping[Channel, str] = {
    Channel.VISIT: "上门拜访",
    Channel.PHONE: "电话",
    Channel.WECHAT: "微信",
    Channel.EMAIL: "邮件",
    Channel.VIDEO: "视频会议",
    Channel.PROPOSAL: "发方案/报价",
}
KIND: Mapping[ActivityKind, str] = {
    ActivityKind.VISIT: "拜访",
    ActivityKind.FOLLOW_UP: "跟进",
    ActivityKind.PLAN: "计划",
    ActivityKind.COMPLAINT: "客诉",
    ActivityKind.QUOTE: "报价",
    ActivityKind.PAYMENT: "回款",
    ActivityKind.CONTRACT: "合同",
    ActivityKind.STAGE: "阶段变更",
}
STAGE: Mapping[Stage, str] = {
    Stage.LEAD: "线索",
    Stage.CONTACTED: "需求沟通",
    Stage.DEMO: "方案演示",
    Stage.QUOTED: "方案报价",
    Stage.SAMPLE: "样品试制",
    Stage.NEGOTIATION: "商务谈判",
    Stage.SIGNED: "合同签订",
    Stage.DELIVERY: "订单执行",
    Stage.PAID: "回款结算",
    Stage.LOST: "输单",
}
OBJECTION: Mapping[Objection, str] = {
    Objection.PRICE_HIGH: "嫌价格高",
    Objection.BUDGET_LIMITED: "预算有限",
    Objection.INTERNAL_DISCUSSION: "内部还在讨论",
    Objection.COMPETITOR: "在比竞品",
    Objection.TIMING: "时机未到",
    Objection.NO_NEED: "暂无需求",
    Objection.QUALITY_DOUBT: "担心质量",
    Objection.DELIVERY: "嫌交期长",
}
COLOUR: Mapping[Colour, str] = {Colour.GREEN: "绿", Colour.NEUTRAL: "平稳", Colour.YELLOW: "黄", Colour.RED: "红"}
PIECE: Mapping[PieceKind, str] = {
    PieceKind.TEXT: "文字",
    PieceKind.VOICE: "语音",
    PieceKind.PHOTO: "照片",
    PieceKind.VIDEO: "视频",
    PieceKind.DOCUMENT: "文件",
    PieceKind.LOCATION: "位置",
}
# Jobs that leave no row of their own behind when they are given up.
JOB: Mapping[str, str] = {"timer": "到点的事", "cron": "定时的事", "media": "取文件", "discard": "删除到期的文件"}
TIMED: Mapping[str, str] = {
    "digest": "昨日断点清单",
    "housekeeping": "每晚整理",
    "people": "核对人员账号",
    "calendar": "节假日数据提醒",
    "tidy": "每晚整理（接着做）",
    "promise": "跟进提醒",
    "outbox": "到点放行的消息",
}
MEASURE: Mapping[PieceKind, str] = {
    PieceKind.TEXT: "条",
    PieceKind.VOICE: "段",
    PieceKind.PHOTO: "张",
    PieceKind.VIDEO: "段",
    PieceKind.DOCUMENT: "个",
    PieceKind.LOCATION: "个",
}
WEEKDAYS = "一二三四五六日"
NEAR = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}


def day(value: date, today: date) -> str:
    """``3月25日 周三``, with 今天/明天 … before it when it is near."""
    year = f"{value.year}年" if value.year != today.year else ""
    text = f"{year}{value.month}月{value.day}日 周{WEEKDAYS[value.weekday()]}"
    near = NEAR.get((value - today).days)
    return f"{near}（{text}）" if near else text


def moment(value: datetime) -> str:
    """``3月18日 14:05`` on a Shanghai wall clock."""
    wall = local(value)
    return f"{wall.month}月{wall.day}日 {wall:%H:%M}"


def hour(value: time | None) -> str:
    return f" {value:%H:%M}" if value else ""


def metres(value: float) -> str:
    """``35 米``, ``1.2 公里``."""
    return f"{round(value)} 米" if value < 1000 else f"{value / 1000:.1f} 公里"


def shortened(text: str, length: int = 60) -> str:
    """One line of at most ``length`` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
