"""Writes customers, contacts, leads, their records and the reminders of what was promised."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time
from random import Random

from bot.demo.company import Firm
from bot.demo.days import Days
from bot.demo.fate import deal
from bot.demo.story import Record, Storyteller
from bot.demo.talk import Talk
from bot.domain.clock import local_day
from bot.domain.customer import Customer, Lead, LeadState
from bot.domain.jobs import Timer
from bot.domain.values import LeadId
from bot.domain.worktime import Worktime, at
from storage.transaction import Transaction

SEED = 2026
MORNING = time(9)
LONGEST_STORY = 45


def write_history(tx: Transaction, firms: Iterable[Firm], now: datetime, worktime: Worktime) -> None:
    """Give every firm its past, as seen from ``now``."""
    rng = Random(SEED)
    days, talk = Days(local_day(now), worktime), Talk(rng)
    stories = Storyteller(rng, days, talk)
    for firm, fate in deal(firms):
        _write_customer(tx, firm, days.moment(LONGEST_STORY + rng.randint(1, 90), rng))
        if fate:
            records = stories.tell(firm, _lead_id(firm), fate)
            snoozed_until = at(days.ahead(rng.randint(2, 6)), MORNING) if fate.snoozed else None
            lead = replace(
                _lead(firm, records),
                state=LeadState.CLOSED if fate.end else LeadState.OPEN,
                source=talk.source(),
                snoozed_until=snoozed_until,
                snooze_reason=talk.snooze_reason() if fate.snoozed else None,
            )
            _write_lead(tx, lead, records)
            _remind(tx, lead, now)


def _write_customer(tx: Transaction, firm: Firm, created: datetime) -> None:
    tx.customers.save(
        Customer(
            id=firm.id,
            name=firm.name,
            created_at=created,
            aliases=firm.aliases,
            industry=firm.industry,
            region=firm.region,
            address=firm.address,
            owner_id=firm.owner.id,
            lat=firm.at[0] if firm.at else None,
            lng=firm.at[1] if firm.at else None,
        )
    )
    for person in firm.contacts:
        tx.customers.add_contact(person)


def _lead_id(firm: Firm) -> LeadId:
    return LeadId(firm.id.replace("c_", "l_"))


def _lead(firm: Firm, records: Sequence[Record]) -> Lead:
    newest = records[-1].activity
    return Lead(
        id=_lead_id(firm),
        customer_id=firm.id,
        owner_id=firm.owner.id,
        created_at=records[0].activity.received_at,
        last_action_at=newest.last_piece_at,
        stage=records[-1].stage,
        product_line=firm.owner.product_line,
        next_on=newest.next_on,
        next_step=newest.next_steps[0],
        delay_reason=newest.delay_reason,
    )


def _write_lead(tx: Transaction, lead: Lead, records: Iterable[Record]) -> None:
    tx.leads.save(lead)
    for record in records:
        tx.activities.save(record.activity)
        for piece in record.pieces:
            tx.activities.add_piece(piece)


def _remind(tx: Transaction, lead: Lead, now: datetime) -> None:
    run_at = at(lead.next_on, MORNING) if lead.next_on else now
    if lead.state is LeadState.OPEN and run_at > now:
        tx.timers.set(Timer(kind="promise", subject=lead.id, key=f"promise:{lead.id}", run_at=run_at))
