"""Durable out: a promise to speak commits with the records it speaks of, and is kept even when a platform is down for hours."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot import metrics
from bot.chat.context import NOWHERE
from bot.chat.outgoing import Card, Link, Outgoing, decode, encode, has_buttons, list_path, rewritten
from bot.chat.platform import Address, Platform
from bot.domain.access import BLIND, Sight, group_sight, words_for
from bot.domain.clock import Clock, local_day
from bot.domain.errors import PlatformError
from bot.domain.jobs import Timer
from bot.domain.worktime import QuietHours
from bot.jobs import Job, Jobs, NewJob, Policy, Retry
from prompts import cards, replies
from storage.repositories.outbox import OutboxRow
from storage.store import Store
from storage.transaction import Reader, Transaction

log = logging.getLogger(__name__)

HELD = "outbox"
# A minute between tries at the longest: a day of outage is survived.
PATIENCE = Policy(failures=1440, longest=timedelta(minutes=1))
NOTICE = "dead-letter"


class Outbox:
    """Says what was promised, in order for each chat; the rows stay as the ledger of what was said."""

    def __init__(self, store: Store, jobs: Jobs, clock: Clock, quiet: QuietHours, platforms: Mapping[str, Platform]) -> None:
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._quiet = quiet
        self._platforms = platforms
        jobs.handle("send", self.send, PATIENCE, self._gave_up)

    def post(
        self,
        tx: Transaction,
        to: Address,
        message: Outgoing,
        now: datetime,
        *,
        can_wait: bool = False,
        at: datetime | None = None,
        sight: Sight | None = None,
    ) -> None:
        message = self._fitting(to, rewritten(message, (sight or _sight_at(tx, to, now)).text))
        release = at or (self._quiet.release(now) if can_wait else None)
        held = release is not None and release > now
        card = message.key if isinstance(message, Card) else None
        row_id = tx.outbox.add(to.platform, to.chat, encode(message), now, card=card, held=held)
        if held and release is not None:
            tx.timers.set(Timer(HELD, str(row_id), f"{HELD}:{row_id}", release))
        else:
            self._promise(tx, row_id, to)

    def replace(self, tx: Transaction, card: Card, now: datetime, here: Mapping[Address, Sight] = NOWHERE) -> None:
        for copy in tx.outbox.copies(card.key):
            to = Address(copy.platform, copy.chat)
            payload = encode(self._fitting(to, rewritten(card, (here.get(to) or _sight_at(tx, to, now)).text)))
            if copy.state == "held":
                tx.outbox.rewrite(copy.id, payload)
            elif copy.state != "dead":
                row_id = tx.outbox.add(copy.platform, copy.chat, payload, now, card=card.key, updates=copy.id)
                self._promise(tx, row_id, to)

    def carries_buttons(self, to: Address) -> bool:
        """Whether buttons can be tapped there; a platform that is not connected is not asked to do more than it can."""
        platform = self._platforms.get(to.platform)
        return platform is None or platform.carries_buttons(to.chat)

    def _fitting(self, to: Address, message: Outgoing) -> Outgoing:
        """A card with a way to its page, where its buttons cannot be tapped."""
        if not isinstance(message, Card) or not has_buttons(message) or self.carries_buttons(to):
            return message
        path = list_path(message.key)
        return replace(message, links=(Link(label=cards.ACT_ON_PAGE, path=path), *(x for x in message.links if x.path != path)))

    def release(self, tx: Transaction, timer: Timer) -> None:
        """A held message may go."""
        row = tx.outbox.get(int(timer.subject))
        if row is not None and tx.outbox.release(row.id):
            self._promise(tx, row.id, Address(row.platform, row.chat))

    def retry(self, tx: Transaction, row_id: int) -> bool:
        """Try a dead message again; whether it was dead."""
        row = tx.outbox.get(row_id)
        if row is None or not tx.outbox.revive(row_id):
            return False
        self._promise(tx, row_id, Address(row.platform, row.chat), again=self._clock.now())
        return True

    async def send(self, job: Job) -> None:
        """The worker of kind ``send``."""
        row, original, superseded = await self._store.read(lambda r: _load(r, int(job.payload["id"])))
        if row is None or row.state in ("sent", "dead"):
            await self._store.write(lambda tx: self._jobs.complete(tx, job))
            return
        ref = ""
        try:
            if not superseded:
                ref = await self._say(row, original)
        except PlatformError as error:
            metrics.SENDS.labels(row.platform, "refused" if error.final else "failed").inc()
            await self._refused(job, row, error)
            return
        metrics.SENDS.labels(row.platform, "superseded" if superseded else "sent").inc()
        await self._store.write(lambda tx: self._sent(tx, job, row, ref))

    async def _say(self, row: OutboxRow, original: OutboxRow | None) -> str:
        platform = self._platforms.get(row.platform)
        if platform is None:
            raise PlatformError(f"platform {row.platform} is not connected", retry_after=60)
        message = decode(row.payload)
        if row.updates is None:
            return await platform.send(row.chat, message, f"genjin-{row.id}")
        if original is None or original.ref is None:
            return ""  # the card itself never left, so there is nothing to replace
        await platform.update(original.chat, original.ref, message)
        return original.ref

    def _sent(self, tx: Transaction, job: Job, row: OutboxRow, ref: str) -> None:
        tx.outbox.sent(row.id, ref, self._clock.now())
        self._jobs.complete(tx, job)

    async def _refused(self, job: Job, row: OutboxRow, error: PlatformError) -> None:
        if not error.final:
            await self._store.write(lambda tx: tx.outbox.failed(row.id, str(error), dead=False))
            raise Retry(str(error), error.retry_after)

        def unit(tx: Transaction) -> None:
            self._jobs.complete(tx, job)
            self._gave_up(tx, job, str(error))

        await self._store.write(unit)

    def _gave_up(self, tx: Transaction, job: Job, reason: str) -> None:
        row = tx.outbox.get(int(job.payload["id"]))
        if row is None:
            return
        tx.outbox.failed(row.id, reason, dead=True)
        log.error("message given up outbox=%s platform=%s", row.id, row.platform)
        if not (row.card or "").startswith(NOTICE):
            self.tell_admins(tx, replies.dead_letter(f"{NOTICE}:{row.id}", row.id, reason), self._clock.now())

    def tell_admins(self, tx: Transaction, message: Outgoing, now: datetime) -> bool:
        chats = [chat for admin in tx.members.org().admins for chat in tx.members.chats(admin.id)[:1]]
        for chat in chats:
            self.post(tx, Address(*chat), message, now)
        return bool(chats)

    def _promise(self, tx: Transaction, row_id: int, to: Address, again: datetime | None = None) -> None:
        key = f"send:{row_id}" + (f":{again.isoformat()}" if again else "")
        self._jobs.put(tx, [NewJob(kind="send", payload={"id": row_id}, key=key, lane=f"out:{to.platform}:{to.chat}")])


def _sight_at(reader: Reader, to: Address, now: datetime) -> Sight:
    """What may be read in a chat: by its member, else as in a group; a chat that nobody knows is one with outsiders."""
    member = reader.members.in_private_chat(to.platform, to.chat)
    if member is not None:
        return words_for(member, reader.members.org(), local_day(now))
    group = reader.members.group_at(to.platform, to.chat)
    return group_sight(group) if group else BLIND


def _load(reader: Reader, row_id: int) -> tuple[OutboxRow | None, OutboxRow | None, bool]:
    """The row, the one it replaces, and whether a newer one replaces that too."""
    outbox = reader.outbox
    row = outbox.get(row_id)
    if row is None or row.updates is None:
        return row, None, False
    return row, outbox.get(row.updates), outbox.newer_update(row.id, row.updates)
