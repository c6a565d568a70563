"""``报价 …`` becomes a quote; 提交审批 starts its chain; ``通过 Q42``, ``驳回 Q42 原因``, ``撤回 Q42`` and the cards' buttons decide.

Whatever comes late, twice, from an old card or from somebody whose turn it is not gets the present state and changes nothing.
Sources: capabilities A8, B4, C1.
"""

from collections.abc import Iterable
from re import Match

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text
from bot.chat.outgoing import Outgoing, Reply
from bot.chat.platform import Address
from bot.chat.router import Answer, Router
from bot.domain.access import COSTS
from bot.domain.activity import ActivityKind
from bot.domain.approval import Approval, ApprovalId, Refused, Turn, Verdict, Why, submitted
from bot.domain.chain import DEFAULT, Offer, chain_of
from bot.domain.quote import LineCheck, Quote, QuoteId, QuoteLine, checked, deepest
from bot.domain.understood import Intent, Understood
from bot.domain.values import MemberId, new_id
from bot.records.settle import named
from bot.records.show import log
from prompts import approvals, cards, replies

router = Router("approval")
NO = r"[QqＱ]\s*(?P<no>\d{1,9})"


@router.intent(Intent.QUOTE)
def quoted(event: Text, ctx: Context) -> Outgoing:
    """A quote stands on the timeline; one whose lines are whole can be submitted, in the rep's own chat."""
    who, lines = named(ctx).customer, _lines(ctx.meaning)
    answer = log(ctx, ActivityKind.QUOTE, event.text)
    if who is None or not lines or event.group or not ctx.sight.can_see(who):
        return answer
    said = ctx.meaning
    quote = Quote(
        id=QuoteId(new_id("q")),
        no=ctx.tx.quotes.next_no(),
        version=1,
        customer_id=who.id,
        owner_id=ctx.member.id,
        lines=lines,
        tax_included=said.tax_included is not False,
        payment_term_days=said.payment_term_days,
    )
    ctx.tx.quotes.add(quote)
    ctx.audit("quote.new", quote.id, new={"no": quote.no, "version": 1, "fen": quote.subtotal.fen})
    card = approvals.quote_card(quote, who.name, _checks(ctx, quote), title=f"报价 {quote.label}，核对后提交", submit=True)
    ctx.tell(Address(event.platform, event.chat), card)
    return answer


@router.tap("quote_submit")
def submit(event: CardTap, ctx: Context) -> Answer:
    """Start the chain, once a version."""
    quote = ctx.tx.quotes.get(QuoteId(event.values.get("quote", "")))
    if quote is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    if quote.owner_id != ctx.member.id:
        return Reply(text=approvals.NOT_YOUR_QUOTE)
    if event.values.get("version") != str(quote.version):
        return Reply(text=approvals.OLD)
    before = ctx.tx.approvals.under_way(quote.id) or ctx.tx.approvals.get(_id(quote))
    if before is not None:
        return Reply(text=_standing(ctx, quote, before))
    try:
        approval = submitted(_id(quote), quote.id, quote.version, ctx.member.id, _chain(ctx, quote), ctx.now)
    except Refused:
        return Reply(text=approvals.NO_APPROVER)
    ctx.tx.approvals.add(approval)
    ctx.audit("approval.submit", approval.id, new={"version": quote.version})
    _ask(ctx, quote, approval)
    return approvals.quote_card(quote, _customer(ctx, quote), _checks(ctx, quote), title=f"报价 {quote.label} 已提交审批")


@router.tap("approval_yes")
def approve_tap(event: CardTap, ctx: Context) -> Answer:
    """The card's button."""
    return _tapped(event, ctx, Verdict.APPROVE)


@router.tap("approval_no")
def reject_tap(event: CardTap, ctx: Context) -> Answer:
    """The card's button, with the reason."""
    return _tapped(event, ctx, Verdict.REJECT)


