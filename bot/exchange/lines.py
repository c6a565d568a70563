"""What every sort of file is read into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.exchange.cells import Cell

# So many lines are searched for the headings: reports have titles above them.
HEAD = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table by its number in the file; ``wrong`` says of places what is the matter with them."""

    number: int
    cells: Sequence[Cell]
    wrong: Mapping[int, str] = field(default_factory=dict)
