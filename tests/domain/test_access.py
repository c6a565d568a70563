"""Who sees what, and who may act on whose items: tables of people and customers."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.domain.access import group_sight, sight_of
from bot.domain.customer import Customer
from bot.domain.member import Group, Member, Org, Role, StandIn
from bot.domain.values import CustomerId, GroupId, MemberId, Money


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
        ("east", None, (), True),
        ("gm", None, (), True),
        ("admin", None, (), True),
        ("li", None, ("li",), True),
        ("gm", "somebody who left", (), False),
        ("admin", "somebody who left", (), True),
    ],
)
def test_a_customer_is_seen_by_owner_team_head_partner_and_admin(
    viewer: str, owner: str | None, partners: tuple[str, ...], seen: bool
) -> None:
    assert sight_of(who(viewer), ORG).can_see(customer(owner, *partners)) is seen


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
    assert sight_of(who(viewer), ORG).owners == expected


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
    assert sight_of(who(actor), ORG).can_decide(MemberId(owner) if owner else None) is may


def test_a_manager_of_nobody_sees_their_own_only() -> None:
    alone = person("new", None, Role.MANAGER)
    assert sight_of(alone, Org(lambda: [alone])).owners == frozenset({MemberId("new")})


EAST = {
    member.id: member
    for member in (
        replace(person("head", "gm", Role.MANAGER), region="华东"),
        replace(person("sub", "head", Role.MANAGER), region="华东"),
        replace(person("li", "sub", Role.REP), region="华东", product_line="伺服"),
        replace(person("far", "south", Role.REP), region="华东", product_line="传感"),
        replace(person("servo", "gm", Role.MANAGER), region="华东", product_line="伺服"),
        replace(person("south", "gm", Role.MANAGER), region="华南"),
        replace(person("clerk", "gm", Role.FINANCE), region="华东"),
    )
}
REGIONS = Org(EAST.values)


@pytest.mark.parametrize(
    ("viewer", "owners"),
    [
        ("head", {"head", "sub", "li", "far", "servo", "clerk"}),
        ("sub", {"sub", "li"}),
        ("servo", {"servo", "li"}),
        ("south", {"south", "far"}),
        ("clerk", None),
    ],
)
def test_only_the_head_of_a_region_sees_all_of_it(viewer: str, owners: set[str] | None) -> None:
    expected = None if owners is None else frozenset(map(MemberId, owners))
    assert sight_of(EAST[MemberId(viewer)], REGIONS).owners == expected


@pytest.mark.parametrize(
    ("viewer", "region", "seen"),
    [("head", "华东", True), ("head", "华南", False), ("head", None, True), ("li", "华东", False), ("clerk", "华南", True)],
)
def test_a_customer_that_nobody_owns_is_seen_by_the_managers_of_its_region(viewer: str, region: str | None, seen: bool) -> None:
    assert sight_of(EAST[MemberId(viewer)], REGIONS).can_see(replace(customer(None), region=region)) is seen


def test_finance_sees_everything_and_decides_nothing() -> None:
    clerk = sight_of(EAST[MemberId("clerk")], REGIONS)
    assert clerk.can_see(customer("li"))
    assert not clerk.can_decide(MemberId("li"))


@pytest.mark.parametrize(
    ("role", "phone", "amount", "cost"),
    [
        (Role.REP, True, True, False),
        (Role.MANAGER, True, True, False),
        (Role.APPROVER_TECHNICAL, False, False, False),
        (Role.APPROVER_FINANCE, False, True, True),
        (Role.APPROVER_GM, False, True, True),
        (Role.FINANCE, False, True, True),
        (Role.DELIVERY, True, False, False),
        (Role.PRODUCT, False, False, False),
        (Role.CUSTOMER_SUCCESS, True, True, False),
        (Role.ADMIN, True, True, True),
    ],
)
def test_fields_are_masked_by_role(role: Role, phone: bool, amount: bool, cost: bool) -> None:
    sight = sight_of(person("p", None, role), ORG)
    assert (sight.phone("13800001234") == "13800001234") is phone
    assert (sight.amount(Money.yuan(9)) == "9") is amount
    assert (sight.cost("9") == "9") is cost


def group(*, internal: bool) -> Group:
    return Group(GroupId("g"), "群", "sandbox", "g:1", "digest", internal=internal)


def test_in_a_group_with_outsiders_not_even_an_admin_is_shown_figures() -> None:
    sight = sight_of(who("admin"), ORG).in_group(group(internal=False))
    assert (sight.phone("13800001234"), sight.amount("9"), sight.cost("9")) == ("138****1234", "***", "***")


def test_a_group_that_is_not_known_is_taken_for_one_with_outsiders() -> None:
    assert sight_of(who("admin"), ORG).in_group(None).amount("9") == "***"


def test_in_an_internal_group_the_asker_sees_what_they_may() -> None:
    assert sight_of(who("li"), ORG).in_group(group(internal=True)).amount("9") == "9"


@pytest.mark.parametrize(("internal", "amount"), [(True, "9"), (False, "***")])
def test_what_is_pushed_to_a_group_follows_the_group(internal: bool, amount: str) -> None:
    assert (group_sight(group(internal=internal)).amount("9"), group_sight(group(internal=internal)).cost("9")) == (amount, "***")


AUGUST = StandIn(MemberId("east"), MemberId("wang"), date(2026, 8, 3), date(2026, 8, 14))
FOR_GOOD = StandIn(MemberId("gm"), MemberId("east"), date(2026, 8, 10))


def away(*agreed: StandIn) -> Org:
    return Org(PEOPLE.values, lambda deputy: [a for a in agreed if a.deputy_id == deputy])


@pytest.mark.parametrize(
    ("day", "seen"), [(date(2026, 8, 2), False), (date(2026, 8, 3), True), (date(2026, 8, 14), True), (date(2026, 8, 15), False)]
)
def test_a_deputy_sees_and_decides_as_the_absent_manager_on_those_days_only(day: date, seen: bool) -> None:
    sight = sight_of(who("wang"), away(AUGUST), day)
    assert (sight.can_see(customer("li")), sight.can_decide(MemberId("li"))) == (seen, seen)


def test_the_deputy_of_a_deputy_who_is_away_too_stands_in_for_both() -> None:
    org = away(AUGUST, FOR_GOOD)
    assert {m.id for m in org.acting_for(MemberId("wang"), date(2026, 8, 12))} == {"east", "gm"}
    assert Role.APPROVER_GM in org.roles(who("wang"), date(2026, 8, 12))


def test_two_who_stand_in_for_one_another_end_the_walk() -> None:
    org = away(AUGUST, StandIn(MemberId("wang"), MemberId("east"), date(2026, 8, 1)))
    assert [m.id for m in org.acting_for(MemberId("wang"), date(2026, 8, 12))] == ["east"]


def test_a_rep_who_is_away_passes_no_customers_on() -> None:
    org = away(StandIn(MemberId("lin"), MemberId("li"), date(2026, 8, 1)))
    assert not sight_of(who("li"), org, date(2026, 8, 12)).can_see(customer("lin"))


def test_the_deputy_of_an_admin_is_no_admin() -> None:
    org = away(StandIn(MemberId("admin"), MemberId("li"), date(2026, 8, 1)))
    assert org.roles(who("li"), date(2026, 8, 12)) == {Role.REP}
