"""How the reps of the demonstration company talk: an opening, what was said, and the next step with its date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import cycle
from random import Random
from typing import TypeVar

from bot.demo.company import Firm, read
from bot.domain.clock import local
from bot.domain.understood import Channel, Stage

T = TypeVar("T")
WEEKDAYS = "一二三四五六日"
HOURS = "零一二三四五六七八九十"
CHANNELS = (Channel.VISIT, Channel.PHONE, Channel.WECHAT, Channel.EMAIL, Channel.VIDEO)
OFTEN = (40, 25, 22, 6, 7)
AFTERTHOUGHTS = 0.12


@dataclass(frozen=True, slots=True)
class Topic:
    """What a conversation was about. ``reason`` is set where it explains a delay."""

    says: str
    step: str
    reason: str | None = None
    objections: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A message of a rep and what it means; ``extra`` is an afterthought sent some minutes later."""

    text: str
    channel: Channel
    contact: str
    step: str
    at_time: time | None = None
    extra: str | None = None


class Talk:
    """Deals out topics and words, each as rarely repeated as the lists allow. Every choice comes from ``rng``."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._data = data = read("talk.toml")
        self._topics = {Stage(stage): self._deal(map(_topic, rows)) for stage, rows in data["says"].items()}
        self._delays = self._deal(map(_topic, data["delays"]))
        self._extras: Iterator[str] = self._deal(data["extras"]["said"])
        self._snoozes: Iterator[str] = self._deal(data["snoozes"]["reasons"])
        self._sources: Iterator[str] = self._deal(data["leads"]["sources"])

    def topic(self, stage: Stage) -> Topic:
        return next(self._topics[stage])

    def delay(self) -> Topic:
        return next(self._delays)

    def snooze_reason(self) -> str:
        return next(self._snoozes)

    def source(self) -> str:
        return next(self._sources)

    def product(self, line: str) -> str:
        products: Sequence[str] = self._data["products"][line]
        return self._rng.choice(products)

    def contact(self, firm: Firm, topic: Topic, product: str, sent: datetime, next_on: date | None) -> Told:
        """A contact that took place in the hour before ``sent``."""
        channel = self._rng.choices(CHANNELS, OFTEN)[0]
        opening = self._rng.choice(self._data["openings"][channel.value])
        closing = self._rng.choice(self._data["closings"]["dated" if next_on else "undated"])
        start = _half_hour_before(local(sent))
        words = self._words(firm, product, start) | {"step": topic.step, "day": day_word(local(sent).date(), next_on)}
        return Told(
            text=f"{opening}{topic.says}，{closing}".format(**words),
            channel=channel,
            contact=words["p"],
            step=topic.step,
            at_time=start if "{hour}" in opening else None,
            extra=next(self._extras) if self._rng.random() < AFTERTHOUGHTS else None,
        )

    def plan(self, firm: Firm, step: str, sent: datetime, on: date) -> Told:
        """A contact that is meant to take place."""
        channel = self._rng.choice((Channel.VISIT, Channel.VISIT, Channel.PHONE))
        meant = time(self._rng.choice((9, 10, 14, 15)))
        words = self._words(firm, "", meant) | {"step": step, "day": day_word(local(sent).date(), on)}
        return Told(self._rng.choice(self._data["plans"][channel.value]).format(**words), channel, words["p"], step)

    def _words(self, firm: Firm, product: str, start: time) -> dict[str, str]:
        return {
            "c": self._rng.choice(firm.spoken),
            "p": self._rng.choice(firm.contacts).name,
            "product": product,
            "half": "上午" if start.hour < 12 else "中午" if start.hour == 12 else "下午",
            "hour": hour_word(start),
        }

    def _deal(self, items: Iterable[T]) -> Iterator[T]:
        return cycle(self._rng.sample(dealt := list(items), len(dealt)))


def day_word(today: date, day: date | None) -> str:
    """The day as somebody says it on ``today``: 明天, 周五, 下周三, 4月8号; empty for None."""
    if day is None:
        return ""
    near = {0: "今天", 1: "明天", 2: "后天"}.get((day - today).days)
    weeks = (_monday(day) - _monday(today)).days // 7
    if near or weeks > 1:
        return near or f"{day.month}月{day.day}号"
    return ("下周" if weeks else "周") + WEEKDAYS[day.weekday()]


def hour_word(at_time: time) -> str:
    """A whole or half hour on the twelve-hour clock: 两点, 十一点半."""
    hour = at_time.hour - 12 if at_time.hour > 12 else at_time.hour
    name = "两" if hour == 2 else HOURS[hour] if hour <= 10 else f"十{HOURS[hour - 10]}"
    return f"{name}点{'半' if at_time.minute else ''}"


def _half_hour_before(sent: datetime) -> time:
    start = sent - timedelta(hours=1)
    return time(start.hour, 30 if start.minute >= 30 else 0)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _topic(row: Mapping[str, str | Sequence[str]]) -> Topic:
    return Topic(**{key: value if isinstance(value, str) else tuple(value) for key, value in row.items()})  # type: ignore[arg-type]
