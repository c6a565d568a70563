"""Whom a platform's directory puts above whom: fills what our table leaves open, and tells of people who have left.

The table of the company stands above the directory: a manager that somebody entered is never changed by it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.chat.context import Mouth
from bot.chat.platform import Colleague
from bot.domain.member import Member
from bot.domain.values import MemberId
from prompts import people
from storage.transaction import Transaction

GONE = "member.gone"


def bring_in(tx: Transaction, platform: str, everybody: Sequence[Colleague], mouth: Mouth, now: datetime) -> None:
    """One look at the whole directory."""
    members = dict(tx.members.users(platform))
    above = {member.id: member.manager_id for member in tx.members.org().members.values()}
    for colleague in everybody:
        member = members.get(colleague.user_id)
        if member is None or not member.active:
            continue
        if not colleague.active:
            _gone(tx, platform, member, mouth, now)
        boss = members.get(colleague.manager)
        if member.manager_id is None and boss is not None and boss.active and not _stands_above(member.id, boss.id, above):
            above[member.id] = boss.id
            tx.members.save(replace(member, manager_id=boss.id))
            tx.audit.note(now, None, "member.manager", member.id, old={"manager": None}, new={"manager": boss.id, "from": platform})


def _stands_above(who: MemberId, whom: MemberId | None, above: dict[MemberId, MemberId | None]) -> bool:
    """Whether ``who`` is ``whom`` or stands anywhere above: such a line would be a loop."""
    seen: set[MemberId] = set()
    while whom is not None and whom not in seen:
        if whom == who:
            return True
        seen.add(whom)
        whom = above.get(whom)
    return False


def _gone(tx: Transaction, platform: str, member: Member, mouth: Mouth, now: datetime) -> None:
    if any(entry.action == GONE for entry in tx.audit.of(member.id)):
        return
    if mouth.tell_admins(tx, people.gone(member, platform), now):
        tx.audit.note(now, None, GONE, member.id, new={"platform": platform})
