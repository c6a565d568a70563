"""The whole menu: one file for each thing people do or time brings, in the order in which commands are tried."""

from bot.chat.router import Router
from handlers import (
    asked,
    calendar,
    customer,
    digest,
    evidence,
    followup,
    handover,
    heard,
    help,
    housekeeping,
    lists,
    people,
    privacy,
    query,
    reminder,
    rules,
    undo,
    visit,
    words,
)
from handlers import correct as correction

ROUTERS: tuple[Router, ...] = (
    privacy.router,
    help.router,
    people.router,
    handover.router,
    undo.router,
    correction.router,
    lists.router,
    query.router,
    digest.router,
    rules.router,
    reminder.router,
    customer.router,
    visit.router,
    followup.router,
    words.router,
    evidence.router,
    heard.router,
    housekeeping.router,
    calendar.router,
    asked.router,
)
