"""People of our own company, the chats they sit in, and who stands above whom."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from bot.domain.values import GroupId, MemberId


class Role(StrEnum):
    """What a member may do; one member can have several."""

    REP = "rep"
    MANAGER = "manager"
    APPROVER_TECHNICAL = "approver_technical"
    APPROVER_FINANCE = "approver_finance"
    APPROVER_GM = "approver_gm"
    FINANCE = "finance"
    DELIVERY = "delivery"
    PRODUCT = "product"
    CUSTOMER_SUCCESS = "customer_success"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Member:
    """A colleague (成员). Identities on the platforms are kept apart, so one person may be on several."""

    id: MemberId
    name: str
    roles: tuple[str, ...]
    manager_id: MemberId | None = None
    region: str | None = None
    product_line: str | None = None
    mobile: str | None = None
    email: str | None = None
    employee_no: str | None = None
    active: bool = True

    def has(self, role: Role) -> bool:
        return role.value in self.roles


def team_of(member: Member) -> str:
    """The key of the people who speak of the same customers: those of one manager, else of one region, else one alone."""
    if member.has(Role.MANAGER):
        return f"manager:{member.id}"
    if member.manager_id:
        return f"manager:{member.manager_id}"
    return f"region:{member.region}" if member.region else f"member:{member.id}"


@dataclass(frozen=True, slots=True)
class Group:
    """A group chat that the bot may write to (群), and what for: ``digest``, ``alerts``, ``board``, ``finance``.

    A group with outsiders in it is not ``internal``: costs, amounts and phone numbers are never shown there.
    """

    id: GroupId
    name: str
    platform: str
    chat: str
    purpose: str
    region: str | None = None
    internal: bool = True


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who acts for a member who is away, both days included; no ``until_on`` means until further notice."""

    member_id: MemberId
    deputy_id: MemberId
    from_on: date
    until_on: date | None = None


class Org:
    """The reporting lines of the company; read only when somebody asks."""

    def __init__(self, load: Callable[[], Iterable[Member]]) -> None:
        self._load = load

    @cached_property
    def members(self) -> Mapping[MemberId, Member]:
        """Everybody, by id."""
        return {m.id: m for m in self._load()}

    @cached_property
    def _reports(self) -> Mapping[MemberId, list[MemberId]]:
        reports: dict[MemberId, list[MemberId]] = {}
        for member in self.members.values():
            if member.manager_id:
                reports.setdefault(member.manager_id, []).append(member.id)
        return reports

    def team(self, head: MemberId) -> frozenset[MemberId]:
        """The head and everybody below, at any depth; a loop in the data ends the walk."""
        found: set[MemberId] = set()
        todo = [head]
        while todo:
            member = todo.pop()
            if member not in found:
                found.add(member)
                todo.extend(self._reports.get(member, ()))
        return frozenset(found)

    def name(self, member: MemberId | None) -> str:
        """The name to show for an owner, also for nobody and for someone who has left the table."""
        known = self.members.get(member) if member else None
        return known.name if known else "未分配"
