"""What was sent, part by part: nothing is sent twice that is known to have left, and WeCom's limits are kept because it drops silently."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.clock import Clock
from bot.domain.errors import PlatformError
from bot.domain.values import MemberId
from bot.platforms.wecom import limits
from bot.platforms.wecom.inbound import NAME
from bot.platforms.wecom.render import Part
from storage.repositories.wecom import ResponseCode, SentPart
from storage.store import Store
from storage.transaction import Reader, Transaction

Pace = Sequence[tuple[int, timedelta]]
KEPT = timedelta(days=14)


class Ledger:
    """The notes about parts, over the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def begin(self, key: str, number: int, chat: str, card: str | None, part: Part, pace: Pace) -> SentPart | None:
        """The note of a part that may go now; None when it has gone.

        Raises PlatformError with the time to wait while the chat's budget is spent.
        """

        def unit(tx: Transaction) -> SentPart | float | None:
            known = tx.wecom.part(key, number)
            if known is not None and known.sent_at is not None:
                return None
            if wait := self._wait(tx, chat, pace):
                return wait
            if known is None:
                known = self._new(tx, key, number, chat, card, part)
                tx.wecom.save(known)
            return known

        found = await self._store.write(unit)
        if isinstance(found, float):
            raise PlatformError("wecom: the budget of this chat is spent", retry_after=found)
        return found

    async def sent(self, note: SentPart, msgid: str | None, code: str | None) -> None:
        """The part has left; with a code that can replace it later."""
        now = self._clock.now()

        def unit(tx: Transaction) -> None:
            tx.wecom.save(replace(note, sent_at=now, msgid=msgid))
            if code and note.task_id:
                tx.wecom.keep_code(ResponseCode(code, note.task_id, note.chat, tapped=False, at=now))

        await self._store.write(unit)

    async def card_of(self, key: str) -> SentPart | None:
        """The card among the parts of a message, if it has left."""
        note = await self._store.read(lambda r: r.wecom.card_of(key))
        return note if note is not None and note.sent_at is not None else None

    async def learn(self, note: SentPart, taps: dict[str, Any]) -> None:
        """New keys of a card that is about to be drawn again; the old ones stay, somebody may be tapping them."""
        await self._store.write(lambda tx: tx.wecom.save(replace(note, taps={**note.taps, **taps})))

    async def codes(self, task_id: str) -> tuple[list[ResponseCode], bool]:
        """The codes that can still replace a card, oldest first, and whether somebody tapped it."""
        since = self._clock.now() - limits.CODE_LIFE
        return await self._store.read(lambda r: (r.wecom.codes(task_id, since), r.wecom.tapped(task_id)))

    async def spend(self, code: str) -> None:
        """A code is good once, whatever comes of it."""
        await self._store.write(lambda tx: tx.wecom.spend(code))

    async def users(self, members: Sequence[str]) -> list[str]:
        """Who these members are here; those who are nobody here are left out."""
        if not members:
            return []

        def look(reader: Reader) -> list[str]:
            found = [i for member in members for i in reader.members.identities(MemberId(member))]
            return [i.user_id for i in found if i.platform == NAME]

        return await self._store.read(look)

    async def forget(self) -> None:
        """Drop notes that nobody asks about any more."""
        before = self._clock.now() - KEPT
        await self._store.write(lambda tx: tx.wecom.forget(before))

    def _wait(self, tx: Transaction, chat: str, pace: Pace) -> float | None:
        """Seconds until one more message may go to a chat."""
        now = self._clock.now()
        waits = [0.0]
        for most, window in pace:
            oldest = tx.wecom.newest_but(chat, most - 1)
            if oldest is not None and oldest > now - window:
                waits.append((oldest + window - now).total_seconds())
        return max(waits) or None

    def _new(self, tx: Transaction, key: str, number: int, chat: str, card: str | None, part: Part) -> SentPart:
        now = self._clock.now()
        task_id = f"g{secrets.token_hex(12)}" if part.taps is not None else None
        digest = digest_of(part)
        # Words that are meant to be said again (好。) are not to be swallowed as a duplicate; a task id makes each card unlike the others.
        since = now - timedelta(seconds=limits.DUPLICATE_SECONDS)
        guarded = task_id is not None or not tx.wecom.repeats(key, chat, digest, since)
        return SentPart(key, number, chat, digest, guarded, now, task_id=task_id, card=card, taps=part.taps or {})


def digest_of(part: Part) -> str:
    """Equal for equal messages."""
    return hashlib.sha256(json.dumps([part.msgtype, part.content], sort_keys=True).encode()).hexdigest()
