"""Which button a key of WeCom's stands for. Keys travel to phones and back; what they mean stays with us, beside the task."""

import hashlib
import json
from typing import Any

from bot.chat.incoming import CardTap
from bot.chat.outgoing import Button
from bot.platforms.wecom.inbound import Tapped
from storage.repositories.wecom import SentPart

LINES = "line"
BALLOT = "vote"


def key_of(*parts: object) -> str:
    """A short name that stays the same for the same button, however often the card is drawn again."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def button_key(button: Button) -> str:
    return key_of(button.action, button.values, button.label)


def meaning(button: Button) -> dict[str, Any]:
    """What a key stands for, as it is kept."""
    return {"action": button.action, "values": button.values or {}, "ask": button.ask or ""}


def tap_of(task: SentPart | None, tapped: Tapped) -> CardTap:
    """The tap in our words; one on a card or a button that nobody knows has no action, and is answered so."""
    found = task.taps.get(tapped.key) if task else None
    if found and "options" in found:
        chosen = [option for options in tapped.selected.values() for option in options]
        found = next((found["options"][one] for one in chosen if one in found["options"]), None)
    card = (task.card if task else None) or ""
    if not found:
        return CardTap(**tapped.head, card=card, action="")
    return CardTap(**tapped.head, card=card, action=found["action"], values=found["values"], ask=found["ask"])
