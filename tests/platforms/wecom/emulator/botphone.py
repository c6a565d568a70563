"""A member who talks to the AI bot: alone with it, or in a group where it was @-ed."""

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.platforms.wecom.emulator.contacts import OPEN
from tests.platforms.wecom.emulator.corp import Person
from tests.platforms.wecom.emulator.ledger import Shown

if TYPE_CHECKING:
    from tests.platforms.wecom.emulator.server import Emulator


class BotPhone:
    """One member in one chat with the bot; ``group`` is the group's chatid. ``hidden`` gives the bot an encrypted id instead of the userid.

    What is sent returns the frame, so that it can come again.
    """

    def __init__(self, emulator: "Emulator", person: Person, group: str = "", *, hidden: bool = False) -> None:
        self.emulator, self.person, self.group, self.hidden = emulator, person, group, hidden

    @property
    def user(self) -> str:
        return OPEN + self.person.key if self.hidden else self.person.id

    @property
    def chat(self) -> str:
        return self.group or self.user.casefold()

    @property
    def screen(self) -> list[Shown]:
        """What the bot showed here."""
        return self.emulator.ledger.told(f"bot:{self.chat}")

    def card(self, words: str = "") -> Shown:
        """The newest card (whose text contains ``words``)."""
        return next(m for m in reversed(self.screen) if m.kind == "template_card" and words in m.text)

    async def say(self, words: str, *, pieces: int = 1, quote: str = "") -> dict[str, Any]:
        """Send text; in a group the bot is @-ed."""
        content = {"text": {"content": f"@跟进 {words}" if self.group else words}}
        quoted = {"quote": {"msgtype": "text", "text": {"content": quote}}} if quote else {}
        return await self._message("text", content | quoted, words, pieces)

    async def voice(self, transcript: str) -> dict[str, Any]:
        """Speak: only WeCom's own transcript arrives."""
        return await self._message("voice", {"voice": {"content": transcript}}, "<voice>")

    async def photo(self, data: bytes, name: str = "photo.jpg") -> dict[str, Any]:
        """Send a picture."""
        return await self._file("image", data, name)

    async def file(self, data: bytes, name: str) -> dict[str, Any]:
        """Send a file."""
        return await self._file("file", data, name)

    async def mixed(self, words: str, data: bytes) -> dict[str, Any]:
        """Send words and a picture in one message."""
        items = [{"msgtype": "text", "text": {"content": words}}, {"msgtype": "image", "image": self._hidden_file(data, "photo.jpg")}]
        return await self._message("mixed", {"mixed": {"msg_item": items}}, f"{words} <image>")

    async def enter(self) -> dict[str, Any]:
        """Open the chat for the first time today."""
        return await self._event("enter_chat", {})

    async def tap(self, card: Shown, label: str, chosen: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
        """Tap a button."""
        return await self.tap_key(card.task, (card.buttons | card.menu)[label], chosen)

    async def tap_key(self, task: str, key: str, chosen: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
        """Tap anything."""
        items = [{"question_key": question, "option_ids": {"option_id": list(ids)}} for question, ids in (chosen or {}).items()]
        event = {"card_type": "button_interaction", "event_key": key, "task_id": task}
        return await self._event("template_card_event", event | ({"selected_items": {"selected_item": items}} if items else {}), task)

    async def _file(self, kind: str, data: bytes, name: str) -> dict[str, Any]:
        return await self._message(kind, {kind: self._hidden_file(data, name)}, f"<{kind}>")

    def _hidden_file(self, data: bytes, name: str) -> dict[str, str]:
        url, key = self.emulator.bot.uploads.hide(data, name)
        return {"url": url, "aeskey": key}

    async def _message(self, kind: str, content: Mapping[str, Any], seen: str, pieces: int = 1) -> dict[str, Any]:
        bot = self.emulator.bot
        self.emulator.ledger.show(Shown(f"bot:{self.chat}", self.emulator.corp.now(), kind, {}, seen, mine=True))
        bot.spoken[self.chat] = bool(self.group)
        frame = self._frame("aibot_msg_callback", bot.ask(self.chat), {"msgtype": kind, **content})
        await bot.push(frame, pieces=pieces)
        return frame

    async def _event(self, name: str, more: Mapping[str, Any], task: str = "") -> dict[str, Any]:
        bot = self.emulator.bot
        event = {"eventtype": name, **({name: more} if more else {})}
        body = {"msgtype": "event", "create_time": int(self.emulator.corp.now().timestamp()), "event": event}
        frame = self._frame("aibot_event_callback", bot.ask(self.chat, name, task), body)
        await bot.push(frame)
        return frame

    def _frame(self, command: str, req_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        where = {"chatid": self.group, "chattype": "group"} if self.group else {"chattype": "single"}
        head = {"msgid": secrets.token_hex(12), "aibotid": self.emulator.corp.bot_id, **where, "from": {"userid": self.user}}
        return {"cmd": command, "headers": {"req_id": req_id}, "body": {**head, **body}}
