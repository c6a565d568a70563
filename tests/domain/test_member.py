"""Roles and reporting lines."""

from bot.domain.member import Member, Org, Role
from bot.domain.values import MemberId


def person(name: str, manager: str | None = None, *roles: Role) -> Member:
    return Member(id=MemberId(name), name=name.title(), roles=roles, manager_id=MemberId(manager) if manager else None)


def org(*members: Member) -> Org:
    return Org(lambda: members)


COMPANY = org(person("head"), person("east", "head"), person("li", "east"), person("wang", "east"), person("south", "head"))


def test_a_member_may_have_several_roles() -> None:
    both = person("chen", None, Role.MANAGER, Role.APPROVER_GM)
    assert both.has(Role.MANAGER)
    assert both.has(Role.APPROVER_GM)
    assert not both.has(Role.ADMIN)


def test_roles_read_from_the_database_are_plain_words() -> None:
    assert Member(id=MemberId("li"), name="李思", roles=("rep",)).has(Role.REP)


def test_a_team_reaches_to_any_depth() -> None:
    assert COMPANY.team(MemberId("head")) == {"head", "east", "south", "li", "wang"}


def test_a_team_does_not_reach_up_or_aside() -> None:
    assert COMPANY.team(MemberId("east")) == {"east", "li", "wang"}


def test_a_team_without_reports_is_its_head() -> None:
    assert COMPANY.team(MemberId("li")) == {"li"}


def test_somebody_unknown_is_a_team_of_one() -> None:
    assert COMPANY.team(MemberId("ghost")) == {"ghost"}


def test_a_loop_in_the_reporting_lines_ends() -> None:
    assert org(person("a", "b"), person("b", "a")).team(MemberId("a")) == {"a", "b"}


def test_somebody_who_reports_to_themselves_ends() -> None:
    assert org(person("a", "a")).team(MemberId("a")) == {"a"}


def test_an_owner_is_shown_by_name_and_nobody_as_unassigned() -> None:
    assert COMPANY.name(MemberId("li")) == "Li"
    assert COMPANY.name(None) == COMPANY.name(MemberId("ghost")) == "未分配"


def test_the_company_is_read_once_and_only_when_asked() -> None:
    reads: list[str] = []

    def load() -> list[Member]:
        reads.append("read")
        return [person("a")]

    lazy = Org(load)
    assert not reads
    lazy.team(MemberId("a"))
    lazy.name(MemberId("a"))
    assert reads == ["read"]
