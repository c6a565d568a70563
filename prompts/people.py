"""Who is who: the greeting of strangers, doubtful matches for the admins, the first welcome."""

from collections.abc import Mapping, Sequence

from bot.chat.outgoing import Button, Card, Fact, Reply
from bot.domain.member import Doubt, DoubtfulMatch, MatchState, Member, Role, Stranger
from prompts import replies

PLATFORM: Mapping[str, str] = {"wecom": "企业微信", "feishu": "飞书", "dingtalk": "钉钉", "sandbox": "沙盒"}
ROLE: Mapping[Role, str] = {
    Role.REP: "销售",
    Role.MANAGER: "经理",
    Role.APPROVER_TECHNICAL: "技术审批",
    Role.APPROVER_FINANCE: "财务审批",
    Role.APPROVER_GM: "总经理",
    Role.FINANCE: "财务",
    Role.DELIVERY: "交付",
    Role.PRODUCT: "产品",
    Role.CUSTOMER_SUCCESS: "客户成功",
    Role.ADMIN: "管理员",
}
DOUBT: Mapping[Doubt, str] = {
    Doubt.SEVERAL_MEMBERS: "名单里不止一位同事登记了同样的手机、邮箱或工号。",
    Doubt.SEVERAL_USERS: "按登记的手机、邮箱和工号，在平台上找到了不止一个帐号。",
    Doubt.CONTRADICTION: "有一项对得上，另一项对不上。",
    Doubt.TAKEN: "这个帐号或这位同事已经和别的对上了。",
}
ONLY_ADMINS = "认人要管理员来定，内容没有变。"
WHO_IS_IT = "要写名单里的姓名、手机或工号，比如“李思”。"
NOBODY = "名单里没有“{name}”，先把他加进人员名单再来。"
SEVERAL = "名单里“{name}”不止一位，请写手机或工号。"


def greeting(name: str, admins: Sequence[str]) -> Reply:
    """To somebody who is not in the list: whom to ask, and what to give."""
    whom = f"管理员{'、'.join(admins)}" if admins else "你们的管理员"
    return Reply(
        text=f"你好{name and f'，{name}'}！我是销售助手“跟进”，人员名单里还没有你，所以现在什么都办不了。"
        f"请把姓名、手机号和工号告诉{whom}，加好以后再发一次。"
    )


def recognised(member: Member) -> Reply:
    """To a stranger who is known from now on."""
    return Reply(text=f"认出来了，你是{member.name}。刚才的话请再发一次。\n{replies.help_text(member).text}")


def doubtful(match: DoubtfulMatch, member: Member) -> Card:
    """To the admins: both sides, and a decision."""
    values = {"match": match.id}
    return Card(
        key=match_key(match),
        title=f"{_called(match.name, match.user_id)}是不是{member.name}？",
        tone="warn",
        text=DOUBT[match.doubt],
        facts=(Fact(label=_platform(match.platform), value=_sides(match)), Fact(label="人员名单", value=member_line(member))),
        buttons=(
            Button(label="是他", action="same_person", values=values, style="primary"),
            Button(label="不是", action="other_person", values=values),
        ),
        note="定之前，这个帐号看不到任何东西。",
    )


def match_key(match: DoubtfulMatch) -> str:
    return f"match:{match.id}"


def decided(match: DoubtfulMatch, member: str, by: str) -> Card:
    """The same card after its decision."""
    who = _called(match.name, match.user_id)
    outcome = f"{who}就是{member}" if match.state is MatchState.SAME else f"{who}不是{member}"
    return Card(key=match_key(match), title=f"{by}已定：{outcome}", tone="good" if match.state is MatchState.SAME else "info")


def stranger_key(person: Stranger) -> str:
    return f"stranger:{person.id}"


def stranger(person: Stranger, left: Member | None) -> Card:
    """To the admins: somebody unknown wrote."""
    values = {"stranger": person.id}
    gone = f"这个帐号以前是{left.name}，他在名单里已停用。" if left else "名单里没有人的手机、邮箱或工号和他一样。"
    return Card(
        key=stranger_key(person),
        title=f"{_called(person.name, person.user_id)}给我发消息，但不在人员名单里",
        tone="warn",
        text=gone,
        facts=(Fact(label=_platform(person.platform), value=_sides(person)),),
        buttons=(
            Button(label="他是…", action="stranger_is", values=values, style="primary", ask="他是名单里的哪一位？写姓名、手机或工号"),
            Button(label="不用管", action="stranger_ignore", values=values),
        ),
        note="要加新人：把他写进人员名单再导入，手机、邮箱或工号一样就会自动对上。",
    )


def stranger_settled(person: Stranger, outcome: str) -> Card:
    return Card(key=stranger_key(person), title=outcome)


def is_now(person: Stranger, member: str, by: str) -> str:
    return f"{by}已定：{_called(person.name, person.user_id)}就是{member}"


def ignored(person: Stranger, by: str) -> str:
    return f"{by}已定：不管{_called(person.name, person.user_id)}"


def _called(name: str, user_id: str) -> str:
    return f"“{name or user_id}”"


def _platform(name: str) -> str:
    return f"{PLATFORM.get(name, name)}帐号"


def _sides(side: DoubtfulMatch | Stranger) -> str:
    known = [side.name, f"帐号 {side.user_id}", *_keys(side.mobile, side.email, side.employee_no)]
    return " · ".join(filter(None, known))


def member_line(member: Member) -> str:
    """A colleague so that two of one name can be told apart."""
    roles = "、".join(word for role, word in ROLE.items() if member.has(role))
    left = "" if member.active else "已停用"
    known = [member.name, left, roles, member.region, *_keys(member.mobile, member.email, member.employee_no)]
    return " · ".join(filter(None, known))


def _keys(mobile: str | None, email: str | None, employee_no: str | None) -> list[str]:
    named = (("手机", mobile), ("邮箱", email), ("工号", employee_no))
    return [f"{word} {value}" for word, value in named if value]


def gone(member: Member, platform: str) -> Reply:
    """A directory says that somebody left; what becomes of the customers is for a person to say."""
    where = PLATFORM.get(platform, platform)
    return Reply(text=f"{where}显示 {member.name} 已离职或被停用。请在人员名单里停用，客户用“交接 {member.name} 给 同事姓名”转走。")
