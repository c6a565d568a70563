"""What the rules are unsure of, and therefore whether a model is asked at all."""

from typing import TYPE_CHECKING

from bot.domain.member import Member
from bot.domain.recording import SURE
from bot.domain.understood import Candidate, Intent, Understood

if TYPE_CHECKING:
    from bot.understanding.names import View

FEWEST_WORDS = 6
# Messages of these intents are what the rules are sure of, and change or answer more than a record.
_RECORDS = frozenset((Intent.VISIT, Intent.PLAN, Intent.FOLLOW_UP, Intent.CHAT))
_FILLED = ("customer", "contacts", "channel", "occurred_on", "next_on", "total_amount", "objections", "competitors", "delay_reason")


def doubts(text: str, said: Understood, own: tuple[Candidate, ...]) -> tuple[str, ...]:
    """The keys to ask about, empty for none. ``own`` are the candidates that the sender may be given."""
    if said.intent not in _RECORDS or sum(c.isalnum() for c in text) < FEWEST_WORDS:
        return ()
    found = ["intent"] if said.intent is Intent.CHAT else []
    found += ["customer"] if own and not said.customer_known else []
    found += [key for key in _FILLED if key != "customer" and 0 < said.confidence.get(key, 0) < SURE]
    return tuple(found)


def own_candidates(said: Understood, view: "View", sender: Member) -> tuple[Candidate, ...]:
    """The sender's own customers among the candidates; a guess never files anything under somebody else's."""
    return tuple(c for c in said.candidates if (row := view.rows.get(c.id)) and row.owner == sender.id)


def open_for(said: Understood, key: str) -> bool:
    """Whether the rules left a key empty, or hold it too lightly to keep."""
    return not getattr(said, key) or 0 < said.confidence.get(key, 0) < SURE
