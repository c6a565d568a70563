"""The reminder of a promised date reaches the rep who promised; what was cured meanwhile is left alone."""

from dataclasses import replace
from datetime import date, timedelta

from bot.chat.context import Context
from bot.chat.incoming import CardTap
from bot.chat.outgoing import Reply
from bot.chat.router import Answer, Router
from bot.domain.access import sight_of
from bot.domain.customer import Lead, LeadState
from bot.domain.jobs import Timer
from bot.domain.values import LeadId
from bot.records.leads import refresh_lead, remind
from bot.records.tapped import follow_up
from prompts import cards, digests, reminders, replies, words

router = Router("reminder")
LATE = timedelta(minutes=30)


@router.timer("promise")
def due(timer: Timer, ctx: Context) -> None:
    """Today is the day: tell the owner, unless the promise was kept, moved, snoozed or given up."""
    lead = ctx.tx.leads.get(LeadId(timer.subject))
    customer = ctx.tx.customers.get(lead.customer_id) if lead else None
    if lead is None or customer is None or lead.owner_id is None or lead.state is LeadState.CLOSED:
        return
    if lead.next_on is None or lead.next_on > ctx.today or (lead.snoozed_until and lead.snoozed_until > ctx.now):
        return
    owner = ctx.org.members.get(lead.owner_id)
    if owner is None or not sight_of(owner, ctx.org).can_see(customer):
        return  # the customer went to somebody else, who has a lead and promises of their own
    last = next(iter(ctx.tx.activities.of_lead(lead.id, limit=1)), None)
    contacts = "、".join(last.contacts) if last else ""
    card = reminders.promise(lead, customer, contacts, words.shortened(last.text) if last else "", ctx.today)
    late = ctx.now - timer.run_at > LATE  # an hour that was said in the evening is kept, a delay must not wake anybody
    ctx.tell(lead.owner_id, card, can_wait=late)


@router.tap("kept_promise")
def kept(event: CardTap, ctx: Context) -> Answer:
    """It was done; what is typed becomes a follow-up record."""
    lead = _promised(event, ctx)
    if not isinstance(lead, Lead):
        return lead
    customer = ctx.tx.customers.get(lead.customer_id)
    if customer is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    record = follow_up(ctx, event, lead, customer)
    done = digests.followed(ctx.member.name, ctx.now, event.answer.strip(), record.next_on, ctx.today)
    return cards.settled(event.card, f"已跟进 · {customer.name}", "good", done)


@router.tap("postpone")
def postpone(event: CardTap, ctx: Context) -> Answer:
    """Another day; the change is in the audit log."""
    lead = _promised(event, ctx)
    if not isinstance(lead, Lead):
        return lead
    day = ctx.today + timedelta(days=1) if event.values.get("to") == "tomorrow" else ctx.meaning.next_on
    if day is None or day < ctx.today:
        return Reply(text=reminders.WHICH_DAY)
    _move(ctx, lead, day)
    ctx.audit("lead.postpone", lead.id, old={"next_on": str(lead.next_on)}, new={"next_on": str(day)})
    customer = ctx.tx.customers.get(lead.customer_id)
    return cards.settled(
        event.card, f"已改期 · {customer.name if customer else ''}", text=f"改到{words.day(day, ctx.today)}，到时候再提醒你。"
    )


def _move(ctx: Context, lead: Lead, day: date) -> None:
    """The promise stands in the record that made it, else in the lead itself."""
    promise = next((r for r in ctx.tx.activities.of_lead(lead.id) if r.next_on == lead.next_on), None)
    if promise is None:
        lead = replace(lead, next_on=day)
        ctx.tx.leads.save(lead)
        remind(ctx, lead, ctx.meaning.next_time)
    else:
        ctx.tx.activities.save(replace(promise, next_on=day, next_time=ctx.meaning.next_time))
        refresh_lead(ctx, lead.id)


def _promised(event: CardTap, ctx: Context) -> Lead | Answer:
    lead = ctx.tx.leads.get(LeadId(event.values.get("lead", "")))
    if lead is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    if not ctx.sight.can_decide(lead.owner_id):
        return Reply(text=replies.not_allowed(ctx.org.name(lead.owner_id)))
    if str(lead.next_on) != event.values.get("on") or lead.state is LeadState.CLOSED:
        now = digests.present(lead, ctx.org.name(lead.owner_id), ctx.now, ctx.today)
        return cards.settled(event.card, "这次约定已经处理过了", text=now)
    return lead
