"""Durations as people write them in rules: ``"30m"``, ``"48h"``, ``"14d"``, also ``"48小时"``."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "分": "minutes", "分钟": "minutes", "小时": "hours", "天": "days"}
LONGEST = timedelta(days=3660)
_SPAN = re.compile(r"\s*(\d{1,5})\s*个?\s*([mhd]|分钟?|小时|天)\s*")


def parse_duration(text: object) -> timedelta:
    """``"48h"`` → 48 hours. Raises ValueError with a right example."""
    if isinstance(text, timedelta):
        return text
    match = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise ValueError(f'时长要写成 "30m"（分钟）、"48h"（小时）或 "14d"（天），现在是 {text!r}')
    span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if span > LONGEST:
        raise ValueError(f"时长最多 {LONGEST.days} 天，现在是 {text!r}")
    return span


def format_duration(span: timedelta) -> str:
    """The shortest exact spelling that :func:`parse_duration` reads back."""
    minutes = int(span.total_seconds() // 60)
    if minutes and minutes % 1440 == 0:
        return f"{minutes // 1440}d"
    if minutes and minutes % 60 == 0:
        return f"{minutes // 60}h"
    return f"{minutes}m"


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration)]
