"""Hiding who is spoken of: names and numbers are taken out before a text leaves the house, and put back into what returns."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.understood import Understood

if TYPE_CHECKING:
    from bot.understanding.names import View

# Brackets that no message keeps, so that nobody can write a placeholder of their own.
OPEN, CLOSE = "⟦", "⟧"
PHONE, MAIL, NUMBER, COMPANY, PERSON = "电话", "邮箱", "号码", "公司", "人"
_KINDS = {"phone": PHONE, "mail": MAIL, "tracking": NUMBER, "contract": NUMBER, "certificate": NUMBER, "number": NUMBER}
_MAIL = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
# Seven figures in a row are an account or a telephone, unless they are money or a count.
_LONG_NUMBER = re.compile(r"(?<![\d.])\d(?:[ -]?\d){6,}[Xx]?(?![\d.]*\s?[万元块亿])")
_ACCOUNT = re.compile(r"(?i)(?:微信号?|wx|vx|qq|账号|帐号|卡号|身份证号?|税号|工号)[:： 是]{0,3}([A-Za-z0-9_-]{4,})")
_MET = r"见了|见到|见着|找了?|跟|和|给|约了?|叫|联系了?|拜访了?|是|问了?|去见|碰到|遇到|同|与|向|@|^|[\s，,。；;、：:！!？?]"
_WEEKDAY = re.compile("周[一二三四五六日天末]")
_NOT_GIVEN = re.compile(r"[的了和跟去到见找是给在说让把那要与约这他她您你我们不也都就还没]")
COMMON = 30

Mark = tuple[int, int, str]


@dataclass(slots=True)
class Hidden:
    """A text without names and numbers, and the way back. The same value has the same placeholder throughout."""

    text: str = ""
    _values: dict[str, str] = field(default_factory=dict)
    _marks: dict[tuple[str, str], str] = field(default_factory=dict)

    def mark(self, kind: str, value: str) -> str:
        """The placeholder that stands for a value."""
        if (kind, value) not in self._marks:
            number = 1 + sum(1 for known, _ in self._marks if known == kind)
            placeholder = f"{OPEN}{kind}{number}{CLOSE}"
            self._marks[kind, value] = placeholder
            self._values[placeholder] = value
        return self._marks[kind, value]

    def marked(self, value: str) -> str | None:
        """The placeholder of a value that was hidden, None when it was not in the text."""
        return next((mark for (_, hidden), mark in self._marks.items() if hidden == value), None)

    def restore(self, words: str) -> str:
        """Words of an answer with the hidden values back in their places."""
        return re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", lambda m: self._values.get(m[0], m[0]), words)


def hide(text: str, said: Understood, view: "View", *, masked: bool = True) -> Hidden:
    """Hide numbers and addresses, and unless told otherwise every name of a company or person that the rules can find."""
    from bot.understanding.text import normalise

    read = normalise(text)
    marks = [(*read.span(start, end), kind) for start, end, kind in _numbers(read.plain)]
    if masked:
        marks += [(*read.span(start, end), kind) for start, end, kind in _names(read.plain, view)]
        marks += list(_said(said))
    return _written(text, _apart(_everywhere(text, marks)))


def clean(text: str) -> str:
    """The text, one character for one, without control characters and without brackets of ours."""
    return "".join(c if c.isprintable() and c not in (OPEN, CLOSE) else " " for c in text)


def _numbers(plain: str) -> Iterator[Mark]:
    from bot.understanding.codes import find_codes

    yield from ((c.start, c.end, _KINDS[c.kind]) for c in find_codes(plain) if c.kind in _KINDS)
    yield from ((*m.span(), MAIL) for m in _MAIL.finditer(plain))
    yield from ((*m.span(), NUMBER) for m in _LONG_NUMBER.finditer(plain))
    yield from ((*m.span(1), NUMBER) for m in _ACCOUNT.finditer(plain))


def _names(plain: str, view: "View") -> Iterator[Mark]:
    from bot.understanding.companies import find_company
    from bot.understanding.customers import mentions
    from bot.understanding.knowledge import words
    from bot.understanding.people import find_people

    yield from ((h.start, h.end, COMPANY) for h in view.hits(plain))
    yield from ((m.start, m.end, COMPANY) for m in mentions(plain, view))
    yield from ((c.start, c.end, COMPANY) for declared in (True, False) if (c := find_company(plain, declared=declared)))
    yield from ((m.start(), m.end(), COMPANY) for brand in words("brands", "brands") for m in re.finditer(re.escape(brand), plain))
    known = {*view.contacts_in(plain), *(name for name in view.colleagues if name in plain)}
    yield from ((p.start, p.end, PERSON) for p in find_people(plain, sorted(known), view.colleagues))
    yield from _strangers(plain)


def _strangers(plain: str) -> Iterator[Mark]:
    """Full names after a word of meeting that no other rule knows (见了王建国); hiding a word too many does no harm."""
    from bot.understanding.dictionary import commonness
    from bot.understanding.knowledge import words

    surnames = "|".join(words("people", "surnames"))
    for m in re.finditer(rf"(?:{_MET})(?P<name>(?:{surnames})[一-鿿]{{1,2}})", plain):
        name = m["name"]
        if commonness(name[:2]) < COMMON and commonness(name) < COMMON and not (_NOT_GIVEN.search(name[1]) or _WEEKDAY.match(name)):
            cut = len(name) - (len(name) > 2 and bool(_NOT_GIVEN.search(name[-1])))
            yield m.start("name"), m.start("name") + cut, PERSON


def _said(said: Understood) -> Iterator[Mark]:
    spans = [(span, COMPANY) for span in said.spans.get("customer", [])]
    spans += [(span, PERSON) for each in said.spans.get("contacts", []) if isinstance(each, list) for span in each]
    yield from ((int(span[0]), int(span[1]), kind) for span, kind in spans if len(span) == 2 and isinstance(span, tuple))


def _everywhere(text: str, marks: Iterable[Mark]) -> list[Mark]:
    """The marks, and every other place where the same words stand."""
    found = {(text[start:end], kind) for start, end, kind in marks if end - start >= 2}
    return [(m.start(), m.end(), kind) for words, kind in found for m in re.finditer(re.escape(words), text)]


def _apart(marks: Iterable[Mark]) -> list[Mark]:
    """Marks that overlap become one, of the kind that begins first and reaches furthest."""
    out: list[Mark] = []
    for start, end, kind in sorted(marks, key=lambda m: (m[0], -m[1], m[2])):
        if out and start < out[-1][1]:
            first, last, known = out[-1]
            out[-1] = (first, max(last, end), known)
        else:
            out.append((start, end, kind))
    return out


def _written(text: str, marks: Iterable[Mark]) -> Hidden:
    hidden, parts, at = Hidden(), [], 0
    for start, end, kind in marks:
        parts += [text[at:start], hidden.mark(kind, text[start:end])]
        at = end
    hidden.text = "".join([*parts, text[at:]])
    return hidden
