"""Rules by chat: an admin looks at them, changes one with a confirmation, and steps back."""

import re
from re import Match
from unicodedata import normalize

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Text
from bot.chat.outgoing import Reply
from bot.chat.router import Answer, Router
from bot.domain.errors import UserError
from bot.domain.member import Role
from bot.rules import Author, Change, apply, changes, step_back, text_in_force
from config.rule_text import Value, as_written, values, with_value
from config.rules import Rules, default_text, parse_rules, title
from prompts import replies
from prompts import rules as prompt

router = Router("rules")
# What may stand between a rule and its new value.
SET = re.compile(r"改为|改成|=|(?<!\d):|:(?!\d)|\s+")


@router.command(r"规则(?:\s*(?P<what>\S.*))?")
def rules(event: Text, ctx: Context, match: Match[str]) -> Answer:
    """``规则``, ``规则 断点``, ``规则 断点时限 72h``, ``规则 退回``."""
    if not ctx.member.has(Role.ADMIN):
        return Reply(text=prompt.ONLY_ADMINS)
    what = normalize("NFKC", match["what"] or "").strip()
    if not what:
        return _all(ctx)
    if what == "退回":
        return _back(event, ctx)
    if rows := _named(what, _values(ctx)):
        return prompt.found([_shown(v) for v in rows])
    name, _, value = SET.sub(" ", what).strip().rpartition(" ")
    if not name and (glued := re.fullmatch(r"(\D+)(\d.*)", value)):
        name, value = glued[1], glued[2]
    rows = _named(name.strip(), _values(ctx)) if name.strip() else []
    return _ask(event, ctx, rows, value) if rows else prompt.unknown(name.strip() or what)


@router.tap("rules_apply")
def confirmed(event: CardTap, ctx: Context) -> Answer:
    """The change that the card shows; only while the rules are still those it was made for."""
    if not ctx.member.has(Role.ADMIN):
        return Reply(text=prompt.ONLY_ADMINS)
    if "version" not in event.values:
        return Reply(text=replies.FOREIGN_BUTTON)
    if event.values["version"] != str(ctx.tx.rules.newest()):
        return Reply(text=prompt.STALE_CARD)
    before = _text(ctx)
    after = with_value(before, event.values["key"], event.values["value"])
    version = apply(ctx.tx, after, Author(ctx.member.name, ctx.member.id), "", ctx.now, seed=default_text(), event_id=event.event_id)
    changed = _pairs(changes(before, after))
    _tell_others(ctx, changed)
    return prompt.done(event.card, version, ctx.member.name, ctx.now, changed)


@router.tap("rules_back")
def stepped_back(event: CardTap, ctx: Context) -> Answer:
    """One step back, confirmed."""
    if not ctx.member.has(Role.ADMIN):
        return Reply(text=prompt.ONLY_ADMINS)
    if event.values.get("version") != str(ctx.tx.rules.newest()):
        return Reply(text=prompt.STALE_CARD)
    before = _text(ctx)
    version = step_back(ctx.tx, Author(ctx.member.name, ctx.member.id), ctx.now, event.event_id)
    changed = _pairs(changes(before, _text(ctx)))
    _tell_others(ctx, changed)
    return prompt.done(event.card, version, ctx.member.name, ctx.now, changed)


@router.tap("rules_cancel")
def cancelled(event: CardTap, ctx: Context) -> Answer:
    """Nothing is changed."""
    return prompt.dropped(event.card)


def _all(ctx: Context) -> Answer:
    groups: dict[str, list[prompt.Named]] = {}
    for value in _values(ctx):
        section = Rules.model_fields[value.key.partition(".")[0]].title or ""
        groups.setdefault(section, []).append(_shown(value))
    version = ctx.tx.rules.current()
    line = prompt.version_line(version.id, version.at, version.who, version.note) if version else prompt.version_line(None, None, "", "")
    return prompt.listed(groups, line)


def _back(event: Text, ctx: Context) -> Answer:
    present = ctx.tx.rules.current()
    earlier = ctx.tx.rules.before(present) if present else None
    if present is None or earlier is None:
        raise UserError("已经是最早的规则，没有更早的版本可以退回")
    changed = _pairs(changes(present.text, earlier.text))
    return prompt.confirm(f"rules:{event.event_id}", changed, "", {"version": str(present.id)}, action="rules_back")


def _ask(event: Text, ctx: Context, rows: list[Value], said: str) -> Answer:
    text = _text(ctx)
    tried = [(value, _edited(text, value, said)) for value in rows]
    fitting = [(value, edited) for value, edited in tried if not isinstance(edited, UserError)]
    if not fitting:
        refusal = tried[0][1]
        return prompt.refused(str(refusal))
    if len(fitting) > 1:
        return prompt.which([title(value.key) for value, _ in fitting], said)
    value, edited = fitting[0]
    changed = _pairs(changes(text, str(edited)))
    if not changed:
        return prompt.same(title(value.key), value.written)
    new = {v.key: v.written for v in values(str(edited))}[value.key]
    version = str(ctx.tx.rules.newest())
    return prompt.confirm(f"rules:{event.event_id}", changed, value.comment, {"key": value.key, "value": new, "version": version})


def _edited(text: str, value: Value, said: str) -> str | UserError:
    """The rules with one value as somebody said it; the refusal when it does not fit there."""
    edited = with_value(text, value.key, as_written(said))
    try:
        parse_rules(edited, title(value.key), lines=False)
    except UserError as refusal:
        return refusal
    return edited


def _named(said: str, known: list[Value]) -> list[Value]:
    """The rules that a name means: the one of that name, else those of the section of that name, else all that contain it."""
    wanted = said.replace(" ", "")
    sections = {field.title: name for name, field in Rules.model_fields.items()}
    exact = [v for v in known if wanted in (title(v.key), v.key)]
    section = sections.get(wanted, wanted)
    return exact or [v for v in known if v.key.partition(".")[0] == section] or [v for v in known if wanted in title(v.key)]


def _values(ctx: Context) -> list[Value]:
    return values(_text(ctx))


def _text(ctx: Context) -> str:
    return text_in_force(ctx.tx, default_text())


def _shown(value: Value) -> prompt.Named:
    return title(value.key), value.written, value.comment


def _pairs(changed: list[Change]) -> list[prompt.Changed]:
    return [(c.name, c.old, c.new) for c in changed]


def _tell_others(ctx: Context, changed: list[prompt.Changed]) -> None:
    for admin in ctx.org.admins:
        if admin.id != ctx.member.id:
            ctx.tell(admin.id, prompt.told(ctx.member.name, changed), can_wait=True)
