"""One event → one handler → one transaction; one error policy for all of them.

Outside any transaction the text is understood; inside one unit the handler changes records, promises answers and the event is done.
A UserError rolls back and says its sentence. Any other error rolls back, keeps the event with an incident number and tells the sender
that number; a database that cannot write now is tried again until it can.
"""

import asyncio
import contextlib
import dataclasses
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.exc import DatabaseError

from bot import asked
from bot.chat.context import Context, Door, Keeper, Mouth, Usher
from bot.chat.incoming import Alarm, CardTap, Event, Heard, Seen, Text, decode
from bot.chat.outgoing import Card, Outgoing, Reply, encode, rewritten
from bot.chat.platform import Address
from bot.chat.router import Answer, Fate, Menu, Outcome, Then
from bot.domain.clock import Clock
from bot.domain.errors import StorageError, UserError
from bot.domain.jobs import Timer
from bot.domain.member import Group, Member
from bot.domain.understood import Intent, Understood
from bot.domain.values import CustomerId
from bot.domain.worktime import Worktime
from bot.jobs import Job, Jobs, LostJob, Policy
from bot.llm import SecondReader
from bot.names import Book
from bot.rules import RulesInForce
from config.sections import Retention
from prompts import privacy, replies
from storage.repositories.inbox import InboxRow
from storage.store import Store
from storage.transaction import Reader, Transaction

log = logging.getLogger(__name__)
# Longer texts are kept whole; what a rep means stands in the beginning.
READ_AT_MOST = 4000
# A name that was mended is a guess until somebody says otherwise.
MENDED = 0.5


@dataclass(slots=True)
class Changed:
    """Collects which customers a unit wrote; they are read again after its commit."""

    ids: set[CustomerId] = field(default_factory=set)

    def changed(self, customer_id: CustomerId) -> None:
        self.ids.add(customer_id)


@dataclass(frozen=True, slots=True)
class Who:
    """Who sent an event and whether they have consented; ``early`` when what was held for them before is still to be handled."""

    member: Member | None = None
    consented: bool = False
    early: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """What handlers work with that does not change from event to event."""

    rules: RulesInForce
    worktime: Worktime
    mouth: Mouth
    keeper: Keeper
    door: Door
    usher: Usher
    retention: Retention
    clock: Clock


