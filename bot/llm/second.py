"""The second reader: whether to ask, what to send, what to believe; and the rules' record whenever anything is amiss."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.clock import Clock
from bot.domain.member import Member
from bot.domain.understood import Candidate, Understood
from bot.llm.answer import Answer
from bot.llm.asking import question
from bot.llm.client import Client, NoAnswer
from bot.llm.doubt import doubts, own_candidates
from bot.llm.filling import Filling
from bot.llm.hiding import clean, hide
from bot.llm.limits import Breaker, Budget
from config.sections import Llm
from storage.store import Store

if TYPE_CHECKING:
    from bot.understanding import Reader
    from bot.understanding.names import View

log = logging.getLogger(__name__)
# What a rep means stands in the beginning; the rest costs and is not sent.
SENT_AT_MOST = 1500


class SecondReader:
    """Asks the configured model about what the rules are unsure of.

    Args:
        settings: where, which model, how long, how often.
        books: gives a member's reader of the rules and view of the names, once loaded.
    """

    def __init__(self, settings: Llm, store: Store, clock: Clock, books: Callable[[Member], Awaitable["tuple[Reader, View]"]]) -> None:
        self._masked = settings.mask
        self._client = Client(settings)
        self._budget = Budget(store, clock, settings.daily_budget)
        self._breaker = Breaker(clock)
        self._books = books

    async def reread(self, text: str, said: Understood, sender: Member, at: datetime) -> Understood:
        """``said``, or ``said`` with empty fields filled as guesses. Takes at most the configured time limit; never raises."""
        try:
            reader, view = await self._books(sender)
            own = own_candidates(said, view, sender)
            keys = doubts(text, said, own)
            if not keys or not self._breaker.closed():
                return said
            return await self._reread(clean(text[:SENT_AT_MOST]), said, keys, own, at, reader, view)
        except Exception as error:
            # Without its text: an error may tell what the customer said.
            log.error("llm gave up type=%s", type(error).__name__)
            return said

    async def _reread(
        self, text: str, said: Understood, keys: Sequence[str], own: Sequence[Candidate], at: datetime, reader: "Reader", view: "View"
    ) -> Understood:
        hidden = await asyncio.to_thread(hide, text, said, view, masked=self._masked)
        answer = await self._answer(question(hidden, keys, own, view, at, masked=self._masked))
        if answer is None:
            return said
        filled = await asyncio.to_thread(Filling(said, answer, hidden, text, at, reader).filled, own, view)
        log.info("llm filled keys=%s", ",".join(k for k in filled.confidence if filled.confidence[k] != said.confidence.get(k)) or "none")
        return filled

    async def _answer(self, messages: list[dict[str, str]]) -> Answer | None:
        began = time.monotonic()
        try:
            answer = await self._client.ask(messages, self._budget.spend)
        except NoAnswer as none:
            if none.broken:
                self._breaker.failed(none.pause)
            log.warning("llm no answer reason=%s ms=%d", none.reason, 1000 * (time.monotonic() - began))
            return None
        self._breaker.worked()
        return answer
