"""Messages for the rep to paste into WeChat: written from the records, taken with one tap, archived when they were sent."""

import re
from dataclasses import replace
from re import Match

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text
from bot.chat.outgoing import Reply
from bot.chat.platform import Address
from bot.chat.router import Answer, Router
from bot.domain.activity import Activity, ActivityKind
from bot.domain.addressing import address
from bot.domain.understood import Channel, Intent
from bot.domain.values import ActivityId, CustomerId, new_id
from bot.records.drafting import Addressee, addressees, facts_of, occasion_of
from bot.records.keep import start, told
from bot.records.settle import settle
from prompts import messages, replies
from prompts.wechat import Occasion
from storage.repositories.drafts import Draft

router = Router("words")
# These say something about the customer or our business with them; the others need a record to speak of.
NEEDS_NO_RECORD = frozenset({"greeting", "payment", "renewal", "sample", "product"})
FORMAL = re.compile(r"总$|董|院长|局长|处长|主任$")
SENT = r"已发送?(?:了|出)?\s*[:：，,。]?\s*(?P<text>.*)"


@router.intent(Intent.TEMPLATE)
def write(event: Text, ctx: Context) -> Answer:
    """``给张工写个寄样品的微信``."""
    told(ctx, event.text)
    found = addressees(ctx)
    if not found:
        return Reply(text=messages.WHOM)
    if len(found) > 1:
        choices = [(a.customer, a.contact.name if a.contact else "") for a in found]
        return messages.which(f"which-words:{event.event_id}", choices, event.text)
    return _offer(ctx, found[0], event.text)


@router.tap("words_for")
def for_whom(event: CardTap, ctx: Context) -> Answer:
    """One of several was meant."""
    customer = ctx.tx.customers.get(CustomerId(event.values.get("customer", "")))
    if customer is None or not ctx.sight.can_see(customer):
        return Reply(text=replies.FOREIGN_BUTTON)
    contact = next((c for c in ctx.tx.customers.contacts(customer.id) if c.name == event.values.get("person")), None)
    return _offer(ctx, Addressee(customer, contact), event.values.get("asked", ""))


@router.tap("write_words")
def for_record(event: CardTap, ctx: Context) -> Answer:
    """The button on a record."""
    record = ctx.tx.activities.get(ActivityId(event.values.get("record", "")))
    customer = ctx.tx.customers.get(record.customer_id) if record and record.customer_id else None
    if record is None or customer is None or not ctx.sight.can_see(customer):
        return Reply(text=replies.FOREIGN_BUTTON)
    contacts = ctx.tx.customers.contacts(customer.id)
    contact = next((c for name in record.contacts for c in contacts if c.name == name), None)
    return _offer(ctx, Addressee(customer, contact), "")


@router.tap("words_take")
def take(event: CardTap, ctx: Context) -> Answer:
    """A wording, alone in a message, ready to be copied."""
    draft = _own(event, ctx)
    number = event.values.get("version", "")
    if draft is None or not number.isdigit() or int(number) >= len(draft.versions):
        return Reply(text=replies.FOREIGN_BUTTON)
    ctx.tx.drafts.save(replace(draft, chosen=int(number)))
    return Reply(text=draft.versions[int(number)][1])


@router.tap("words_sent")
def sent_by_tap(event: CardTap, ctx: Context) -> Answer:
    """The chosen wording was sent as it stands."""
    draft = _own(event, ctx)
    return _archive(ctx, draft, "") if draft else Reply(text=replies.FOREIGN_BUTTON)


@router.command(SENT)
def sent_by_words(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """``已发送``, or ``已发送：…`` with what was really sent."""
    draft = ctx.tx.drafts.last_of(ctx.member.id, ctx.chat)
    return _archive(ctx, draft, match["text"].strip()) if draft else Reply(text=messages.NONE_TO_SEND)


def _offer(ctx: Context, to: Addressee, asked: str) -> Answer:
    records = [r for r in ctx.tx.activities.timeline(to.customer.id, 10) if r.kind is not ActivityKind.PLAN]
    occasion = occasion_of(ctx, asked, records)
    if not records and occasion.key not in NEEDS_NO_RECORD:
        return messages.nothing_yet(to.customer.name)
    facts = facts_of(ctx, to, records, asked)
    versions = _in_order(occasion, [(v.tone, v.text) for v in occasion.versions(facts)], facts.称呼)
    draft = Draft(
        id=new_id("d"),
        member_id=ctx.member.id,
        chat=ctx.chat,
        at=ctx.now,
        occasion=occasion.key,
        versions=tuple(versions),
        customer_id=to.customer.id,
        contact=to.contact.name if to.contact else None,
    )
    ctx.tx.drafts.save(draft)
    here = Address(ctx.event.platform, ctx.chat) if ctx.event else None
    if here:
        ctx.tell(here, Reply(text=versions[0][1]))
    return messages.offered(_key(draft), draft.id, _to(draft), occasion.name, versions, 0, occasion.lacking(facts))


def _in_order(occasion: Occasion, versions: list[tuple[str, str]], called: str) -> list[tuple[str, str]]:
    """People of rank are written to formally first."""
    return sorted(versions, key=lambda v: v[0] != "正式") if FORMAL.search(called) and occasion.key != "greeting" else versions


def _archive(ctx: Context, draft: Draft, edited: str) -> Answer:
    customer = ctx.tx.customers.get(draft.customer_id) if draft.customer_id else None
    if customer is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    if draft.activity_id:
        return Reply(text=messages.ALREADY)
    text = edited or draft.versions[draft.chosen][1]
    record = replace(
        start(ctx, ActivityKind.FOLLOW_UP),
        text=text,
        channel=Channel.WECHAT,
        contacts=(draft.contact,) if draft.contact else (),
        occurred_on=ctx.today,
        details={"draft": draft.id, "edited": bool(edited)},
    )
    ctx.tx.activities.save(record)
    told(ctx, text, record)
    kept: Activity = settle(ctx, record, customer)
    ctx.tx.drafts.save(replace(draft, activity_id=kept.id))
    done = messages.sent(_key(draft), _to(draft), customer.name, text)
    ctx.replace(done)
    return done


def _own(event: CardTap, ctx: Context) -> Draft | None:
    draft = ctx.tx.drafts.get(event.values.get("draft", ""))
    return draft if draft and draft.member_id == ctx.member.id else None


def _key(draft: Draft) -> str:
    return f"words:{draft.id}"


def _to(draft: Draft) -> str:
    return address(draft.contact) if draft.contact else "客户"
