"""``交接 张三 给 李四``: everything that one person looks after goes to another in one step.

It is confirmed, told to all concerned, audited, and can be taken back. Only somebody above both may do it. Promises and their reminders
go where their leads go. Source: capability F14.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from re import Match

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text
from bot.chat.outgoing import Card, Reply
from bot.chat.router import Answer, Router
from bot.domain.member import Member, Role
from bot.domain.values import CustomerId, MemberId, new_id
from prompts import cards, handovers, replies
from storage.repositories.handovers import Holdings

router = Router("handover")
REDS = 10


@router.command(r"(?:撤回|撤销)(?:刚才的|上次的|上一次)?交接")
def take_back(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """The sender's last hand-over, as its card's button does."""
    made = ctx.tx.audit.last_by(ctx.member.id, "member.hand_over")
    if made is None or made.new is None:
        return Reply(text=handovers.NOTHING_MADE if ctx.heads else handovers.ONLY_MANAGERS)
    return _take_back(ctx, made.subject, {side: str(made.new[side]) for side in ("giver", "taker")})


@router.command(r"交接\s*@?(?P<giver>[^\s@]{1,20}?)\s*(?:交接给|转给|交给|给|到|→)\s*@?(?P<taker>[^\s@]{1,20})")
def hand_over(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """What would move, and a button to move it."""
    if not ctx.heads:
        return Reply(text=handovers.ONLY_MANAGERS)
    return _propose(ctx, {"giver_said": match["giver"], "taker_said": match["taker"]}, f"handover:{new_id('h')}")


@router.command(r"交接(?:(?:\s+@?|\s*@)[^\s@给到→]{1,20})?(?:\s*给(?:\s*@?[^\s@]{1,20})?)?")
def incomplete(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """Who gives or who takes is missing: how to say it."""
    return Reply(text=handovers.HOW if ctx.heads else handovers.ONLY_MANAGERS)


@router.tap("handover_pick")
def picked(event: CardTap, ctx: Context) -> Answer:
    """One of several colleagues of a name was meant."""
    return _propose(ctx, event.values, event.card) if ctx.heads else Reply(text=handovers.ONLY_MANAGERS)


@router.tap("handover_no")
def cancelled(event: CardTap, ctx: Context) -> Answer:
    """Nothing moves."""
    return cards.settled(event.card, handovers.CANCELLED) if ctx.heads else Reply(text=handovers.ONLY_MANAGERS)


@router.tap("handover_yes")
def confirmed(event: CardTap, ctx: Context) -> Answer:
    """It moves, once; the card offers to take it back."""
    pair = _pair(ctx, event.values)
    if not isinstance(pair, tuple):
        return pair
    giver, taker = pair
    if _notes(ctx, event.card):
        return ctx.shown(event.card) or Reply(text=replies.FOREIGN_BUTTON)
    reds = _reds(ctx, giver)
    moved = ctx.tx.handovers.move(ctx.tx.handovers.of(giver.id), giver.id, taker.id)
    if not moved:
        return cards.settled(event.card, handovers.nothing(giver.name))
    _note(ctx, event.card, "member.hand_over", moved, giver, taker)
    counts = handovers.counts(moved, ctx.tx.handovers.reminders(moved.leads))
    _tell(ctx, taker, handovers.received(giver.name, ctx.member.name, counts, reds))
    _tell(ctx, giver, handovers.given(taker.name, ctx.member.name, counts))
    for boss in {giver.manager_id, taker.manager_id} - {ctx.member.id, None}:
        _tell(ctx, ctx.org.members.get(boss), handovers.reported(giver.name, taker.name, ctx.member.name, counts))  # type: ignore[arg-type]
    return handovers.done(event.card, giver, taker, ctx.member.name, counts)


@router.tap("handover_back")
def taken_back(event: CardTap, ctx: Context) -> Answer:
    """Everything that moved and still lies where it was put returns; once."""
    return _take_back(ctx, event.card, event.values)


def _take_back(ctx: Context, card: str, values: Mapping[str, str]) -> Answer:
    pair = _pair(ctx, values, back=True)
    if not isinstance(pair, tuple):
        return pair
    giver, taker = pair
    notes = _notes(ctx, card)
    made = notes.get("member.hand_over")
    if made is None or (made["giver"], made["taker"]) != (giver.id, taker.id):
        return Reply(text=replies.FOREIGN_BUTTON)
    if "member.hand_back" in notes:
        return cards.settled(card, handovers.back_already(giver.name))
    things = Holdings(*(tuple(str(id) for id in made[name]) for name in asdict(Holdings())))  # type: ignore[attr-defined]
    moved = ctx.tx.handovers.move(things, taker.id, giver.id)
    _note(ctx, card, "member.hand_back", moved, taker, giver)
    counts = handovers.counts(moved, ctx.tx.handovers.reminders(moved.leads))
    for person in (giver, taker):
        _tell(ctx, person, handovers.returned(giver.name, taker.name, ctx.member.name, counts))
    return cards.settled(card, handovers.back(giver.name, ctx.member.name), text=counts)


def _propose(ctx: Context, values: Mapping[str, str], key: str) -> Answer:
    pair = _pair(ctx, values, key=key)
    if not isinstance(pair, tuple):
        return pair
    giver, taker = pair
    things = ctx.tx.handovers.of(giver.id)
    if not things:
        return Reply(text=handovers.nothing(giver.name))
    counts = handovers.counts(things, ctx.tx.handovers.reminders(things.leads))
    return handovers.proposal(key, giver, taker, counts, _reds(ctx, giver))


def _pair(ctx: Context, values: Mapping[str, str], *, key: str = "", back: bool = False) -> tuple[Member, Member] | Answer:
    """Who gives and who takes, both of them below the sender; else the answer to give."""
    if not ctx.heads:
        return Reply(text=handovers.ONLY_MANAGERS)
    giver = _person(ctx, values, "giver", key)
    if not isinstance(giver, Member):
        return giver
    taker = _person(ctx, {**values, "giver": giver.id}, "taker", key)
    if not isinstance(taker, Member):
        return taker
    if giver.id == taker.id:
        return Reply(text=handovers.SAME)
    receives = giver if back else taker
    fit = receives.is_one_of(Role.REP, Role.MANAGER) and (receives.active or back)
    return (giver, taker) if fit else Reply(text=handovers.cannot_take(receives.name))


def _person(ctx: Context, values: Mapping[str, str], side: str, key: str) -> Member | Answer:
    """A leaver may be inactive already; of several with one name the sender picks."""
    chosen, said = values.get(side, ""), values.get(f"{side}_said", "")
    called = [m for m in ctx.org.members.values() if (m.id == chosen if chosen else m.name == said)]
    mine = [m for m in called if ctx.sight.can_decide(m.id)]
    if side == "taker" and not chosen:
        mine = [m for m in mine if m.active and m.id != values.get("giver")] or mine
    if len(mine) == 1:
        return mine[0]
    if mine and key:
        return handovers.which(key, said, side, mine, values)
    return Reply(text=handovers.not_yours(called[0].name) if called else handovers.unknown(said))


def _reds(ctx: Context, giver: Member) -> list[tuple[str, int]]:
    """The customers of the red leads with the days that they have been still, the longest first."""
    rules = ctx.rules.colour
    whose = replace(ctx.sight, viewer=None, owners=frozenset({giver.id}), unowned=frozenset())
    red = ctx.tx.leads.idle(whose, ctx.worktime.before(ctx.now, rules.red_after, rules.clock), REDS)
    return [(customer.name, (ctx.now - lead.last_action_at).days) for lead, customer in red]


def _note(ctx: Context, card: str, action: str, moved: Holdings, giver: Member, taker: Member) -> None:
    for customer in moved.customers:
        ctx.names.changed(CustomerId(customer))
    things: dict[str, object] = {name: list(ids) for name, ids in asdict(moved).items()}
    ctx.audit(action, card, old={"owner": giver.id}, new={**things, "giver": giver.id, "taker": taker.id})


def _notes(ctx: Context, card: str) -> dict[str, Mapping[str, object]]:
    """What was done from a card: action → what the audit log holds of it."""
    return {e.action: e.new for e in ctx.tx.audit.of(card) if e.new}


def _tell(ctx: Context, person: Member | None, message: Card | Reply) -> None:
    if person is not None and person.active and person.id != ctx.member.id:
        ctx.tell(MemberId(person.id), message, can_wait=True)
