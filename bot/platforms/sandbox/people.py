"""Who can be played in the sandbox and which chats they see."""

from dataclasses import dataclass

from bot.chat.incoming import Sender
from bot.domain.errors import UserError
from bot.domain.member import Group, Member, Role
from storage.transaction import Reader

BOT = "跟进"
PLATFORM = "sandbox"
TITLES = {
    Role.REP: "销售",
    Role.MANAGER: "区域经理",
    Role.APPROVER_TECHNICAL: "技术审批",
    Role.APPROVER_FINANCE: "财务审批",
    Role.APPROVER_GM: "总经理",
    Role.FINANCE: "财务",
    Role.DELIVERY: "交付",
    Role.PRODUCT: "产品",
    Role.CUSTOMER_SUCCESS: "客户成功",
    Role.ADMIN: "管理员",
}
# What an empty chat offers to those who do not sell.
EXAMPLES = ((Role.MANAGER, ("昨日断点", "看板", "红色客户")), (Role.ADMIN, ("看板", "规则", "帮助")))
OTHERS = ("帮助",)
IN_GROUPS = (Role.REP, Role.MANAGER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation in the list of a person."""

    chat: str
    name: str
    group: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to play, with what they may try first and the chats in the order of their list."""

    user: str
    name: str
    title: str
    region: str
    sells: bool
    examples: tuple[str, ...]
    chats: tuple[Chat, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """All people of the demo."""

    people: tuple[Person, ...]

    def find(self, user: str, chat: str) -> tuple[Sender, Chat]:
        """The sender and the chat of a message. Raises UserError when the person is unknown or not in that chat."""
        for person in self.people:
            for seen in person.chats if person.user == user else ():
                if seen.chat == chat:
                    return Sender(person.user, person.name), seen
        raise UserError("这个人不在这个会话里，请刷新页面后重试")


def directory(reader: Reader) -> Directory:
    """Read the people with an identity on the sandbox, and its groups."""
    groups = [group for group in reader.members.groups() if group.platform == PLATFORM]
    users = [(user, member) for user, member in reader.members.users(PLATFORM) if member.active]
    return Directory(tuple(_person(user, member, groups) for user, member in users))


def is_in(member: Member, group: Group) -> bool:
    """Whether somebody sits in a group: sales people in those of their region, everybody in those without one."""
    return group.region is None or (group.region == member.region and any(member.has(role) for role in IN_GROUPS))


def private_chat(user: str) -> str:
    """A person's own chat with the bot."""
    return f"p:{user}"


def _person(user: str, member: Member, groups: list[Group]) -> Person:
    own = Chat(private_chat(user), BOT, group=False)
    joined = {group.chat: Chat(group.chat, group.name, group=True) for group in groups if is_in(member, group)}
    title = "、".join(title for role, title in TITLES.items() if member.has(role))
    examples = next((offered for role, offered in EXAMPLES if member.has(role)), OTHERS)
    return Person(user, member.name, title, member.region or "", member.has(Role.REP), examples, (own, *joined.values()))
