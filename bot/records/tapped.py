"""A tap that says "done" leaves a follow-up record, as if the rep had said it."""

from dataclasses import replace

from bot.chat.context import Context
from bot.chat.incoming import CardTap
from bot.domain.activity import Activity, ActivityKind, PieceKind
from bot.domain.customer import Customer, Lead
from bot.domain.recording import join
from bot.records.keep import piece, said_at, start
from bot.records.leads import refresh_lead


def follow_up(ctx: Context, event: CardTap, lead: Lead, customer: Customer) -> Activity:
    """Record what was typed beside the tap, under the lead."""
    text = event.answer.strip()
    record = join(start(ctx, ActivityKind.FOLLOW_UP), ctx.meaning, text, said_at(ctx))
    record = replace(
        record,
        customer_id=customer.id,
        lead_id=lead.id,
        occurred_on=record.occurred_on or ctx.today,
        details={**record.details, "by_tap": event.action},
    )
    ctx.tx.activities.save(record)
    ctx.tx.activities.add_piece(piece(ctx, PieceKind.TEXT, text=text, activity=record))
    refresh_lead(ctx, lead.id)
    return record
