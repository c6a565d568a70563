"""What each person sees on each screen; tests assert on this and not on calls."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Shown:
    """One message on one screen. ``mine`` marks what the screen's owner sent; ``content`` is the payload as it stands now.

    Screens are named: a member's app chat ``lisi``, ``group:ID`` for app-created chats, ``webhook:KEY``, ``bot:lisi`` and ``bot:CHATID``.
    ``history`` holds the texts that stood here before.
    """

    screen: str
    at: datetime
    kind: str
    content: Mapping[str, Any]
    text: str
    msgid: str = ""
    task: str = ""
    mine: bool = False
    greyed: str = ""
    recalled: bool = False
    history: list[str] = field(default_factory=list)

    @property
    def buttons(self) -> dict[str, str]:
        """What can be tapped: label → key. Nothing once the buttons are greyed."""
        if self.greyed or self.recalled or self.content.get("replace_text"):
            return {}
        submit = self.content.get("submit_button")
        found = [*self.content.get("button_list", []), *([submit] if submit else [])]
        return {b["text"]: b["key"] for b in found if not b.get("type") and "key" in b}

    @property
    def menu(self) -> dict[str, str]:
        """The entries of the card's corner menu: label → key."""
        return {a["text"]: a["key"] for a in self.content.get("action_menu", {}).get("action_list", [])}

    def become(self, content: Mapping[str, Any], text: str, greyed: str = "") -> None:
        """Change in place."""
        self.history.append(self.text)
        self.content, self.text, self.greyed = content, text, greyed


class Ledger:
    """All screens, oldest first. ``dropped`` is what the server took and showed nobody."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.dropped: list[Shown] = []

    def show(self, message: Shown) -> Shown:
        self.shown.append(message)
        return message

    def screen(self, name: str) -> list[Shown]:
        """Everything on a screen."""
        return [m for m in self.shown if m.screen == name and not m.recalled]

    def told(self, name: str) -> list[Shown]:
        """What a screen shows beside its owner's own words."""
        return [m for m in self.screen(name) if not m.mine]

    def doubles(self, name: str) -> dict[str, int]:
        """Messages that a screen shows more than once, by what was first written there."""
        counted = Counter((m.history[0] if m.history else m.text) for m in self.told(name))
        return {text: n for text, n in counted.items() if n > 1}

    def copies(self, task: str) -> list[Shown]:
        """Every person's copy of a card."""
        return [m for m in self.shown if m.task == task]
