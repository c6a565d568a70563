"""What the stages have found in one message so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from bot.understanding.codes import Code
from bot.understanding.date_find import When
from bot.understanding.knowledge import pattern
from bot.understanding.lazy import Lazy
from bot.understanding.text import blank

_BREAK = Lazy(r"[。;!?\n~]+|,(?!\d{3}(?!\d))|\s+(?=\S)|[、:](?=\D)")
_FUTURE_START = Lazy(r"(?:我们?)?(?:约了|约好|约的|定了|定在|说好)?$")
_ASPECT = Lazy(
    r"(?<!约)(?<!定)了(?!解|吗|么|没)|过(?=[了,。]|$|他|她|电话|微信|面|邮件|样)|完(?!成)|刚|已经?|才回|的时候|没(?=[见聊谈来法能碰接回去])|终于"
)
_LATER = Lazy(
    r"再(?!生|说他|次)|下次|准备|打算|计划|要去|约了|到时候?|让我|要我|叫我|要求|需要我|以后|回头|改天|等.{1,10}再|我(?:去|来)(?!了|过|的)|待会|稍后|答应"
)


_FILLER = Lazy(
    r"(?:那|就|吧|好|的|嗯|哦|行|可以|约|等|到|再|在|定|改|下次|跟进|联系|说|去|见|我们?|咱们?|他|她|左右|前后|之?前|之?后|以后|呢|啊|呀|哈|先|暂|大概|应该|差不多|看看"
    r"|过后|那天|的话|都行|也行|跟一下|跟|碰一下|碰|聊|打电话|沟通|拜访|过去|来|给他们?|回访|谈|问问|催一下|提醒我|一下|OK|ok|[\s,。.!?~、:]|\ue000)*"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the text with one time: ``tense`` 1 still to come, -1 past, 0 unsaid."""

    start: int
    end: int
    text: str
    tense: int


@dataclass(slots=True)
class Page:
    """The message as normalised text; ``bare`` has codes and names masked, ``calm`` also dates."""

    text: str
    now: datetime
    codes: list[Code]
    bare: str
    calm: str
    whens: list[When]
    clauses: list[Clause]

    def has(self, file: str, key: str, *, tense: int | None = None) -> bool:
        """Whether a pattern list matches anywhere, or only in clauses that are not of the opposite tense."""
        rule = pattern(file, key)
        if tense is None:
            return bool(rule.search(self.text))
        return any(c.tense != -tense and rule.search(c.text) for c in self.clauses)

    def first(self, kind: str) -> Code | None:
        """The first code of a kind."""
        return next((c for c in self.codes if c.kind == kind), None)

    def clause_at(self, at: int) -> Clause:
        """The clause in which a position lies."""
        return next((c for c in self.clauses if c.start <= at < c.end), self.clauses[-1])

    def is_bare_date(self) -> bool:
        """A date and nothing else: the answer to 下次什么时候跟进."""
        dated = [w for w in self.whens if w.kind != "duration"]
        return bool(dated) and _FILLER.fullmatch(blank(self.text, [(w.start, w.end) for w in dated])) is not None

    def has_past(self) -> bool:
        """Whether the message tells of something that has happened."""
        return any(c.tense < 0 for c in self.clauses) or self.has("intents", "reported")


def split(text: str, whens: Sequence[When], now: datetime) -> list[Clause]:
    """Clauses at punctuation and, for speech without any, where a date still to come begins."""
    cuts = {0, len(text)}
    cuts.update(m.end() for m in _BREAK.finditer(text) if not any(w.start < m.end() < w.end for w in whens))
    for when in whens:
        if when.tense > 0 and when.start >= 5 and not _FUTURE_START.fullmatch(text[max(0, when.start - 3) : when.start]):
            cuts.add(when.start)
    edges = sorted(cuts)
    return [_clause(text, a, b, whens, now) for a, b in pairwise(edges) if b > a] or [Clause(0, 0, "", 0)]


def _clause(text: str, start: int, end: int, whens: Sequence[When], now: datetime) -> Clause:
    said = text[start:end]
    inside = [w for w in whens if start <= w.start < end and w.kind != "duration" and (w.future or w.clock)]
    fixed = (
        [w.tense for w in inside if w.tense and w.day_said]
        + [-1 for w in inside if w.start < 10 and _struck(w, now)]
        + [1 for w in inside if w.relation in ("before", "within") and not w.tense]
    )
    aspect, later = _ASPECT.search(said), _LATER.search(said)
    if 1 in fixed and not (aspect and start + aspect.start() < min(w.start for w in inside)):
        return Clause(start, end, said, 1)
    if -1 in fixed:
        return Clause(start, end, said, -1)
    if later and not (aspect and aspect.start() < later.start()):
        return Clause(start, end, said, 1)
    return Clause(start, end, said, -1 if aspect else 0)


def _struck(when: When, now: datetime) -> bool:
    """A bare hour that has passed today."""
    return not when.day_said and when.clock is not None and when.tense <= 0 and when.clock <= now.time()
