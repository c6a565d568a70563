"""What the bot says, the same on every platform: plain replies and cards that platforms draw in their own way."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Discriminator, TypeAdapter

BETWEEN = "："
Tone = Literal["info", "good", "warn", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something to tap. ``ask`` is a question to be answered in words before the tap is sent (a reason, a date).

    ``copy`` is text that a tap also puts on the clipboard, where the platform can.
    """

    label: str
    action: str
    values: dict[str, str] | None = None
    style: Literal["default", "primary", "danger"] = "default"
    ask: str | None = None
    copy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that was understood; ``guess`` marks a value that is not certain."""

    label: str
    value: str
    guess: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a list, with what can be done about it. ``colour`` is a staleness colour or empty; ``key`` names what it is about."""

    text: str
    detail: str = ""
    colour: str = ""
    buttons: tuple[Button, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled part of a card; ``level`` 1 to 3 nests region, product line and rep."""

    title: str
    lines: tuple[Line, ...] = ()
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A page of ours: ``path`` is what comes after the public address. A platform that knows no public address leaves it out."""

    label: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Plain words."""

    type: Literal["reply"] = "reply"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card. ``key`` names it for taps and for replacing every copy in place; a new card with the same key is the same card.

    ``mention`` are ids of members whom a group message calls by name, where the platform can.
    """

    type: Literal["card"] = "card"
    key: str
    title: str
    tone: Tone = "info"
    text: str = ""
    facts: tuple[Fact, ...] = ()
    sections: tuple[Section, ...] = ()
    buttons: tuple[Button, ...] = ()
    note: str = ""
    links: tuple[Link, ...] = ()
    mention: tuple[str, ...] = ()


def list_path(key: str) -> str:
    """The page on which a card can be read and acted upon by whoever may."""
    return f"/app/list/{quote(key, safe='')}"


def has_buttons(card: Card) -> bool:
    """Whether anything on the card can be tapped."""
    return bool(card.buttons) or any(line.buttons for section in card.sections for line in section.lines)


Outgoing = Reply | Card


@cache
def _adapter() -> TypeAdapter[Outgoing]:
    return TypeAdapter(Annotated[Outgoing, Discriminator("type")])


def encode(message: Outgoing) -> str:
    """The message as ASCII JSON for the outbox."""
    return _adapter().dump_json(message, ensure_ascii=True).decode("ascii")


def decode(payload: str) -> Outgoing:
    """The message that :func:`encode` wrote. Raises pydantic.ValidationError."""
    return _adapter().validate_json(payload)


def rewritten(message: Outgoing, how: Callable[[str], str]) -> Outgoing:
    """The message with everything that a person reads in it put through ``how``; keys, actions and values stay."""
    if isinstance(message, Reply):
        return Reply(text=how(message.text))
    return replace(
        message,
        title=how(message.title),
        text=how(message.text),
        note=how(message.note),
        facts=tuple(_fact(fact, how) for fact in message.facts),
        sections=tuple(replace(s, title=how(s.title), lines=tuple(_line(x, how) for x in s.lines)) for s in message.sections),
        buttons=_buttons(message.buttons, how),
    )


def _fact(fact: Fact, how: Callable[[str], str]) -> Fact:
    # Label and value say together what a figure is: 单价 and 180.
    joined = f"{fact.label}{BETWEEN}{fact.value}"
    label, _, value = how(joined).partition(BETWEEN)
    return replace(fact, label=label, value=value)


def _line(line: Line, how: Callable[[str], str]) -> Line:
    return replace(line, text=how(line.text), detail=how(line.detail), buttons=_buttons(line.buttons, how))


def _buttons(buttons: tuple[Button, ...], how: Callable[[str], str]) -> tuple[Button, ...]:
    return tuple(replace(button, label=how(button.label)) for button in buttons)


def plain(message: Outgoing) -> str:
    """The message as plain text: for terminals, previews and platforms without cards."""
    if isinstance(message, Reply):
        return message.text
    lines = [f"【{message.title}】"]
    lines += [message.text] if message.text else []
    lines += [f"{f.label}：{f.value}{'（猜的）' if f.guess else ''}" for f in message.facts]
    for section in message.sections:
        lines += ["  " * (section.level - 1) + section.title] if section.title else []
        lines += ["  " * section.level + f"· {line.text}" + (f" —— {line.detail}" if line.detail else "") for line in section.lines]
    lines += [" ".join(f"[{b.label}]" for b in message.buttons)] if message.buttons else []
    lines += [message.note] if message.note else []
    return "\n".join(lines)
