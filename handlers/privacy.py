"""Nobody's words are read before they have agreed to it: the notice at first use, consent, refusal, and changing one's mind.

What somebody sends before is held and takes effect right after the consent, in the order in which it came.
"""

from re import Match

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Event, Heard, Seen, Text
from bot.chat.outgoing import Outgoing, Reply
from bot.chat.router import Answer, Outcome, Router
from bot.domain.member import Role
from prompts import cards, privacy, replies
from storage.repositories.consents import Consent

router = Router("privacy")
ENDS = " 。．.!！"
YES = ("同意", "我同意")
SHOW = ("隐私", "隐私说明", "隐私政策")
NO = ("不同意", "我不同意", "拒绝")


@router.gate()
def ask_first(event: Event, ctx: Context) -> Outcome | None:
    """The notice at first use, and again when it says something new."""
    if isinstance(event, CardTap) and event.action == "consent":
        return None
    words = event.text.strip(ENDS) if isinstance(event, Text) else ""
    if words in YES:
        return Outcome("done", Reply(text=_agree(ctx)))
    if words in NO:
        return Outcome("done", _refuse(ctx, privacy.REFUSED, privacy.refused_notice(ctx.member.name)))
    if words.removeprefix("/") in SHOW and not event.group:
        return Outcome("done", privacy.notice(ctx.member.id, ctx.retention, _admins(ctx)))
    if _refused(ctx):
        return Outcome("forgotten", None if isinstance(event, Heard | Seen) else Reply(text=privacy.STILL_REFUSED))
    return Outcome("held", None if isinstance(event, Heard | Seen) else _notice(event, ctx))


@router.tap("consent")
def agree(event: CardTap, ctx: Context) -> Answer:
    """The button under the notice; a notice that is out of date shows the new one."""
    mine = privacy.key(ctx.member.id, event.values.get("version", ""))
    if event.card != mine:
        return Reply(text=replies.FOREIGN_BUTTON)
    if event.values["version"] != privacy.version(ctx.retention):
        return privacy.notice(ctx.member.id, ctx.retention, _admins(ctx))
    return cards.settled(event.card, "隐私说明：已同意", "good", _agree(ctx))


@router.command("撤回同意")
def withdraw(event: Text, ctx: Context, match: Match[str]) -> Reply:
    """A consent can be taken back at any time."""
    return _refuse(ctx, privacy.WITHDRAWN, privacy.withdrawn_notice(ctx.member.name))


@router.command(r"我?同意[ 。．.!！]*")
def agreed_already(event: Text, ctx: Context, match: Match[str]) -> Reply:
    """Whoever comes so far has agreed."""
    return Reply(text=privacy.AGREED_ALREADY)


@router.command("|".join(SHOW))
def show(event: Text, ctx: Context, match: Match[str]) -> Outgoing:
    """The notice again."""
    return privacy.shown_again(ctx.retention, _admins(ctx), agreed=True)


def _notice(event: Event, ctx: Context) -> Outgoing:
    card = privacy.notice(ctx.member.id, ctx.retention, _admins(ctx))
    asked = ctx.shown(card.key) is not None
    if not event.group:
        return Reply(text=privacy.HELD) if asked else card
    if not asked and not ctx.tell(ctx.member.id, card):
        return card
    return Reply(text=privacy.IN_GROUP)


def _agree(ctx: Context) -> str:
    given = ctx.tx.consents.newest(ctx.member.id)
    version = privacy.version(ctx.retention)
    if not (given and given.agreed and given.version == version):
        _record(ctx, agreed=True)
    return privacy.agreed(ctx.door.release(ctx.tx, ctx.member.id, ctx.now))


def _refuse(ctx: Context, answer: str, to_admins: Reply) -> Reply:
    if not _refused(ctx):
        _record(ctx, agreed=False)
        ctx.tell_admins(to_admins)
    return Reply(text=answer)


def _refused(ctx: Context) -> bool:
    given = ctx.tx.consents.newest(ctx.member.id)
    return given is not None and not given.agreed and given.version == privacy.version(ctx.retention)


def _record(ctx: Context, *, agreed: bool) -> None:
    event_id = ctx.event.event_id if ctx.event else None
    version = privacy.version(ctx.retention)
    ctx.tx.consents.add(Consent(ctx.member.id, version, agreed, ctx.now, event_id))
    ctx.audit("privacy.agreed" if agreed else "privacy.refused", ctx.member.id, new={"version": version})


def _admins(ctx: Context) -> list[str]:
    return [m.name for m in ctx.org.members.values() if m.active and m.has(Role.ADMIN)]
