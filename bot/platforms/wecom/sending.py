"""Saying things: to a member as the app, to a group through its webhook, to a group that the app made; and replacing cards.

Chats are a member's user id, ``key:<name>`` for a webhook of the settings, ``appchat:<id>`` for a group of the app's.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.chat.outgoing import Card, Outgoing, Reply, list_path, plain
from bot.domain.errors import PlatformError
from bot.platforms.wecom import limits, render
from bot.platforms.wecom.api import Api
from bot.platforms.wecom.errors import Refusal
from bot.platforms.wecom.ledger import Ledger, Pace
from bot.platforms.wecom.render import Part
from config.platforms import Wecom
from prompts import wecom as words
from storage.repositories.wecom import SentPart

log = logging.getLogger(__name__)

Say = Callable[[Part], Awaitable[None]]

TASK_KNOWN = 42014
# What is added to the key of a message that had to be said anew, as a card.
AGAIN = "-again"
WEBHOOK = "key:"
APPCHAT = "appchat:"


class Sending:
    """The three doors out of one corp."""

    def __init__(self, settings: Wecom, api: Api, ledger: Ledger, public_url: str) -> None:
        self._settings = settings
        self._api = api
        self._ledger = ledger
        self.public_url = public_url

    async def send(self, chat: str, message: Outgoing, key: str) -> None:
        """Say a message, part by part; what has left stays sent, whatever happens to the rest. Raises PlatformError."""
        link = link_of(message, self.public_url)
        if not chat.startswith((WEBHOOK, APPCHAT)):
            await self._to_member(chat, message, key, link)
            return
        called = await self._ledger.users(message.mention if isinstance(message, Card) else ())
        if chat.startswith(WEBHOOK):
            webhook = self._webhook_key(chat)
            parts = render.for_webhook(message, link, called)
            await self._parts(chat, message, key, parts, limits.WEBHOOK_PACE, lambda part: self._hook(webhook, part))
        else:
            group = chat.removeprefix(APPCHAT)
            parts = render.for_appchat(message, link, called)
            await self._parts(chat, message, key, parts, limits.APPCHAT_PACE, lambda part: self._appchat(group, part))

    async def update(self, chat: str, ref: str, message: Outgoing) -> None:
        """Replace a card where it hangs.

        What is no card on WeCom cannot be changed: then a message that asks for something is said anew, and of a card whose codes are
        spent the one who tapped it hears the result. Raises PlatformError.
        """
        if chat.startswith((WEBHOOK, APPCHAT)) or not isinstance(message, Card):
            return  # a group's list cannot be changed; its page shows how things stand
        note = await self._ledger.card_of(ref) or await self._ledger.card_of(f"{ref}{AGAIN}")
        if note is None or note.task_id is None:
            if message.buttons:
                await self._to_member(chat, message, f"{ref}{AGAIN}", link_of(message, self.public_url))
            return
        drawn = render.draw(message, link_of(message, self.public_url), again=True)
        await self._ledger.learn(note, drawn.taps)
        codes, tapped = await self._ledger.codes(note.task_id)
        for code in codes:
            if await self._replaced(chat, code.code, drawn.card):
                return
        if tapped:
            await self._to_member(chat, _result(message), f"{ref}-result", "")
        else:
            log.info("wecom card cannot be replaced any more task=%s", note.task_id)

    async def _to_member(self, user: str, message: Outgoing, key: str, link: str) -> None:
        card = message.key if isinstance(message, Card) else None
        for number, part in enumerate(render.for_member(message, link)):
            note = await self._ledger.begin(key, number, user, card, part, limits.MEMBER_PACE)
            if note is not None:
                await self._ledger.sent(note, *await self._say(user, part, note))

    async def _say(self, user: str, part: Part, note: SentPart) -> tuple[str | None, str | None]:
        content = part.content if note.task_id is None else {**part.content, "task_id": note.task_id}
        body: dict[str, Any] = {"touser": user, "agentid": self._settings.agent_id, "msgtype": part.msgtype, part.msgtype: content}
        if note.guarded:
            body |= {"enable_duplicate_check": 1, "duplicate_check_interval": limits.DUPLICATE_SECONDS}
        try:
            answer = await self._api.post("message/send", body)
        except Refusal as refusal:
            if refusal.code == TASK_KNOWN:  # an earlier try of ours got there, and only its answer was lost
                return None, None
            raise
        for name, licence in (("invaliduser", False), ("unlicenseduser", True)):
            if user in str(answer.get(name) or "").lower().split("|"):
                raise PlatformError(f"wecom message/send：{words.refused(user, licence=licence)}", final=True)
        return answer.get("msgid"), answer.get("response_code")

    async def _replaced(self, user: str, code: str, card: dict[str, Any]) -> bool:
        body = {"userids": [user], "agentid": self._settings.agent_id, "response_code": code, "template_card": card}
        try:
            answer = await self._api.post("message/update_template_card", body)
        except Refusal as refusal:
            if not refusal.final:
                raise
            log.warning("wecom refused to replace a card: %s", refusal.code)
            await self._ledger.spend(code)
            return False
        await self._ledger.spend(code)
        return user not in [str(one).lower() for one in answer.get("invaliduser") or []]

    async def _parts(self, chat: str, message: Outgoing, key: str, parts: Sequence[Part], pace: Pace, say: Say) -> None:
        card = message.key if isinstance(message, Card) else None
        for number, part in enumerate(parts):
            note = await self._ledger.begin(key, number, chat, card, replace(part, taps=None), pace)
            if note is not None:
                await say(part)
                await self._ledger.sent(note, None, None)

    async def _hook(self, key: str, part: Part) -> None:
        await self._api.webhook(key, {"msgtype": part.msgtype, part.msgtype: part.content})

    async def _appchat(self, group: str, part: Part) -> None:
        await self._api.post("appchat/send", {"chatid": group, "msgtype": part.msgtype, part.msgtype: part.content, "safe": 0})

    def _webhook_key(self, chat: str) -> str:
        found = self._settings.webhook_keys.get(chat.removeprefix(WEBHOOK))
        if found is None:
            raise PlatformError(f"wecom：{words.no_webhook(chat.removeprefix(WEBHOOK))}", retry_after=60)
        return found.get_secret_value()


def link_of(message: Outgoing, public_url: str) -> str:
    """The address of a card's page; empty where there is none."""
    if not public_url or not isinstance(message, Card):
        return ""
    return public_url + (message.links[0].path if message.links else list_path(message.key))


def _result(card: Card) -> Reply:
    """What became of a card, in words."""
    return Reply(text=plain(replace(card, buttons=(), sections=(), links=())))
