"""Who sees what: one rule, asked by every query, list, card, export, page and file.

Ask for a :class:`Sight` (``ctx.sight`` in a handler, :func:`sight_of` elsewhere, :func:`group_sight` for what is pushed to a group) and
show nothing that it does not show.

Customers, by role (several roles add up):

=====================  ==========================================================================================================
admin, finance         all of them
manager                those of the team below at any depth, and unowned ones; with a region only unowned ones of that region
manager of a region    a manager with a region whose superior does not manage the same one: those of everybody in that region, too
                       (with a product line: of everybody in that region and product line)
everybody              those they own and those whose owner let them in (协作)
=====================  ==========================================================================================================

Approvers, delivery, product and customer success own no customers as a rule: they see what is put before them on a card, which is not
asked here. Seeing is not acting: finance sees all and acts for nobody.

Fields: phone numbers for those who call (rep, manager, delivery, customer success, admin); amounts for those who sell or count (rep,
manager, finance, the finance and general manager's approvers, customer success, admin); costs for those who answer for them (finance, its
approver, the general manager's, admin). In a group that is not internal nobody is shown any of the three, and a group that the bot does
not know is not internal.

Whoever stands in for an absent colleague sees and decides as that colleague does as a manager or approver, on those days only; nobody
becomes an admin, a finance clerk or the owner of customers that way.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.customer import Customer
from bot.domain.masking import HIDDEN, mask_amounts, mask_phone, mask_phones
from bot.domain.member import Group, Member, Org, Role
from bot.domain.values import MemberId, Money

SEES_ALL = frozenset({Role.ADMIN, Role.FINANCE})
PHONES = frozenset({Role.REP, Role.MANAGER, Role.DELIVERY, Role.CUSTOMER_SUCCESS, Role.ADMIN})
COSTS = frozenset({Role.FINANCE, Role.APPROVER_FINANCE, Role.APPROVER_GM, Role.ADMIN})
AMOUNTS = COSTS | {Role.REP, Role.MANAGER, Role.CUSTOMER_SUCCESS}
NOWHERE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What somebody may see. ``owners``: whose customers; ``acts_for``: on whose items they decide (None: everybody's).

    ``unowned``: of which regions they see the customers that nobody owns, ``""`` standing for no region (None: of all).
    """

    viewer: MemberId | None
    owners: frozenset[MemberId] | None
    acts_for: frozenset[MemberId] | None
    unowned: frozenset[str] | None = NOWHERE
    phones: bool = False
    amounts: bool = False
    costs: bool = False

    def can_see(self, customer: Customer) -> bool:
        """Whether the customer's file is open to the viewer."""
        if self.viewer is not None and self.viewer in customer.partners:
            return True
        if customer.owner_id is None:
            return self.unowned is None or (customer.region or "") in self.unowned
        return self.owners is None or customer.owner_id in self.owners

    def can_decide(self, owner: MemberId | None, region: str | None = None) -> bool:
        """Whether the viewer may act on an item of ``owner``; on nobody's item (of a customer of ``region``) any manager there may."""
        if self.acts_for is None:
            return True
        if owner is None:
            return self.unowned is None or (region or "") in self.unowned
        return owner in self.acts_for

    def phone(self, number: str | None) -> str:
        """A phone number, masked where it must be; empty for none."""
        return number or "" if self.phones else mask_phone(number or "")

    def amount(self, value: Money | str | None) -> str:
        """What is asked or paid, masked where it must be; empty for nothing."""
        return _shown(value, self.amounts)

    def cost(self, value: Money | str | None) -> str:
        """What it costs us, masked where it must be; empty for nothing."""
        return _shown(value, self.costs)

    def text(self, words: str) -> str:
        """Free words, with the phone numbers and amounts in them masked where they must be."""
        words = words if self.phones else mask_phones(words)
        return words if self.amounts else mask_amounts(words)

    def in_group(self, group: Group | None) -> "Sight":
        """The same viewer speaking in a group (None: one that the bot does not know), where everybody reads along."""
        internal = group is not None and group.internal
        return self if internal else replace(self, phones=False, amounts=False, costs=False)


def sight_of(viewer: Member, org: Org, day: date | None = None) -> Sight:
    """What a member sees in a chat of their own; ``day`` decides for whom they stand in (None: for nobody)."""
    roles = org.roles(viewer, day)
    heads = [m for m in (viewer, *org.acting_for(viewer.id, day)) if m.has(Role.MANAGER)]
    own = frozenset({viewer.id})
    acts_for = None if Role.ADMIN in roles else own.union(*(_below(head, org) for head in heads))
    sees_all = bool(roles & SEES_ALL)
    return replace(
        words_for(viewer, org, day),
        owners=None if sees_all else acts_for,
        acts_for=acts_for,
        unowned=None if sees_all else _unowned(heads),
    )


def words_for(viewer: Member, org: Org, day: date | None = None) -> Sight:
    """Which figures may stand in words that are sent to a member; no customer is looked at, so the reporting lines are not read."""
    roles, nobody = org.roles(viewer, day), frozenset[MemberId]()
    return Sight(
        viewer=viewer.id,
        owners=nobody,
        acts_for=nobody,
        phones=bool(roles & PHONES),
        amounts=bool(roles & AMOUNTS),
        costs=bool(roles & COSTS),
    )


BLIND = Sight(viewer=None, owners=frozenset(), acts_for=frozenset())
"""What somebody sees whom nobody knows."""


def group_sight(group: Group) -> Sight:
    """What is pushed to a group: which customers is the list's own business; costs never, the rest where no outsider reads along."""
    return Sight(viewer=None, owners=None, acts_for=frozenset(), unowned=None, phones=group.internal, amounts=group.internal)


def reads_along(viewer: Member, group: Group, org: Org, day: date | None = None) -> bool:
    """Whether what is pushed to a group is meant for the viewer too: of the group's region, or above somebody who is.

    The bot does not know who sits in a group. This opens the page of a group's list; what stands there is the viewer's own sight.
    """
    owners = sight_of(viewer, org, day).owners
    if owners is None or group.region is None or viewer.region == group.region:
        return True
    return any(owner in org.members and org.members[owner].region == group.region for owner in owners)


def leads_along(viewer: Member, group: Group, org: Org, day: date | None = None) -> bool:
    """Whether the viewer may read a group's message whole: of those it is meant for, the managers and whoever sees all."""
    manages = sight_of(viewer, org, day).owners is None or Role.MANAGER in org.roles(viewer, day)
    return manages and reads_along(viewer, group, org, day)


def _below(head: Member, org: Org) -> frozenset[MemberId]:
    return org.team(head.id) | org.of_region(head)


def _unowned(heads: Iterable[Member]) -> frozenset[str] | None:
    regions = [head.region for head in heads]
    return None if None in regions else frozenset(r for r in regions if r) | ({""} if regions else set())


def _shown(value: Money | str | None, open_to: bool) -> str:
    if value is None or value == "":
        return ""
    return str(value) if open_to else HIDDEN