@router.command(rf"(?:通过|同意)\s*{NO}\s*(?P<words>.{{0,500}})")
def approve(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """The same in words."""
    return _typed(ctx, match, Verdict.APPROVE)


@router.command(rf"驳回\s*{NO}\s*(?P<words>.{{0,500}})")
def reject(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """The same in words."""
    return _typed(ctx, match, Verdict.REJECT)


@router.command(rf"撤回\s*{NO}")
def withdraw(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """The submitter takes it back."""
    found = _numbered(ctx, match)
    if found is None:
        return Reply(text=approvals.NOT_FOUND)
    quote, old = found
    if not _may_know(ctx, quote, old):
        return Reply(text=approvals.NOT_YOUR_QUOTE)
    try:
        new = old.withdraw(ctx.member.id, ctx.now)
    except Refused as no:
        return Reply(text=approvals.NOT_YOUR_QUOTE if no.why is Why.NOT_YOURS else _standing(ctx, quote, old))
    return _done(ctx, quote, old, new, "approval.withdraw")


def _tapped(event: CardTap, ctx: Context, verdict: Verdict) -> Answer:
    values = event.values
    approval = ctx.tx.approvals.get(ApprovalId(values.get("approval", "")))
    quote = ctx.tx.quotes.get(QuoteId(approval.subject), approval.version) if approval else None
    step, version = values.get("step", ""), values.get("version", "")
    if approval is None or quote is None or not (step.isdecimal() and version.isdecimal()):
        return Reply(text=replies.FOREIGN_BUTTON)
    if not _may_know(ctx, quote, approval):
        return Reply(text=approvals.NOT_YOURS)
    return _decide(ctx, quote, approval, _turn(ctx, int(version), int(step)), verdict, event.answer)


def _typed(ctx: Context, match: Match[str], verdict: Verdict) -> Answer:
    found = _numbered(ctx, match)
    if found is None or not _may_know(ctx, *found):
        return Reply(text=approvals.NOT_FOUND)
    quote, approval = found
    return _decide(ctx, quote, approval, _turn(ctx, approval.version, approval.at_step), verdict, match["words"])


def _numbered(ctx: Context, match: Match[str]) -> tuple[Quote, Approval] | None:
    quote = ctx.tx.quotes.numbered(int(match["no"]))
    approval = ctx.tx.approvals.get(_id(quote)) if quote else None
    return (quote, approval) if quote and approval else None


def _turn(ctx: Context, version: int, step: int) -> Turn:
    absent = frozenset(m.id for m in ctx.org.acting_for(ctx.member.id, ctx.today))
    event_id = ctx.event.event_id if ctx.event else ""
    return Turn(version=version, step=step, by=ctx.member.id, at=ctx.now, acts_for=absent, event_id=event_id)


def _may_know(ctx: Context, quote: Quote, approval: Approval) -> bool:
    """Whether the sender may be told how it stands: it was put before them, or the customer's file is open to them."""
    seats = {m for step in approval.steps for seat in step.seats for m in (seat.holder, *seat.superiors)}
    part = {approval.submitter, *seats, *(said.by for said in approval.decisions)}
    absent = {m.id for m in ctx.org.acting_for(ctx.member.id, ctx.today)}
    if ctx.member.id in part or absent & seats:
        return True
    customer = ctx.tx.customers.get(quote.customer_id)
    return customer is not None and ctx.sight.can_see(customer)


def _decide(ctx: Context, quote: Quote, old: Approval, turn: Turn, verdict: Verdict, reason: str) -> Answer:
    try:
        new = old.decide(turn, verdict, reason)
    except Refused as no:
        return Reply(text=approvals.refused(no.why, _standing(ctx, quote, old)))
    return _done(ctx, quote, old, new, f"approval.{verdict.value}")


def _done(ctx: Context, quote: Quote, old: Approval, new: Approval, action: str) -> Answer:
    """Take effect once: whoever read an older state is told the present one."""
    if not ctx.tx.approvals.advance(old, new):
        return Reply(text=_standing(ctx, quote, ctx.tx.approvals.get(old.id) or old))
    ctx.audit(action, new.id, old={"step": old.at_step, "state": old.state.value}, new={"step": new.at_step, "state": new.state.value})
    standing = _standing(ctx, quote, new)
    if new.over or new.at_step != old.at_step:
        ctx.replace(cards.settled(approvals.step_key(old, old.at_step), standing))
    if not new.over and new.at_step != old.at_step:
        _ask(ctx, quote, new)
    if ctx.member.id != new.submitter:
        ctx.tell(new.submitter, Reply(text=standing))
    return Reply(text=standing)


def _ask(ctx: Context, quote: Quote, approval: Approval) -> None:
    people = sorted(approval.approvers | (_standing_in(ctx, approval.approvers) - {approval.submitter}))
    open_to = all(ctx.org.roles(ctx.org.members[m], ctx.today) & COSTS for m in people if m in ctx.org.members)
    owner = ctx.org.name(quote.owner_id)
    card = approvals.approver_card(approval, quote, _customer(ctx, quote), owner, _checks(ctx, quote), open_to)
    for person in people:
        if not ctx.tell(person, card, can_wait=True):
            ctx.tell_admins(Reply(text=approvals.unreachable(ctx.org.name(person), quote)))


def _standing_in(ctx: Context, approvers: Iterable[MemberId]) -> set[MemberId]:
    """Who decides for an approver that is away today."""
    away = set(approvers)
    return {m for m in ctx.org.members if any(absent.id in away for absent in ctx.org.acting_for(m, ctx.today))}


def _standing(ctx: Context, quote: Quote, approval: Approval) -> str:
    sentences = [approvals.said(d, ctx.org.name(d.by)) for d in approval.decisions]
    return approvals.state(quote.label, approval, sentences)


def _chain(ctx: Context, quote: Quote) -> tuple[tuple[str, tuple[MemberId, ...]], ...]:
    offer = Offer(amount=quote.total, discount=deepest(_checks(ctx, quote)), region=ctx.member.region, product_line=ctx.member.product_line)
    return chain_of(DEFAULT, offer, ctx.org.members.values(), ctx.member.id, ctx.tx.members.deputies())


def _checks(ctx: Context, quote: Quote) -> tuple[LineCheck, ...]:
    prices = ctx.tx.prices.among("model", [line.model for line in quote.lines if line.model])
    return checked(quote, {p.model: p for p in prices}, None)


def _customer(ctx: Context, quote: Quote) -> str:
    customer = ctx.tx.customers.get(quote.customer_id)
    return customer.name if customer else ""


def _id(quote: Quote) -> ApprovalId:
    return ApprovalId(f"ap_{quote.id}_{quote.version}")


def _lines(said: Understood) -> tuple[QuoteLine, ...]:
    """The lines; none when one of them lacks its count or price."""
    found = []
    for i in said.items:
        if i.quantity is None or i.unit_price is None or i.quantity <= 0 or i.unit_price < 0:
            return ()
        name = (i.name or i.model or "")[:200]
        found.append(QuoteLine(name=name, model=i.model, unit=i.unit or "", quantity=i.quantity, unit_price=i.unit_price))
    return tuple(found)
