"""People of our own company, the chats they sit in, and who stands above whom."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from bot.domain.values import GroupId, MemberId

UNASSIGNED = "未分配"


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


# What passes to a deputy while somebody is away.
PASSED_ON = frozenset({Role.MANAGER, Role.APPROVER_TECHNICAL, Role.APPROVER_FINANCE, Role.APPROVER_GM})


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

    def is_one_of(self, *roles: Role) -> bool:
        return any(map(self.has, roles))


def team_of(member: Member) -> str:
    """The key of the people who speak of the same customers: those of one manager, else of one region, else one alone."""
    if member.has(Role.MANAGER):
        return f"manager:{member.id}"
    if member.manager_id:
        return f"manager:{member.manager_id}"
    return f"region:{member.region}" if member.region else f"member:{member.id}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a member is on a platform, and in which chat they talk to the bot there; one member can have several."""

    platform: str
    user_id: str
    member_id: MemberId
    chat: str
    welcomed_at: datetime | None = None


class MatchState(StrEnum):
    """Open until a person has decided."""

    OPEN = "open"
    SAME = "same"
    OTHER = "other"


class Doubt(StrEnum):
    """Why a match is not certain."""

    SEVERAL_MEMBERS = "several_members"
    SEVERAL_USERS = "several_users"
    CONTRADICTION = "contradiction"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulMatch:
    """A platform's user who may be a member. The user's side is what the platform told; a person decides."""

    id: str
    platform: str
    user_id: str
    member_id: MemberId
    doubt: Doubt
    asked_at: datetime
    name: str = ""
    mobile: str = ""
    email: str = ""
    employee_no: str = ""
    state: MatchState = MatchState.OPEN
    decided_by: MemberId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Somebody who wrote and is no member. ``greeted_on``: the last day they were told so; ``told_at``: when the admins were."""

    id: str
    platform: str
    user_id: str
    chat: str
    name: str
    first_at: datetime
    greeted_on: date
    told_at: datetime | None = None
    mobile: str = ""
    email: str = ""
    employee_no: str = ""
    ignored: bool = False


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

    def on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


def _nobody_is_away(deputy: MemberId) -> Iterable[StandIn]:
    return ()


class Org:
    """The reporting lines of the company; read only when somebody asks.

    Args:
        load: everybody.
        stand_ins: the agreements in which a member is the deputy, whenever they hold.
    """

    def __init__(self, load: Callable[[], Iterable[Member]], stand_ins: Callable[[MemberId], Iterable[StandIn]] = _nobody_is_away) -> None:
        self._load = load
        self._stand_ins = stand_ins

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

    @property
    def admins(self) -> list[Member]:
        """The active administrators."""
        return [m for m in self.members.values() if m.active and m.has(Role.ADMIN)]

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

    def of_region(self, head: Member) -> frozenset[MemberId]:
        """Everybody in the region that ``head`` heads, and of the product line if ``head`` has one; nobody when ``head`` heads none.

        The head of a region is a manager there who reports to no manager of the same region.
        """
        above = self.members.get(head.manager_id) if head.manager_id else None
        if not head.has(Role.MANAGER) or not head.region or (above and above.has(Role.MANAGER) and above.region == head.region):
            return frozenset()
        line = head.product_line
        return frozenset(m.id for m in self.members.values() if m.region == head.region and line in (None, m.product_line))

    def acting_for(self, deputy: MemberId, day: date | None) -> tuple[Member, ...]:
        """Everybody for whom ``deputy`` stands in on ``day`` (None: nobody), those included for whom the absent themselves stand in."""
        found: dict[MemberId, Member] = {}
        todo = [deputy]
        while todo and day is not None:
            for agreed in self._stand_ins(todo.pop()):
                away = self.members.get(agreed.member_id) if agreed.on(day) else None
                if away and away.id != deputy and away.id not in found:
                    found[away.id] = away
                    todo.append(away.id)
        return tuple(found.values())

    def roles(self, member: Member, day: date | None) -> frozenset[Role]:
        """What a member may do on a day: their own roles, and those of absent managers and approvers for whom they stand in."""
        passed = {role for away in self.acting_for(member.id, day) for role in PASSED_ON if away.has(role)}
        return frozenset(role for role in Role if member.has(role)) | passed

    def name(self, member: MemberId | None) -> str:
        """The name to show for an owner, also for nobody and for someone who has left the table."""
        known = self.members.get(member) if member else None
        return known.name if known else UNASSIGNED
