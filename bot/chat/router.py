"""Who answers what: one :class:`Router` a handler file, all of them joined to the menu.

A handler is a plain synchronous function; it cannot await, so no transaction is ever open across the network.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from re import Match, Pattern, compile
from typing import Any, Literal, TypeVar

from bot.chat.context import Context
from bot.chat.incoming import CardTap, Event, Incoming, Text
from bot.chat.outgoing import Card, Outgoing
from bot.domain.jobs import Timer
from bot.domain.member import Group
from bot.domain.understood import Intent

Answer = Outgoing | None


class Then(Enum):
    """What an event's own handler may leave to others: ``TALK`` is to answer the words in it as if they had been typed."""

    TALK = "talk"


H = TypeVar("H", bound=Callable[..., object])
CommandHandler = Callable[[Text, Context, Match[str]], Answer]
TextHandler = Callable[[Text, Context], Answer]
EventHandler = Callable[[Any, Context], Answer | Then]
StrangerHandler = Callable[[Any, Context], Answer]
TapHandler = Callable[[CardTap, Context], Answer]
TimerHandler = Callable[[Timer, Context], None]
CronHandler = Callable[[Context], None]
QuestionHandler = Callable[[Text, Context], Answer]
WholeHandler = Callable[[Card, Group | None, Context], Card]


Fate = Literal["done", "held", "forgotten"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of an event: ``done``, ``held`` until its sender consents, or ``forgotten`` (its words are not kept)."""

    fate: Fate
    answer: Answer = None


GateHandler = Callable[[Event, Context], Outcome | None]


@dataclass(slots=True)
class Router:
    """The routes of one story."""

    name: str
    commands: list[tuple[Pattern[str], CommandHandler]] = field(default_factory=list)
    intents: dict[Intent, TextHandler] = field(default_factory=dict)
    events: dict[type, EventHandler] = field(default_factory=dict)
    taps: dict[str, TapHandler] = field(default_factory=dict)
    timers: dict[str, TimerHandler] = field(default_factory=dict)
    crons: dict[str, CronHandler] = field(default_factory=dict)
    questions: dict[str, QuestionHandler] = field(default_factory=dict)
    strangers: list[StrangerHandler] = field(default_factory=list)
    wholes: dict[str, WholeHandler] = field(default_factory=dict)
    gates: list[GateHandler] = field(default_factory=list)

    def command(self, pattern: str) -> Callable[[CommandHandler], CommandHandler]:
        """Words matched before understanding: a regular expression over the whole trimmed text, a leading ``/`` optional."""
        return _keep(lambda f: self.commands.append((compile(rf"[/／]?\s*(?:{pattern})"), f)))

    def intent(self, *intents: Intent) -> Callable[[TextHandler], TextHandler]:
        """Free text that was understood to mean one of these."""
        return _keep(lambda f: self.intents.update(dict.fromkeys(intents, f)))

    def on(self, *types: type[Incoming]) -> Callable[[EventHandler], EventHandler]:
        """Events of these types."""
        return _keep(lambda f: self.events.update(dict.fromkeys(types, f)))

    def tap(self, *actions: str) -> Callable[[TapHandler], TapHandler]:
        """Buttons with these actions."""
        return _keep(lambda f: self.taps.update(dict.fromkeys(actions, f)))

    def timer(self, kind: str) -> Callable[[TimerHandler], TimerHandler]:
        """Timers of this kind, when they are due."""
        return _keep(lambda f: self.timers.update({kind: f}))

    def cron(self, name: str) -> Callable[[CronHandler], CronHandler]:
        """The cron line of this name; when it fires is said in ``bot/app.py``."""
        return _keep(lambda f: self.crons.update({name: f}))

    def stranger(self, handler: StrangerHandler) -> StrangerHandler:
        """Everything from somebody who is no active member."""
        self.strangers.append(handler)
        return handler

    def question(self, kind: str) -> Callable[[QuestionHandler], QuestionHandler]:
        """Text that may answer an open question of this kind; None means that it does not."""
        return _keep(lambda f: self.questions.update({kind: f}))

    def whole(self, kind: str) -> Callable[[WholeHandler], WholeHandler]:
        """A card with a key ``kind:…`` as its page shows it: everything, as it stands now, of what the member may see.

        Gets the card as it was last said and the group it was said in (None: the member's own chat); it reads and writes nothing.
        """
        return _keep(lambda f: self.wholes.update({kind: f}))

    def gate(self) -> Callable[[GateHandler], GateHandler]:
        """Every event of a member who has not consented, before anything is done with it; None lets it pass."""
        return _keep(self.gates.append)


def _keep(by: Callable[[H], None]) -> Callable[[H], H]:
    def decorate(handler: H) -> H:
        by(handler)
        return handler

    return decorate


class Menu:
    """All routers joined; two handlers for one thing are refused at start."""

    def __init__(self, routers: Iterable[Router]) -> None:
        self.commands: list[tuple[Pattern[str], CommandHandler]] = []
        self.intents: dict[Intent, TextHandler] = {}
        self.events: dict[type, EventHandler] = {}
        self.taps: dict[str, TapHandler] = {}
        self.timers: dict[str, TimerHandler] = {}
        self.crons: dict[str, CronHandler] = {}
        self.questions: dict[str, QuestionHandler] = {}
        self.wholes: dict[str, WholeHandler] = {}
        self.gates: list[GateHandler] = []
        strangers: list[StrangerHandler] = []
        for router in routers:
            strangers += router.strangers
            self.commands += router.commands
            self.gates += router.gates
            for mine, theirs in (
                (self.intents, router.intents),
                (self.events, router.events),
                (self.taps, router.taps),
                (self.timers, router.timers),
                (self.crons, router.crons),
                (self.questions, router.questions),
                (self.wholes, router.wholes),
            ):
                _join(router.name, mine, theirs)

        (self.greet,) = strangers

    def stop(self, event: Event, ctx: Context) -> Outcome | None:
        """What a gate says against an event; None lets it pass."""
        return next((outcome for gate in self.gates if (outcome := gate(event, ctx))), None)

    def command(self, text: str) -> tuple[CommandHandler, Match[str]] | None:
        """The first command that the whole text matches."""
        for pattern, handler in self.commands:
            if found := pattern.fullmatch(text):
                return handler, found
        return None


def _join(name: str, mine: dict[Any, Any], theirs: dict[Any, Any]) -> None:
    if taken := mine.keys() & theirs.keys():
        raise ValueError(f"router {name} answers what another answers already: {sorted(map(str, taken))}")
    mine.update(theirs)
