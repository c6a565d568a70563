"""The rules in force: read from the database where somebody put a version there, else as seeded from the file."""

import logging
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import UserError
from bot.domain.values import MemberId
from config.rule_text import complete, values
from config.rules import Rules, default_text, parse_rules, title
from storage.transaction import Reader, Transaction

log = logging.getLogger(__name__)
SEEDED = "随安装带来"


class RulesInForce:
    """Answers with the rules of the newest version; parsed once for each version, so that asking costs one small query.

    Args:
        seed: the text that holds while no version is in the database.
        where: what to call the seed in an error.
    """

    def __init__(self, seed: str, where: str = "规则文件") -> None:
        self._held: tuple[int | None, Rules] = (None, parse_rules(seed, where))
        self.seed = complete(seed, default_text())

    def __call__(self, reader: Reader) -> Rules:
        newest = reader.rules.newest()
        version, rules = self._held
        if newest == version:
            return rules
        try:
            rules = parse_rules(text_in_force(reader, self.seed), f"第 {newest} 版规则")
        except UserError as error:
            # Written by a version that knew other rules: people go on working by those held until now.
            log.critical("the rules in force cannot be read: %s", error)
        self._held = (newest, rules)
        return rules


def text_in_force(reader: Reader, seed: str) -> str:
    """The whole rules in force, also those that a newer version of the product brought; ``seed`` while no version is in the database."""
    found = reader.rules.current()
    return complete(found.text, default_text()) if found else seed


def plant(tx: Transaction, seed: str, now: datetime) -> int:
    """The version in force; the seed becomes the first one where there is none."""
    return tx.rules.newest() or tx.rules.add(now, None, SEEDED, "", seed, None)


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs: its key, what people call it, how it was and is written."""

    key: str
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes the rules: a member in chat, or somebody at the command line."""

    name: str
    member_id: MemberId | None = None


def changes(old: str, new: str) -> list[Change]:
    """What differs between two whole texts, in the order of the new one."""
    before = {value.key: value.written for value in values(old)}
    return [Change(v.key, title(v.key), before[v.key], v.written) for v in values(new) if before.get(v.key, v.written) != v.written]


def apply(tx: Transaction, text: str, author: Author, note: str, now: datetime, *, seed: str, event_id: str | None = None) -> int:
    """Put a text in force as a new version; its number. What it leaves out stays as it is. Raises UserError for rules that are wrong."""
    current = text_in_force(tx, seed)
    parse_rules(text, "规则", rest=current)
    text = complete(text, current)
    if text == current:
        raise UserError("和现在用的规则一样，没有要改的")
    version = tx.rules.add(now, author.member_id, author.name, note, text, plant(tx, seed, now))
    _audit(tx, now, author, "rules.apply", version, changes(current, text), event_id)
    return version


def step_back(tx: Transaction, author: Author, now: datetime, event_id: str | None = None) -> int:
    """Put the version before the present one in force again, as a version of its own; its number. Raises UserError at the first one."""
    present = tx.rules.current()
    earlier = tx.rules.before(present) if present else None
    if present is None or earlier is None:
        raise UserError("已经是最早的规则，没有更早的版本可以退回")
    version = tx.rules.add(now, author.member_id, author.name, f"退回到第 {earlier.id} 版", earlier.text, earlier.parent)
    _audit(tx, now, author, "rules.rollback", version, changes(present.text, earlier.text), event_id)
    return version


def _audit(tx: Transaction, now: datetime, author: Author, action: str, version: int, changed: list[Change], event_id: str | None) -> None:
    old, new = {c.key: c.old for c in changed}, {c.key: c.new for c in changed}
    tx.audit.note(now, author.member_id, action, f"rules:{version}", old=old, new={**new, "who": author.name}, event_id=event_id)
