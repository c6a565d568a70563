"""Where a rep was when a visit was told: kept with the record, measured or claimed, and held against the customer's address.

What does not fit is a flag on the record for a person to look at, never a refusal (capability A6).
"""

from dataclasses import replace

from bot.chat.context import Context
from bot.chat.incoming import Location
from bot.domain.activity import Activity, PieceKind
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
    # The position itself stays with its piece, where deletion and retention find it.
    place = {"evidence": "measured" if event.measured else "claimed", "accuracy": event.accuracy, "at": said_at(ctx).isoformat()}
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
    metres = _apart(_where(ctx, record), customer)
    flags = [flag for flag in record.details.get("flags", []) if flag["why"] != FAR]
    if metres is not None and metres > ctx.rules.visit.far_metres:
        flags.append({"why": FAR, "metres": round(metres)})
    place = {**place, "metres": None if metres is None else round(metres)}
    return replace(record, details={**record.details, "place": place, "flags": flags})


def is_there(ctx: Context, event: Location, customer: Customer | None) -> bool:
    """Whether a place is that of the customer."""
    metres = _apart(Place(event.lat, event.lng), customer)
    return metres is not None and metres <= ctx.rules.visit.far_metres


def _where(ctx: Context, record: Activity) -> Place | None:
    """The first measured place of a record, else the last claimed one."""
    told = [piece.data for piece in ctx.tx.activities.pieces(record.id) if piece.kind is PieceKind.LOCATION and "lat" in piece.data]
    measured = [data for data in told if data.get("evidence") == "measured"]
    found = measured[:1] or told[-1:]
    return Place(found[0]["lat"], found[0]["lng"]) if found else None


def _apart(place: Place | None, customer: Customer | None) -> float | None:
    if place is None or customer is None or customer.lat is None or customer.lng is None:
        return None
    return distance(place, Place(customer.lat, customer.lng))
