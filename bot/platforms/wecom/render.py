"""How the neutral messages look on WeCom: plain text, Markdown pages, template cards.

A card that can be tapped becomes a ``button_interaction``; its list, when it has one, stands before it as Markdown and is acted on with
a drop-down ("which one") and the buttons of its lines. More than six buttons become a ballot. What does not fit is cut and says so, with
a link to the page that shows the whole card where the service has a public address, else after the whole card as Markdown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.chat.outgoing import Button, Card, Fact, Line, Outgoing, Reply
from bot.platforms.wecom import limits
from bot.platforms.wecom.taps import BALLOT, LINES, button_key, key_of, meaning
from bot.platforms.wecom.text import cut, harmless, no_links, pages, size
from prompts import wecom as words

COLOURS = {"info": 0, "warn": 1, "bad": 2, "good": 3}
FONTS = {"warn": "warning", "bad": "warning", "good": "info"}
STYLES = {"primary": 1, "default": 2, "danger": 3}


@dataclass(frozen=True, slots=True)
class Part:
    """One message of WeCom's: the object under the name of its type; ``taps`` is what a card's keys stand for, None for what is no card."""

    msgtype: str
    content: dict[str, Any]
    taps: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A template card and the meaning of its keys; ``whole`` when nothing of the card was left out."""

    card: dict[str, Any]
    taps: dict[str, Any] = field(default_factory=dict)
    whole: bool = True


def for_member(message: Outgoing, link: str) -> list[Part]:
    """A message to one person; ``link`` is the address of the card's page, empty when there is none."""
    if isinstance(message, Reply):
        return _words(message)
    drawn = draw(message, link)
    listed = any(line.buttons for section in message.sections for line in section.lines)
    can_be_tapped = bool(message.buttons) or listed
    if not can_be_tapped and not (link and drawn.whole):
        return _markdown(message, limits.TEXT_BYTES, link, most=limits.PAGES)
    told = drawn.whole or "card_action" in drawn.card  # the whole of it is a tap away
    before = _markdown(message, limits.TEXT_BYTES, link, most=limits.PAGES) if message.sections or not told else []
    # A notice cannot be replaced, so it is no task.
    return [*before, Part("template_card", drawn.card, drawn.taps if drawn.card["card_type"] != "text_notice" else None)]


def for_webhook(message: Outgoing, link: str, mention: Sequence[str] = ()) -> list[Part]:
    """A message to a group through its webhook. Nothing here can be tapped; the link leads to the page that can."""
    if isinstance(message, Reply):
        return _words(message)
    drawn = notice(message, link) if link and not message.sections and not mention else None
    if drawn is not None and drawn.whole:
        return [Part("template_card", drawn.card)]
    return _markdown(message, limits.WEBHOOK_MARKDOWN_BYTES, link, mention)


def for_appchat(message: Outgoing, link: str, mention: Sequence[str] = ()) -> list[Part]:
    """A message to a group that the app made."""
    if isinstance(message, Reply):
        return _words(message)
    return _markdown(message, limits.TEXT_BYTES, link, mention)


def _words(reply: Reply) -> list[Part]:
    found = pages(no_links(reply.text).split("\n"), limits.TEXT_BYTES)
    return [Part("text", {"content": page}) for page in found if page.strip()]


def draw(card: Card, link: str, *, again: bool = False) -> Drawn:
    """The template card; ``again`` when it takes the place of one that could be tapped."""
    lines = [(section.title, line) for section in card.sections for line in section.lines if line.buttons]
    if lines:
        return _choice(card, lines, link)
    if len(card.buttons) > limits.BUTTONS:
        return _ballot(card, link)
    if card.buttons:
        return _tappable(card, card.buttons, link)
    if again or not link:
        drawn = _body(card, "button_interaction", link)
        grey = {"button_list": [{"text": words.DONE, "style": STYLES["default"], "key": "done"}], "replace_text": words.DONE}
        return Drawn({**drawn.card, **grey}, {}, drawn.whole)
    return notice(card, link)


def notice(card: Card, link: str) -> Drawn:
    """A card that only leads to its page."""
    drawn = _body(card, "text_notice", link)
    return Drawn({**drawn.card, "jump_list": [{"type": 1, "title": words.OPEN_PAGE, "url": link}]}, {}, drawn.whole)


def _tappable(card: Card, buttons: Sequence[Button], link: str) -> Drawn:
    long = any(len(b.label) > limits.BUTTON_TEXT for b in buttons)
    # Cut labels may look alike (two candidates that begin the same): then all are numbered, and the card spells them out.
    labels = [f"{n} {b.label}" for n, b in enumerate(buttons, 1)] if long else [b.label for b in buttons]
    drawn = _body(card, "button_interaction", link, [label for label in labels if len(label) > limits.BUTTON_TEXT])
    shown = [
        {"text": cut(label, limits.BUTTON_TEXT), "style": STYLES[b.style], "key": button_key(b)}
        for label, b in zip(labels, buttons, strict=True)
    ]
    return Drawn({**drawn.card, "button_list": shown}, {button_key(b): meaning(b) for b in buttons}, drawn.whole)


