"""A lead's clock, stage and promise follow from its kept records; an undo or a correction recomputes the same way as a new record."""

from dataclasses import replace
from datetime import time, timedelta

from bot.chat.context import Context
from bot.domain.activity import Activity
from bot.domain.clock import local_day
from bot.domain.customer import Customer, Lead, LeadState
from bot.domain.jobs import Timer
from bot.domain.understood import Stage
from bot.domain.values import LeadId, new_id
from bot.domain.worktime import at

ENDED = (Stage.LOST, Stage.PAID)


def lead_for(ctx: Context, customer: Customer, source: str) -> Lead:
    """The customer's open lead; a new one when there is none."""
    lead = ctx.tx.leads.open_of(customer.id)
    if lead is None:
        owner = customer.owner_id or ctx.member.id
        lead = Lead(LeadId(new_id("l")), customer.id, owner, ctx.now, ctx.now, product_line=ctx.member.product_line, source=source)
        ctx.tx.leads.save(lead)
    return lead


def refresh_lead(ctx: Context, lead_id: LeadId) -> Lead | None:
    """Recompute a lead from its kept records and set the reminder of its promise."""
    lead = ctx.tx.leads.get(lead_id)
    if lead is None:
        return None
    records = ctx.tx.activities.of_lead(lead_id)
    promise = _promise(records)
    newest = records[0] if records else None
    stage = next((r.stage for r in records if r.stage), lead.stage)
    acted = newest.last_piece_at if newest else lead.created_at
    lead = replace(
        lead,
        last_action_at=acted,
        stage=stage,
        state=LeadState.CLOSED if stage in ENDED else LeadState.OPEN,
        next_on=promise.next_on if promise else None,
        next_step=_step(promise),
        delay_reason=newest.delay_reason if newest else None,
        snoozed_until=lead.snoozed_until if acted <= lead.last_action_at else None,
        snooze_reason=lead.snooze_reason if acted <= lead.last_action_at else None,
    )
    ctx.tx.leads.save(lead)
    remind(ctx, lead, promise.next_time if promise else None)
    return lead


def remind(ctx: Context, lead: Lead, hour: time | None = None) -> None:
    """Set or take back the reminder of the lead's promised date."""
    key = f"promise:{lead.id}"
    if lead.next_on is None or lead.state is LeadState.CLOSED:
        ctx.tx.timers.cancel(key)
        return
    rules = ctx.rules.reminder
    when = at(lead.next_on, hour) - rules.before if hour else at(lead.next_on, rules.at)
    if when <= ctx.now:
        # Promised for today, said after the reminder's hour: shortly before the evening is better than never.
        when = max(ctx.now + timedelta(minutes=1), at(lead.next_on, ctx.worktime.end) - rules.before)
    if local_day(when) < ctx.today or lead.next_on < ctx.today:
        ctx.tx.timers.cancel(key)
        return
    ctx.tx.timers.set(Timer("promise", lead.id, key, when))


def _promise(records: list[Activity]) -> Activity | None:
    """The newest record with a next date that no later record has fulfilled."""
    for record in records:
        if record.next_on is not None:
            newest = records[0]
            fulfilled = newest is not record and record.next_on <= local_day(newest.last_piece_at)
            return None if fulfilled else record
    return None


def _step(promise: Activity | None) -> str | None:
    return "；".join(promise.next_steps) or None if promise else None
