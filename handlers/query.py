"""Questions about one customer, and the search by any name."""

from re import Match

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text
from bot.chat.outgoing import Reply
from bot.chat.router import Answer, Router
from bot.domain.customer import Customer
from bot.domain.understood import Intent
from bot.domain.values import CustomerId
from bot.records.settle import named, only_a_name
from bot.understanding.pinyin import toned
from prompts import cards, lists, replies, words

router = Router("query")
SHOWN = 20
MANY = 5000


@router.intent(Intent.QUERY)
def where_things_stand(event: Text, ctx: Context) -> Answer:
    """``恒力上次聊到哪了``."""
    who = named(ctx)
    if who.customer is not None:
        return _timeline(ctx, who.customer)
    if who.choices:
        return lists.which(f"which:{event.event_id}", who.said or "", who.choices)
    return replies.none_found(who.said) if who.said else replies.cannot_answer(ctx.member)


@router.tap("timeline")
def picked(event: CardTap, ctx: Context) -> Answer:
    """One of several customers was meant."""
    customer = ctx.tx.customers.get(CustomerId(event.values.get("customer", "")))
    return _timeline(ctx, customer) if customer else Reply(text=replies.FOREIGN_BUTTON)


@router.command(r"查\s*(?P<what>\S.*)")
def search(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """``查 恒力``, ``查 张工``, ``查 hljx``, ``查 5678``: what the sender may see."""
    what, who = match["what"].strip(), named(ctx).customer
    found = _found(ctx, what)
    if who and who not in found and (only_a_name(ctx, what) or not found):
        found.insert(0, who)
    if not found:
        return replies.none_found(what)
    return _timeline(ctx, found[0]) if len(found) == 1 else lists.found(what, found[:SHOWN], ctx.org, len(found))


def _found(ctx: Context, what: str) -> list[Customer]:
    sight = ctx.sight
    found = ctx.tx.customers.find(what, sight, MANY)
    if not found and what.isascii() and what.isalpha():
        found = [c for c in ctx.tx.customers.of(sight, MANY) if any(what.lower() in initials(n) for n in (c.name, *c.aliases))]
    return found


def initials(name: str) -> str:
    """``sxhljx…`` for 绍兴恒力机械…."""
    return "".join(toned(char)[0][:1] for char in name)


def _timeline(ctx: Context, customer: Customer) -> Answer:
    owner = ctx.org.name(customer.owner_id)
    if not ctx.sight.can_see(customer):
        return cards.colleagues_customer(f"customer:{customer.id}:{ctx.member.id}", customer, owner, saved=cards.NOT_YOURS)
    records = ctx.tx.activities.timeline(customer.id)
    lead = ctx.tx.leads.open_of(customer.id)
    promise = [words.day(lead.next_on, ctx.today) if lead and lead.next_on else "", (lead.next_step or "") if lead else ""]
    names = {r.member_id: ctx.org.name(r.member_id) for r in records}
    return cards.timeline(customer, owner, records, names, " ".join(filter(None, promise)) or None, ctx.today)
