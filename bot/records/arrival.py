"""Where a rep was when a visit was told: kept with the record, measured or claimed, and held against the customer's address.

What does not fit is a flag on the record for a person to look at, never a refusal (capability A6).
"""

from dataclasses import replace

from bot.chat.context import Context
from bot.chat.incoming import Location
from bot.domain.activity import Activity
from bot.domain.customer import Customer
from bot.domain.place import Place, distance
from bot.domain.understood import Channel
from bot.records.keep import said_at

FAR = "far"


def evidence(event: Location) -> dict[str, object]:
    """The place as a piece of a record keeps it: WGS-84, whatever datum the phone spoke."""
    data = {"lat": event.lat, "lng": event.lng, "label": event.label, "datum": event.datum}
    return data | ({"evidence": "measured", "accuracy": event.accuracy} if event.measured else {"evidence": "claimed"})


def arrived(ctx: Context, record: Activity, event: Location) -> Activity:
    """The record with its place and the server's time; the first measured place stays, a claimed one gives way."""
    if record.details.get("place", {}).get("evidence") == "measured":
        return record
    place = {**evidence(event), "at": said_at(ctx).isoformat()}
    record = replace(record, details={**record.details, "place": place})
    if event.measured:
        record = replace(record, channel=record.channel or Channel.VISIT, occurred_on=record.occurred_on or ctx.today)
    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    record = judged(ctx, record, customer)
    ctx.tx.activities.save(record)
    return record


def judged(ctx: Context, record: Activity, customer: Customer | None) -> Activity:
    """The record with the distance between its place and the customer's, flagged when it is too far; not saved."""
    place = record.details.get("place")
    if not place:
        return record
    metres = _apart(place, customer)
    flags = [flag for flag in record.details.get("flags", []) if flag["why"] != FAR]
    if metres is not None and metres > ctx.rules.visit.far_metres:
        flags.append({"why": FAR, "metres": round(metres)})
    place = {**place, "metres": None if metres is None else round(metres)}
    return replace(record, details={**record.details, "place": place, "flags": flags})


def is_there(ctx: Context, event: Location, customer: Customer | None) -> bool:
    """Whether a place is that of the customer."""
    metres = _apart({"lat": event.lat, "lng": event.lng}, customer)
    return metres is not None and metres <= ctx.rules.visit.far_metres


def _apart(place: dict[str, float], customer: Customer | None) -> float | None:
    if customer is None or customer.lat is None or customer.lng is None:
        return None
    return distance(Place(place["lat"], place["lng"]), Place(customer.lat, customer.lng))
