"""Everything that is logged, and what of it should not have been."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot import metrics
from tests.platforms.wecom.company import Company

LONG_ENOUGH = 6


class Overheard(logging.Handler):
    """Keeps every line of every logger, with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def overhearing() -> Iterator[list[str]]:
    """The lines that are logged meanwhile, from debug on."""
    heard, root = Overheard(), logging.getLogger()
    level = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    try:
        yield heard.lines
    finally:
        root.removeHandler(heard)
        root.setLevel(level)


def spilled(lines: list[str], company: Company) -> list[str]:
    """Where a secret or somebody's words stand that should stand nowhere: logs, errors of messages, metrics."""
    store = company.service.store
    errors = store.read_now(lambda r: [str(row[0]) for row in r.connection.exec_driver_sql("SELECT error FROM outbox WHERE error <> ''")])
    written = [*lines, *errors, metrics.exposition().decode()]
    said = {m.text for m in company.wecom.ledger.shown if m.mine and len(m.text) >= LONG_ENOUGH and not m.text.startswith("<")}
    return [line[:200] for line in written for word in company.wecom.secrets() | said if word in line]
