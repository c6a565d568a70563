"""Why the customer hesitates, and who competes."""

import re
from collections.abc import Sequence

from bot.domain.understood import Objection, Span
from bot.understanding.knowledge import any_of, derived, groups, pattern, words
from bot.understanding.lazy import Lazy
from bot.understanding.spoken import trimmed
from bot.understanding.text import MASK

_NEGATED = MASK


@derived
def _rules() -> dict[str, re.Pattern[str]]:
    return {code: re.compile("|".join(f"(?:{p})" for p in patterns)) for code, patterns in groups("objections", "codes").items()}


@derived
def _negated() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in groups("objections", "negated")["patterns"]))


def find_objections(text: str, rivals: Sequence[tuple[str, Span]] = ()) -> list[tuple[Objection, Span]]:
    """Objection codes with the words that show them; negated ones are not listed, a competitor in the field counts."""
    found = [f for f in _said_objections(text) if f[0] is not Objection.QUALITY_DOUBT or not _of_rival(text, f[1][0], rivals)]
    if rivals and _replaced().search(text):
        found = [f for f in found if f[0] is not Objection.COMPETITOR or not _USING.match(text, f[1][0])]
    codes = {code for code, _ in found}
    if rivals and Objection.COMPETITOR not in codes and not _replaced().search(text):
        found.append((Objection.COMPETITOR, rivals[0][1]))
    if Objection.NO_NEED in codes:
        found = [(code, span) for code, span in found if code is not Objection.TIMING or not text[span[0] :].startswith("暂")]
    return found


@derived
def _replaced() -> re.Pattern[str]:
    return re.compile("|".join(groups("objections", "rival")["replaced"]))


_USING = Lazy(r"[^,。;]{0,3}(?:一直|现在|目前|还在|已经|都|向来|多年)?(?:在)?用")


def _said_objections(text: str) -> list[tuple[Objection, Span]]:
    said = _negated().sub(lambda m: _NEGATED * len(m[0]), text)
    return [(Objection(code), m.span()) for code, rule in _rules().items() if (m := rule.search(said))]


def _of_rival(text: str, at: int, rivals: Sequence[tuple[str, Span]]) -> bool:
    """A doubt that is said of the competitor's goods: 现在用华兴的膜质量不行."""
    return any(0 <= at - end <= 8 and not re.search("[,。;!?]", text[end:at]) for _, (_, end) in rivals)


_RIVAL = Lazy(r"(?:竞品|竞争对手|对手)(?:是|叫|有|:)?\s?(?P<x>[一-鿿A-Za-z]{2,6}?)(?=[,。;在也报已的说和送]|$|\s)")
_NOBODY = Lazy(
    r"^(?:周|星期|礼拜|下周|上周|本周|下个?月|上个?月|月[底初中]|[今明后昨前]天|年[底初]|节[前后])|[我他你们]|别家|同行|老板|国产|进口|便宜|最|新|旧|其他|另外"
)
# How common a word may be and still be the name of a competitor.
COMMON = 600


@derived
def _rival_rules() -> tuple[re.Pattern[str], ...]:
    return _RIVAL.compiled, *map(re.compile, words("brands", "rivals"))


def find_competitors(text: str, known: tuple[str, ...]) -> list[tuple[str, Span]]:
    """Named competitors: those of the customer's row, brands of the word list, and whoever is called a competitor."""
    text = pattern("brands", "no_brand").sub(lambda m: MASK * len(m[0]), text)
    found: dict[str, Span] = {}
    for start, end in sorted(_brand_spans(text, known), key=lambda s: s[0] - s[1]):
        if not any(s < end and start < e for s, e in found.values()):
            found.setdefault(text[start:end], (start, end))
    for rule in _rival_rules():
        for m in rule.finditer(text):
            company = trimmed(text, *m.span("x"), COMMON)
            if company and not _NOBODY.search(company.name) and not any(s < company.end and company.start < e for s, e in found.values()):
                found[company.name] = (company.start, company.end)
    return sorted(found.items(), key=lambda kv: kv[1])


def _brand_spans(text: str, known: tuple[str, ...]) -> list[Span]:
    spans = [m.span() for m in any_of("brands", "brands").finditer(text)]
    spans += [m.span() for name in known for m in re.finditer(re.escape(name), text)]
    return [(s, e) for s, e in spans if not text[s:e].isascii() or not _LATIN.search(text[s - 1 : s] + text[e : e + 1])]


_LATIN = Lazy("[A-Za-z0-9]")
