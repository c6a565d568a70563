"""What a picture, film or document shows, onto the record that it belongs to: one line of answer, the record's card where it stands.

A record that was taken back meanwhile stays so. What the rep has to decide is a button on the card, not a question.
"""

from dataclasses import replace

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Seen
from bot.chat.outgoing import Card, Reply
from bot.chat.router import Answer, Router
from bot.domain.activity import Activity, ActivityState, Piece
from bot.domain.customer import Contact
from bot.domain.recording import union
from bot.domain.values import ContactId, MediaId, new_id
from bot.records import sights
from bot.records.keep import A_MOMENT, said_at
from bot.records.leads import refresh_lead
from bot.records.settle import Named
from bot.records.show import close, file_under, redrawn, shown
from prompts import cards, pictures, replies

router = Router("seen")
# For the manager alone: a second shot of the same place comes near too, and nobody shall feel accused.
QUIET = ("photo_near",)


@router.on(Seen)
def seen(event: Seen, ctx: Context) -> Answer:
    """Something was read."""
    item = ctx.tx.activities.piece_of(MediaId(event.media))
    if item is None:
        return Reply(text=event.problem) if event.problem else None
    ctx.tx.activities.reword(item, item.text, item.activity_id, {"seen": event.kind, "flags": list(event.flags), "problem": event.problem})
    record = ctx.tx.activities.get(item.activity_id) if item.activity_id else None
    if event.problem:
        return Reply(text=event.problem)
    if record is None or record.state is ActivityState.UNDONE:
        return None
    return _noted(event, ctx, item, record)


def _noted(event: Seen, ctx: Context, item: Piece, before: Activity) -> Answer:
    record, who, words = _understood(event, ctx, item, sights.note_flags(ctx, before, event))
    if record == before:
        return None
    ctx.tx.activities.save(record)
    new = [flag for flag in record.details.get("flags", []) if flag not in before.details.get("flags", []) and flag["why"] not in QUIET]
    if (who.customer or who.said) and sights.may_settle(ctx, record):
        close(ctx, record)
        ctx.replace(file_under(ctx, record, who))
        record = ctx.tx.activities.get(record.id) or record
    elif card := _proposed(ctx, record, who) or redrawn(ctx, record):
        ctx.replace(card)
    flags = pictures.flagged(new)
    if event.kind == "card" and who.said and sights.is_another(ctx, record, who.said):
        flags.append(pictures.another_firm(who.said))
    return Reply(text=pictures.read_in(words[0] if words else "照片", words[1:], flags)) if words or flags else None


def _proposed(ctx: Context, record: Activity, who: Named) -> Card | None:
    """Words that name no customer: the firm in the picture is offered, never taken."""
    if record.customer_id is not None or record.customer_said:
        return None
    if who.customer is not None:
        return cards.which_customer(record, who.customer) if ctx.sight.can_see(who.customer) else None
    if who.choices:
        return cards.choose_customer(record, who.choices, who.said or "这家")
    return cards.unknown_customer(record, who.said) if who.said else None


def _understood(event: Seen, ctx: Context, item: Piece, record: Activity) -> tuple[Activity, Named, list[str]]:
    """The record with what was seen, whose it may be, and the words for it (what it is, then what it says)."""
    fields, nobody = event.fields, Named()
    name = str(item.data.get("name") or "")
    if event.kind == "slip":
        record, who = sights.add_slip(ctx, record, event)
        return record, who, ["银行回单", pictures.slip(fields)]
    if event.kind == "card":
        record = sights.add_person(ctx, record, event)
        return record, sights.who_is(ctx, fields.get("company")), ["名片", pictures.person(fields)]
    if event.kind == "quotation":
        return sights.add_sheet(record, event), nobody, ["报价单", pictures.quotation(fields)]
    if fields.get("frames"):
        record = sights.add_film(ctx, record, event)
    stamp = fields if event.kind == "watermark" else fields.get("camera")
    if stamp and (stamp.get("taken_at") or stamp.get("lat") is not None):
        record = sights.add_place(ctx, record, event, stamp)
        told = ["现场照片", pictures.place(record.details["places"][-1])] if event.kind == "watermark" else []
        return record, nobody, told
    if fields.get("frames"):
        return record, nobody, ["视频", pictures.film(record.details["films"][-1])]
    if fields.get("pages"):
        record = sights.add_paper(ctx, record, event, name)
        return record, nobody, ["文件", pictures.paper(record.details["papers"][-1])]
    return record, nobody, []


