"""Plain answers."""

from collections.abc import Sequence

from bot.chat.outgoing import Card, Reply
from bot.domain.member import UNASSIGNED, Member, Role

REP_HELP = """直接像跟同事说话一样发给我就行：
· 今天下午两点拜访了恒力机械的张工，预算有限，下周三之前给报价
· 给海锐何总打了电话，样品收到了，周五给结果
· 照片、语音、文件、位置也可以发，30 分钟内的会并成一条记录
还可以问我：
· 我今天要跟谁 / 恒力上次聊到哪了 / 我的客户 / 红色客户 / 查 恒力
改和撤：
· 改一下，下次跟进周五 / 撤销（10 分钟内）/ 恢复
新客户：
· 新建客户 宁波某某机床有限公司，联系人方工"""
ASK_HELP = """查客户和往来：
· 查 恒力 / 恒力上次聊到哪了 / 我的客户 / 红色客户"""
MANAGER_HELP = """管团队：
· 昨日断点 —— 超 48 小时没更新的线索
· 看板 —— 三色分布和红色客户的原因
· 交接 张三 给 李四 —— 把一个人的客户一次交给另一个人
每个工作日早上 8:30 前，清单会自动发到群里。"""
ADMIN_HELP = """管系统：
· 规则 —— 看和改提醒的数字
谁没在名单里给我发消息，我会来问你他是谁。"""
APPROVER_HELP = "要你审批或处理的，我会把卡片发到这里，点按钮就行。"
APPROVERS = (Role.APPROVER_TECHNICAL, Role.APPROVER_FINANCE, Role.APPROVER_GM)
AFTER_SALES = (Role.FINANCE, Role.DELIVERY, Role.PRODUCT, Role.CUSTOMER_SUCCESS)

EMPTY = "没收到内容，再发一次试试？"
FOREIGN_BUTTON = "这个按钮已经失效了，内容没有变。"
NOTHING_TO_CORRECT = "这里还没有可以改的记录。先告诉我“拜访了…”吧。"
NOT_UNDERSTOOD_CORRECTION = "没看懂要改哪一项。这样说：“改一下，下次跟进周五”“改一下，联系人是李总”。原话已留在记录里。"
WELCOME = "不客气。"
FINE = "好。"
HELLO = "在的。直接告诉我拜访了谁、聊了什么就行；发“帮助”看我会什么。"
NOTHING_TO_RESTORE = "没有刚撤销的记录可以恢复。"
NOTHING_TO_UNDO = "没有可以撤销的记录。"
WHICH_NAME = "要新建哪家客户？说“新建客户 公司全名”。"
DISMISSED = "好的，没有新建。"


def help_text(member: Member) -> Reply:
    """Help for where somebody is."""
    heads = member.is_one_of(Role.MANAGER, Role.ADMIN)
    parts = [REP_HELP] if member.has(Role.REP) else []
    parts += [APPROVER_HELP] if member.is_one_of(*APPROVERS, *AFTER_SALES) else []
    parts += [ASK_HELP] if REP_HELP not in parts else []
    parts += [MANAGER_HELP] if heads else []
    parts += [ADMIN_HELP] if member.has(Role.ADMIN) else []
    return Reply(text="\n".join(parts))


NEVER_MIND = ("算了", "取消", "不改了", "点错了")
NOT_CHANGED = "好的，没有改。"


def put_question(ask: str) -> Reply:
    """A button's question, where the card itself cannot take the answer."""
    return Reply(text=f"{ask}\n直接回我就行；点错了就回“算了”。")


def kept_whole(text: str) -> Reply:
    """Words that say nothing the bot can file."""
    return Reply(text=f"没看出这是哪件事，原话已经存好：“{text}”。要记到客户名下，带上客户名再说一次；发“帮助”看看我会什么。")


def incident(number: str) -> Reply:
    return Reply(text=f"这条没处理成（编号 {number}），原话已经存好，管理员会看到。你可以换个说法再试一次。")


def incident_notice(number: str, who: str) -> Reply:
    return Reply(text=f"{who}的一条消息没处理成，编号 {number}。原话已保存；修好后用 genjin dead retry 重新处理。")


def dead_letter(key: str, row: int, reason: str) -> Card:
    return Card(
        key=key, title=f"有一条消息没发出去（第 {row} 号）", tone="bad", text=f"原因：{reason}", note="修好后用 genjin dead retry 再发。"
    )


def media_problem(name: str, problem: str) -> Reply:
    return Reply(text=f"{name or '刚才的文件'}：{problem}")


def undo_too_late() -> Reply:
    return Reply(text="已经超过 10 分钟，不能整条撤销了。可以说“改一下，…”更正，改动会留痕。")


def joined(record: str, new: Sequence[tuple[str, str]], pieces: str, notes: Sequence[str]) -> Reply:
    """A piece went into a record: what it added, else what the record now holds."""
    added = "；".join(f"{label}：{value}" for label, value in new if value)
    lines = [f"已并入“{record}”" + (f"，{added}。" if added else f"，现在有 {pieces}。")]
    return Reply(text="\n".join([*lines, *notes]))


def corrected(changes: Sequence[tuple[str, str, str]]) -> Reply:
    """What a correction changed: label, old, new."""
    return Reply(text="已改 " + "；".join(f"{label}：{old or '（空）'} → {new or '（空）'}" for label, old, new in changes))


def not_allowed(owner: str) -> str:
    """To somebody who may not act on an item: whose it is."""
    return f"这条归{owner}管，要他本人或上级来动，内容没有变。" if owner != UNASSIGNED else "这条还没有分配给谁，要主管来定，内容没有变。"


def not_your_record() -> str:
    return "这是同事的记录，只有他本人能改。"


def unreachable(who: str) -> str:
    return f"联系不上{who}：他还没有和我说过话。"


def partner_answer(customer: str, owner: str, *, agreed: bool) -> Reply:
    """A refusal does not tell the customer's name to somebody who may not see it."""
    if not agreed:
        return Reply(text=f"{owner}没有同意协作。要紧的话，找他或你们的主管当面说。")
    return Reply(text=f"{owner}同意你协作 {customer}。你的记录都会算进这家的跟进。")


def none_found(what: str) -> Reply:
    return Reply(text=f"没找到“{what}”。换个说法，或者发“我的客户”看看全部。")


def cannot_answer(member: Member) -> Reply:
    """A question of no kind that the bot knows."""
    return Reply(text=f"这个问题我还答不上来。\n{help_text(member).text}")
