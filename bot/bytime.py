"""``genjin digest`` and ``genjin due``: what time brings, printed or put on its way, without a running service.

A dry run does the real work inside a unit that is then rolled back, so that what is printed is what would be said.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app import Service, crons_of, open_store, platforms_of
from bot.chat.outgoing import Card, Outgoing, decode, plain
from bot.domain.clock import FakeClock, SystemClock, local, local_day
from bot.domain.errors import UserError
from bot.domain.jobs import Timer
from bot.domain.member import Group
from bot.jobs import NewJob
from bot.outbox import HELD
from config.settings import load_settings
from handlers.digest import push
from prompts import digests, words
from storage.transaction import Transaction

Row = dict[str, object]
Unit = Callable[[Service, Transaction], list[Row]]


class _DryRun(Exception):
    """Rolls a unit back and carries what it found."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows


def push_digest(config: Path | None, at: datetime | None, group: str | None, *, dry_run: bool, again: bool = False) -> list[Row]:
    """The morning list of every digest group (or of the one named) as of ``at``; pushed unless ``dry_run``, once a day unless ``again``.

    Raises UserError when there is no such group.
    """

    def unit(service: Service, tx: Transaction) -> list[Row]:
        groups = [g for g in tx.members.groups("digest") if group in (None, g.name, g.id)]
        if not groups:
            raise UserError(f"没有用途为 digest 的群{f'“{group}”' if group else ''}；可以先在 genjin demo 的数据上试")
        if not service.worktime.is_workday(local_day(service.clock.now())):
            return [{"text": digests.NOT_A_WORKDAY}]
        return [row for g in groups for row in _pushed(service, tx, g, again=again or dry_run)]

    return _run(config, at, unit, dry_run=dry_run)


def run_due(config: Path | None, at: datetime | None, *, dry_run: bool) -> list[Row]:
    """Everything that is due at ``at``: cron lines, timers, held messages; done unless ``dry_run``."""

    def unit(service: Service, tx: Transaction) -> list[Row]:
        now = service.clock.now()
        rows: list[Row] = []
        for cron in crons_of(service.rules(tx)):
            instant = cron.latest(now)
            if instant is not None and service.jobs.put(tx, [NewJob(kind="cron", payload={"name": cron.name}, key=cron.key(instant))]):
                tx.jobs.finish_key(cron.key(instant), now)
                rows += _told(tx, cron.name, cron.name, instant, lambda name=cron.name: service.dispatcher.cron(tx, name))  # type: ignore[misc]
        while timers := tx.timers.fire(now):
            for timer in timers:
                rows += _told(tx, timer.kind, timer.subject, timer.run_at, lambda timer=timer: _fire(service, tx, timer))  # type: ignore[misc]
        return rows or [{"text": "这一刻没有到期的事。"}]

    return _run(config, at, unit, dry_run=dry_run)


def _run(config: Path | None, at: datetime | None, unit: Unit, *, dry_run: bool) -> list[Row]:
    settings = load_settings(config)
    store = open_store(settings.database.url, must_exist=True)
    try:
        clock = FakeClock(at or SystemClock().now())
        # The platforms say nothing here; they know which groups carry buttons, so that reps get their own lines where one does not.
        service = Service(settings, store, clock, platforms_of(settings, store, clock))

        def work(tx: Transaction) -> list[Row]:
            rows = unit(service, tx)
            if dry_run:
                raise _DryRun(rows)
            return rows

        return store.write_now(work)
    except _DryRun as done:
        return done.rows
    finally:
        store.close()


def _pushed(service: Service, tx: Transaction, group: Group, *, again: bool) -> list[Row]:
    told = _told(tx, "digest", group.name, service.clock.now(), lambda: push(service.dispatcher.context(tx), group, again=again))
    return told if "to" in told[0] else [{**told[0], "text": digests.pushed_already(group.name)}]


def _fire(service: Service, tx: Transaction, timer: Timer) -> None:
    if timer.kind == HELD:
        service.outbox.release(tx, timer)
    else:
        service.dispatcher.timer(tx, timer)


def _told(tx: Transaction, kind: str, subject: str, run_at: datetime, work: Callable[[], None]) -> list[Row]:
    """Do it; a row for every message that it promised, or one that says that it had nothing to say."""
    before = tx.outbox.last_id()
    work()
    about: dict[str, Any] = {"kind": kind, "subject": subject, "due": local(run_at).isoformat(timespec="minutes")}
    told = tx.outbox.since(before)
    if kind == HELD and (row := tx.outbox.get(int(subject))):
        told = [row]
    if not told:
        name = words.TIMED.get(kind, kind) if kind == subject else f"{words.TIMED.get(kind, kind)}（{subject}）"
        return [{**about, "text": f"[{about['due']}] {name}：没有要说的"}]
    return [_said(about, row.platform, row.chat, decode(row.payload)) for row in told]


def _said(about: Row, platform: str, chat: str, message: Outgoing) -> Row:
    """A message as a row: for people as it reads, for machines its parts."""
    to = f"{platform}/{chat}"
    parts = {"message": asdict(message), "lines": lines_of(message)} if isinstance(message, Card) else {"message": asdict(message)}
    return {**about, "to": to, **parts, "text": f"→ {to}\n{plain(message)}\n"}


def lines_of(card: Card) -> list[Row]:
    """The lines of a card's lists, each under the titles above it (for the morning list region, product line and rep)."""
    rows: list[Row] = []
    above: dict[int, str] = {}
    for section in card.sections:
        above = {level: title for level, title in above.items() if level < section.level} | {section.level: section.title}
        under = [above[level] for level in sorted(above)]
        rows += [{"under": under, "text": line.text, "detail": line.detail, "colour": line.colour} for line in section.lines]
    return rows
