"""How long nobody has moved a lead: its colour, and whether it belongs on the morning list.

Colours (capability D2): green within 72 h of the last action, neutral ("平稳") up to 7 days, yellow from 7 to 14 days, red after that.
The breakpoint list (D1) takes what is idle for more than 48 h. Both count on the ``workday`` clock unless the rules say otherwise.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.domain.duration import Duration
from bot.domain.worktime import ClockKind, Worktime


class Colour(StrEnum):
    """The staleness of a lead."""

    GREEN = "green"
    NEUTRAL = "neutral"
    YELLOW = "yellow"
    RED = "red"


class Section(BaseModel):
    """A section of rules.toml: unknown keys are refused, nothing changes after reading. Titles are what people call them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limit(Section):
    """A time limit and the clock it runs on."""

    limit: Duration = Field(title="时限")
    clock: ClockKind = Field(title="计时方式")

    @field_validator("limit")
    @classmethod
    def _some_time(cls, value: timedelta) -> timedelta:
        if not value:
            raise ValueError('时限要大于 0，例如 "48h"')
        return value


class ColourRules(Section):
    """When a lead changes its colour."""

    green_within: Duration = Field(title="绿色上限")
    yellow_from: Duration = Field(title="黄色起点")
    red_after: Duration = Field(title="红色起点")
    clock: ClockKind = Field(title="计时方式")

    @model_validator(mode="after")
    def _in_order(self) -> "ColourRules":
        if not self.green_within <= self.yellow_from < self.red_after:
            raise ValueError("颜色的界限要递增：绿色上限 ≤ 黄色起点 < 红色起点")
        return self


def colour(last_action: datetime, now: datetime, rules: ColourRules, worktime: Worktime) -> Colour:
    """The colour of a lead whose last action was at ``last_action``."""
    idle = worktime.elapsed(last_action, now, rules.clock)
    if idle <= rules.green_within:
        return Colour.GREEN
    if idle < rules.yellow_from:
        return Colour.NEUTRAL
    return Colour.YELLOW if idle <= rules.red_after else Colour.RED


def idle_days(last_action: datetime, now: datetime) -> int:
    """Whole days since the last action, as people count them: by the wall."""
    return max(0, (now - last_action) // timedelta(days=1))
