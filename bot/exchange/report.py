"""The row report: what becomes of every line, for people (not without end) and for machines (all of it)."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from bot.exchange.importing import Written
from bot.exchange.judging import Verdict
from bot.exchange.writing import plain_json
from prompts import exchange as say
from storage.repositories.batches import Batch

# Of each sort so many lines are printed; the rest is a number. Errors are what people came for.
MOST = {"error": 200, "skip": 100, "update": 100, "new": 20, "same": 0}


class Report:
    """Prints a judged table line by line."""

    def __init__(self, title: str, *, as_json: bool, out: Callable[[str], object]) -> None:
        self._title, self._as_json, self._out = title, as_json, out
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
            self._out(say.row(verdict.line, verdict.action, verdict.label, verdict.changes, [(r.column, r.text) for r in verdict.remarks]))

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
