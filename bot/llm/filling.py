"""What of a model's answer may enter a record: only what the message says, what the rules read the same way, and what they left open."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from bot.domain.clock import local_day
from bot.domain.recording import SURE
from bot.domain.understood import Candidate, Channel, Intent, NamedContact, Span, Understood
from bot.llm.answer import Answer, Meant, Quoted
from bot.llm.asking import number_of
from bot.llm.doubt import open_for
from bot.llm.hiding import Hidden

if TYPE_CHECKING:
    from bot.understanding import Reader
    from bot.understanding.names import View

# Below bot.domain.recording.SURE, so that the card says 猜的.
GUESS = SURE - 0.1
MOST = 3
LONGEST_NAME, LONGEST_STEP = 12, 60
_HAPPENED = (Meant.VISIT, Meant.FOLLOW_UP)
_DEFAULTS = {Meant.VISIT: Channel.VISIT}
# How the rules are asked about the quoted words: the same words about something to come, and about something past.
_AHEAD, _BEHIND = "改一下，下次跟进{}", "{}拜访了客户"


@dataclass(slots=True)
class Filling:
    """One answer on its way into one record."""

    said: Understood
    answer: Answer
    hidden: Hidden
    text: str
    at: datetime
    reader: "Reader"
    values: dict[str, Any] = field(default_factory=dict)
    spans: dict[str, Any] = field(default_factory=dict)

    def filled(self, candidates: Sequence[Candidate], view: "View") -> Understood:
        """The record with what the answer may add to it; the record itself when that is nothing."""
        if not self._intent():
            return self.said
        if self.values.get("intent") is not Intent.QUERY:
            self._dates()
            self._lists(view.colleagues)
            self._rest()
        self._customer(candidates, view)
        return self._record()

    def _intent(self) -> bool:
        """Whether there is anything to record. The rules' own intent stands, unless it is that they saw none."""
        meant, was = self.answer.intent, self.said.intent
        if was is not Intent.CHAT:
            return True
        if meant is None or meant.value is Meant.CHAT or self._found(meant) is None:
            return False
        self._put("intent", Intent(meant.value.value), self._found(meant))
        if meant.value in _HAPPENED and self.said.occurred_on is None:
            self._put("occurred_on", local_day(self.at), None)
        if meant.value in _DEFAULTS and self.said.channel is None:
            self._put("channel", _DEFAULTS[meant.value], None)
        return True

    def _dates(self) -> None:
        today = local_day(self.at)
        coming, past = self.answer.next_on, self.answer.occurred_on
        if coming and open_for(self.said, "next_on") and (day := self._day(coming.value, coming, _AHEAD, "next_on")) and day >= today:
            self._put("next_on", day, self._found(coming))
        if past and open_for(self.said, "occurred_on") and (day := self._day(past.value, past, _BEHIND, "occurred_on")) and day <= today:
            self._put("occurred_on", day, self._found(past))

    def _day(self, value: str, quoted: Quoted, asked: str, key: str) -> date | None:
        """The day, when the rules read the same one out of the quoted words."""
        if self._found(quoted) is None:
            return None
        read = self.reader.read(asked.format(self._words(quoted)), self.at)
        day = getattr(read, key)
        return day if isinstance(day, date) and read.spans.get(key) and day.isoformat() == value.strip() else None

    def _lists(self, colleagues: frozenset[str]) -> None:
        people = [p for p in self._words_of(self.answer.contacts, LONGEST_NAME) if p[0] not in colleagues]
        self._put_list("contacts", [(NamedContact(name), span) for name, span in people])
        self._put_list("competitors", self._words_of(self.answer.competitors, LONGEST_NAME))
        self._put_list("action_items", self._words_of(self.answer.action_items, LONGEST_STEP))
        self._put_list("objections", [(o.value, span) for o in self.answer.objections if (span := self._found(o))])

    def _rest(self) -> None:
        channel, amount, reason = self.answer.channel, self.answer.total_amount, self.answer.delay_reason
        if channel and open_for(self.said, "channel") and (span := self._found(channel)):
            self._put("channel", channel.value, span)
        if amount and open_for(self.said, "total_amount") and (span := self._found(amount)):
            self._put("total_amount", self._sum(amount.value, amount), span)
        if reason and open_for(self.said, "delay_reason") and (span := self._found(reason)):
            self._put("delay_reason", self._words(reason)[:LONGEST_STEP], span)

    def _sum(self, value: str, quoted: Quoted) -> Decimal | None:
        """The amount, when the rules read the same one out of the quoted words."""
        from bot.understanding.expressions import sums_in

        try:
            amount = Decimal(value.strip())
        except InvalidOperation:
            return None
        read = [Decimal(found["value"]) for found in sums_in(self._words(quoted)) if isinstance(found["value"], str)]
        return amount if amount.is_finite() and amount > 0 and amount in read else None

    def _customer(self, candidates: Sequence[Candidate], view: "View") -> None:
        chosen = self.answer.customer
        if chosen is None or self.said.customer_known or self._found(chosen) is None:
            return
        for place, candidate in enumerate(candidates, 1):
            if number_of(place) == chosen.candidate and (row := view.rows.get(candidate.id)):
                self._put("customer", row.name, self._found(chosen))
                self.spans["customer"] = self.said.spans.get("customer") or self.spans["customer"]
                self.values |= {"customer_known": True, "customer_id": row.id}

    def _words(self, quoted: Quoted) -> str:
        return self.hidden.restore(quoted.quote).strip()

    def _found(self, quoted: Quoted) -> Span | None:
        """Where the quoted words stand in the message; None when they do not."""
        words = self._words(quoted)
        at = self.text.find(words) if words else -1
        return (at, at + len(words)) if at >= 0 else None

    def _words_of(self, quotes: Iterable[Quoted], longest: int) -> list[tuple[str, Span]]:
        found = {self._words(q): self._found(q) for q in quotes}
        return [(words, span) for words, span in found.items() if span and len(words) <= longest and re.search(r"\w", words)]

    def _put(self, key: str, value: object, span: Span | None) -> None:
        if value is not None:
            self.values[key], self.spans[key] = value, [span] if span else []

    def _put_list(self, key: str, found: Sequence[tuple[object, Span]]) -> None:
        if found and open_for(self.said, key):
            self.values[key], self.spans[key] = tuple(value for value, _ in found[:MOST]), [[span] for _, span in found[:MOST]]

    def _record(self) -> Understood:
        guesses = dict.fromkeys(self.spans, GUESS)
        spans, confidence = {**self.said.spans, **self.spans}, {**self.said.confidence, **guesses}
        return replace(self.said, **self.values, spans=spans, confidence=confidence) if self.values else self.said
