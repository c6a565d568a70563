"""What is noted beside the scored fields: needs, our answer to a competitor, when there is budget, what a role cares about."""

import re

from bot.domain.understood import Span
from bot.understanding.lazy import Lazy
from bot.understanding.people import Person

_NEED = Lazy(r"(?:想要?(?!想)|希望|需要|打算换|想换|要求|嫌|头疼的是|痛点是?|担心|急着)(?P<what>[^,。;!?\n]{2,20})")
_ANSWER = Lazy(r"(?:我(?:们)?(?:说|回|解释|强调|告诉他|的优势是?)|咱们?(?:胜在|强在|优势))(?P<what>[^。;!?\n]{3,40})")
_CYCLE = Lazy(
    r"(?P<what>(?:[一二三四]季度|Q[1-4]|明年|下半年|上半年|年底|年初|[一二三四五六七八九十\d]{1,2}月份?)(?:的|才有|有|批|才批|出)*预算|预算(?:要|得|等|在|是|到)*(?:等)?(?:[一二三四]季度"
    r"|Q[1-4]|明年|下半年|上半年|年底|年初|[一二三四五六七八九十\d]{1,2}月份?))"
)
_FOCUS = Lazy(r"[^,。;]{0,8}(?:重点问了|关心|看重|在意|最关注|关注|问了|强调)(?:的是)?(?P<what>[^,。;!?\n]{2,20})")


def needs_of(text: str) -> list[tuple[str, Span]]:
    """What the customer wants or suffers from."""
    return [(m["what"], m.span("what")) for m in _NEED.finditer(text)][:5]


def competitor_answer(text: str) -> tuple[str, Span] | None:
    """What we answered to a competitor's offer."""
    if not re.search("竞品|比价|别家|同行|对手|对比|他们家", text):
        return None
    m = _ANSWER.search(text)
    return (m["what"], m.span("what")) if m else None


def budget_cycle(text: str) -> tuple[str, Span] | None:
    """When money is available (Q3, 明年预算)."""
    m = _CYCLE.search(text)
    return (m["what"], m.span("what")) if m else None


def focus_of(text: str, p: Person) -> str | None:
    """What this person cares about, said right after the name."""
    m = _FOCUS.match(text, p.end)
    return m["what"] if m else None
