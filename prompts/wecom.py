"""What is said to people on WeCom, and to administrators about it."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.clock import local

CODES: Mapping[int, str] = {
    -1: "企业微信系统繁忙",
    40001: "secret 不对，请从应用详情页重新复制到 [wecom] secret",
    40003: "没有这个成员，请核对账号",
    40007: "文件已过期或取错了（企业微信只保存 3 天）",
    40008: "不支持的消息类型",
    40013: "corp_id 不对，请从“我的企业”页重新复制",
    40014: "access_token 无效",
    40029: "登录凭证已用过或过期，请重新打开页面",
    40056: "agent_id 不对，请从应用详情页重新复制",
    40058: "消息内容不合要求",
    42001: "access_token 过期",
    45009: "调用太频繁，先停一会儿",
    45011: "调用太频繁，先停一会儿",
    45033: "并发太高，先停一会儿",
    48002: "应用没有这个接口的权限，请在应用详情页检查权限和可见范围",
    50001: "网页域名不可信，请在应用详情页设置可信域名",
    50003: "应用已停用，请在管理后台启用",
    60011: "不在应用的可见范围里，请在应用详情页把这个人或部门加进来",
    60111: "没有这个成员",
    81013: "收信人都不在应用的可见范围里，请在应用详情页把他们加进来",
    86001: "群聊 id 不对",
    86003: "没有这个群聊",
    86008: "这个群聊不是本应用建的",
    93000: "群机器人的密钥不对，或机器人已被移出群",
}


def code(number: int, address: str = "") -> str:
    """What an error code means and what to do."""
    if number == 60020:
        return f"服务器地址 {address or '（见后台提示）'} 不在企业可信 IP 里，请在应用详情页“企业可信IP”加上它"
    return CODES.get(number, "企业微信没有接受")


def refused(user: str, *, licence: bool = False) -> str:
    """Why a message that WeCom accepted reaches nobody."""
    return f"{user} 没有企业微信接口许可" if licence else f"{user} 不在应用的可见范围里，请在应用详情页把这个人加进来"


INACTIVITY: Mapping[str, str] = {
    "inactive_alert": "企业微信提醒：跟进应用太久没人用，将被停用。请让同事进应用发一条消息，或在管理后台续用。",
    "close_inactive_agent": "企业微信已停用跟进应用（太久没人用）。请在管理后台“应用管理”里重新启用，在那之前收发都停着。",
    "reopen_inactive_agent": "企业微信已重新启用跟进应用，收发恢复了。",
    "low_active_alert": "企业微信提醒：跟进应用用的人太少，将被限制。请让同事进应用发一条消息。",
    "low_active": "企业微信已限制跟进应用（用的人太少）。请在管理后台“应用管理”里查看并恢复。",
    "active_restored": "企业微信已恢复跟进应用的全部功能。",
}


def inactivity(event: str) -> str:
    """What an administrator is told when WeCom warns about the app."""
    return INACTIVITY[event]


SOURCE = "跟进"
DONE = "已处理"
GUESS = "（猜的）"
OPEN_PAGE = "打开处理"
CHOOSE = "先选一条，再点下面的按钮。"
WHICH = "选哪一条"
SUBMIT = "确定"
SUBMIT_HINT = "选一项，再点确定。"
CUT = "…（没显示完，全文见上一条）"
CUT_WITH_LINK = "…（没显示完，点卡片看全文）"


def more_lines(number: int) -> str:
    """What is said when a drop-down holds fewer lines than there are."""
    return f"还有 {number} 条，处理完前面的会补上来。"


def cut_pages(number: int) -> str:
    """What stands at the end of a list that is too long for a chat."""
    return f"（太长了，还有约 {number} 页没发。）"


def no_webhook(name: str) -> str:
    """A group is addressed by a webhook that is not in the settings."""
    return f"配置里没有叫“{name}”的群机器人，请在 [wecom] webhook_keys 里补上"


def never_spoke(user: str) -> str:
    """The bot may not write to somebody first."""
    return f"{user} 还没有和机器人说过话，企业微信不让机器人先开口。请他在企业微信里给机器人发一句“你好”，然后重发这条"


def taken_over(until: datetime) -> str:
    """Another instance has connected with the same bot."""
    return (
        f"智能机器人的连接被别处抢走了：同一个机器人在别的地方也在运行。请停掉多余的那一个；"
        f"本服务 {local(until):%H:%M} 再连，在那之前机器人的消息收不到。"
    )