def _choice(card: Card, lines: Sequence[tuple[str, Line]], link: str) -> Drawn:
    """ "Which one?" and what can be done about it. The next lines come up as the first are done with."""
    first = lines[: limits.CHOICES]
    options = [{"id": _line_key(line), "text": _option(title, line)} for title, line in first]
    labels = {b.label: b for _, line in first if len(line.buttons) > 1 for b in line.buttons} or {
        b.label: b for _, line in first for b in line.buttons
    }
    room = limits.BUTTONS - len(card.buttons)
    actions = list(labels.values())[:room]
    more = words.more_lines(len(lines) - len(first)) if len(lines) > len(first) else ""
    done = [Fact(label=cut(line.text, limits.FACT_LABEL), value=line.detail) for s in card.sections for line in s.lines if not line.buttons]
    short = Card(key=card.key, title=card.title, tone=card.tone, text=words.CHOOSE, facts=tuple(done[-limits.FACTS :]), note=more)
    drawn = _body(short, "button_interaction", link)
    shown = [{"text": cut(b.label, limits.BUTTON_TEXT), "style": STYLES[b.style], "key": key_of(LINES, b.label)} for b in actions]
    own = [{"text": cut(b.label, limits.BUTTON_TEXT), "style": STYLES[b.style], "key": button_key(b)} for b in card.buttons]
    taps: dict[str, Any] = {button_key(b): meaning(b) for b in card.buttons}
    for action in actions:
        taps[key_of(LINES, action.label)] = {"options": {_line_key(x): meaning(_button(x, action.label)) for _, x in first}}
    selection = {"question_key": LINES, "title": words.WHICH, "option_list": options, "selected_id": options[0]["id"]}
    return Drawn({**drawn.card, "button_selection": selection, "button_list": own + shown}, taps)


def _ballot(card: Card, link: str) -> Drawn:
    """A ballot has a title, a line below it and the options; the rest of the card stands before it."""
    body = _body(card, "vote_interaction", link)
    shown = card.buttons[: limits.BALLOT]
    drawn = {
        "card_type": "vote_interaction",
        "source": body.card["source"],
        "main_title": {**body.card["main_title"], "desc": cut(card.text or words.SUBMIT_HINT, limits.DESCRIPTION)},
        "checkbox": {
            "question_key": BALLOT,
            "mode": 0,
            "option_list": [{"id": button_key(b), "text": b.label, "is_checked": False} for b in shown],
        },
        "submit_button": {"text": words.SUBMIT, "key": BALLOT},
    }
    whole = len(card.text) <= limits.DESCRIPTION and not (card.facts or card.note) and len(shown) == len(card.buttons)
    return Drawn(drawn, {BALLOT: {"options": {button_key(b): meaning(b) for b in shown}}}, whole)


def _button(line: Line, label: str) -> Button:
    """The line's button of that name; the only one it has answers to any."""
    return next((b for b in line.buttons if b.label == label), line.buttons[0])


def _line_key(line: Line) -> str:
    return key_of([(b.action, b.values) for b in line.buttons])


def _option(title: str, line: Line) -> str:
    return cut(line.text if line.detail else f"{title} {line.text}", limits.CHOICE_TEXT)


def _body(card: Card, kind: str, link: str, extra: Sequence[str] = ()) -> Drawn:
    """What all kinds of template card share: title, facts, words; what does not fit is left out with a word about it."""
    facts = [f for f in card.facts if len(_value(f)) <= limits.FACT_VALUE]
    long = [f for f in card.facts if len(_value(f)) > limits.FACT_VALUE]
    lines = [card.text, *extra, *(f"{f.label}：{_value(f)}" for f in [*facts[limits.FACTS :], *long]), card.note]
    text = "\n".join(line for line in lines if line)
    whole = len(text) <= limits.SUBTITLE and len(card.title) <= limits.TITLE and not card.sections
    if len(text) > limits.SUBTITLE:
        tail = words.CUT_WITH_LINK if link else words.CUT
        text = text[: limits.SUBTITLE - len(tail)] + tail
    drawn: dict[str, Any] = {
        "card_type": kind,
        "source": {"desc": words.SOURCE, "desc_color": COLOURS[card.tone]},
        "main_title": {"title": cut(card.title, limits.TITLE)},
        "horizontal_content_list": [{"keyname": f.label, "value": _value(f)} for f in facts[: limits.FACTS]],
    }
    drawn |= {"sub_title_text": text} if text else {}
    drawn |= {"card_action": {"type": 1, "url": link}} if link else {}
    return Drawn(drawn, {}, whole)


def _value(fact: Fact) -> str:
    return f"{' '.join(fact.value.split())}{words.GUESS if fact.guess else ''}"


def _markdown(card: Card, page_bytes: int, link: str, mention: Sequence[str] = (), *, most: int = 0) -> list[Part]:
    """The card on pages; ``most`` bounds their number, 0 does not."""
    end = [f"[{words.OPEN_PAGE}]({link})"] if link else []
    end += [" ".join(f"<@{user}>" for user in mention)] if mention else []
    found = pages([*markdown_lines(card), *end], page_bytes)
    if most and len(found) > most:
        rest = [words.cut_pages(len(found) - most), *end]
        room = sum(size(line) + 1 for line in rest)
        last = pages(found[most - 1].split("\n"), page_bytes - room)[0]
        found = [*found[: most - 1], "\n".join([last, *rest])]
    return [Part("markdown", {"content": page}) for page in found]


def markdown_lines(card: Card) -> Iterator[str]:
    """The whole card as lines of Markdown."""
    title = harmless(card.title)
    yield f'**<font color="{FONTS[card.tone]}">{title}</font>**' if card.tone in FONTS else f"**{title}**"
    yield from (harmless(card.text).split("\n") if card.text else [])
    for fact in card.facts:
        yield f'> <font color="comment">{harmless(fact.label)}</font> {harmless(_value(fact))}'
    for section in card.sections:
        if section.title:
            yield f"**{harmless(section.title)}**" if section.level > 1 else f"### {harmless(section.title)}"
        for line in section.lines:
            yield f"· {harmless(line.text)}"
            yield from ([f'> <font color="comment">{harmless(line.detail)}</font>'] if line.detail else [])
    yield from (f'<font color="comment">{harmless(line)}</font>' for line in card.note.split("\n") if card.note)
