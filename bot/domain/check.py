"""What an examination of the installation finds: one line each, with what to do."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands."""

    GOOD = "好"
    LOOK = "注意"
    BAD = "坏"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its name, its state, what was found, and how to mend it (empty when all is well)."""

    name: str
    state: State
    what: str
    mend: str = ""
