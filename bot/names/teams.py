"""The customer table as one team speaks of it: the same names, and those that the team's reps have taught."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields

from bot.understanding.aliases import Form
from bot.understanding.names import Hit, Names, View

Learned = Mapping[str, str]


@dataclass(frozen=True)
class TeamView(View):
    """A view in which a team's names stand beside those of the table; where the table knows the same words, both are candidates."""

    learned: Learned = field(default_factory=dict)

    def hits(self, text: str) -> list[Hit]:
        low = text.lower() if len(text.lower()) == len(text) else text
        taught = [hit for said, id in self.learned.items() if said in low and id in self.rows for hit in _in(low, said, id)]
        return View.hits(self, text) + taught


class TeamNames(Names):
    """Reads through to the one name index of the house, with what ``learned`` gives at that moment."""

    def __init__(self, base: Names, learned: Callable[[], Learned]) -> None:
        super().__init__()
        self._house = base
        self._learned = learned

    def view(self) -> View:
        """The index as it is now."""
        view, learned = self._house.view(), self._learned()
        return TeamView(**{f.name: getattr(view, f.name) for f in fields(View)}, learned=learned) if learned else view


def _in(text: str, said: str, id: str) -> list[Hit]:
    found, at = [], text.find(said)
    while at >= 0:
        found.append(Hit(at, at + len(said), Form(said, id), 1.0))
        at = text.find(said, at + 1)
    return found
