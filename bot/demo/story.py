"""Invents how the contact with one customer went: records with the pieces they were told in, oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count, cycle, pairwise
from random import Random

from bot.demo.company import Firm, private_chat
from bot.demo.days import Days
from bot.demo.fate import Fate
from bot.demo.talk import Talk, Told, Topic
from bot.domain.activity import Activity, ActivityKind, Piece, PieceKind
from bot.domain.clock import local_day
from bot.domain.understood import Channel, Stage
from bot.domain.values import ActivityId, LeadId

STAGES = tuple(Stage)
OPEN_ENDS = (
    Stage.QUOTED,
    Stage.SAMPLE,
    Stage.CONTACTED,
    Stage.NEGOTIATION,
    Stage.LEAD,
    Stage.DEMO,
    Stage.DELIVERY,
    Stage.SIGNED,
)
ROAD_TO_LOST = (Stage.LEAD, Stage.CONTACTED, Stage.DEMO, Stage.QUOTED, Stage.LOST)
KEPT_PROMISES = 0.85
PLANNED = 0.35


@dataclass(frozen=True, slots=True)
class Record:
    """A record, its pieces and the stage in which it left the lead."""

    activity: Activity
    stage: Stage
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Beat:
    """One contact of a story: how many working days ago, the instant it was told, the stage, the topic and the promise made."""

    back: int
    sent: datetime
    stage: Stage
    topic: Topic
    next_on: date | None


class Storyteller:
    """Tells stories that end as their fate says. Every choice comes from ``rng``."""

    def __init__(self, rng: Random, days: Days, talk: Talk) -> None:
        self._rng = rng
        self._days = days
        self._talk = talk
        self._ends = cycle(OPEN_ENDS)
        self._numbers = count(1)

    def tell(self, firm: Firm, lead_id: LeadId, fate: Fate) -> list[Record]:
        """The records of a lead, the newest last."""
        beats = self._beats(fate)
        product = self._talk.product(firm.owner.product_line or "")
        records = [self._contact(firm, lead_id, beats[0], product, moved=False)]
        for before, beat in pairwise(beats):
            records += self._plan(firm, lead_id, before, beat)
            records.append(self._contact(firm, lead_id, beat, product, moved=before.stage is not beat.stage))
        return records

    def _beats(self, fate: Fate) -> list[Beat]:
        road = self._road(fate.end or next(self._ends))
        backs = self._backs(fate.idle, len(road))
        promises = [self._days.back(back) if self._rng.random() < KEPT_PROMISES else None for back in backs[1:]]
        promises.append(self._promise(fate, backs[-1]))
        topics = [self._talk.topic(stage) for stage in road]
        if fate.delayed:
            topics[-1] = self._talk.delay()
        moments = [self._days.moment(back, self._rng) for back in backs]
        return [Beat(*parts) for parts in zip(backs, moments, road, topics, promises, strict=True)]

    def _road(self, end: Stage) -> list[Stage]:
        way = ROAD_TO_LOST if end is Stage.LOST else STAGES[: STAGES.index(end) + 1]
        length = self._rng.randint(3, 5)
        return [*sorted(self._rng.choices(way[-length:], k=length - 1), key=STAGES.index), end]

    def _backs(self, idle: tuple[int, int], length: int) -> list[int]:
        backs = [self._rng.randint(*idle)]
        while len(backs) < length:
            backs.append(backs[-1] + self._rng.randint(1, 4))
        return backs[::-1]

    def _promise(self, fate: Fate, back: int) -> date | None:
        match fate.next_on:
            case "past":
                return self._days.back(self._rng.randint(1, back - 1))
            case "today":
                return self._days.today
            case "tomorrow":
                return self._days.ahead(1)
            case "later":
                return self._days.ahead(self._rng.randint(2, 6))
            case "none":
                return None

    def _plan(self, firm: Firm, lead_id: LeadId, before: Beat, beat: Beat) -> Iterator[Record]:
        """Now and then the rep said in advance that the contact would take place."""
        if before.back - beat.back < 2 or self._rng.random() > PLANNED:
            return
        sent, on = self._days.moment(beat.back + 1, self._rng), self._days.back(beat.back)
        told = self._talk.plan(firm, before.topic.step, sent, on)
        yield self._record(firm, lead_id, before.stage, ActivityKind.PLAN, told, sent, on)

    def _contact(self, firm: Firm, lead_id: LeadId, beat: Beat, product: str, *, moved: bool) -> Record:
        told = self._talk.contact(firm, beat.topic, product, beat.sent, beat.next_on)
        kind = ActivityKind.VISIT if told.channel is Channel.VISIT else ActivityKind.FOLLOW_UP
        record = self._record(firm, lead_id, beat.stage, kind, told, beat.sent, beat.next_on)
        topic = beat.topic
        activity = replace(
            record.activity,
            occurred_on=local_day(beat.sent),
            occurred_time=told.at_time,
            objections=topic.objections,
            needs=topic.needs,
            competitors=topic.competitors,
            delay_reason=topic.reason,
            stage=beat.stage if moved else None,
        )
        return replace(record, activity=activity)

    def _record(
        self, firm: Firm, lead_id: LeadId, stage: Stage, kind: ActivityKind, told: Told, sent: datetime, next_on: date | None
    ) -> Record:
        activity_id = ActivityId(f"a_demo{next(self._numbers):03d}")
        texts = [told.text, *([told.extra] if told.extra else [])]
        pieces = tuple(
            Piece(
                id=f"{activity_id}_{number}",
                member_id=firm.owner.id,
                kind=PieceKind.TEXT,
                received_at=sent + number * timedelta(minutes=4),
                event_id=f"demo:{activity_id}:{number}",
                activity_id=activity_id,
                text=text,
            )
            for number, text in enumerate(texts)
        )
        activity = Activity(
            id=activity_id,
            kind=kind,
            member_id=firm.owner.id,
            chat=private_chat(firm.user),
            received_at=sent,
            last_piece_at=pieces[-1].received_at,
            text="\n".join(texts),
            customer_id=firm.id,
            lead_id=lead_id,
            channel=told.channel,
            contacts=(told.contact,),
            next_on=next_on,
            next_steps=(told.step,),
        )
        return Record(activity, stage, pieces)
