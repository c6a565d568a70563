"""A lead's clock, stage and promise follow from its kept records; an undo or a correction recomputes the same way as a new record."""

from dataclasses import replace
from datetime import datetime, time

from bot.chat.context import Context
from bot.domain.activity import Activity, ActivityKind
from bot.domain.clock import local_day
from bot.domain.customer import ENDED, Customer, Lead, LeadState, as_before
from bot.domain.jobs import Timer
from bot.domain.understood import Stage
from bot.domain.values import LeadId, new_id
from bot.domain.worktime import at
from storage.transaction import Transaction

BASE = ("last_action_at", "stage", "next_on", "next_step", "delay_reason")
BORN_OF_A_RECORD = frozenset(kind.value for kind in ActivityKind)


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
    before = ctx.tx.leads.get(lead_id)
    if before is None:
        return None
    base, told = _base(ctx, before)
    records = ctx.tx.activities.of_lead(lead_id)
    newest = records[0] if records else None
    promise = next((r for r in records if r.next_on), None)
    next_on, step = (promise.next_on, _step(promise)) if promise else (base.next_on, base.next_step)
    if newest and newest is not promise and (next_on is None or next_on <= local_day(newest.last_piece_at)):
        # Kept by what was done since; a promise of a later day that stood behind it comes to the front again.
        promise = next((r for r in records if r.next_on and r.next_on > local_day(newest.last_piece_at)), None)
        next_on, step = (promise.next_on, _step(promise)) if promise else (None, _step(newest))
    stage = ctx.tx.activities.stage_of(lead_id, since=told) or base.stage
    moved = newest.last_piece_at if newest else base.last_action_at
    lead = replace(
        before,
        last_action_at=max(moved, base.last_action_at) if told else moved,
        stage=stage,
        state=_state(stage, before, records),
        next_on=next_on,
        next_step=step,
        delay_reason=newest.delay_reason if newest else base.delay_reason,
    )
    lead = _snoozed(ctx, before, lead)
    ctx.tx.leads.save(lead)
    remind(ctx, lead, promise.next_time if promise else None)
    return lead


def remind(ctx: Context, lead: Lead, hour: time | None = None) -> None:
    """Set or take back the reminder of the lead's promised date."""
    key = f"promise:{lead.id}"
    when = _when(ctx, lead, hour)
    if when is None:
        ctx.tx.timers.cancel(key)
    else:
        ctx.tx.timers.set(Timer("promise", lead.id, key, when))


def _when(ctx: Context, lead: Lead, hour: time | None) -> datetime | None:
    """In the morning, or shortly before the hour that was said; said too late for that, at the hour or before the evening."""
    if lead.next_on is None or lead.state is LeadState.CLOSED:
        return None
    rules = ctx.rules.reminder
    said = at(lead.next_on, hour) if hour else at(lead.next_on, ctx.worktime.end)
    first = said - rules.before if hour else at(lead.next_on, rules.at)
    return next((moment for moment in (first, said - rules.before, said) if moment > ctx.now), None)


def rebase(tx: Transaction, lead: Lead, at: datetime, by: str) -> None:
    """A table of the company says how the lead stands: from there it goes on, whatever was told here before."""
    if any(e.action == "lead.base" for e in tx.audit.of(lead.id)):
        tx.audit.note(at, None, "lead.base", lead.id, old=_basic(lead), new={"by": by})


def _basic(lead: Lead) -> dict[str, object]:
    return {key: str(getattr(lead, key)) for key in BASE if getattr(lead, key) is not None}


def _base(ctx: Context, lead: Lead) -> tuple[Lead, datetime | None]:
    """The lead as it was before anything was told about it here, which is where it returns when everything is taken back.

    With the moment at which a table said so, None for a base of our own.
    """
    notes = [e for e in ctx.tx.audit.of(lead.id) if e.action == "lead.base" and e.old]
    if not notes:
        ctx.audit("lead.base", lead.id, old=_basic(lead))
        return lead, None
    return as_before(lead, notes[-1].old), notes[-1].at if notes[-1].new else None


def _state(stage: Stage, lead: Lead, records: list[Activity]) -> LeadState:
    """A lead that a record brought into being goes with its last record."""
    gone = not records and lead.source in BORN_OF_A_RECORD
    return LeadState.CLOSED if gone or stage in ENDED else LeadState.OPEN


def _snoozed(ctx: Context, before: Lead, lead: Lead) -> Lead:
    """A new action ends a snooze; taking that action back brings the snooze back."""
    if lead.last_action_at > before.last_action_at:
        return replace(lead, snoozed_until=None, snooze_reason=None)
    if lead.last_action_at == before.last_action_at:
        return lead
    notes = [e.new for e in ctx.tx.audit.of(lead.id) if e.action == "lead.snooze" and e.at >= lead.last_action_at and e.new]
    return replace(lead, snoozed_until=datetime.fromisoformat(notes[-1]["until"]), snooze_reason=notes[-1]["reason"]) if notes else lead


def _step(record: Activity) -> str | None:
    return "；".join(record.next_steps) or None
