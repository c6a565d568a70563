"""Where known names stand in a text: one layer of the name index, and the few rows changed since it was built."""

import heapq
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.understanding.aliases import Form, forms, without_legal
from bot.understanding.pinyin import same_tones, sound

# An automaton is built in one step that nothing else can run beside; so many rows keep that step under a tenth of a second.
SHARD = 25_000
# Pairs of syllables that more forms have tell too little to look all of them up.
COMMON_PAIR = 2000
TELLING_PAIRS = 5
# The longest form that is looked for among changed rows.
LONGEST_FORM = 24


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


Found = Iterator[tuple[int, int, tuple[Form, ...]]]


def heard(text: str, found: Found) -> list[Hit]:
    """Forms found by sound that are written otherwise in the text."""
    return [
        Hit(start, end, form, 0.95 if same_tones(text[start:end], form.text) else 0.86)
        for start, end, group in found
        for form in group
        if form.text.lower() != text[start:end].lower() and not form.bare
    ]


class Layer:
    """A finished, searchable set of rows: automata over characters and over syllables, and pairs of syllables for likeness."""

    def __init__(self, rows: Mapping[str, KnownCustomer], pause: Callable[[], None] = lambda: None) -> None:
        self.rows = rows
        self.by_contact = keyed(rows.values(), lambda row: (c.name for c in row.contacts))
        self._exact: list[Any] = []
        self._sounds: list[Any] = []
        self._alike: list[Form] = []
        self._pairs: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._brands = _automaton({brand: (brand,) for row in rows.values() for brand in row.competitors})
        shard: list[Form] = []
        for number, row in enumerate(rows.values(), 1):
            made = forms(row.id, row.name, row.aliases)
            shard += made
            self._note_likeness(row, made)
            if number % 200 == 0:
                pause()
            if number % SHARD == 0:
                self._seal(shard, pause)
                shard = []
        self._seal(shard, pause)

    def _note_likeness(self, row: KnownCustomer, made: Sequence[Form]) -> None:
        for form in made:
            if len(form.text) >= 3 and (form.text != row.name or without_legal(form.text) == form.text):
                self._alike.append(form)
                for pair in pairs(sound(form.text)):
                    self._pairs[pair].append(len(self._alike) - 1)

    def _seal(self, shard: list[Form], pause: Callable[[], None]) -> None:
        for automata, key in ((self._exact, str.lower), (self._sounds, sound)):
            by_text: dict[str, tuple[Form, ...]] = {}
            for form in shard:
                text = key(form.text)
                by_text[text] = (*by_text.get(text, ()), form)
            pause()
            if by_text:
                automata.append(_automaton(by_text))
            pause()

    def exact(self, low: str) -> Found:
        """Forms written in a lower-case text."""
        return _found(self._exact, low)

    def sounding(self, heard_text: str) -> Found:
        """Forms in a text of syllable signs."""
        return _found(self._sounds, heard_text)

    def brands(self, text: str) -> Iterator[tuple[int, int]]:
        """Where known competitors of these customers stand."""
        if self._brands is not None:
            yield from ((end + 1 - length, end + 1) for end, (length, _) in self._brands.iter(text))

    def like(self, text: str) -> list[Form]:
        """Forms of three and more characters that share most pairs of syllables with the text."""
        lists = sorted((found for pair in pairs(sound(text)) if (found := self._pairs.get(pair))), key=len)
        telling = [found for found in lists if len(found) <= COMMON_PAIR][:TELLING_PAIRS] or lists[:1]
        counts: dict[int, int] = defaultdict(int)
        for found in telling:
            for number in found[:COMMON_PAIR]:
                counts[number] += 1
        best = heapq.nsmallest(12, counts.items(), key=lambda kv: (-kv[1] / len(self._alike[kv[0]].text), kv[0]))
        return [self._alike[number] for number, _ in best]


