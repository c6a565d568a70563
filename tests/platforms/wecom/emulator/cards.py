"""Template cards: what WeCom refuses about them, and what a person reads on them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.platforms.wecom.emulator.refusals import need, web_address

CALLBACK_CARDS = {"button_interaction", "vote_interaction", "multiple_interaction"}
LINK_CARDS = {"text_notice", "news_notice"}
TASK = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
# The page recommends these lengths in characters; what is longer does not fit on a phone, so nobody reads it.
TITLE, DESC, SUBTITLE, BUTTON = 36, 44, 160, 10
# The page lists no code for each field; the emulator answers one code and names the field.
BAD = 40058


def check_card(card: object, *, update: bool = False, link_only: bool = False) -> Mapping[str, Any]:
    """The card when the real server would take it. ``update`` is a card that replaces another, which has no task of its own."""
    need(isinstance(card, Mapping), BAD, "template_card missing")
    assert isinstance(card, Mapping)
    kind = card.get("card_type")
    need(kind in (LINK_CARDS if link_only else LINK_CARDS | CALLBACK_CARDS), BAD, "template_card.card_type invalid")
    menu = card.get("action_menu")
    if not update and (kind in CALLBACK_CARDS or menu):
        need(isinstance(card.get("task_id"), str) and TASK.fullmatch(card["task_id"]), BAD, "template_card.task_id invalid")
    _title(card, str(kind))
    _rows(card)
    _quote(card)
    if card.get("card_action") is not None or kind in LINK_CARDS:
        _action(card.get("card_action"), required=kind in LINK_CARDS)
    if menu is not None:
        need(not link_only, BAD, "template_card.action_menu invalid")
        _keys(_list(menu, "action_list", 1, 3), "action_menu.action_list")
    _parts(card, str(kind))
    return card


def updatable(card: Mapping[str, Any]) -> bool:
    """Whether sending it brings a response code."""
    return card["card_type"] in CALLBACK_CARDS or "action_menu" in card


def media_of(card: Mapping[str, Any]) -> Iterable[str]:
    """The attachments that the card speaks of."""
    return [row["media_id"] for row in card.get("horizontal_content_list", []) if row.get("type") == 2]


def read_card(card: Mapping[str, Any]) -> str:
    """What a person reads, line by line, cut where the phone cuts it."""
    title, quote = card.get("main_title", {}), card.get("quote_area", {})
    lines = [card.get("source", {}).get("desc"), _cut(title.get("title"), TITLE), _cut(title.get("desc"), DESC)]
    lines += [quote.get("title"), quote.get("quote_text"), _cut(card.get("sub_title_text"), SUBTITLE)]
    number = card.get("emphasis_content", {})
    lines += [number.get("title"), number.get("desc")]
    lines += [f"{v.get('title', '')} {v.get('desc', '')}".strip() for v in card.get("vertical_content_list", [])]
    lines += [f"{row['keyname']}：{row.get('value', '')}" for row in card.get("horizontal_content_list", [])]
    choice = card.get("checkbox") or card.get("button_selection") or {}
    lines += [f"○ {option['text']}" for option in choice.get("option_list", [])]
    for select in card.get("select_list", []):
        lines += [select.get("title"), *(f"○ {option['text']}" for option in select["option_list"])]
    lines += [f"↗ {jump['title']}" for jump in card.get("jump_list", [])]
    buttons = [*card.get("button_list", []), *([card["submit_button"]] if "submit_button" in card else [])]
    if card.get("replace_text"):
        lines += [f"({card['replace_text']})"]
    elif buttons:
        lines += [" ".join(f"[{_cut(b['text'], BUTTON)}]" for b in buttons)]
    return "\n".join(line for line in lines if line)


def _cut(text: str | None, size: int) -> str | None:
    return text if text is None or len(text) <= size else text[: size - 1] + "…"


def _title(card: Mapping[str, Any], kind: str) -> None:
    title = card.get("main_title") or {}
    need(isinstance(title, Mapping), BAD, "template_card.main_title invalid")
    for name, text in (("title", title.get("title")), ("desc", title.get("desc")), ("sub_title_text", card.get("sub_title_text"))):
        need(text is None or isinstance(text, str), BAD, f"template_card.main_title.{name} invalid")
    given = bool(title.get("title"))
    if kind == "text_notice":
        given = given or bool(card.get("sub_title_text"))
    need(given, BAD, "template_card.main_title.title missing")


def _rows(card: Mapping[str, Any]) -> None:
    for row in _optional(card, "horizontal_content_list", 6):
        need(isinstance(row.get("keyname"), str) and row["keyname"], BAD, "horizontal_content_list.keyname missing")
        need(isinstance(row.get("value", ""), str), BAD, "horizontal_content_list.value invalid")
        kind = row.get("type", 0)
        need(kind in (0, 1, 2, 3), BAD, "horizontal_content_list.type invalid")
        if kind == 1:
            web_address(row.get("url"))
        need(kind != 2 or row.get("media_id"), BAD, "horizontal_content_list.media_id missing")
        need(kind != 3 or row.get("userid"), BAD, "horizontal_content_list.userid missing")
    for jump in _optional(card, "jump_list", 3):
        need(jump.get("title"), BAD, "jump_list.title missing")
        if jump.get("type", 0) == 1:
            web_address(jump.get("url"))
    for vertical in _optional(card, "vertical_content_list", 4):
        need(vertical.get("title"), BAD, "vertical_content_list.title missing")


def _quote(card: Mapping[str, Any]) -> None:
    quote = card.get("quote_area")
    need(quote is None or isinstance(quote, Mapping), BAD, "template_card.quote_area invalid")
    if quote and quote.get("type") == 1:
        web_address(quote.get("url"))


def _action(action: object, *, required: bool) -> None:
    need(isinstance(action, Mapping), BAD, "template_card.card_action missing")
    assert isinstance(action, Mapping)
    kind = action.get("type")
    need(kind in ((1, 2) if required else (0, 1, 2)), BAD, "template_card.card_action.type invalid")
    if kind == 1:
        web_address(action.get("url"))
    need(kind != 2 or action.get("appid"), BAD, "template_card.card_action.appid missing")


def _parts(card: Mapping[str, Any], kind: str) -> None:
    if kind == "button_interaction":
        buttons = _list(card, "button_list", 1, 6)
        for button in buttons:
            need(isinstance(button.get("text"), str) and button["text"], BAD, "button_list.text missing")
            need(button.get("style", 1) in (1, 2, 3, 4), BAD, "button_list.style invalid")
            if button.get("type", 0) == 1:
                web_address(button.get("url"))
        _keys([b for b in buttons if b.get("type", 0) == 0], "button_list")
        if card.get("button_selection") is not None:
            _options(card["button_selection"], "button_selection", 10)
    if kind == "vote_interaction":
        _options(card.get("checkbox"), "checkbox", 20)
        _submit(card)
    if kind == "multiple_interaction":
        for select in _list(card, "select_list", 1, 3):
            _options(select, "select_list", 10)
        _submit(card)
    if kind == "news_notice":
        picture = card.get("card_image") or card.get("image_text_area")
        need(isinstance(picture, Mapping), BAD, "template_card.card_image missing")
        assert isinstance(picture, Mapping)
        ratio = picture.get("aspect_ratio", 1.3)
        need(isinstance(ratio, int | float) and 1.3 <= ratio <= 2.25, BAD, "card_image.aspect_ratio invalid")
        web_address(picture.get("url") or picture.get("image_url"))


def _submit(card: Mapping[str, Any]) -> None:
    button = card.get("submit_button")
    need(isinstance(button, Mapping), BAD, "template_card.submit_button missing")
    assert isinstance(button, Mapping)
    _keys([button], "submit_button")


def _options(part: object, name: str, most: int) -> None:
    need(isinstance(part, Mapping) and part.get("question_key"), BAD, f"{name}.question_key missing")
    assert isinstance(part, Mapping)
    need(len(str(part["question_key"]).encode()) <= 1024, BAD, f"{name}.question_key too long")
    options = _list(part, "option_list", 1, most)
    for option in options:
        size = len(str(option.get("id", "")).encode())
        need(0 < size <= 128 and option.get("text"), BAD, f"{name}.option_list invalid")
    need(len({o["id"] for o in options}) == len(options), BAD, f"{name}.option_list.id repeated")


def _keys(buttons: list[Mapping[str, Any]], name: str) -> None:
    for button in buttons:
        key = button.get("key")
        need(isinstance(key, str) and 0 < len(key.encode()) <= 1024, BAD, f"{name}.key invalid")
        need(isinstance(button.get("text"), str) and button["text"], BAD, f"{name}.text missing")
    need(len({b["key"] for b in buttons}) == len(buttons), BAD, f"{name}.key repeated")


def _list(part: object, name: str, least: int, most: int) -> list[Mapping[str, Any]]:
    found = part.get(name) if isinstance(part, Mapping) else None
    need(isinstance(found, list) and least <= len(found) <= most, BAD, f"{name} must have {least} to {most} entries")
    assert isinstance(found, list)
    need(all(isinstance(entry, Mapping) for entry in found), BAD, f"{name} invalid")
    return found


def _optional(card: Mapping[str, Any], name: str, most: int) -> list[Mapping[str, Any]]:
    return _list(card, name, 0, most) if name in card else []
