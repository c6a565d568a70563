"""Who sees what, and who may act on whose items: tables of people and customers."""

from datetime import UTC, datetime

import pytest

from bot.domain.access import can_decide_for, can_see, visible_owners
from bot.domain.customer import Customer
from bot.domain.member import Member, Org, Role
from bot.domain.values import CustomerId, MemberId


def person(name: str, manager: str | None, *roles: Role) -> Member:
    return Member(id=MemberId(name), name=name, roles=roles, manager_id=MemberId(manager) if manager else None)


PEOPLE = {
    member.id: member
    for member in (
        person("gm", None, Role.MANAGER, Role.APPROVER_GM),
        person("east", "gm", Role.MANAGER),
        person("li", "east", Role.REP),
        person("wang", "east", Role.REP),
        person("south", "gm", Role.MANAGER),
        person("lin", "south", Role.REP),
        person("tech", "gm", Role.APPROVER_TECHNICAL),
        person("admin", "gm", Role.ADMIN),
    )
}
ORG = Org(PEOPLE.values)


def who(name: str) -> Member:
    return PEOPLE[MemberId(name)]


def customer(owner: str | None, *partners: str) -> Customer:
    return Customer(
        CustomerId("c"), "绍兴恒力", datetime(2026, 3, 18, tzinfo=UTC), owner_id=MemberId(owner) if owner else None, partners=partners
    )


@pytest.mark.parametrize(
    ("viewer", "owner", "partners", "seen"),
    [
        ("li", "li", (), True),
        ("wang", "li", (), False),
        ("wang", "li", ("wang",), True),
        ("lin", "li", ("wang",), False),
        ("east", "li", (), True),
        ("south", "li", (), False),
        ("south", "li", ("lin",), False),
        ("south", "li", ("south",), True),
        ("gm", "li", (), True),
        ("tech", "li", (), False),
        ("admin", "li", (), True),
        ("li", None, (), False),
        ("east", None, (), False),
        ("gm", None, (), False),
        ("admin", None, (), True),
        ("li", None, ("li",), True),
        ("gm", "somebody who left", (), False),
        ("admin", "somebody who left", (), True),
    ],
)
def test_a_customer_is_seen_by_owner_team_head_partner_and_admin(
    viewer: str, owner: str | None, partners: tuple[str, ...], seen: bool
) -> None:
    assert can_see(who(viewer), customer(owner, *partners), ORG) is seen


@pytest.mark.parametrize(
    ("viewer", "owners"),
    [
        ("li", {"li"}),
        ("tech", {"tech"}),
        ("east", {"east", "li", "wang"}),
        ("gm", set(PEOPLE)),
        ("admin", None),
    ],
)
def test_the_owners_whose_customers_somebody_sees(viewer: str, owners: set[str] | None) -> None:
    expected = None if owners is None else frozenset(MemberId(owner) for owner in owners)
    assert visible_owners(who(viewer), ORG) == expected


@pytest.mark.parametrize(
    ("actor", "owner", "may"),
    [
        ("li", "li", True),
        ("wang", "li", False),
        ("east", "li", True),
        ("south", "li", False),
        ("gm", "li", True),
        ("admin", "li", True),
        ("tech", "li", False),
        ("li", None, False),
        ("tech", None, False),
        ("south", None, True),
        ("admin", None, True),
    ],
)
def test_an_item_is_acted_on_by_owner_those_above_and_admins(actor: str, owner: str | None, may: bool) -> None:
    assert can_decide_for(who(actor), MemberId(owner) if owner else None, ORG) is may


def test_a_manager_of_nobody_sees_their_own_only() -> None:
    alone = person("new", None, Role.MANAGER)
    assert visible_owners(alone, Org(lambda: [alone])) == frozenset({MemberId("new")})
