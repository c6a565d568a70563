"""The name index: who of our customers is being spoken of, by written form, by sound, by likeness."""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.understanding.aliases import Form
from bot.understanding.index import Changes, Hit, KnownContact, KnownCustomer, Layer, breathe, heard
from bot.understanding.pinyin import sound

__all__ = ["Hit", "KnownContact", "KnownCustomer", "Names", "View"]
SIMILAR_FLOOR = 0.6
# So many changes, or this share of the rows, and a new base is built behind the scenes.
LEAST_CHANGES, CHANGED_SHARE = 500, 0.03


class Rows(Mapping[str, KnownCustomer]):
    """The rows as they are now: those of the base with the changed ones over them."""

    def __init__(self, base: Mapping[str, KnownCustomer], changed: Mapping[str, KnownCustomer | None]) -> None:
        self._base, self._changed = base, changed

    def __getitem__(self, id: str) -> KnownCustomer:
        row = self._changed[id] if id in self._changed else self._base[id]
        if row is None:
            raise KeyError(id)
        return row

    def __contains__(self, id: object) -> bool:
        return self._changed[id] is not None if isinstance(id, str) and id in self._changed else id in self._base

    def __iter__(self) -> Iterator[str]:
        yield from (id for id in self._base if id not in self._changed)
        yield from (id for id, row in self._changed.items() if row is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True)
class View:
    """The index at one moment; a message is read against one view."""

    rows: Rows
    base: Layer
    changes: Changes
    colleagues: frozenset[str] = field(default_factory=frozenset)

    def hits(self, text: str) -> list[Hit]:
        """Forms standing in the text as written."""
        low = text.lower()
        low = low if len(low) == len(text) else text
        both = (*self._current(self.base.exact(low)), *self.changes.exact(low))
        return [Hit(start, end, form, 1.0) for start, end, found in both for form in found]

    def sounding(self, text: str) -> list[Hit]:
        """Forms that sound like a stretch of the text but are written otherwise."""
        signs = sound(text)
        return heard(text, iter((*self._current(self.base.sounding(signs)), *self.changes.sounding(signs))))

    def _current(self, found: Iterable[tuple[int, int, tuple[Form, ...]]]) -> Iterator[tuple[int, int, tuple[Form, ...]]]:
        stale = self.changes.rows
        for start, end, forms in found:
            kept = tuple(f for f in forms if f.id not in stale) if stale else forms
            if kept:
                yield start, end, kept

    def with_contact(self, name: str) -> frozenset[str]:
        """Ids of the rows that have a contact of this name."""
        base = self.base.by_contact.get(name, frozenset())
        if not self.changes.rows:
            return base
        return frozenset(id for id in base if id not in self.changes.rows) | self.changes.by_contact.get(name, frozenset())

    def contacts_in(self, text: str) -> list[str]:
        """Full names of table contacts that stand in the text (addresses such as 张工 are found by their form)."""
        runs = {text[i : i + n] for n in (2, 3) for i in range(len(text) - n + 1)}
        return [run for run in runs if (run in self.base.by_contact or run in self.changes.by_contact) and self.with_contact(run)]

    def brands_in(self, text: str) -> list[tuple[int, int]]:
        """Where competitors known of any customer stand."""
        return [*self.base.brands(text), *self.changes.brands(text)]

    def named(self, name: str) -> KnownCustomer | None:
        """The row with exactly this name."""
        return next((row for h in self.hits(name) if h.end - h.start == len(name) and (row := self.rows[h.form.id]).name == name), None)

    def similar(self, text: str, limit: int = 3) -> list[tuple[str, float]]:
        """Row ids whose names resemble the text, with a score 0..1, best first."""
        from rapidfuzz.fuzz import ratio

        said = sound(text)
        best: dict[str, float] = {}
        for form in [f for f in self.base.like(text) if f.id not in self.changes.rows] + self.changes.like(text):
            score = 0.3 * ratio(text, form.text) / 100 + 0.7 * ratio(said, sound(form.text)) / 100
            best[form.id] = max(best.get(form.id, 0.0), score)
        ranked = sorted(best.items(), key=lambda kv: (-kv[1], kv[0]))
        return [(id, round(score, 3)) for id, score in ranked[:limit] if score >= SIMILAR_FLOOR]


class Names:
    """The name index. Thread-safe: reads go on against the last finished view while ``put`` and ``remove`` make the next one.

    The base is built when the index is made; when many rows have changed, a new one is built by a thread of its own and then put in place.
    """

    def __init__(self, customers: Iterable[KnownCustomer] = (), colleagues: Collection[str] = ()) -> None:
        self._lock = threading.Lock()
        self._rows = {customer.id: customer for customer in customers}
        self._colleagues = frozenset(colleagues)
        self._base = Layer(dict(self._rows))
        self._changes = Changes()
        self._since: dict[str, KnownCustomer | None] | None = None
        self._view: View | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, customer: KnownCustomer) -> None:
        """Add a customer or replace the one with that id; the next read sees it."""
        with self._lock:
            self._rows[customer.id] = customer
            self._touch(customer.id, customer)

    def remove(self, id: str) -> None:
        """Take a customer out; unknown ids are ignored."""
        with self._lock:
            self._rows.pop(id, None)
            self._touch(id, None)

    def view(self) -> View:
        """The index as it is now."""
        view = self._view
        if view is not None:
            return view
        with self._lock:
            if self._view is None:
                changes = self._changes.copy()
                self._view = View(Rows(self._base.rows, changes.rows), self._base, changes, self._colleagues)
            return self._view

    def _touch(self, id: str, row: KnownCustomer | None) -> None:
        self._changes.put(id, row)
        if self._since is not None:
            self._since[id] = row
        self._view = None
        if self._since is None and len(self._changes.rows) > max(LEAST_CHANGES, CHANGED_SHARE * len(self._rows)):
            self._since = {}
            threading.Thread(target=self._rebuild, args=(dict(self._rows),), name="name-index", daemon=True).start()

    def _rebuild(self, rows: dict[str, KnownCustomer]) -> None:
        base = Layer(rows, breathe)
        with self._lock:
            changes = Changes()
            for id, row in (self._since or {}).items():
                changes.put(id, row)
            self._base, self._changes, self._since, self._view = base, changes, None, None
