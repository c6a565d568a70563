"""Which steps a quote must pass, and who sits in each. Source: capability C1.

Nobody sits in judgement of their own quote: the deputy who is named for them does. A step that is asked for and has nobody to sit in it is
refused by :func:`~bot.domain.approval.submitted`; it is never left out in silence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.member import Member, Role
from bot.domain.values import MemberId, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the chain of a quote depends on. ``discount`` is the deepest of any line, as a share."""

    amount: Money
    discount: Decimal
    grade: str | None = None
    region: str | None = None
    product_line: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A step of the chain: each of ``roles`` gives one seat. It is asked for when the offer meets every condition that is set.

    ``amount_from`` and ``discount_from`` include their own value; an empty set of grades, regions or product lines means all of them.
    """

    name: str
    roles: tuple[Role, ...]
    amount_from: Money | None = None
    discount_from: Decimal | None = None
    grades: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    product_lines: frozenset[str] = frozenset()

    def asks(self, offer: Offer) -> bool:
        """Whether the offer must pass this step. What is not known of an offer meets no condition that names it."""
        known = ((self.grades, offer.grade), (self.regions, offer.region), (self.product_lines, offer.product_line))
        dear = self.amount_from is None or offer.amount >= self.amount_from
        cheap = self.discount_from is None or offer.discount >= self.discount_from
        return dear and cheap and all(not wanted or value in wanted for wanted, value in known)


DEFAULT = (
    Node(name="technical", roles=(Role.APPROVER_TECHNICAL,)),
    Node(name="finance", roles=(Role.APPROVER_FINANCE,)),
    Node(name="gm", roles=(Role.APPROVER_GM,)),
)
Chain = tuple[tuple[str, tuple[MemberId, ...]], ...]


def chain_of(
    nodes: Iterable[Node], offer: Offer, members: Iterable[Member], submitter: MemberId, deputies: Mapping[MemberId, MemberId]
) -> Chain:
    """The steps in order with who sits in each; ``deputies`` names who judges for whom when it is their own.

    Of several with a role the first by id sits. A seat that only the submitter could take, who has no deputy, is left empty.
    """
    staff = sorted((m for m in members if m.active), key=lambda m: m.id)
    active = {m.id for m in staff}

    def seat(role: Role) -> Iterable[MemberId]:
        fit = [m.id for m in staff if m.has(role)]
        others = [id for id in fit if id != submitter]
        deputy = deputies.get(submitter) if fit else None
        return others[:1] or ([deputy] if deputy in active and deputy is not None and deputy != submitter else [])

    chain = []
    for node in nodes:
        if node.asks(offer):
            seats = [tuple(seat(role)) for role in node.roles]
            whole = all(seats)  # a step that lacks one of its seats is as good as empty
            chain.append((node.name, tuple(id for some in seats for id in some) if whole else ()))
    return tuple(chain)