class Dispatcher:
    """Works the jobs of kinds ``event``, ``timer`` and ``cron``."""

    def __init__(self, store: Store, jobs: Jobs, menu: Menu, book: Book, house: House, second: SecondReader | None = None) -> None:
        self._store = store
        self._jobs = jobs
        self._menu = menu
        self._book = book
        self._house = house
        self._notice = privacy.version(house.retention)
        self._second = second
        jobs.handle("event", self.on_event, Policy(), self._event_given_up)
        jobs.handle("timer", self.on_timer, Policy(), _note_only)
        jobs.handle("cron", self.on_cron, Policy(), _note_only)

    async def on_event(self, job: Job) -> None:
        """Handle one accepted event."""
        row_id = int(job.payload["id"])
        row = await self._store.read(lambda r: r.inbox.get(row_id))
        if row is None or row.state != "new":
            await self._store.write(lambda tx: self._jobs.complete(tx, job))
            return
        event = decode(row.payload)
        try:
            await self._handle(job, row, event)
        except (StorageError, LostJob):
            raise
        except UserError as refusal:
            sentence = Reply(text=str(refusal))
            await self._store.write(lambda tx: self._close(tx, job, row_id, event, sentence))
        except Exception as error:
            await self._incident(job, row_id, event, error)

    async def _handle(self, job: Job, row: InboxRow, event: Event) -> None:
        who = await self._store.read(lambda r: self._who(r, row, event))
        understood = await self._understand(event, who.member) if who.consented else None
        changed = Changed()

        def unit(tx: Transaction) -> None:
            changed.ids.clear()
            ctx = self._context(tx, changed, event, who.member, understood)
            meant = self._meant(event, ctx) if who.consented and not who.early else event
            outcome = self._outcome(meant, dataclasses.replace(ctx, event=meant), who)
            _say(ctx, meant, outcome.answer)
            if _on_page(event) and outcome.answer is not None:
                tx.inbox.answered(row.id, encode(rewritten(outcome.answer, ctx.words.text)))
            _end(tx, row.id, outcome.fate, who.member)
            if who.early and who.member:
                self._house.door.release(tx, who.member.id, ctx.now)
            self._jobs.complete(tx, job)

        await self._store.write(unit)
        await self._book.refresh(changed.ids)

    def _who(self, reader: Reader, row: InboxRow, event: Event) -> Who:
        """Read before anything is done with the words: without consent nobody reads them, least of all a language model."""
        member = reader.members.by_identity(event.platform, event.sender.id)
        if member is None:
            return Who()
        given = reader.consents.newest(member.id)
        consented = given is not None and given.agreed and given.version == self._notice
        early = consented and row.held_for is None and reader.inbox.behind(row.id, member.id)
        return Who(member, consented, early)

    def _outcome(self, event: Event, ctx: Context, who: Who) -> Outcome:
        if isinstance(event, Alarm):
            ctx.tell_admins(Reply(text=event.text))
            return Outcome("done")
        if who.member is None:
            return Outcome("done", self._menu.greet(event, ctx))
        if who.early:
            return Outcome("held")
        stopped = None if who.consented else self._menu.stop(event, ctx)
        return stopped or Outcome("done", self._answer(event, ctx))

    async def _understand(self, event: Event, sender: Member | None) -> Understood | None:
        text = _words(event)
        if not text.strip() or sender is None:
            return None
        reader = await self._book.reader_for(sender)
        said = await asyncio.to_thread(reader.read, text[:READ_AT_MOST], event.received_at, owner=sender.id)
        if isinstance(event, Heard) and event.mended:
            return replace(said, confidence={**said.confidence, "customer": MENDED})
        if self._second is None or not isinstance(event, Text) or self._menu.command(text.strip()):
            return said
        return await self._second.reread(text, said, sender, event.received_at)

    def _meant(self, event: Event, ctx: Context) -> Event:
        """What was sent; words that answer a button's question are that tap, with its answer."""
        if not isinstance(event, Text) or self._menu.command(event.text.strip()):
            return event
        return asked.answered(event, ctx) or event

    def _answer(self, event: Event, ctx: Context) -> Answer:
        if isinstance(event, CardTap):
            if event.ask and not event.answer:
                return asked.ask(event, ctx)
            tapped = self._menu.taps.get(event.action)
            return tapped(event, ctx) if tapped else Reply(text=replies.FOREIGN_BUTTON)
        if isinstance(event, Text):
            return self._answer_text(event, ctx)
        handler = self._menu.events.get(type(event))
        answer = handler(event, ctx) if handler else None
        if isinstance(answer, Then):
            return self._answer_talk(_as_text(event), ctx)
        return answer

    def _answer_text(self, event: Text, ctx: Context) -> Answer:
        text = event.text.strip()
        if not any(c.isprintable() and not c.isspace() for c in text):
            return Reply(text=replies.EMPTY)
        if command := self._menu.command(text):
            handler, match = command
            return handler(event, ctx, match)
        return self._answer_talk(event, ctx)

    def _answer_talk(self, event: Text, ctx: Context) -> Answer:
        """Free words: the answer to an open question, or news."""
        question = ctx.tx.questions.open(event.chat, ctx.member.id)
        if question and (ask := self._menu.questions.get(question.kind)) and (answer := ask(event, ctx)):
            return answer
        intent = ctx.meaning.intent
        return self._menu.intents.get(intent, self._menu.intents[Intent.CHAT])(event, ctx)

    async def on_timer(self, job: Job) -> None:
        """Handle one timer that fired."""
        data = job.payload
        timer = Timer(str(data["kind"]), str(data["subject"]), str(data["key"]), datetime.fromisoformat(str(data["run_at"])))
        await self._by_time(job, lambda tx: self.timer(tx, timer))

    async def on_cron(self, job: Job) -> None:
        """Handle one instant of a cron line."""
        await self._by_time(job, lambda tx: self.cron(tx, str(job.payload["name"])))

    def timer(self, tx: Transaction, timer: Timer) -> None:
        """What a timer brings, inside the caller's unit; a kind that nobody answers brings nothing."""
        if handler := self._menu.timers.get(timer.kind):
            handler(timer, self.context(tx))

    def cron(self, tx: Transaction, name: str) -> None:
        """What a cron line brings, inside the caller's unit."""
        if handler := self._menu.crons.get(name):
            handler(self.context(tx))

    async def _by_time(self, job: Job, work: Callable[[Transaction], None]) -> None:
        def unit(tx: Transaction) -> None:
            work(tx)
            self._jobs.complete(tx, job)

        await self._store.write(unit)

    def whole(self, reader: Reader, viewer: Member, card: Card, group: Group | None) -> Card | None:
        """A card as its page shows it to a viewer; None when its story has nothing to say about that."""
        handler = self._menu.wholes.get(card.key.partition(":")[0])
        return handler(card, group, self._context(Transaction(reader.connection), Changed(), sender=viewer)) if handler else None

    def context(self, tx: Transaction) -> Context:
        """For work that nobody sent: timers and cron lines."""
        return self._context(tx, Changed())

    def _context(
        self,
        tx: Transaction,
        names: Changed,
        event: Event | None = None,
        sender: Member | None = None,
        understood: Understood | None = None,
    ) -> Context:
        house = self._house
        return Context(
            tx=tx,
            now=house.clock.now(),
            rules=house.rules(tx),
            worktime=house.worktime,
            mouth=house.mouth,
            keeper=house.keeper,
            names=names,
            door=house.door,
            usher=house.usher,
            retention=house.retention,
            org=tx.members.org(),
            event=event,
            sender=sender,
            understood=understood,
        )

    async def _incident(self, job: Job, row_id: int, event: Event, error: Exception) -> None:
        number = secrets.token_hex(2)
        log.error("incident=%s event=%s type=%s", number, row_id, event.type, exc_info=error)

        def unit(tx: Transaction) -> None:
            self._close(tx, job, row_id, event, replies.incident(number))
            tx.inbox.dead(row_id, number, f"{type(error).__name__}: {error}")
            who = event.sender.name or event.sender.id
            self._house.mouth.tell_admins(tx, replies.incident_notice(number, who), self._house.clock.now())

        await self._store.write(unit)

    def _close(self, tx: Transaction, job: Job, row_id: int, event: Event, answer: Outgoing) -> None:
        if _on_page(event):
            tx.inbox.answered(row_id, encode(answer))
        else:
            self._house.mouth.post(tx, Address(event.platform, event.chat), answer, self._house.clock.now())
        tx.inbox.done(row_id)
        self._jobs.complete(tx, job)

    def _event_given_up(self, tx: Transaction, job: Job, reason: str) -> None:
        row_id, number = int(job.payload["id"]), secrets.token_hex(2)
        tx.inbox.dead(row_id, number, reason)
        try:
            with tx.connection.begin_nested():
                self._tell_of(tx, row_id, number)
        except (StorageError, DatabaseError):
            raise
        except Exception:  # nobody could be told; the event must be dead all the same, or it would wait for ever
            log.exception("incident=%s event=%s could not be told", number, row_id)

    def _tell_of(self, tx: Transaction, row_id: int, number: str) -> None:
        who = "有人"
        row = tx.inbox.get(row_id)
        with contextlib.suppress(ValueError):  # what can never be read has no sender to answer
            event = decode(row.payload if row else "")
            who = event.sender.name or event.sender.id
            self._house.mouth.post(tx, Address(event.platform, event.chat), replies.incident(number), self._house.clock.now())
        self._house.mouth.tell_admins(tx, replies.incident_notice(number, who), self._house.clock.now())


