"""Who sees what: one rule, asked by every query, list, card and page.

A rep sees the customers they own or were let into; a manager everything of the team below; an admin all. An approver sees what is put
before them, which is not asked here.
"""

from bot.domain.customer import Customer
from bot.domain.member import Member, Org, Role
from bot.domain.values import MemberId


def visible_owners(viewer: Member, org: Org) -> frozenset[MemberId] | None:
    """The owners whose customers the viewer sees; None stands for all."""
    if viewer.has(Role.ADMIN):
        return None
    return org.team(viewer.id) if viewer.has(Role.MANAGER) else frozenset({viewer.id})


def can_see(viewer: Member, customer: Customer, org: Org) -> bool:
    """Whether the viewer may see the customer's file."""
    owners = visible_owners(viewer, org)
    return owners is None or viewer.id in customer.partners or (customer.owner_id is not None and customer.owner_id in owners)


def can_decide_for(actor: Member, owner: MemberId | None, org: Org) -> bool:
    """Whether the actor may act on an item of ``owner``: the owner, anyone above, an admin; on nobody's item any manager."""
    owners = visible_owners(actor, org)
    return owners is None or (owner in owners if owner else actor.has(Role.MANAGER))
