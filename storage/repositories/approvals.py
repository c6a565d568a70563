"""Quotes and approvals. A decision is a compare-and-set on the approval's revision: of two that read the same one, one takes effect."""

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update

from bot.domain.approval import Approval, ApprovalId, Decision, Seat, State, Step
from bot.domain.quote import Quote, QuoteId, QuoteLine
from storage.repositories.rows import put
from storage.tables import approval, approval_decision, approval_seat, approval_step, quote, quote_line

HEAD_FIELDS = ("subject", "version", "submitter", "at_step", "state", "question", "revision")
UNDER_WAY = (State.RUNNING, State.ASKED)


class Quotes:
    """All versions of all quotes."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def next_no(self) -> int:
        """The next running number; taken by adding the quote in the same transaction."""
        return int(self._db.execute(select(func.coalesce(func.max(quote.c.no), 0) + 1)).scalar_one())

    def add(self, item: Quote) -> None:
        """Keep a version for good. Raises IntegrityError for a number and version that exist."""
        self._db.execute(insert(quote).values({c.name: getattr(item, c.name) for c in quote.columns}))
        rows = [{**asdict(line), "quote_id": item.id, "version": item.version, "number": n} for n, line in enumerate(item.lines)]
        if rows:
            self._db.execute(insert(quote_line), rows)

    def get(self, id: QuoteId, version: int | None = None) -> Quote | None:
        """A version, the newest by default."""
        return self._find(quote.c.id == id, version)

    def numbered(self, no: int) -> Quote | None:
        """The newest version of Q``no``."""
        return self._find(quote.c.no == no, None)

    def _find(self, which: Any, version: int | None) -> Quote | None:  # noqa: ANN401  (SQLAlchemy's own expressions)
        query = select(quote).where(which, *([] if version is None else [quote.c.version == version]))
        row = self._db.execute(query.order_by(quote.c.version.desc()).limit(1)).mappings().first()
        if row is None:
            return None
        of = select(quote_line).where(quote_line.c.quote_id == row["id"], quote_line.c.version == row["version"])
        lines = self._db.execute(of.order_by(quote_line.c.number)).mappings()
        return Quote(**row, lines=tuple(QuoteLine(**{f.name: line[f.name] for f in fields(QuoteLine)}) for line in lines))


class Approvals:
    """Approvals with their steps, seats and decisions."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, item: Approval) -> None:
        """Start one. Raises IntegrityError while another of the same subject is under way."""
        self._db.execute(insert(approval).values(id=item.id, **_head(item)))
        self._write_steps(item)

    def advance(self, old: Approval, new: Approval) -> bool:
        """Put ``new`` in the place of ``old``; False, and nothing changed, when somebody else was faster."""
        mine = (approval.c.id == old.id, approval.c.revision == old.revision)
        if self._db.execute(update(approval).where(*mine).values(**_head(new))).rowcount != 1:
            return False
        self._write_steps(new, old)
        return True

    def get(self, id: ApprovalId) -> Approval | None:
        row = self._db.execute(select(approval).where(approval.c.id == id)).mappings().first()
        return None if row is None else Approval(**row, steps=self._steps(id))

    def under_way(self, subject: str) -> Approval | None:
        """The one of a subject that is not over."""
        query = select(approval.c.id).where(approval.c.subject == subject, approval.c.state.in_(UNDER_WAY))
        found = self._db.execute(query).scalar()
        return self.get(ApprovalId(found)) if found else None

    def _steps(self, id: ApprovalId) -> tuple[Step, ...]:
        said = {(row["step"], row["seat"]): _decision(row) for row in self._rows(approval_decision, id)}
        seats: dict[int, list[Seat]] = {}
        for row in self._rows(approval_seat, id):
            seats.setdefault(row["step"], []).append(Seat(row["holder"], row["superiors"], said.get((row["step"], row["seat"]))))
        return tuple(
            Step(row["name"], tuple(seats[row["step"]]), row["opened_at"], row["closed_at"], row["escalated_at"])
            for row in self._rows(approval_step, id)
        )

    def _rows(self, table: Table, id: ApprovalId) -> list[Any]:
        query = select(table).where(table.c.approval_id == id).order_by(*table.primary_key.columns)
        return list(self._db.execute(query).mappings())

    def _write_steps(self, new: Approval, old: Approval | None = None) -> None:
        for number, step in enumerate(new.steps):
            before = old.steps[number] if old else None
            if step != before:
                self._write_step(new.id, number, step, before)

    def _write_step(self, id: ApprovalId, number: int, step: Step, before: Step | None) -> None:
        key = {"approval_id": id, "step": number}
        times = {name: getattr(step, name) for name in ("name", "opened_at", "closed_at", "escalated_at")}
        put(self._db, approval_step, key | times)
        for place, seat in enumerate(step.seats):
            was = before.seats[place] if before and place < len(before.seats) else None
            if seat == was:
                continue
            at = key | {"seat": place}
            put(self._db, approval_seat, at | {"holder": seat.holder, "superiors": seat.superiors})
            if seat.decision and (was is None or was.decision is None):
                self._db.execute(insert(approval_decision).values(**at, **asdict(seat.decision)))


def _head(item: Approval) -> dict[str, Any]:
    return {name: getattr(item, name) for name in HEAD_FIELDS}


def _decision(row: Any) -> Decision:  # noqa: ANN401  (a row of SQLAlchemy's)
    return Decision(**{f.name: row[f.name] for f in fields(Decision)})