def _as_text(event: Event) -> Text:
    """The words of an event as if they had been typed."""
    text = event.text if isinstance(event, Heard) else ""
    return Text(
        platform=event.platform,
        event_id=event.event_id,
        chat=event.chat,
        sender=event.sender,
        received_at=event.received_at,
        group=event.group,
        text=text,
    )


def _words(event: Event) -> str:
    """What is said in an event, for understanding; of a picture the name that tells whose it is."""
    match event:
        case Text() | Heard():
            return event.text
        case CardTap():
            return event.answer
        case Seen():
            return str(event.fields.get("company") or event.fields.get("payer") or "")
    return ""


def _on_page(event: Event) -> bool:
    """Whether a page waits for the answer and shows it; what is more than words also goes to the chat, where its buttons live."""
    return isinstance(event, CardTap) and event.page


def _say(ctx: Context, event: Event, answer: Answer) -> None:
    if answer is None:
        return
    tapped = isinstance(event, CardTap) and isinstance(answer, Card) and answer.key == event.card
    if isinstance(answer, Card) and (tapped or (isinstance(event, Heard) and ctx.shown(answer.key))):
        ctx.replace(answer)
    elif not (_on_page(event) and isinstance(answer, Reply)):
        ctx.tell(Address(event.platform, event.chat), answer)


def _end(tx: Transaction, row_id: int, fate: Fate, member: Member | None) -> None:
    if fate == "held" and member:
        tx.inbox.hold(row_id, member.id)
    else:
        tx.inbox.done(row_id)
    if fate == "forgotten":
        tx.inbox.forget(row_id)


def _note_only(tx: Transaction, job: Job, reason: str) -> None:
    # The dead job keeps the reason; `genjin dead` shows it.
    return
