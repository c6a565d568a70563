"""``genjin rules``: what is in force, put in force, taken back and tried, from the command line."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bot.app import open_store, rules_of, worktime_of
from bot.domain.clock import SystemClock
from bot.domain.errors import UserError
from bot.rules import Author, Change, apply, changes, step_back, text_in_force
from bot.rules.trial import Trial, attempt, not_covered
from config.operator import operator
from config.rule_text import complete
from config.rules import parse_rules, read_text, title
from config.settings import Settings, load_settings
from prompts import rules as prompt
from storage.repositories.rules import RulesVersion
from storage.transaction import Reader, Transaction

T = TypeVar("T")
Row = dict[str, object]


def in_force(config: Path | None, version: int | None = None) -> Row:
    """The rules in force, or those of one version. Raises UserError when there is no such version."""
    settings = load_settings(config)

    def unit(reader: Reader) -> Row:
        number = version or reader.rules.newest()
        found = reader.rules.get(number) if number else None
        if version and found is None:
            raise UserError(f"没有第 {version} 版规则；genjin rules show --history 列出所有版本")
        text = found.text if version and found else text_in_force(reader, rules_of(settings).seed)
        line = _line(found)
        return {"version": number, "rules": text, "text": f"# {line}\n{text.rstrip()}"}

    return _read(settings, unit)


def past(config: Path | None) -> list[Row]:
    """Every version, the newest first, with what it changed."""

    def unit(reader: Reader) -> list[Row]:
        return [_described(v, reader.rules.before(v)) for v in reader.rules.history(limit=1000)]

    rows = _read(load_settings(config), unit)
    return rows or [{"version": None, "text": prompt.version_line(None, None, "", "")}]


def applied(config: Path | None, file: Path, note: str, *, dry_run: bool) -> Row:
    """Put a file in force. Raises UserError for a file that is wrong or changes nothing."""
    text = read_text(file)
    return changed_to(config, lambda before: _checked(text, file, before), note, dry_run=dry_run)


def changed_to(config: Path | None, edit: Callable[[str], str], note: str, *, dry_run: bool) -> Row:
    """Put what ``edit`` makes of the rules in force in their place. Raises UserError for rules that are wrong or change nothing."""
    settings, now = load_settings(config), SystemClock().now()
    seed = rules_of(settings).seed

    def unit(reader: Reader) -> Row:
        before = text_in_force(reader, seed)
        text = edit(before)
        changed = changes(before, complete(text, before))
        if not isinstance(reader, Transaction):
            return _changed("会改", None, changed)
        return _changed("规则已生效", apply(reader, text, Author(operator() or "命令行"), note, now, seed=seed), changed)

    return _read(settings, unit) if dry_run else _write(settings, unit)


def _checked(text: str, file: Path, before: str) -> str:
    parse_rules(text, f"规则文件 {file}", rest=before)
    return text


def rolled_back(config: Path | None) -> Row:
    """One step back. Raises UserError at the first version."""
    settings, now = load_settings(config), SystemClock().now()
    seed = rules_of(settings).seed

    def unit(tx: Transaction) -> Row:
        before = text_in_force(tx, seed)
        version = step_back(tx, Author(operator() or "命令行"), now)
        return _changed("已退回上一版", version, changes(before, text_in_force(tx, seed)))

    return _write(settings, unit)


def tried(config: Path | None, file: Path, since: timedelta) -> Row:
    """What a file's rules would have fired since then. Raises UserError for a file that is wrong."""
    settings, text = load_settings(config), read_text(file)
    force, now = rules_of(settings), SystemClock().now()

    def unit(reader: Reader) -> Row:
        before = text_in_force(reader, force.seed)
        new = parse_rules(text, f"规则文件 {file}", rest=before)
        changed = changes(before, complete(text, before))
        trial = attempt(reader, force(reader), new, now - since, now, worktime_of(settings))
        lines = prompt.changed_lines(_pairs(changed)) or ["和现在用的规则一样，没有要改的。"]
        lines += _trial_lines(reader, trial, since)
        lines += [prompt.trial_uncovered([title(key) for key in other])] if (other := not_covered([c.key for c in changed])) else []
        return {**_changed("", None, changed), **_figures(trial), "text": "\n".join(lines)}

    return _read(settings, unit)


def _trial_lines(reader: Reader, trial: Trial, since: timedelta) -> list[str]:
    names = {lead.id: lead.customer_id for lead in reader.leads.all()}
    customers = {c.id: c.name for c in reader.customers.all()}
    org = reader.members.org()
    more, fewer = (sorted({customers[names[lead]] for lead in leads}) for leads in (trial.more, trial.fewer))
    owners = sorted(((org.name(owner), n) for owner, n in trial.by_owner.items() if n), key=lambda pair: (-abs(pair[1]), pair[0]))[:10]
    mornings = [(m.was, m.would) for m in trial.mornings]
    lines = prompt.trial_lines(mornings, more, fewer, owners, SystemClock().now() - since)
    return [*lines, prompt.trial_colours(trial.colours_now, trial.colours_then)]


def _figures(trial: Trial) -> Row:
    return {
        "mornings": [{"day": m.day.isoformat(), "was": m.was, "would": m.would} for m in trial.mornings],
        "more": sorted(trial.more),
        "fewer": sorted(trial.fewer),
    }


def _described(version: RulesVersion, parent: RulesVersion | None) -> Row:
    changed = _pairs(changes(parent.text, version.text)) if parent else []
    lines = [_line(version), *(f"  {line}" for line in prompt.changed_lines(changed))]
    about: Row = {"version": version.id, "at": version.at.isoformat(), "who": version.who, "note": version.note}
    return {**about, "changes": [list(c) for c in changed], "text": "\n".join(lines)}


def _changed(headline: str, version: int | None, changed: list[Change]) -> Row:
    head = f"{headline}（第 {version} 版）：" if version else f"{headline}："
    lines = prompt.changed_lines(_pairs(changed))
    return {
        "version": version,
        "changes": [{"key": c.key, "old": c.old, "new": c.new} for c in changed],
        "text": "\n".join([head, *(f"  {line}" for line in lines or ["只改了说明文字"])]),
    }


def _pairs(changed: list[Change]) -> list[prompt.Changed]:
    return [(c.name, c.old, c.new) for c in changed]


def _line(version: RulesVersion | None) -> str:
    return prompt.version_line(version.id, version.at, version.who, version.note) if version else prompt.version_line(None, None, "", "")


def _read(settings: Settings, unit: Callable[[Reader], T]) -> T:
    store = open_store(settings.database.url)
    try:
        return store.read_now(unit)
    finally:
        store.close()


def _write(settings: Settings, unit: Callable[[Transaction], T]) -> T:
    store = open_store(settings.database.url)
    try:
        return store.write_now(unit)
    finally:
        store.close()
