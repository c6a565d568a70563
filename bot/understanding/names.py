"""The name index: who of our customers is being spoken of, by written form, by sound, by likeness."""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.understanding.aliases import Form, forms
from bot.understanding.pinyin import same_tones, sound

DELTA_LIMIT = 500
SIMILAR_FLOOR = 0.6


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A person at a customer, as in the table."""

    name: str
    title: str | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A row of the customer table, as far as names matter. ``owner`` is a member id."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    industry: str | None = None
    contacts: tuple[KnownContact, ...] = ()
    competitors: tuple[str, ...] = ()
    owner: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A known form standing at [start, end). ``score`` is 1 for the written form, less by sound."""

    start: int
    end: int
    form: Form
    score: float


class _Layer:
    """A searchable set of forms: automata over characters and over syllables."""

    def __init__(self, rows: Iterable[KnownCustomer]) -> None:
        self.forms: list[Form] = [form for row in rows for form in forms(row.id, row.name, row.aliases)]
        self._exact = _automaton((form.text.lower(), form) for form in self.forms)
        self._sounds: Any = None
        self._pairs: dict[str, list[int]] | None = None

    def hits(self, text: str) -> list[Hit]:
        if self._exact is None:
            return []
        low = text.lower()
        if len(low) != len(text):
            low = text
        return [Hit(end + 1 - length, end + 1, form, 1.0) for end, (length, found) in self._exact.iter(low) for form in found]

    def sounding(self, text: str) -> list[Hit]:
        """Forms that sound like a stretch of the text but are written otherwise."""
        if self._exact is None:
            return []
        if self._sounds is None:
            self._sounds = _automaton((sound(form.text), form) for form in self.forms)
        out = []
        for end, (length, found) in self._sounds.iter(sound(text)):
            start = end + 1 - length
            said = text[start : end + 1]
            out += [
                Hit(start, end + 1, f, 0.95 if same_tones(said, f.text) else 0.86)
                for f in found
                if f.text.lower() != said.lower() and not f.bare
            ]
        return out

    def like(self, text: str) -> list[tuple[Form, int]]:
        """Forms of three and more characters that share most pairs of syllables with the text, with the number shared."""
        if self._pairs is None:
            self._pairs = defaultdict(list)
            for number, form in enumerate(self.forms):
                if len(form.text) >= 3:
                    for pair in _pairs(sound(form.text)):
                        self._pairs[pair].append(number)
        counts: dict[int, int] = defaultdict(int)
        for pair in _pairs(sound(text)):
            for number in self._pairs.get(pair, ())[:2000]:
                counts[number] += 1
        best = sorted(counts.items(), key=lambda kv: (-kv[1] / len(self.forms[kv[0]].text), kv[0]))[:8]
        return [(self.forms[number], shared) for number, shared in best]


def _pairs(signs: str) -> set[str]:
    return {signs[i : i + 2] for i in range(len(signs) - 1)}


def _automaton(entries: Iterable[tuple[str, Form]]) -> Any:  # noqa: ANN401  (pyahocorasick has no types)
    import ahocorasick

    by_text: dict[str, list[Form]] = defaultdict(list)
    for text, form in entries:
        by_text[text].append(form)
    if not by_text:
        return None
    automaton = ahocorasick.Automaton()
    for text, found in by_text.items():
        automaton.add_word(text, (len(text), tuple(found)))
    automaton.make_automaton()
    return automaton


@dataclass(frozen=True, slots=True)
class View:
    """The index at one moment; a message is read against one view."""

    rows: dict[str, KnownCustomer]
    base: _Layer
    delta: _Layer
    stale: frozenset[str]
    by_contact: dict[str, set[str]]
    by_brand: dict[str, set[str]]
    colleagues: frozenset[str] = field(default_factory=frozenset)

    def hits(self, text: str) -> list[Hit]:
        return [h for h in self.base.hits(text) if h.form.id not in self.stale] + self.delta.hits(text)

    def sounding(self, text: str) -> list[Hit]:
        return [h for h in self.base.sounding(text) if h.form.id not in self.stale] + self.delta.sounding(text)

    def contacts_in(self, text: str) -> list[str]:
        """Full names of table contacts that stand in the text (addresses such as 张工 are found by their form)."""
        runs = {text[i : i + n] for n in (2, 3) for i in range(len(text) - n + 1)}
        return [run for run in runs if self.by_contact.get(run)]

    def similar(self, text: str, limit: int = 3) -> list[tuple[str, float]]:
        """Row ids whose names resemble the text, with a score 0..1, best first."""
        from rapidfuzz.fuzz import ratio

        said = sound(text)
        best: dict[str, float] = {}
        for form, _ in [f for f in self.base.like(text) if f[0].id not in self.stale] + self.delta.like(text):
            score = 0.3 * ratio(text, form.text) / 100 + 0.7 * ratio(said, sound(form.text)) / 100
            best[form.id] = max(best.get(form.id, 0.0), score)
        ranked = sorted(best.items(), key=lambda kv: (-kv[1], kv[0]))
        return [(id, round(score, 3)) for id, score in ranked[:limit] if score >= SIMILAR_FLOOR]


class Names:
    """The name index. Thread-safe: reads go on against the last finished view while ``put`` and ``remove`` make the next one."""

    def __init__(self, customers: Iterable[KnownCustomer] = (), colleagues: Collection[str] = ()) -> None:
        self._lock = threading.Lock()
        self._rows = {customer.id: customer for customer in customers}
        self._colleagues = frozenset(colleagues)
        self._changed: set[str] = set()
        self._by_contact: dict[str, set[str]] = defaultdict(set)
        self._by_brand: dict[str, set[str]] = defaultdict(set)
        for row in self._rows.values():
            self._note(row)
        self._base: _Layer | None = None
        self._view: View | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, customer: KnownCustomer) -> None:
        """Add a customer or replace the one with that id; the next read sees it."""
        with self._lock:
            self._forget(customer.id)
            self._rows[customer.id] = customer
            self._note(customer)
            self._touch(customer.id)

    def remove(self, id: str) -> None:
        """Take a customer out; unknown ids are ignored."""
        with self._lock:
            self._forget(id)
            self._rows.pop(id, None)
            self._touch(id)

    def view(self) -> View:
        """The index as it is now."""
        view = self._view
        return view if view is not None else self._build()

    def _touch(self, id: str) -> None:
        self._changed.add(id)
        self._view = None

    def _note(self, row: KnownCustomer) -> None:
        for contact in row.contacts:
            self._by_contact[contact.name] = self._by_contact.get(contact.name, set()) | {row.id}
        for brand in row.competitors:
            self._by_brand[brand] = self._by_brand.get(brand, set()) | {row.id}

    def _forget(self, id: str) -> None:
        row = self._rows.get(id)
        for contact in row.contacts if row else ():
            self._by_contact[contact.name] = self._by_contact.get(contact.name, set()) - {id}
        for brand in row.competitors if row else ():
            self._by_brand[brand] = self._by_brand.get(brand, set()) - {id}

    def _build(self) -> View:
        with self._lock:
            if self._view is not None:
                return self._view
            if self._base is None or len(self._changed) > DELTA_LIMIT:
                self._base = _Layer(self._rows.values())
                self._changed.clear()
            delta = _Layer(self._rows[id] for id in self._changed if id in self._rows)
            self._view = View(
                dict(self._rows),
                self._base,
                delta,
                frozenset(self._changed),
                dict(self._by_contact),
                dict(self._by_brand),
                self._colleagues,
            )
            return self._view
