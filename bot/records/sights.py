"""What was seen in a picture, film or document goes onto the record that it is a piece of.

Nothing is decided here: a slip and a business card become proposals that the rep confirms with a tap, and what looks odd becomes a flag
for a person.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.chat.context import Context
from bot.chat.incoming import Seen
from bot.domain.activity import Activity, ActivityKind, ActivityState, PieceKind
from bot.domain.clock import local
from bot.domain.customer import Contact, Customer
from bot.domain.recording import union
from bot.domain.values import ActivityId, MediaId, Money
from bot.records.keep import piece
from bot.records.places import placed
from bot.records.settle import Named, named

Details = Mapping[str, Any]
SLIP = ("amount", "amount_upper", "date", "payer", "payee", "serial", "contract_no")
PERSON = ("name", "title", "company", "mobile", "email")


def note_flags(ctx: Context, record: Activity, event: Seen) -> Activity:
    """The reasons to look, with the earlier record where one is meant; a photo of the same record, or of one taken back, is none."""
    found = [flag for code in event.flags if (flag := _flag(ctx, record, code, event.media))]
    return with_details(record, flags=[*record.details.get("flags", []), *found]) if found else record


def _flag(ctx: Context, record: Activity, code: str, media: str) -> dict[str, Any] | None:
    name, _, earlier = code.partition(":")
    if not earlier:
        return {"why": name, "media": media}
    sent = ctx.tx.activities.piece_of(MediaId(earlier))
    before = ctx.tx.activities.get(sent.activity_id) if sent and sent.activity_id else None
    if before is None or sent is None or before.id == record.id or before.state is ActivityState.UNDONE:
        return None
    day = local(sent.received_at)
    return {"why": name, "media": media, "earlier": earlier, "record": before.id, "on": f"{day.month}月{day.day}日"}


def add_place(ctx: Context, record: Activity, event: Seen, stamp: Details) -> Activity:
    """A stamp, or what the camera wrote: kept and compared."""
    place = {key: stamp.get(key) for key in ("taken_at", "lat", "lng", "address")}
    place |= {"media": event.media, "received_at": event.received_at.isoformat()}
    return placed(ctx, with_details(record, places=[*record.details.get("places", []), place]))


def add_slip(ctx: Context, record: Activity, event: Seen) -> tuple[Activity, Named]:
    """A slip as a proposal; a record that has no words of its own becomes the payment itself. Who the customer may be."""
    slip = {key: event.fields.get(key) for key in SLIP} | {"media": event.media, "state": "proposed"}
    flags = list(record.details.get("flags", []))
    said = record.details.get("payment_amount")
    if said and slip["amount"] and Money.yuan(str(said)) != Money.yuan(str(slip["amount"])):
        flags.append({"why": "amount_said", "media": event.media, "amount": slip["amount"]})
    who = _customer_of(ctx, slip)
    payer = str(slip["payer"] or "")
    if len(payer) > 4 and is_another(ctx, record, payer):
        flags.append({"why": "payer_differs", "media": event.media, "payer": slip["payer"]})
    record = with_details(record, slips=[*record.details.get("slips", []), slip], flags=flags)
    return (record if record.text else replace(record, kind=ActivityKind.PAYMENT)), who


def _customer_of(ctx: Context, slip: Details) -> Named:
    """By the contract's number, else by the payer's name or another name of it."""
    contract = ctx.tx.contracts.numbered(str(slip["contract_no"])) if slip.get("contract_no") else None
    customer = ctx.tx.customers.get(contract.customer_id) if contract else None
    if customer is not None:
        return Named(customer=customer)
    return who_is(ctx, slip.get("payer"))


def who_is(ctx: Context, name: object) -> Named:
    """The customer of that name: exactly, else as understanding finds it, and then only one that the sender may see."""
    if not name:
        return Named()
    known = ctx.tx.customers.known_as(str(name))
    if len(known) == 1:
        return Named(customer=known[0], said=str(name))
    return replace(named(ctx), said=str(name)[:60])


def may_settle(ctx: Context, record: Activity) -> bool:
    """Whether a picture may say whose a record is: only of pictures alone, and the first firm that one of them named stays."""
    if record.customer_id is not None or record.customer_said or record.text:
        return False
    return not any(p.kind in (PieceKind.TEXT, PieceKind.VOICE) for p in ctx.tx.activities.pieces(record.id))


def is_another(ctx: Context, record: Activity, firm: str) -> bool:
    """Whether a firm in a picture is not the one that the record is known, or said, to be about."""
    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    if customer is not None:
        return not _is_called(customer, firm)
    said = record.customer_said
    return bool(said) and str(said) not in firm and firm not in str(said)


def add_person(ctx: Context, record: Activity, event: Seen) -> Activity:
    """A business card as an offer: new, changed, or known already."""
    card = {key: event.fields.get(key) for key in PERSON} | {"media": event.media, "state": "new"}
    return with_people(ctx, with_details(record, people=[*record.details.get("people", []), card]))


def with_people(ctx: Context, record: Activity) -> Activity:
    """The offers of a record compared with who is known at its customer. Not saved."""
    offers = record.details.get("people", [])
    known = ctx.tx.customers.contacts(record.customer_id) if offers and record.customer_id else []
    return with_details(record, people=[_compared(card, known) for card in offers]) if offers else record


def _compared(card: Details, known: list[Contact]) -> dict[str, Any]:
    if card.get("state") == "kept":
        return dict(card)
    same = match(card, known)
    if same is None:
        return {**card, "state": "new", "known": None}
    differs = any(
        card.get(key) and card[key] != getattr(same, field) for key, field in (("title", "title"), ("mobile", "phone"), ("email", "email"))
    )
    return {**card, "state": "changed" if differs else "kept", "known": same.id}


def match(card: Details, known: list[Contact]) -> Contact | None:
    """The contact that a business card is of: by number, else by name."""
    by_phone = [c for c in known if card.get("mobile") and _figures(c.phone) == card["mobile"]]
    by_name = [c for c in known if card.get("name") and c.name == card["name"]]
    return next(iter([*by_phone, *by_name]), None)


def add_sheet(record: Activity, event: Seen) -> Activity:
    """The lines of a quotation, kept for whoever makes a quote of them; a record without words becomes one about a quote."""
    sheet = {key: event.fields.get(key) for key in ("lines", "total", "tax_rate", "payment_term_days")} | {"media": event.media}
    record = with_details(record, quotations=[*record.details.get("quotations", []), sheet])
    return record if record.text else replace(record, kind=ActivityKind.QUOTE)


def add_paper(ctx: Context, record: Activity, event: Seen, name: str) -> Activity:
    """A document: how many pages, whether its first ones name the customer, whether it is a signed confirmation."""
    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    first = str(event.fields.get("first_pages") or "")
    paper = {"media": event.media, "name": name, "pages": event.fields.get("pages"), "signed": bool(event.fields.get("signed"))}
    paper |= {"first_pages": first[:400], "names_customer": bool(customer and _names(customer, first))}
    return with_details(record, papers=[*record.details.get("papers", []), paper])


def add_film(ctx: Context, record: Activity, event: Seen) -> Activity:
    """A film as a brief of pictures: its stills, and the sound that is listened to, are pieces of the record."""
    stills, moments = event.fields.get("stills") or [], event.fields.get("frames") or []
    for media, at in zip(stills, moments, strict=False):
        ctx.tx.activities.add_piece(
            piece(ctx, PieceKind.PHOTO, media=MediaId(media), data={"film": event.media, "at": at}, activity=record)
        )
    if voice := event.fields.get("voice"):
        ctx.tx.activities.add_piece(piece(ctx, PieceKind.VOICE, media=MediaId(voice), data={"film": event.media}, activity=record))
    film = {"media": event.media, "seconds": event.fields.get("seconds"), "frames": len(stills)}
    return with_details(record, films=[*record.details.get("films", []), film])


def slip_of(record: Activity, media: str) -> dict[str, Any] | None:
    return next((dict(s) for s in record.details.get("slips", []) if s["media"] == media), None)


def person_of(record: Activity, media: str) -> dict[str, Any] | None:
    return next((dict(c) for c in record.details.get("people", []) if c["media"] == media), None)


def replaced(record: Activity, key: str, item: Details) -> Activity:
    """The record with one of its proposals as it stands now."""
    return with_details(record, **{key: [item if old["media"] == item["media"] else old for old in record.details.get(key, [])]})


def with_details(record: Activity, **more: Any) -> Activity:  # noqa: ANN401
    return replace(record, details={**record.details, **more})


def paid(record: Activity, slip: Details) -> Activity:
    """The record as the payment that a slip proves."""
    details = {**record.details, "payment_amount": slip["amount"], "serial": slip.get("serial"), "payer": slip.get("payer")}
    details |= {"received_on": slip.get("date")} | ({"contract_no": slip["contract_no"]} if slip.get("contract_no") else {})
    return replace(record, kind=ActivityKind.PAYMENT, details=details, guesses=tuple(g for g in record.guesses if g != "payment_amount"))


def record_id(values: Mapping[str, str]) -> ActivityId:
    return ActivityId(values.get("record", ""))


def _is_called(customer: Customer, name: str) -> bool:
    return name in (customer.name, *customer.aliases) or customer.name.startswith(name)


def _names(customer: Customer, text: str) -> bool:
    """Whether a text names the customer, by its whole name or another of at least two letters."""
    flat = re.sub(r"\s", "", text)
    return any(len(name) >= 2 and name in flat for name in union((customer.name,), customer.aliases))


def _figures(phone: str | None) -> str:
    return re.sub(r"\D", "", phone or "")[-11:]