@router.tap("confirm_slip")
def confirm_slip(event: CardTap, ctx: Context) -> Answer:
    """The rep says that the slip is right: a payment stands on the timeline. A second tap changes nothing."""
    record = ctx.tx.activities.get(sights.record_id(event.values))
    slip = sights.slip_of(record, event.values.get("media", "")) if record else None
    if record is None or slip is None or record.state is ActivityState.UNDONE or record.member_id != ctx.member.id:
        return Reply(text=replies.FOREIGN_BUTTON)
    if slip["state"] != "confirmed" and slip.get("amount"):
        ctx.audit("slip.confirm", record.id, new={"media": slip["media"], "amount": slip["amount"], "serial": slip.get("serial")})
        record = _confirmed(ctx, record, {**slip, "state": "confirmed", "by": ctx.member.id})
    return shown(ctx, record)


def _confirmed(ctx: Context, record: Activity, slip: dict[str, object]) -> Activity:
    """The record itself becomes the payment where it tells of nothing else; a visit keeps its place and gets a payment beside it."""
    record = sights.replaced(record, "slips", slip)
    if not record.text or record.kind.value == "payment":
        record = sights.paid(record, slip)
        ctx.tx.activities.save(record)
        return record
    ctx.tx.activities.save(record)
    beside = replace(
        sights.paid(replace(record, details={"slips": [slip], "from": record.id}), slip),
        id=type(record.id)(new_id("a")),
        text=pictures.slip(slip),
        received_at=said_at(ctx),
        last_piece_at=record.last_piece_at - A_MOMENT,  # what is told next still belongs to the visit
        next_on=None,
        next_time=None,
        next_steps=(),
        stage=None,
    )
    ctx.tx.activities.save(beside)
    if beside.lead_id:
        refresh_lead(ctx, beside.lead_id)
    return record


@router.tap("keep_contact")
def keep_contact(event: CardTap, ctx: Context) -> Answer:
    """The person of a business card becomes a contact of the record's customer, or an existing one is brought up to date."""
    record = ctx.tx.activities.get(sights.record_id(event.values))
    if record is None or record.state is ActivityState.UNDONE or record.member_id != ctx.member.id:
        return Reply(text=replies.FOREIGN_BUTTON)
    record = sights.with_people(ctx, record)
    card = sights.person_of(record, event.values.get("media", ""))
    customer = ctx.tx.customers.get(record.customer_id) if record.customer_id else None
    if card is None or customer is None or not ctx.sight.can_see(customer):
        return Reply(text=replies.FOREIGN_BUTTON)
    if card["state"] != "kept" and card.get("name"):
        known = sights.match(card, ctx.tx.customers.contacts(customer.id))
        contact = known or Contact(ContactId(new_id("k")), customer.id, str(card["name"]))
        new = replace(
            contact,
            name=str(card["name"]),
            title=card.get("title") or contact.title,
            phone=card.get("mobile") or contact.phone,
            email=card.get("email") or contact.email,
        )
        ctx.tx.customers.add_contact(new)
        ctx.names.changed(customer.id)
        ctx.audit("contact.card", new.id, old=_seen_of(known) if known else None, new=_seen_of(new))
        record = replace(
            sights.replaced(record, "people", {**card, "state": "kept", "known": new.id}), contacts=union(record.contacts, (new.name,))
        )
        ctx.tx.activities.save(record)
    return shown(ctx, record)


def _seen_of(contact: Contact) -> dict[str, object]:
    return {"name": contact.name, "title": contact.title, "phone": contact.phone, "email": contact.email}
