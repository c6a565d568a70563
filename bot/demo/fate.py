"""How each customer's lead stands on the day of the demonstration, so that every colour and every list has something to show.

A record of n working days ago is between n - 0.75 and n + 0.63 days old on the workday clock, whatever day and hour it is now; the
ranges below keep each lead inside one colour of rules.toml.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Literal

from bot.demo.company import Firm
from bot.domain.understood import Stage
from bot.domain.values import MemberId


@dataclass(frozen=True, slots=True)
class Fate:
    """Last moved ``idle[0]`` to ``idle[1]`` working days ago, with a promise for ``next_on``; closed when ``end`` is set."""

    idle: tuple[int, int]
    next_on: Literal["none", "past", "today", "tomorrow", "later"] = "none"
    delayed: bool = False
    snoozed: bool = False
    end: Stage | None = None


EVERY_REP = (
    Fate(idle=(2, 2), next_on="tomorrow"),
    Fate(idle=(4, 6), next_on="past"),
    Fate(idle=(2, 2), next_on="today"),
    Fate(idle=(8, 13), next_on="past"),
    Fate(idle=(15, 21), delayed=True),
    Fate(idle=(1, 1), next_on="later"),
    Fate(idle=(8, 13)),
    Fate(idle=(5, 6), next_on="later"),
    Fate(idle=(9, 13), next_on="past", snoozed=True),
)
PAID = Fate(idle=(3, 12), end=Stage.PAID)
LOST = Fate(idle=(3, 12), end=Stage.LOST)
JUST_BROKEN = Fate(idle=(3, 3), next_on="past")
ONE_REP_EACH = (PAID, LOST, None, JUST_BROKEN, PAID, None)


def deal(firms: Iterable[Firm]) -> Iterator[tuple[Firm, Fate | None]]:
    """Give each rep's customers one fate of every kind; None is a customer without a lead."""
    last = cycle(ONE_REP_EACH)
    left: dict[MemberId, Iterator[Fate | None]] = {}
    for firm in firms:
        if firm.owner.id not in left:
            left[firm.owner.id] = cycle((*EVERY_REP, next(last)))
        yield firm, next(left[firm.owner.id])
