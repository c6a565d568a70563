"""Deciding which customer a message is about."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.domain.understood import Candidate, Span
from bot.understanding.aliases import core_of, place_of, without_legal
from bot.understanding.dictionary import commonness
from bot.understanding.knowledge import any_of, derived, words
from bot.understanding.lazy import Lazy
from bot.understanding.names import Hit, KnownCustomer, View
from bot.understanding.people import Person
from bot.understanding.pinyin import sound

ACCEPT, CONSIDER = 0.85, 0.74
_CUE_BEFORE = Lazy(r"(?:^|[\s,。;:!?、嗯啊呢哎那个去到给跟和找见约访的在把了帮跑催从说是下午天刚说])$")
_CUE_AFTER = Lazy(r"^(?:那边|这边|这单|那单|的|说|要|来|\s|,|$|:|电话|合同|报价)")
_NOT_AFTER = Lazy(r"^(?:那|这)?(?:一家|家)?(?:的)?")


@dataclass(frozen=True, slots=True)
class Mention:
    """A known name at [start, end) and the rows it may mean, with how sure the reading is."""

    start: int
    end: int
    said: str
    ids: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome: a row, or a name as said with candidates, or nothing."""

    row: KnownCustomer | None = None
    said: str | None = None
    span: Span | None = None
    score: float = 0.0
    candidates: tuple[Candidate, ...] = ()


def mentions(text: str, view: View) -> list[Mention]:
    """Known names in the text, longest first where they overlap; sound counts where the written form is not found."""
    brands = [m.span() for m in any_of("brands", "brands").finditer(text)] + view.brands_in(text)
    exact = [h for h in _longest(view.hits(text)) if not any(s <= h.start and h.end <= e and e - s > h.end - h.start for s, e in brands)]
    taken = [(h.start, h.end) for h in exact] + brands
    heard = [h for h in view.sounding(text) if not _overlaps(h, taken) and _plausible(h, text)]
    return sorted((_mention(text, group) for group in _grouped(exact + _longest(heard))), key=lambda m: m.start)


def _longest(hits: list[Hit]) -> list[Hit]:
    """Hits of the longest stretches; several rows may share one stretch."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, -h.score, h.start)):
        if all((hit.start, hit.end) == (k.start, k.end) or hit.end <= k.start or k.end <= hit.start for k in kept):
            kept.append(hit)
    return kept


def _overlaps(hit: Hit, taken: Sequence[Span]) -> bool:
    return any(hit.start < end and start < hit.end for start, end in taken)


def _plausible(hit: Hit, text: str) -> bool:
    """Whether a stretch that only sounds like a short name is one: 执行 in a sentence is not the customer 智行."""
    said = text[hit.start : hit.end]
    if len(said) >= 4:
        return True
    if not re.search("[一-鿿]", said):
        return False
    cued = bool(_CUE_BEFORE.search(text[: hit.start]))
    followed = bool(_CUE_AFTER.match(text[hit.end :]))
    common = commonness(said) >= 30
    crossing = commonness(text[hit.start - 1 : hit.start + 1]) >= 3000 or commonness(text[hit.end - 1 : hit.end + 1]) >= 3000
    if len(said) == 3:
        return not common and (hit.score >= 0.9 or cued)
    if hit.score >= 0.9:
        return cued and (not common or hit.start == 0 or followed) and (not crossing or hit.start == 0)
    return cued and not common and not crossing


def _grouped(hits: list[Hit]) -> list[list[Hit]]:
    groups: dict[Span, list[Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.start, hit.end), []).append(hit)
    return list(groups.values())


def _mention(text: str, hits: list[Hit]) -> Mention:
    best = max(h.score for h in hits)
    ids = tuple(dict.fromkeys(h.form.id for h in hits if h.score == best))
    return Mention(hits[0].start, hits[0].end, text[hits[0].start : hits[0].end], ids, best)


@derived
def _aside() -> tuple[re.Pattern[str], re.Pattern[str]]:
    landmark = "|".join(words("customers", "landmark"))
    referred = "|".join(words("customers", "referred"))
    return re.compile(rf"^(?:的)?(?:{landmark})"), re.compile(rf"^[^,。;]{{0,6}}(?:{referred})(?:了|的|过来|来|给)")


def is_aside(text: str, m: Mention) -> bool:
    """A landmark, a referrer or a value just called wrong is not the customer."""
    landmark, referred = _aside()
    right = text[m.end :]
    return bool(landmark.match(right) or referred.match(right) or re.search(r"(?:不是|不对|别写|而不是)$", text[: m.start]))


def choose(text: str, found: list[Mention], people: Sequence[Person], view: View, owner: str | None) -> Choice:
    """The customer among the mentions; ``found`` holds no asides."""
    if not found:
        return Choice()
    settled = [_narrowed(m, text, people, view, owner) for m in found]
    best = max(settled, key=lambda m: _weight(m, settled, people, view))
    if len(best.ids) == 1 and best.score >= ACCEPT:
        row = view.rows[best.ids[0]]
        return Choice(row, row.name, (best.start, best.end), best.score)
    shown = tuple(Candidate(id, view.rows[id].name, round(best.score * (0.8 if len(best.ids) > 1 else 1), 3)) for id in best.ids[:3])
    return Choice(None, best.said, (best.start, best.end), 0.6, shown)


def _weight(m: Mention, all_: list[Mention], people: Sequence[Person], view: View) -> tuple[float, int]:
    """More said about it, then named earlier."""
    times = sum(1 for other in all_ if set(other.ids) & set(m.ids))
    names = {p.name for p in people}
    with_contact = any(names & {c.name for c in view.rows[id].contacts} for id in m.ids if id in view.rows)
    return times + 0.5 * with_contact, -m.start


def _narrowed(m: Mention, text: str, people: Sequence[Person], view: View, owner: str | None) -> Mention:
    """A name of several rows, decided by a contact, a place or product word, or the speaker's own customers."""
    ids = tuple(id for id in m.ids if id in view.rows)
    if len(ids) < 2:
        return replace(m, ids=ids)
    for test in (_by_contact(people), _by_words(text, m), _by_owner(owner)):
        left = tuple(id for id in ids if test(view.rows[id]))
        if len(left) == 1:
            return replace(m, ids=left)
        ids = left or ids
    return replace(m, ids=ids)


