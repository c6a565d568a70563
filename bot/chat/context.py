"""Everything that a handler can reach, in one typed value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Protocol

from bot.chat.incoming import Event, MediaEvent
from bot.chat.outgoing import Card, Outgoing, decode
from bot.chat.platform import Address
from bot.domain.access import BLIND, Sight, sight_of, words_for
from bot.domain.clock import local_day
from bot.domain.member import Member, Org, Role, Stranger
from bot.domain.understood import Understood
from bot.domain.values import CustomerId, MediaId, MemberId
from bot.domain.worktime import Worktime
from config.rules import Rules
from config.sections import Retention
from storage.transaction import Transaction

NOWHERE: Mapping[Address, Sight] = MappingProxyType({})


class Mouth(Protocol):
    """Promises messages inside a transaction; the outbox keeps the promise."""

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
        """Say ``message``: now, at ``at``, or (``can_wait``) not before the quiet hours are over.

        Phone numbers and amounts that must not be read there are masked: by ``sight``, else by whose chat or which group it is.
        """
        ...

    def tell_admins(self, tx: Transaction, message: Outgoing, now: datetime) -> bool:
        """Say it to every administrator who can be reached; whether there is one."""
        ...

    def replace(self, tx: Transaction, card: Card, now: datetime, here: Mapping[Address, Sight] = NOWHERE) -> None:
        """Put ``card`` in the place of every copy that was sent under its key, masked as in :meth:`post`; ``here`` is known already."""
        ...

    def carries_buttons(self, to: Address) -> bool:
        """Whether buttons can be tapped there."""
        ...


class Keeper(Protocol):
    """Fetches what people send into our own store."""

    def want(self, tx: Transaction, event: MediaEvent, now: datetime) -> MediaId:
        """Note a file and fetch it after the commit; the id under which it will be kept."""
        ...

    def discard(self, tx: Transaction, sha256: str) -> None:
        """Remove a file's bytes after the commit, unless another message has the same."""
        ...


class Door(Protocol):
    """Where events wait that may not be handled yet."""

    def release(self, tx: Transaction, member: MemberId, now: datetime) -> int:
        """Handle everything that was held for a member, in the order in which it came; how many messages."""
        ...


class Usher(Protocol):
    """Lets people in: finds out who somebody is, outside of any transaction."""

    def introduce(self, tx: Transaction, stranger: Stranger, now: datetime) -> None:
        """Look a stranger up after the commit; take a sure match, put a doubtful one and an unknown one before the admins."""
        ...

    def match_all(self, tx: Transaction, now: datetime) -> None:
        """Look up every member who is nobody yet on a platform that has a directory."""
        ...

    def link(self, tx: Transaction, platform: str, user_id: str, member: Member, now: datetime, by_whom: MemberId) -> None:
        """A person decided who somebody is."""
        ...


class NameBook(Protocol):
    """The customer names that understanding knows."""

    def changed(self, customer_id: CustomerId) -> None:
        """A customer was written; its names are read again after the commit."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler works with. ``now`` is one instant for the whole unit; ``chat`` is where an answer goes (None for timers).

    ``member`` is None only for timers and cron lines; ``understood`` is set for text.
    """

    tx: Transaction
    now: datetime
    rules: Rules
    worktime: Worktime
    mouth: Mouth
    keeper: Keeper
    names: NameBook
    door: Door
    usher: Usher
    retention: Retention
    org: Org
    event: Event | None = None
    sender: Member | None = None
    understood: Understood | None = None

    @property
    def today(self) -> date:
        """The calendar day in Shanghai."""
        return local_day(self.now)

    @property
    def member(self) -> Member:
        """Who sent the event."""
        if self.sender is None:
            raise LookupError("nobody sent this: a timer or cron handler asked for its member")
        return self.sender

    @property
    def chat(self) -> str:
        """The conversation that the event came from."""
        if self.event is None:
            raise LookupError("a timer or cron handler has no chat")
        return self.event.chat

    @property
    def meaning(self) -> Understood:
        """What the text was understood to mean."""
        return self.understood or Understood()

    @property
    def sight(self) -> Sight:
        """What the sender may see here: in a group as far as everybody there may read along."""
        return self._placed(sight_of(self.member, self.org, self.today))

    @property
    def words(self) -> Sight:
        """Which figures may stand in an answer to the sender here; nobody's sight where nobody sent it."""
        return self._placed(words_for(self.sender, self.org, self.today)) if self.sender else BLIND

    @property
    def heads(self) -> bool:
        """Whether the sender decides for others: a manager, who stands in for one today, or an admin."""
        return bool(self.org.roles(self.member, self.today) & {Role.MANAGER, Role.ADMIN})

    def _placed(self, sight: Sight) -> Sight:
        if self.event is None or not self.event.group:
            return sight
        return sight.in_group(self.tx.members.group_at(self.event.platform, self.event.chat))

    def tell(self, to: MemberId | Address, message: Outgoing, *, can_wait: bool = False, at: datetime | None = None) -> bool:
        """Promise a message to a person (their own chat) or a chat; False when the person has none."""
        if not isinstance(to, Address):
            chats = self.tx.members.chats(to)
            if not chats:
                return False
            to = Address(*chats[0])
        self.mouth.post(self.tx, to, message, self.now, can_wait=can_wait, at=at, sight=self._here.get(to))
        return True

    def tell_admins(self, message: Outgoing) -> None:
        """Promise a message to every administrator who can be reached."""
        self.mouth.tell_admins(self.tx, message, self.now)

    def shown(self, key: str) -> Card | None:
        """The card as it stands under its key."""
        payload = self.tx.outbox.shown(key)
        message = decode(payload) if payload else None
        return message if isinstance(message, Card) else None

    def replace(self, card: Card) -> None:
        """Show ``card`` instead of every copy sent under its key."""
        self.mouth.replace(self.tx, card, self.now, self._here)

    @property
    def _here(self) -> Mapping[Address, Sight]:
        """The chat of the event and what may be shown there to its sender."""
        if self.event is None or self.sender is None:
            return NOWHERE
        return {Address(self.event.platform, self.event.chat): self.words}

    def audit(self, action: str, subject: str, *, old: dict[str, object] | None = None, new: dict[str, object] | None = None) -> None:
        """Note a change in the audit log, with who and which event."""
        who = self.sender.id if self.sender else None
        event_id = self.event.event_id if self.event else None
        self.tx.audit.note(self.now, who, action, subject, old=old, new=new, event_id=event_id)
