"""Tables that only go out: records, messages, the audit log."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.chat import incoming, outgoing
from bot.domain.activity import Activity, ActivityKind, ActivityState
from bot.domain.clock import local
from bot.domain.values import CustomerId
from bot.exchange import ruletable
from bot.exchange.company import Company
from prompts import exchange as say
from prompts.words import CHANNEL, STAGE
from storage import tables
from storage.repositories.shelf import FETCH
from storage.transaction import Reader

Row = tuple[CustomerId | None, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that only goes out; ``secret`` says what must be masked for some."""

    name: str
    title: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A table that only goes out. ``for_admins``: nobody else may have it."""

    name: str
    title: str
    columns: tuple[Heading, ...]
    rows: Callable[[Reader, Company], Iterator[Row]]
    for_admins: bool = False


def _stream(reader: Reader, query: Any) -> Iterator[Any]:  # noqa: ANN401
    yield from reader.connection.execution_options(yield_per=FETCH).execute(query)


def _activities(kind: ActivityKind) -> Callable[[Reader, Company], Iterator[Row]]:
    def rows(reader: Reader, company: Company) -> Iterator[Row]:
        table = tables.activity
        for row in _stream(reader, select(table).where(table.c.kind == kind).order_by(table.c.received_at, table.c.id)):
            yield _activity(Activity(**row._mapping), company)

    return rows


def _activity(one: Activity, company: Company) -> Row:
    person = company.org.members.get(one.member_id)
    cells = (
        one.id, one.received_at, person.name if person else one.member_id,
        (company.customer_name(one.customer_id) if one.customer_id else None) or one.customer_said, one.occurred_on,
        CHANNEL[one.channel] if one.channel else None, list(one.contacts), one.text, list(one.needs), list(one.objections),
        list(one.competitors), one.delay_reason, STAGE[one.stage] if one.stage else None, one.next_on, list(one.next_steps),
        say.KEPT if one.state is ActivityState.KEPT else say.UNDONE,
    )  # fmt: skip
    return one.customer_id, cells


def _messages(reader: Reader, company: Company) -> Iterator[Row]:
    table = tables.inbox
    for row in _stream(reader, select(table).order_by(table.c.id)):
        yield None, (say.INWARD, row.received_at, row.platform, *_heard(row.payload), row.state)
    table = tables.outbox
    for row in _stream(reader, select(table).order_by(table.c.id)):
        yield None, (say.OUTWARD, row.sent_at or row.created_at, row.platform, row.chat, None, _spoken(row.payload), row.state)


def _heard(payload: str) -> tuple[str | None, str | None, str]:
    """(chat, sender, words) of an event; a kind of event that this version does not know is given as it is."""
    try:
        event = incoming.decode(payload)
    except ValueError:
        return None, None, payload
    return event.chat, event.sender.id, getattr(event, "text", None) or say.event(type(event).__name__)


def _spoken(payload: str) -> str:
    try:
        return outgoing.plain(outgoing.decode(payload))
    except ValueError:
        return payload


def _audit(reader: Reader, company: Company) -> Iterator[Row]:
    table = tables.audit
    for row in _stream(reader, select(table).order_by(table.c.id)):
        person = company.org.members.get(row.member_id) if row.member_id else None
        who = person.name if person else row.member_id or (row.new or {}).get("by")
        yield None, (row.id, row.at, who, row.action, row.subject, _text(row.old), _text(row.new), row.event_id)


def _text(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


RECORD = (
    Heading("id", "编号"), Heading("received_at", "收到时间"), Heading("member", "谁"), Heading("customer", "客户"),
    Heading("occurred_on", "发生日期"), Heading("channel", "方式"), Heading("contacts", "联系人"), Heading("text", "原话", "text"),
    Heading("needs", "需求", "text"), Heading("objections", "顾虑"), Heading("competitors", "竞品"),
    Heading("delay_reason", "拖延原因", "text"), Heading("stage", "阶段"), Heading("next_on", "下次跟进"),
    Heading("next_steps", "下一步", "text"), Heading("state", "状态"),
)  # fmt: skip
MESSAGE = (
    Heading("direction", "方向"), Heading("at", "时间"), Heading("platform", "平台"), Heading("chat", "会话"), Heading("sender", "发送人"),
    Heading("text", "内容"), Heading("state", "状态"),
)  # fmt: skip
AUDIT = (
    Heading("id", "编号"), Heading("at", "时间"), Heading("who", "谁"), Heading("action", "动作"), Heading("subject", "对象"),
    Heading("old", "改之前"), Heading("new", "改之后"), Heading("event_id", "消息编号"),
)  # fmt: skip
LISTINGS = {
    one.name: one
    for one in (
        Listing("visits", "拜访", RECORD, _activities(ActivityKind.VISIT)),
        Listing("follow-ups", "跟进", RECORD, _activities(ActivityKind.FOLLOW_UP)),
        Listing("quotes", "报价", RECORD, _activities(ActivityKind.QUOTE)),
        Listing("messages", "消息", MESSAGE, _messages, for_admins=True),
        Listing("audit", "审计", AUDIT, _audit, for_admins=True),
        Listing("rules", say.RULES, tuple(Heading(c.name, c.title) for c in ruletable.COLUMNS), ruletable.rows),
    )
}


def cell_of(value: object) -> Any:  # noqa: ANN401
    """A value of a listing as a cell."""
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M:%S")
    return ";".join(map(str, value)) or None if isinstance(value, list) else value
