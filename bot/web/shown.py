"""Which card somebody may open by its key, and how it stands now.

A key only locates. The card is there for whoever it was sent to, and a group's card for the members whom that group is for: the bot does
not know who sits in a group, so :func:`bot.domain.access.reads_along` decides. Of a group's list everybody sees what their sight shows,
drawn anew by the story it belongs to; a group's card of another kind is for those who lead there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.chat.outgoing import Card, decode, rewritten
from bot.domain.access import Sight, leads_along, reads_along, words_for
from bot.domain.member import Group, Member
from storage.transaction import Reader

Whole = Callable[[Reader, Member, Card, Group | None], Card | None]
LONGEST_KEY = 120


@dataclass(frozen=True, slots=True)
class Found:
    """A card as the viewer may see it; ``words`` masks what else is to be said about it."""

    card: Card
    words: Sight


def find(reader: Reader, key: str, viewer: Member, today: date, whole: Whole) -> Found | None:
    """The card of that key for a viewer; None when there is none or it is not theirs."""
    if not 0 < len(key) <= LONGEST_KEY:
        return None
    org = reader.members.org()
    words = words_for(viewer, org, today)
    for platform, chat in reader.members.chats(viewer.id):
        if card := _card(reader, key, platform, chat):
            return Found(_masked(whole(reader, viewer, card, None) or card, words), words)
    for platform, chat in reader.outbox.chats_of(key):
        group = reader.members.group_at(platform, chat)
        if group is None or not reads_along(viewer, group, org, today) or not (card := _card(reader, key, platform, chat)):
            continue
        drawn = whole(reader, viewer, card, group)
        if drawn is not None or leads_along(viewer, group, org, today):
            return Found(_masked(drawn or card, words), words)
    return None


def _card(reader: Reader, key: str, platform: str, chat: str) -> Card | None:
    payload = reader.outbox.shown_in(key, platform, chat)
    message = decode(payload) if payload else None
    return message if isinstance(message, Card) else None


def _masked(card: Card, words: Sight) -> Card:
    masked = rewritten(card, words.text)
    assert isinstance(masked, Card)
    return masked
