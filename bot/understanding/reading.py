"""The reading of one message: the stages in their order, and the record they fill."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.calendar import Calendar
from bot.domain.understood import Candidate, Intent, NamedContact, Span, Stage, Understood
from bot.understanding.actions import action_items, delay_reason
from bot.understanding.aliases import place_of
from bot.understanding.codes import Code, contract_of, find_codes
from bot.understanding.companies import Company, find_company
from bot.understanding.customers import Choice, Mention, by_contact, choose, is_aside, mentions, resembling, spelt_as_known
from bot.understanding.date_find import When, find
from bot.understanding.intent import channel_of, read_intent, stage_of
from bot.understanding.items import Line, read_lines
from bot.understanding.knowledge import any_of, derived, pattern
from bot.understanding.names import KnownCustomer, View
from bot.understanding.notes import budget_cycle, competitor_answer, focus_of, needs_of
from bot.understanding.objections import find_competitors, find_objections
from bot.understanding.page import Page, split
from bot.understanding.people import Person, find_people
from bot.understanding.schedule import read_schedule
from bot.understanding.spoken import PERSON, find_spoken
from bot.understanding.terms import Said, payment_amount, payment_term, tax, total_amount
from bot.understanding.text import Text, blank

_NO_LINES = frozenset(
    (Intent.COMPLAINT, Intent.QUERY, Intent.TEMPLATE, Intent.UNDO, Intent.HELP, Intent.CHAT, Intent.STAGE, Intent.PAYMENT)
)
_NO_OBJECTIONS = frozenset((Intent.COMPLAINT, Intent.CORRECT, Intent.QUOTE, Intent.NEW_CUSTOMER, Intent.PLAN, Intent.CHAT, Intent.PAYMENT))
_ONLY_WHO = frozenset((Intent.QUERY, Intent.TEMPLATE, Intent.UNDO, Intent.HELP))

# An address that so many customers have (王总) tells nothing of one of them.
FEW = 20


@dataclass(slots=True)
class Record:
    """The record being filled: values with the ranges they were read from."""

    text: Text
    values: dict[str, Any] = field(default_factory=dict)
    spans: dict[str, Any] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)

    def put(self, key: str, value: Any, spans: Sequence[Span] = (), sure: float = 0.9) -> None:  # noqa: ANN401
        """Note a value; None is not noted."""
        if value is None:
            return
        self.values[key] = value
        self.spans[key] = [self.text.span(*s) for s in spans]
        self.confidence[key] = sure

    def put_list(self, key: str, values: Sequence[Any], spans: Sequence[Sequence[Span]], sure: float = 0.85) -> None:
        """Note a list value with the ranges of each element."""
        if values:
            self.values[key] = tuple(values)
            self.spans[key] = [[self.text.span(*s) for s in each] for each in spans]
            self.confidence[key] = sure


class Reading:
    """The reading of one message."""

    def __init__(self, text: Text, now: datetime, view: View, calendar: Calendar, owner: str | None) -> None:
        self.view = view
        self.owner = owner
        self.plain = text.plain
        self.out = Record(text)
        self.codes = find_codes(self.plain)
        coded = blank(self.plain, [(c.start, c.end) for c in self.codes])
        self.found = mentions(coded, view)
        named = blank(coded, [(m.start, m.end) for m in self.found])
        self.people = find_people(named, _contacts_in(named, view, self.found), view.colleagues)
        self.masked = blank(named, [(p.start, p.end) for p in self.people] + _again(named, self.people))
        whens = find(self.masked, now, calendar)
        calm = blank(self.masked, [(w.start, w.end) for w in whens if w.kind != "duration"])
        self.page = Page(self.plain, now, self.codes, self.masked, calm, whens, split(self.plain, whens, now))

    def record(self) -> Understood:
        """Run the stages in order; each reads what the earlier ones found."""
        contract = contract_of(self.codes, self.plain)
        stage = stage_of(self.page)
        lines = self._lines(contract, quoting=True)
        choice = self._choice()
        said = find_company(self.page.calm, declared=False)
        if said is None and choice.said is None:
            said = find_spoken(self._with_persons())
        if said:
            self.page.bare = blank(self.page.bare, [(said.start, said.end)])
        intent = read_intent(
            self.page,
            lines=bool(lines),
            amount=payment_amount(self.page.calm, []) is not None,
            named=bool(self.found or said),
            people=bool(self.people),
            stage=stage,
        )
        choice = self._settle(choice, intent, said)
        self.out.put("intent", intent, sure=0.6 if intent in (Intent.CHAT, Intent.FOLLOW_UP) else 0.85)
        people = self._people(choice.row, intent)
        self._customer(choice)
        self._codes(contract)
        if intent not in _ONLY_WHO:
            self._tell(intent, choice, stage, contract, people)
        return self._finish(choice)

    def _lines(self, contract: Code | None, *, quoting: bool) -> list[Line]:
        goods = self.plain
        hidden = [(m.start, m.end) for m in self.found] + [(p.start, p.end) for p in self.people] + _again(self.plain, self.people)
        hidden += [(c.start, c.end) for c in self.codes if c.kind != "model" or c == contract]
        hidden += [
            (w.start, w.end)
            for w in self.page.whens
            if not (w.kind == "duration" or (w.kind == "time" and not w.day_said and w.daypart is None))
        ]
        return read_lines(blank(goods, hidden), self.codes, quoting=quoting)

    def _choice(self) -> Choice:
        usable = [m for m in self.found if not is_aside(self.plain, m)]
        return choose(self.plain, usable, self.people, self.view, self.owner)

    def _with_persons(self) -> str:
        """The text without names, codes and dates, persons marked."""
        text = list(self.page.calm)
        for p in self.people:
            if not p.ours:
                text[p.start : p.end] = PERSON * (p.end - p.start)
        return "".join(text)

    def _settle(self, choice: Choice, intent: Intent, said: Company | None) -> Choice:
        """Where no known name stands: an unknown one, or the row of a named contact."""
        if intent is Intent.HELP:
            return Choice()
        if intent is Intent.UNDO:
            return choice
        creating = intent is Intent.NEW_CUSTOMER
        if choice.row and not creating and not self._fresh(choice):
            return choice
        company = said if intent is not Intent.CORRECT else find_company(self.page.calm, declared=False)
        if creating or (choice.row and self._fresh(choice)):
            company = find_company(self.page.calm if not self.found else self._uncovered(), declared=creating) or said
        if company and (choice.said is None or creating or self._fresh(choice)):
            return self._unknown(company.name, (company.start, company.end), creating=creating)
        if choice.row or choice.said or intent is Intent.CORRECT:
            return choice
        row = by_contact([p for p in self.people if not p.ours and not _third(self.masked, p)], self.view) if not creating else None
        return Choice(row[0], row[0].name, (row[1].start, row[1].end), 0.8) if row else choice

    def _fresh(self, choice: Choice) -> bool:
        """Whether the message also says 新客户: then the known name is the referrer or a chance likeness."""
        return choice.score < 1 and bool(pattern("intents", "new_customer").search(self.plain))

    def _uncovered(self) -> str:
        """The text with names that only sound alike, or are asides, put back: a new company may sound like an old one."""
        kept = [m for m in self.found if m.score == 1.0 and is_aside(self.plain, m)]
        hidden = [(c.start, c.end) for c in self.codes] + [(m.start, m.end) for m in kept] + [(p.start, p.end) for p in self.people]
        return blank(self.plain, hidden)

    def _unknown(self, name: str, span: Span, *, creating: bool) -> Choice:
        if not creating and (heard := self._heard(name, span)).row:
            return heard
        row, score, shown = resembling(name, self.view)
        if row and not creating:
            return Choice(row, row.name, span, score)
        exact = self.view.named(name) if creating else None
        return Choice(exact, name, span, 0.7, shown)

    def _heard(self, name: str, span: Span) -> Choice:
        """The row whose name sounds exactly like one said where a customer must stand (海瑞 for 海锐)."""
        hits = [h for h in self.view.sounding(name) if h.end - h.start == len(name)]
        ids = tuple(dict.fromkeys(h.form.id for h in hits))
        return choose(self.plain, [Mention(*span, name, ids, 0.9)], self.people, self.view, self.owner) if ids else Choice()

    def _people(self, row: KnownCustomer | None, intent: Intent) -> list[Person]:
        theirs = [p for p in self.people if not p.ours and not _third(self.masked, p) and not _referrer(self.plain, p)]
        if self.found and row:
            theirs = [p for p in theirs if not self._of_another(p, row)]
        if row:
            theirs = [spelt_as_known(p, row) for p in theirs]
        contacts = [NamedContact(p.name, p.title, p.department, focus_of(self.plain, p)) for p in theirs]
        self.out.put_list("contacts", contacts, [[(p.start, p.end)] for p in theirs], 0.9)
        return theirs

    def _of_another(self, p: Person, row: KnownCustomer) -> bool:
        """A contact of the other customer named in the message."""
        others: set[str] = {id for m in self.found for id in m.ids} - {row.id}
        own = any(c.name == p.name for c in row.contacts)
        holders = self.view.with_contact(p.name)
        for other in holders - {row.id} if not own and len(holders) <= FEW else ():
            if other in self.view.rows and (place := place_of(self.view.rows[other].name)) and place in self.masked:
                return True
        return not own and any(c.name == p.name for id in others if id in self.view.rows for c in self.view.rows[id].contacts)

    def _customer(self, choice: Choice) -> None:
        name = choice.row.name if choice.row else choice.said
        self.out.put("customer", name, [choice.span] if choice.span else [], choice.score)

    def _codes(self, contract: Code | None) -> None:
        self.out.put("contract_no", contract.value if contract else None, [(contract.start, contract.end)] if contract else [])
        for key, kind in (("tracking_no", "tracking"), ("phone", "phone")):
            if (code := self.page.first(kind)) and code != contract:
                self.out.put(key, code.value, [(code.start, code.end)])

    def _tell(self, intent: Intent, choice: Choice, stage: Stage | None, contract: Code | None, people: list[Person]) -> None:
        ahead = self._when(intent)
        self.out.put("channel", channel_of(self.page, intent), sure=0.85)
        lines = self._lines(contract, quoting=intent is Intent.QUOTE) if intent not in _NO_LINES else []
        self.out.put_list("items", [line.item for line in lines], [list(line.spans) for line in lines], 0.8)
        self._money(intent, [s for line in lines for s in line.spans])
        self.out.put("stage", stage if intent in (Intent.STAGE, Intent.CONTRACT, Intent.VISIT, Intent.FOLLOW_UP) else None)
        self._field(intent, choice)
        self._words(intent, people, ahead)

    def _field(self, intent: Intent, choice: Choice) -> None:
        """Who competes and what the customer objects to."""
        text = blank(self.masked, [choice.span]) if choice.span and choice.row is None else self.masked
        rivals = find_competitors(text, choice.row.competitors if choice.row else ()) if intent is not Intent.QUOTE else []
        self.out.put_list("competitors", [name for name, _ in rivals], [[s] for _, s in rivals], 0.85)
        if intent not in _NO_OBJECTIONS:
            objections = find_objections(text, rivals)
            self.out.put_list("objections", [code for code, _ in objections], [[s] for _, s in objections], 0.75)

    def _when(self, intent: Intent) -> list[When]:
        done = intent is Intent.CONTRACT and self.page.has("intents", "contract_done", tense=-1)
        occurred, coming, ahead = read_schedule(self.page, intent, done=done)
        self.out.put("occurred_on", occurred.day, occurred.spans, 0.9 if occurred.spans else 0.7)
        self.out.put("occurred_time", occurred.clock, occurred.spans)
        self.out.put("next_on", coming.day, coming.spans)
        self.out.put("next_time", coming.clock, coming.spans)
        return ahead

    def _money(self, intent: Intent, taken: list[Span]) -> None:
        calm = self.page.calm
        if found := tax(self.plain):
            self.out.put("tax_included", found[0], [found[1]])
        term = payment_term(calm)
        if term:
            self.out.put("payment_term_days", term[0], [term[1]])
            taken = [*taken, term[1]]
        receipt = intent is Intent.PAYMENT or (intent is Intent.CORRECT and bool(re.search("回款|到账|收款", calm)))
        paid = payment_amount(calm, taken) if receipt or intent is Intent.VISIT else None
        if paid and (receipt or _received(self.plain)):
            self.out.put("payment_amount", paid[0], paid[1])
            taken = [*taken, *paid[1]]
        total: Said | None = total_amount(calm, taken, intent)
        if total and not (receipt and not re.search("总额|合同额|总价|总共|合同金额|一共", calm)):
            self.out.put("total_amount", total.value, [total.span])

    def _words(self, intent: Intent, people: list[Person], ahead: list[When]) -> None:
        actions = action_items(self.page, intent, ahead, people)
        self.out.put_list("action_items", [a for a, _ in actions], [[s] for _, s in actions], 0.7)
        if reason := delay_reason(self.page, intent, self.people):
            self.out.put("delay_reason", reason[0], [reason[1]], 0.65)
        needs = needs_of(self.plain)
        self.out.put_list("needs", [n for n, _ in needs], [[s] for _, s in needs], 0.5)
        for key, found in (("competitor_answer", competitor_answer(self.plain)), ("budget_cycle", budget_cycle(self.plain))):
            if found:
                self.out.put(key, found[0], [found[1]], 0.5)

    def _finish(self, choice: Choice) -> Understood:
        candidates: tuple[Candidate, ...] = choice.candidates if choice.row is None else ()
        values = {k: v for k, v in self.out.values.items() if v is not None}
        return Understood(
            **values, customer_known=choice.row is not None, customer_id=choice.row.id if choice.row else None, candidates=candidates,
            confidence=self.out.confidence, spans=self.out.spans,
        )  # fmt: skip


def _again(text: str, people: Sequence[Person]) -> list[Span]:
    """Where persons already found are named once more."""
    return [m.span() for p in people for m in re.finditer(re.escape(p.name), text)]


def _received(text: str) -> bool:
    return bool(re.search(r"到账|收到.{0,6}[款万元]|打了.{0,4}款|付了|已付|结清|现金给|转了", text))


def _contacts_in(text: str, view: View, found: Sequence[Mention]) -> list[str]:
    """Names of table contacts standing in the text: all of the customers named, else those that are a full name or an address."""
    named = {c.name for m in found for id in m.ids if id in view.rows for c in view.rows[id].contacts if c.name in text}
    return sorted(named | set(view.contacts_in(text)))


def _third(text: str, p: Person) -> bool:
    """Someone of a third company: 正泰的王经理."""
    return _brand_before().search(text, max(0, p.start - 8), p.start) is not None


@derived
def _brand_before() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('brands', 'brands').pattern})的?$")


def _referrer(text: str, p: Person) -> bool:
    return bool(re.match(r"(?:给我)?(?:介绍|推荐|引荐)(?:了|的|我|来|过来)", text[p.end : p.end + 6]))
