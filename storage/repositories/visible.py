"""The rule of ``bot/domain/access.py`` as a condition on rows, so that no query reads what may not be shown."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, true

from bot.domain.access import Sight
from storage.tables import customer, lead


def any_of(
    db: Connection, texts: ColumnElement[Any], condition: Callable[[ColumnElement[Any]], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Whether an element of a JSON list meets the condition. The stored text will not do: it holds escapes, quotes and commas."""
    unnest = func.json_array_elements_text if db.dialect.name == "postgresql" else func.json_each
    elements = unnest(texts).table_valued("value")
    return exists().select_from(elements).where(condition(elements.c.value))


def customers_seen(db: Connection, sight: Sight) -> ColumnElement[bool]:
    """The customers that :meth:`Sight.can_see` lets through."""
    if sight.owners is None and sight.unowned is None:
        return true()
    owner, region = customer.c.owner_id, func.coalesce(customer.c.region, "")
    return or_(
        owner.is_not(None) if sight.owners is None else owner.in_(sorted(sight.owners)),
        and_(owner.is_(None), true() if sight.unowned is None else region.in_(sorted(sight.unowned))),
        any_of(db, customer.c.partners, lambda partner: partner == sight.viewer),
    )


def leads_of(db: Connection, sight: Sight) -> ColumnElement[bool]:
    """The leads of the people whose customers somebody sees, and of nobody; never one whose customer they do not see."""
    if sight.owners is None and sight.unowned is None:
        return true()
    owned = true() if sight.owners is None else lead.c.owner_id.in_(sorted(sight.owners))
    nobodys = lead.c.owner_id.is_(None) if sight.unowned else lead.c.id.is_(None)
    seen = select(customer.c.id).where(customer.c.id == lead.c.customer_id, customers_seen(db, sight)).correlate(lead)
    return and_(or_(owned, nobodys), seen.exists())
