"""Short names that are in no table (海山, 振华): believed only where a customer must stand."""

import re

from bot.understanding.companies import Company
from bot.understanding.dictionary import commonness
from bot.understanding.knowledge import derived, words
from bot.understanding.lazy import Lazy

PERSON = "\ue001"
_RUN = Lazy(r"[一-鿿A-Za-z]{2,9}")
_LETTER = Lazy(r"[一-鿿A-Za-z]")
_LEADING = r"[的了着过没不很都就才还吗呢吧啊呀我你他她它们这那说问让把被给去跟和到在是叫找约见帮从向与同催]"
_NEVER = Lazy(r"[的了吗呢吧啊呀我你他她它们这那哪谁没不]|什么|怎么|[是为]$|^人|^[聊谈见看说问打发报寄送小老第每一两三四五六七八九十几]")
# How common (in jieba's corpus) a word may be and still be a name, by how much the place says.
SURE, LIKELY, WEAK = 3000, 600, 60


def find_spoken(text: str) -> Company | None:
    """The first such name; persons are masked by PERSON, all else that is no name by MASK."""
    for m in re.finditer(PERSON + "+", text):
        end = m.start() - (text[m.start() - 1 : m.start()] == " ")
        if found := trimmed(text, _run_before(text, end), end, SURE if end == m.start() else LIKELY):
            return found
    for m in _pattern("went").finditer(text):
        if run := _RUN.match(text, m.end()):
            after = _after().search(text, run.start() + 2, run.end())
            if found := trimmed(text, run.start(), after.start() if after else run.end(), LIKELY):
                return found
    for m in _pattern("there").finditer(text):
        if found := trimmed(text, _run_before(text, m.start()), m.start(), LIKELY):
            return found
    first = re.compile(rf"\W*(?P<x>[一-鿿]{{2,4}}?)(?:{_pattern('opening').pattern})").match(text)
    return trimmed(text, first.start("x"), first.end("x"), WEAK) if first else None


@derived
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in words("customers", key)))


@derived
def _after() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words("customers", "after_name"))))


@derived
def _beside() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is cut off before and behind a name: words that lead to it, functions, departments."""
    titles = [t.partition("=")[0] for t in words("people", "titles")]
    functions = [*words("customers", "not_names"), *words("people", "departments"), *(t for t in titles if len(t) > 1)]
    no_names = "|".join(map(re.escape, sorted(functions, key=len, reverse=True)))
    leads = "|".join(map(re.escape, words("customers", "lead")))
    return re.compile(f"(?:(?:{no_names}|{leads}|{_LEADING})+[上里]?)+"), re.compile(
        f"(?:{no_names}|[的家里跟给找去约让催帮请问说与同向把被再又])+$"
    )


def _run_before(text: str, end: int) -> int:
    begin = end
    while begin > 0 and end - begin < 12 and _LETTER.match(text[begin - 1]):
        begin -= 1
    return begin


def trimmed(text: str, begin: int, end: int, common: int) -> Company | None:
    """What is left of a run without the words around the name, when it can be a name."""
    before, behind = _beside()
    if tail := behind.search(text, begin, end):
        end = tail.start()
    for lead in before.finditer(text, begin, end):
        # One character before a lead is a part of the name: 嘉和 is not 嘉 and 和.
        if lead.end() <= end - 2 and (lead.start() - begin != 1 or len(lead[0]) > 1):
            begin = lead.end()
    name = text[begin:end]
    if not 2 <= len(name) <= 6 or _NEVER.search(name) or before.match(name) or commonness(name) >= common:
        return None
    return None if name in words("places", "places") or name in words("brands", "brands") else Company(begin, end, name)