def _by_contact(people: Sequence[Person]) -> Callable[[KnownCustomer], bool]:
    names = {p.name for p in people}
    return lambda row: bool(names & {c.name for c in row.contacts})


def _by_words(text: str, m: Mention) -> Callable[[KnownCustomer], bool]:
    rest = text[: m.start] + " " + text[m.end :]

    def test(row: KnownCustomer) -> bool:
        short = without_legal(row.name)
        trade = short.partition(core_of(row.name))[2] + " " + (row.industry or "")
        place = place_of(short).rstrip("市省县区")
        return bool(place and place in rest) or any(trade[i : i + 2] in rest for i in range(len(trade) - 1) if " " not in trade[i : i + 2])

    return test


def _by_owner(owner: str | None) -> Callable[[KnownCustomer], bool]:
    return lambda row: owner is not None and row.owner == owner


def by_contact(people: Sequence[Person], view: View) -> tuple[KnownCustomer, Person] | None:
    """The one row in which a named person stands, when no company is named."""
    for p in people:
        ids = view.with_contact(p.name)
        if len(ids) == 1 and (row := view.rows.get(next(iter(ids)))):
            return row, p
    return None


def resembling(said: str, view: View) -> tuple[KnownCustomer | None, float, tuple[Candidate, ...]]:
    """Rows whose names are like an unknown one: the row itself when likely enough, else candidates to ask about."""
    ranked = [(id, score) for id, score in view.similar(said) if id in view.rows]
    shown = tuple(Candidate(id, view.rows[id].name, score) for id, score in ranked if score >= CONSIDER)
    if ranked and ranked[0][1] >= ACCEPT and (len(ranked) == 1 or ranked[1][1] < ranked[0][1] - 0.05):
        return view.rows[ranked[0][0]], ranked[0][1], shown
    return None, 0.0, shown


def spelt_as_known(p: Person, row: KnownCustomer) -> Person:
    """A name heard is spelt as the one table contact of that customer with the same sound."""
    if any(c.name == p.name for c in row.contacts):
        return p
    alike = [c for c in row.contacts if len(c.name) == len(p.name) and sound(c.name) == sound(p.name)]
    return replace(p, name=alike[0].name) if len(alike) == 1 else p
