"""Why the customer hesitates, and who competes."""

import re
from collections.abc import Sequence
from functools import cache

from bot.domain.understood import Objection, Span
from bot.understanding.knowledge import groups, words
from bot.understanding.lazy import Lazy
from bot.understanding.text import MASK

_NEGATED = MASK


@cache
def _rules() -> dict[str, re.Pattern[str]]:
    return {code: re.compile("|".join(f"(?:{p})" for p in patterns)) for code, patterns in groups("objections", "codes").items()}


@cache
def _negated() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in groups("objections", "negated")["patterns"]))


def find_objections(text: str, rivals: Sequence[tuple[str, Span]] = ()) -> list[tuple[Objection, Span]]:
    """Objection codes with the words that show them; negated ones are not listed, a competitor in the field counts."""
    found = _said_objections(text)
    codes = {code for code, _ in found}
    if rivals and Objection.COMPETITOR not in codes and not _replaced().search(text):
        found.append((Objection.COMPETITOR, rivals[0][1]))
    if Objection.NO_NEED in codes:
        found = [(code, span) for code, span in found if code is not Objection.TIMING or not text[span[0] :].startswith("暂")]
    return found


@cache
def _replaced() -> re.Pattern[str]:
    return re.compile("|".join(groups("objections", "rival")["replaced"]))


def _said_objections(text: str) -> list[tuple[Objection, Span]]:
    said = _negated().sub(lambda m: _NEGATED * len(m[0]), text)
    return [(Objection(code), m.span()) for code, rule in _rules().items() if (m := rule.search(said))]


_RIVAL = Lazy(
    r"(?:竞品|竞争对手|对手)(?:是|叫|有|:)?\s?(?P<a>[一-鿿A-Za-z]{2,6}?)(?=[,。;在也报已的说和送]|$|\s)|(?:现在|目前|一直|都|在)?(?:用的?是?|换成|改用|找了?|给)(?P<b>[一-鿿]{2,4})(?=的(?:变频|伺服|PLC|阀|泵|电机|芯片|料|产品|设备|方案))"
)


def find_competitors(text: str, known: tuple[str, ...], own: tuple[str, ...] = ()) -> list[tuple[str, Span]]:
    """Named competitors: those of the customer's row, brands of the word list, and whoever is called a competitor."""
    found: dict[str, Span] = {}
    for name in sorted({*known, *words("brands", "brands")}, key=len, reverse=True):
        at = _find(text, name)
        if at is not None and not any(s < at + len(name) and at < e for s, e in found.values()) and name not in own:
            found[name] = (at, at + len(name))
    for m in _RIVAL.finditer(text):
        group = "a" if m["a"] else "b"
        span = m.span(group)
        if (
            m[group]
            and not any(s < span[1] and span[0] < e for s, e in found.values())
            and not re.search("[我他你们的]|别家|同行|老板", m[group])
        ):
            found[m[group]] = span
    return sorted(found.items(), key=lambda kv: kv[1])


def _find(text: str, name: str) -> int | None:
    if name.isascii():
        m = re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text)
        return m.start() if m else None
    at = text.find(name)
    return at if at >= 0 else None
