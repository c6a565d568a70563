"""How the AI bot says things: welcomes, answers and pushes; and how its cards change within the five seconds that a tap gives."""

import logging
from datetime import timedelta
from typing import Any

from bot.chat.outgoing import Card, Outgoing
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError
from bot.platforms.wecom import limits, render
from bot.platforms.wecom.botchats import Known
from bot.platforms.wecom.connection import Connection, Request
from bot.platforms.wecom.errors import Refusal
from bot.platforms.wecom.ledger import Ledger, digest_of
from bot.platforms.wecom.render import Part
from bot.platforms.wecom.sending import TASK_KNOWN, link_of
from bot.platforms.wecom.text import harmless
from prompts import wecom as words
from storage.repositories.wecom import SentPart
from storage.store import Store
from storage.transaction import Reader

log = logging.getLogger(__name__)

INVALID_REQUEST, ENDED, NOT_SUBSCRIBED, CONFLICT, NEVER_SPOKE = 846605, 846608, 846609, 6000, 40003
# A little less than the five seconds that WeCom gives.
AT_ONCE = timedelta(seconds=4.5)
STREAM = timedelta(minutes=5)


class BotSending:
    """Send and update for the bot's chats."""

    def __init__(self, connection: Connection, ledger: Ledger, store: Store, clock: Clock, public_url: str) -> None:
        self._line = connection
        self._ledger = ledger
        self._store = store
        self._clock = clock
        self._public_url = public_url
        # A message that is said again goes as the same answer: WeCom then replaces it instead of showing it twice.
        self._answering: dict[tuple[str, int], Request] = {}

    async def send(self, chat: str, message: Outgoing, key: str) -> None:
        """Say a message, part by part. Raises PlatformError."""
        self._line.connected()
        card = message.key if isinstance(message, Card) else None
        for number, part in enumerate(render.for_member(message, link_of(message, self._public_url))):
            note = await self._ledger.begin(key, number, chat, card, part, limits.BOT_PACE)
            if note is not None:
                await self._say(chat, part, note)
                await self._ledger.sent(note, None, None)
                self._answering.pop((key, number), None)

    async def update(self, chat: str, ref: str, message: Outgoing) -> None:
        """Replace a card in place when it was tapped just now; otherwise show how things stand by a new message. Raises PlatformError."""
        if not isinstance(message, Card):
            return
        request = self._line.tapped.pop((chat, message.key), None)
        if request is not None and self._fresh(request, AT_ONCE) and await self._replaced(request, chat, ref, message):
            return
        first = render.for_member(message, link_of(message, self._public_url))[0]
        await self.send(chat, message, await self._state_key(ref, first))

    async def _state_key(self, ref: str, part: Part) -> str:
        """Under which key a card's present state is said: a new one for each change, the same when the saying is tried again."""

        def newest(reader: Reader) -> tuple[int, SentPart | None]:
            number, last = 0, None
            while (known := reader.wecom.part(f"{ref}-{number}", 0)) is not None:
                number, last = number + 1, known
            return number, last

        number, last = await self._store.read(newest)
        return f"{ref}-{number - 1 if last is not None and last.digest == digest_of(part) else number}"

    async def _replaced(self, request: Request, chat: str, ref: str, card: Card) -> bool:
        note = await self._store.read(lambda r: r.wecom.task(request.task))
        if note is None:
            return False
        drawn = render.draw(card, link_of(card, self._public_url), again=True)
        await self._ledger.learn(note, drawn.taps)
        body = {"response_type": "update_template_card", "template_card": {**drawn.card, "task_id": request.task}}
        try:
            await request.link.say("aibot_respond_update_msg", body, request.req_id)
        except PlatformError as error:  # a second tap within the five seconds is lost with it; the new message tells how things stand
            log.info("wecom bot: a card could not be replaced: %s", error)
            return False
        shown = Part("update_template_card", drawn.card)
        state = await self._ledger.begin(await self._state_key(ref, shown), 0, chat, None, shown, ())
        if state is not None:
            await self._ledger.sent(state, None, None)
        return True

    async def _say(self, chat: str, part: Part, note: SentPart) -> None:
        if await self._welcomed(chat, part, note) or await self._answered(chat, part, note):
            return
        known = await self._line.chats.known(chat) or Known(chat.removeprefix("bot:"), group=False, spoke=False)
        content, kind = _content(part, note), "markdown" if part.msgtype == "text" else part.msgtype
        body = {"chatid": known.wire, "chat_type": known.kind, "msgtype": kind, kind: content}
        try:
            await self._line.connected().say("aibot_send_msg", body)
        except Refusal as refusal:
            if refusal.code == TASK_KNOWN:  # an earlier try of ours got there, and only its ack was lost
                return
            raise _told(chat, refusal) from None

    async def _welcomed(self, chat: str, part: Part, note: SentPart) -> bool:
        """Before anybody has spoken, only the answer to their entering is let through."""
        request = self._line.entered.get(chat)
        if request is None or not self._fresh(request, AT_ONCE) or part.msgtype not in ("text", "template_card"):
            return False
        del self._line.entered[chat]
        content = part.content if part.msgtype == "text" else _content(part, note)
        return await self._took(request, "aibot_respond_welcome_msg", {"msgtype": part.msgtype, part.msgtype: content})

    async def _answered(self, chat: str, part: Part, note: SentPart) -> bool:
        """Words go as the answer to what was asked last: one answer to each question."""
        if part.msgtype != "text":
            return False
        request = self._answering.get((note.key, note.part)) or self._line.asked.pop(chat, None)
        if request is None or not self._fresh(request, STREAM):
            return False
        self._answering = {key: asked for key, asked in self._answering.items() if self._fresh(asked, STREAM)}
        self._answering[note.key, note.part] = request
        stream = {"id": f"{note.key}-{note.part}", "finish": True, **_content(part, note)}
        return await self._took(request, "aibot_respond_msg", {"msgtype": "stream", "stream": stream})

    async def _took(self, request: Request, command: str, body: dict[str, Any]) -> bool:
        try:
            await request.link.say(command, body, request.req_id)
        except Refusal as refusal:
            # This very answer has ended already: an earlier try got there.
            if refusal.code == ENDED:
                return True
            log.info("wecom bot: %s refused with %s, pushing instead", command, refusal.code)
            return False
        return True

    def _fresh(self, request: Request, within: timedelta) -> bool:
        return request.link is self._line.link and self._clock.now() - request.at < within


def _content(part: Part, note: SentPart) -> dict[str, Any]:
    if part.msgtype == "text":  # shown as Markdown here
        return {"content": harmless(str(part.content["content"]))}
    return part.content if note.task_id is None else {**part.content, "task_id": note.task_id}


def _told(chat: str, refusal: Refusal) -> PlatformError:
    if refusal.code == NEVER_SPOKE:
        return PlatformError(f"wecom aibot_send_msg：{words.never_spoke(chat)}", final=True)
    if refusal.code in (INVALID_REQUEST, NOT_SUBSCRIBED, CONFLICT):
        return PlatformError(str(refusal), retry_after=2)
    return refusal
