"""Values of durable work that handlers may see."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Timer:
    """Something to look at when ``run_at`` has come. It is due once; what it finds then decides whether anything is to be done."""

    kind: str
    subject: str
    key: str
    run_at: datetime
