"""``genjin dead``: what could not be handled, sent or done, and how to try it again.

A dead letter's name says where it lies: ``in:12`` an event, ``out:34`` a message, ``job:56`` anything else that was to be done.
"""

import json
from datetime import datetime
from pathlib import Path

from bot.app import Service, open_store
from bot.chat.outgoing import decode, plain
from bot.domain.clock import SystemClock
from bot.domain.errors import UserError
from config.settings import load_settings
from prompts import words
from storage.transaction import Reader, Transaction

Row = dict[str, object]
MOST = 1000


def listed(config: Path | None) -> list[Row]:
    """A row for each dead letter, oldest first."""
    store = open_store(load_settings(config).database.url, must_exist=True)
    try:
        return store.read_now(_rows)
    finally:
        store.close()


def shown(config: Path | None, name: str) -> Row:
    """One dead letter, whole. Raises UserError when there is none of that name."""
    found = [row for row in listed(config) if row.get("name") == name]
    if not found:
        raise UserError(f"没有死信 {name}；用 genjin dead list 看看有哪些")
    return {**found[0], "text": f"{found[0]['text']}\n{found[0]['payload']}"}


def retry(config: Path | None, name: str) -> int:
    """Take one up again, or ``all``; how many. A running service notices within a second."""
    settings = load_settings(config)
    store = open_store(settings.database.url, must_exist=True)
    try:
        service = Service(settings, store, SystemClock(), {})
        names = [str(row["name"]) for row in store.read_now(_rows)]
        if name != "all" and name not in names:
            raise UserError(f"没有死信 {name}；用 genjin dead list 看看有哪些")
        wanted = names if name == "all" else [name]
        return store.write_now(lambda tx: sum(_again(service, tx, one) for one in wanted))
    finally:
        store.close()


def _rows(records: Reader) -> list[Row]:
    events = [_row(f"in:{e.id}", e.received_at, e.error, e.payload, f"编号 {e.incident}") for e in records.inbox.dead_ones(MOST)]
    messages = [
        _row(f"out:{m.id}", m.created_at, m.error, plain(decode(m.payload)), f"{m.platform}/{m.chat}")
        for m in records.outbox.dead_ones(MOST)
    ]
    jobs = [
        _row(f"job:{j.id}", j.finished_at, j.error, json.dumps(dict(j.payload), ensure_ascii=False), words.JOB[j.kind])
        for j in records.jobs.dead_ones(tuple(words.JOB), MOST)
    ]
    return events + messages + jobs


def _row(name: str, at: datetime, error: str | None, payload: str, about: str) -> Row:
    text = f"{name}  {words.moment(at)}  {about}  {words.shortened(error or '', 80)}"
    return {"name": name, "at": at.isoformat(), "about": about, "error": error, "payload": payload, "text": text}


def _again(service: Service, tx: Transaction, name: str) -> bool:
    where, row_id = name.split(":")
    if where == "out":
        return service.outbox.retry(tx, int(row_id))
    now = service.clock.now()
    return tx.jobs.revive(int(row_id), now) if where == "job" else service.inbox.retry(tx, int(row_id), now)
