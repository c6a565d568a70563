"""Questions about one customer, and the search by any name."""

from re import Match

from bot.chat.context import Context
from bot.chat.incoming import Text
from bot.chat.router import Answer, Router
from bot.domain.access import can_see, visible_owners
from bot.domain.customer import Customer
from bot.domain.understood import Intent
from bot.records.settle import named
from prompts import cards, lists, replies, words

router = Router("query")


@router.intent(Intent.QUERY)
def where_things_stand(event: Text, ctx: Context) -> Answer:
    """``恒力上次聊到哪了``."""
    who = named(ctx)
    if who.customer is not None:
        return _timeline(ctx, who.customer)
    if who.choices:
        return lists.which(who.said or "", who.choices)
    return replies.none_found(who.said) if who.said else replies.help_text(ctx.member)


@router.command(r"查\s*(?P<what>\S.*)")
def search(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """``查 恒力``, ``查 张工``, ``查 5678``: what the sender may see."""
    what = match["what"].strip()
    found = ctx.tx.customers.find(what, visible_owners(ctx.member, ctx.org), ctx.member.id)
    who = named(ctx).customer
    if who and who not in found and can_see(ctx.member, who, ctx.org):
        found.insert(0, who)
    if len(found) == 1:
        return _timeline(ctx, found[0])
    return lists.found(what, found, ctx.org) if found else replies.none_found(what)


def _timeline(ctx: Context, customer: Customer) -> Answer:
    owner = ctx.org.name(customer.owner_id)
    if not can_see(ctx.member, customer, ctx.org):
        return replies.not_yours(owner)
    records = ctx.tx.activities.timeline(customer.id)
    lead = ctx.tx.leads.open_of(customer.id)
    promise = [words.day(lead.next_on, ctx.today) if lead and lead.next_on else "", (lead.next_step or "") if lead else ""]
    names = {r.member_id: ctx.org.name(r.member_id) for r in records}
    return cards.timeline(customer, owner, records, names, " ".join(filter(None, promise)) or None, ctx.today)
