"""Stamps of photos against the server's time and the customer's place: both agree, and the visit is corroborated; else a person looks.

A stamp's coordinates may be of the world's datum or of the Chinese one; the benefit of the doubt is the rep's.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.chat.context import Context
from bot.domain.activity import Activity
from bot.domain.clock import SHANGHAI
from bot.domain.customer import Customer
from bot.domain.place import Place, distance, from_gcj02, is_place

COMPARED = ("time_apart", "place_apart")


def placed(ctx: Context, record: Activity) -> Activity:
    """The record with its stamps compared anew: a customer may have been named, or another one, since they were read. Not saved."""
    stamps = record.details.get("places", [])
    if not stamps:
        return record
    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    flags = [flag for flag in record.details.get("flags", []) if flag["why"] not in COMPARED]
    compared = []
    for stamp in stamps:
        late, far = _apart(ctx, stamp), _away(stamp, customer)
        wrong = [*([late] if late else []), *([far] if far and far["metres"] > ctx.rules.visit.far_metres else [])]
        agrees = stamp.get("taken_at") and far is not None and not wrong
        compared.append({**stamp, "evidence": "corroborated" if agrees else "claimed"})
        flags += [{**flag, "media": stamp["media"]} for flag in wrong]
    return replace(record, details={**record.details, "places": compared, "flags": flags})


def _apart(ctx: Context, stamp: dict[str, Any]) -> dict[str, Any] | None:
    """How far the stamp's time is from the server's, where that is too far."""
    if not stamp.get("taken_at"):
        return None
    taken = datetime.fromisoformat(stamp["taken_at"]).replace(tzinfo=SHANGHAI)
    apart = abs(datetime.fromisoformat(stamp["received_at"]) - taken)
    return {"why": "time_apart", "apart": _said(apart)} if apart > ctx.rules.evidence.photo_apart else None


def _away(stamp: dict[str, Any], customer: Customer | None) -> dict[str, Any] | None:
    """Metres from the customer; None when one of the two places is not known."""
    if customer is None or customer.lat is None or customer.lng is None or stamp.get("lat") is None or stamp.get("lng") is None:
        return None
    there, home = Place(stamp["lat"], stamp["lng"]), Place(customer.lat, customer.lng)
    if not is_place(*there):
        return None
    return {"why": "place_apart", "metres": round(min(distance(there, home), distance(from_gcj02(there), home)))}


def _said(apart: timedelta) -> str:
    hours = apart.total_seconds() / 3600
    return f"{hours / 24:.0f} 天" if hours >= 48 else f"{hours:.0f} 小时"
