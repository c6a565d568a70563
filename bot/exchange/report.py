"""The row report: what becomes of every line, for people (not without end) and for machines (all of it)."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from bot.exchange.cells import Amount, Day, Instant, Share, Week
from bot.exchange.importing import Written
from bot.exchange.judging import Verdict
from bot.exchange.kinds.base import Kind
from bot.exchange.writing import plain_json
from prompts import exchange as say
from storage.repositories.batches import Batch

# Of each sort so many lines are printed; the rest is a number. Errors are what people came for.
MOST = {"error": 200, "skip": 100, "update": 100, "new": 20, "same": 0}


class Report:
    """Prints a judged table line by line."""

    def __init__(self, kind: Kind[Any], *, as_json: bool, out: Callable[[str], object]) -> None:
        self._title, self._as_json, self._out = kind.title, as_json, out
        self._sums = {column.title for column in kind.columns if isinstance(column.sort, Amount)}
        self._read = self._sums | {column.title for column in kind.columns if isinstance(column.sort, Day | Week | Instant | Share)}
        self._seen: Counter[str] = Counter()

    def begin(self, name: str, remarks: tuple[str, ...], earlier: Batch | None) -> None:
        """What is to be said of the file as a whole."""
        before = () if earlier is None else (say.seen_before(earlier.id, earlier.state, earlier.created + earlier.updated),)
        for text in (*remarks, *before):
            self._out(_json({"remark": text}) if self._as_json else text)

    def row(self, verdict: Verdict) -> None:
        """One line of the table."""
        if self._as_json:
            self._out(_json(_record(verdict)))
            return
        self._seen[verdict.action] += 1
        if self._seen[verdict.action] <= MOST[verdict.action] or (verdict.action in ("new", "same") and verdict.remarks):
            remarks = [(r.column, r.text) for r in verdict.remarks]
            self._out(say.row(verdict.line, verdict.action, verdict.label, self._changes(verdict), remarks))

    def _changes(self, verdict: Verdict) -> list[tuple[str, object, object]]:
        """What changes; of a new row what was read from the cells that are not kept as they stand: sums, days and shares."""
        said = (one for one in verdict.changes if verdict.action != "new" or one[0] in self._read)
        return [(title, self._grouped(title, before), self._grouped(title, after)) for title, before, after in said]

    def _grouped(self, title: str, shown: Any) -> object:  # noqa: ANN401
        return f"{Decimal(shown):,}" if title in self._sums and shown is not None else shown

    def end(self, counts: Mapping[Any, int]) -> None:
        """The sums."""
        if self._as_json:
            self._out(_json({"summary": dict(counts)}))
        else:
            self._out(say.summary(self._title, counts))

    def written(self, done: Written) -> None:
        """Lines that could not be written in the end."""
        for line, text in done.late:
            self._out(_json({"line": line, "late": text}) if self._as_json else say.late(line, text))
        if self._as_json:
            self._out(_json({"batch": done.batch, "created": done.created, "updated": done.updated}))


def _record(verdict: Verdict) -> dict[str, object]:
    return {
        "line": verdict.line,
        "action": verdict.action,
        "label": verdict.label,
        "changes": {title: [before, after] for title, before, after in verdict.changes},
        "remarks": [{"level": r.level, "column": r.column, "text": r.text} for r in verdict.remarks],
    }


def _json(row: object) -> str:
    return json.dumps(row, ensure_ascii=False, default=plain_json)
