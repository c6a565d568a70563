"""Who may come in: strangers are greeted and get nothing else, members are welcomed once, and the admins decide who is who."""

from dataclasses import replace

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Event, Heard, Location, Opened, Seen
from bot.chat.outgoing import Card, Reply
from bot.chat.router import Answer, Router
from bot.domain.matching import alike, keys
from bot.domain.member import DoubtfulMatch, MatchState, Member, Role, Stranger
from bot.domain.values import new_id
from prompts import people, replies

router = Router("people")
NAME_LENGTH = 80


@router.stranger
def greet(event: Event, ctx: Context) -> Answer:
    """No record and no effect of anything: a greeting once a day, and the admins are told once."""
    if isinstance(event, Heard | Seen) or (isinstance(event, Location) and event.unasked):
        return None
    greeting = people.greeting(event.sender.name, [m.name for m in ctx.org.admins])
    if isinstance(event, CardTap) and event.page:
        return greeting  # a page waits for it, and no chat
    known = ctx.tx.strangers.find(event.platform, event.sender.id)
    if known is not None and known.greeted_on == ctx.today:
        return None
    person = replace(known, greeted_on=ctx.today) if known else _newcomer(event, ctx)
    if not event.group:
        person = replace(person, chat=event.chat)
    ctx.tx.strangers.save(person)
    if person.told_at is None and not person.ignored:
        ctx.usher.introduce(ctx.tx, person, ctx.now)
    return greeting


@router.on(Opened)
def welcome(event: Opened, ctx: Context) -> Answer:
    """The first contact of a member on a platform; the second one is nothing new."""
    identity = ctx.tx.members.identity(event.platform, event.sender.id)
    if event.group or identity is None or identity.welcomed_at is not None:
        return None
    ctx.tx.members.welcomed(event.platform, event.sender.id, ctx.now)
    return replies.help_text(ctx.member)


@router.cron("people")
def look_up_everybody(ctx: Context) -> None:
    """Every night: members who are nobody yet on a platform."""
    ctx.usher.match_all(ctx.tx, ctx.now)


@router.tap("same_person", "other_person")
def decide(event: CardTap, ctx: Context) -> Answer:
    """An admin says whether two are one; once."""
    match = ctx.tx.strangers.match(event.values.get("match", ""))
    member = ctx.tx.members.get(match.member_id) if match else None
    if match is None or member is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    if not ctx.member.has(Role.ADMIN):
        return Reply(text=people.ONLY_ADMINS)
    state = MatchState.SAME if event.action == "same_person" else MatchState.OTHER
    if _decided(ctx, match, state) and state is MatchState.SAME:
        ctx.usher.link(ctx.tx, match.platform, match.user_id, member, ctx.now, ctx.member.id)
        _close_others(ctx, match.platform, match.user_id, member)
    return _outcome(ctx, match)


@router.tap("stranger_is", "stranger_ignore")
def settle(event: CardTap, ctx: Context) -> Answer:
    """An admin says who a stranger is, or that nobody need care."""
    person = ctx.tx.strangers.get(event.values.get("stranger", ""))
    if person is None:
        return Reply(text=replies.FOREIGN_BUTTON)
    if not ctx.member.has(Role.ADMIN):
        return Reply(text=people.ONLY_ADMINS)
    if member := ctx.tx.members.by_identity(person.platform, person.user_id):
        return people.stranger_settled(person, people.is_now(person, member.name, "此前"))
    if event.action == "stranger_ignore":
        ctx.tx.strangers.save(replace(person, ignored=True))
        ctx.audit("stranger.ignore", person.id, new={"platform": person.platform, "user": person.user_id})
        return people.stranger_settled(person, people.ignored(person, ctx.member.name))
    found = _in_the_list(ctx, event.answer.strip())
    if isinstance(found, Reply):
        return found
    ctx.usher.link(ctx.tx, person.platform, person.user_id, found, ctx.now, ctx.member.id)
    _close_others(ctx, person.platform, person.user_id, found)
    return people.stranger_settled(person, people.is_now(person, found.name, ctx.member.name))


def _newcomer(event: Event, ctx: Context) -> Stranger:
    return Stranger(
        id=new_id("x"),
        platform=event.platform,
        user_id=event.sender.id,
        chat="",
        name=event.sender.name[:NAME_LENGTH],
        first_at=ctx.now,
        greeted_on=ctx.today,
    )


def _decided(ctx: Context, match: DoubtfulMatch, state: MatchState) -> bool:
    """Whether this was the decision; an earlier one stands."""
    first = ctx.tx.strangers.decide(match.id, state, ctx.member.id)
    if first:
        new: dict[str, object] = {"state": state.value, "member": match.member_id, "platform": match.platform, "user": match.user_id}
        ctx.audit("match.decided", match.id, new=new)
    return first


def _close_others(ctx: Context, platform: str, user_id: str, member: Member) -> None:
    """Who one is, nobody else is."""
    for other in ctx.tx.strangers.open_matches(platform):
        if (other.user_id == user_id or other.member_id == member.id) and _decided(ctx, other, MatchState.OTHER):
            ctx.replace(_outcome(ctx, other))


def _outcome(ctx: Context, match: DoubtfulMatch) -> Card:
    now = ctx.tx.strangers.match(match.id) or match
    return people.decided(now, ctx.org.name(now.member_id), ctx.org.name(now.decided_by))


def _in_the_list(ctx: Context, said: str) -> Member | Reply:
    """The one active member of that name, number or employee number; here a person decides, so a name will do."""
    if not said:
        return Reply(text=people.WHO_IS_IT)
    active = [m for m in ctx.org.members.values() if m.active]
    found = [m for m in active if m.name == said] or alike(keys(said, said, said), active)
    if not found:
        return Reply(text=people.NOBODY.format(name=said))
    return found[0] if len(found) == 1 else Reply(text=people.SEVERAL.format(name=said))