class Changes:
    """Rows changed since the layer was built, in plain tables that are cheap to change and to copy."""

    def __init__(self) -> None:
        self.rows: dict[str, KnownCustomer | None] = {}
        self._exact: dict[str, tuple[Form, ...]] = {}
        self._sounds: dict[str, tuple[Form, ...]] = {}
        self.by_contact: dict[str, frozenset[str]] = {}
        self._brands: frozenset[str] = frozenset()
        self._starts: set[str] = set()

    def copy(self) -> "Changes":
        """A copy that later changes leave alone."""
        twin = Changes()
        twin.rows, twin._exact, twin._sounds = dict(self.rows), dict(self._exact), dict(self._sounds)
        twin.by_contact, twin._brands, twin._starts = dict(self.by_contact), self._brands, set(self._starts)
        return twin

    def put(self, id: str, row: KnownCustomer | None) -> None:
        """Note a row that is new or changed, or with None gone."""
        old = self.rows.get(id)
        if old is not None:
            self._forget(old)
        self.rows[id] = row
        if row is None:
            return
        for form in forms(row.id, row.name, row.aliases):
            for table, key in ((self._exact, form.text.lower()), (self._sounds, sound(form.text))):
                table[key] = (*table.get(key, ()), form)
                self._starts.add(key[:2])
        for contact in row.contacts:
            self.by_contact[contact.name] = self.by_contact.get(contact.name, frozenset()) | {id}
        self._brands |= frozenset(row.competitors)

    def _forget(self, row: KnownCustomer) -> None:
        for form in forms(row.id, row.name, row.aliases):
            for table, key in ((self._exact, form.text.lower()), (self._sounds, sound(form.text))):
                table[key] = tuple(f for f in table.get(key, ()) if f.id != row.id)
        for contact in row.contacts:
            self.by_contact[contact.name] = self.by_contact.get(contact.name, frozenset()) - {row.id}

    def exact(self, low: str) -> Found:
        """Forms written in a lower-case text."""
        return self._standing(self._exact, low)

    def sounding(self, heard_text: str) -> Found:
        """Forms in a text of syllable signs."""
        return self._standing(self._sounds, heard_text)

    def _standing(self, table: Mapping[str, tuple[Form, ...]], text: str) -> Found:
        for start in range(len(text)):
            if text[start : start + 2] in self._starts:
                for end in range(start + 2, min(len(text), start + LONGEST_FORM) + 1):
                    if found := table.get(text[start:end]):
                        yield start, end, found

    def brands(self, text: str) -> Iterator[tuple[int, int]]:
        """Where known competitors of these customers stand."""
        yield from ((at, at + len(brand)) for brand in self._brands if (at := text.find(brand)) >= 0)

    def like(self, text: str) -> list[Form]:
        """Forms that share a pair of syllables with the text."""
        said = pairs(sound(text))
        return [form for found in self._exact.values() for form in found if len(form.text) >= 3 and said & pairs(sound(form.text))]


def keyed(rows: Iterable[KnownCustomer], keys: Callable[[KnownCustomer], Iterable[str]]) -> dict[str, frozenset[str]]:
    """Row ids by something that several rows may share."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for key in keys(row):
            found[key].append(row.id)
    return {key: frozenset(ids) for key, ids in found.items()}


def pairs(signs: str) -> set[str]:
    """All pairs of neighbours."""
    return {signs[i : i + 2] for i in range(len(signs) - 1)}


def breathe() -> None:
    """Let readers run while a layer is being built behind the scenes."""
    time.sleep(0.001)


def _automaton(by_text: Mapping[str, tuple[Any, ...]]) -> Any:  # noqa: ANN401  (pyahocorasick has no types)
    import ahocorasick

    if not by_text:
        return None
    automaton = ahocorasick.Automaton()
    for text, found in by_text.items():
        automaton.add_word(text, (len(text), found))
    automaton.make_automaton()
    return automaton


def _found(automata: Iterable[Any], text: str) -> Found:
    for automaton in automata:
        for end, (length, found) in automaton.iter(text):
            yield end + 1 - length, end + 1, found
