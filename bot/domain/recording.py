"""Joining what was understood into a record: pure functions from one activity to the next."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.activity import Activity
from bot.domain.understood import Understood

SURE = 0.6
SHOWN_AS_GUESS = (
    "intent",
    "customer",
    "contacts",
    "channel",
    "occurred_on",
    "next_on",
    "payment_amount",
    "total_amount",
    "objections",
    "competitors",
    "delay_reason",
    "action_items",
)
DETAILS = ("items", "total_amount", "tax_included", "payment_term_days", "payment_amount", "contract_no", "tracking_no", "phone")


def union(*parts: Iterable[str]) -> tuple[str, ...]:
    """Each value once, in the order of first mention."""
    return tuple(dict.fromkeys(value for part in parts for value in part))


def join(activity: Activity, said: Understood, text: str, at: datetime) -> Activity:
    """The record with one more message: lists grow, newly said values replace, what was not said stays."""
    words = f"{activity.text}\n{text}" if activity.text and text else activity.text or text
    return replace(
        _valued(activity, said),
        text=words,
        last_piece_at=max(activity.last_piece_at, at),
        contacts=union(activity.contacts, (c.name for c in said.contacts)),
        next_steps=union(activity.next_steps, said.action_items),
        objections=union(activity.objections, said.objections),
        competitors=union(activity.competitors, said.competitors),
        needs=union(activity.needs, said.needs),
        guesses=union((g for g in activity.guesses if not _explicit(said, g)), guessed(said)),
        details={**activity.details, **details(said)},
    )


def correct(activity: Activity, said: Understood) -> Activity:
    """The record with the values that a correction names; a list that is named is replaced, not lengthened."""
    lists: dict[str, tuple[str, ...]] = {
        "contacts": tuple(c.name for c in said.contacts),
        "next_steps": said.action_items,
        "objections": tuple(said.objections),
        "competitors": said.competitors,
    }
    changed: dict[str, Any] = {name: value for name, value in lists.items() if value}
    guesses = tuple(g for g in activity.guesses if not _explicit(said, g))
    return replace(_valued(activity, said), guesses=guesses, details={**activity.details, **details(said)}, **changed)


def _valued(activity: Activity, said: Understood) -> Activity:
    return replace(
        activity,
        channel=said.channel or activity.channel,
        occurred_on=said.occurred_on if activity.occurred_on is None or _explicit(said, "occurred_on") else activity.occurred_on,
        occurred_time=said.occurred_time or activity.occurred_time,
        next_on=said.next_on or activity.next_on,
        next_time=said.next_time if said.next_on else said.next_time or activity.next_time,
        delay_reason=said.delay_reason or activity.delay_reason,
        stage=said.stage or activity.stage,
    )


def details(said: Understood) -> dict[str, Any]:
    """The values that have no column of their own, as plain JSON."""
    record = said.record()
    return {key: record[key] for key in DETAILS if record[key] not in (None, [])}


def says_something(said: Understood) -> bool:
    """Whether there is anything in it that a record would hold beside the words themselves."""
    held = (said.next_on, said.contacts, said.action_items, said.objections, said.competitors, said.needs, said.delay_reason, said.stage)
    return any(held) or bool(details(said))


def guessed(said: Understood) -> tuple[str, ...]:
    """The fields whose value is not certain enough to go unmarked."""
    return tuple(key for key in SHOWN_AS_GUESS if 0 < said.confidence.get(key, 0) < SURE)


def _explicit(said: Understood, key: str) -> bool:
    # A value without a span is a default ("today"), not something that was said.
    return bool(said.spans.get(key))
