"""What is sent: fixed instructions, and the message as data inside a JSON string."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from bot.domain.clock import local
from bot.domain.understood import Candidate
from bot.llm.answer import schema
from bot.llm.hiding import Hidden

if TYPE_CHECKING:
    from bot.understanding.names import KnownCustomer, View

LONGEST_ANSWER = 800
_WEEKDAYS = "一二三四五六日"


@cache
def instructions() -> str:
    """The instructions, as a file that people read and edit: prompts/llm/reader.md."""
    return files("prompts").joinpath("llm", "reader.md").read_text(encoding="utf-8")


def question(
    hidden: Hidden, keys: Sequence[str], candidates: Sequence[Candidate], view: "View", at: datetime, *, masked: bool
) -> list[dict[str, str]]:
    """The chat messages of one question."""
    moment = local(at)
    data = {
        "message": hidden.text,
        "said_at": f"{moment:%Y-%m-%d %H:%M} 星期{_WEEKDAYS[moment.weekday()]}",
        "unsure": list(keys),
        "candidates": [_described(n, view.rows[c.id], hidden, masked=masked) for n, c in enumerate(candidates, 1) if c.id in view.rows],
    }
    return [{"role": "system", "content": instructions()}, {"role": "user", "content": json.dumps(data, ensure_ascii=False)}]


def number_of(place: int) -> str:
    """The number under which a candidate is offered; ids of ours stay in the house."""
    return f"K{place}"


def body(model: str, messages: list[dict[str, str]], *, strict: bool) -> dict[str, Any]:
    """The request. Addresses that know no JSON schema are told it in words and asked for any JSON object."""
    request: dict[str, Any] = {"model": model, "max_tokens": LONGEST_ANSWER}
    if strict:
        form = {"name": "reading", "strict": True, "schema": schema()}
        return request | {"messages": messages, "temperature": 0, "response_format": {"type": "json_schema", "json_schema": form}}
    told = {"role": "system", "content": f"{messages[0]['content']}\n\nJSON Schema：\n{json.dumps(schema(), ensure_ascii=False)}"}
    return request | {"messages": [told, *messages[1:]], "response_format": {"type": "json_object"}}


def mended(messages: list[dict[str, str]], wrong: str) -> list[dict[str, str]]:
    """The question once more, after an answer that did not have the shape."""
    again = "上面的回答不符合规定的 JSON 格式。只回一个符合格式的 JSON 对象，不要别的字。"
    return [*messages, {"role": "assistant", "content": wrong[:4000]}, {"role": "user", "content": again}]


def _described(place: int, row: "KnownCustomer", hidden: Hidden, *, masked: bool) -> dict[str, Any]:
    from bot.understanding.aliases import core_of, place_of, without_legal

    short = without_legal(row.name)
    told: dict[str, Any] = {
        "candidate": number_of(place),
        "place": place_of(short) or None,
        "trade": short.partition(core_of(row.name))[2] or None,
        "industry": row.industry,
        "contacts": [mark for c in row.contacts if (mark := hidden.marked(c.name))],
    }
    return told if masked else told | {"name": row.name, "contacts": [c.name for c in row.contacts if c.name in hidden.text]}
