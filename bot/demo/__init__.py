"""The demonstration company of ``genjin demo``: 13 colleagues in three regions, 60 customers, some weeks of history.

Everything is invented: the company, its customers, all people, telephone numbers and competitors. Likeness to a real one is chance.
"""

from datetime import datetime

from bot.demo.company import customers, people
from bot.demo.history import write_history
from bot.domain.worktime import Worktime
from storage.transaction import Transaction


def load(tx: Transaction, now: datetime, worktime: Worktime) -> None:
    """Fill an empty database inside one unit of work. The same ``now`` gives the same company, every row of it."""
    staff = people(tx, now)
    write_history(tx, customers(staff), now, worktime)
