"""Which rules are in force, and which were."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.domain.values import MemberId
from storage.repositories.rows import by, many, one
from storage.tables import rules_version

NEWEST = select(func.max(rules_version.c.id))


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """One version. ``who`` is a name to show, ``text`` the whole rules, ``parent`` the version that a step back returns to."""

    id: int
    at: datetime
    member_id: MemberId | None
    who: str
    note: str
    text: str
    parent: int | None


class RulesVersions:
    """The versions; there is no way to change one."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def newest(self) -> int | None:
        """The version in force; None before anybody has put one in force."""
        return self._db.execute(NEWEST).scalar()

    def get(self, version: int) -> RulesVersion | None:
        return one(RulesVersion, self._db.execute(by(rules_version, "id"), {"id": version}).first())

    def current(self) -> RulesVersion | None:
        """The version in force, whole."""
        newest = self.newest()
        return self.get(newest) if newest else None

    def before(self, version: RulesVersion) -> RulesVersion | None:
        """What a step back from a version returns to; None at the first one."""
        return self.get(version.parent) if version.parent else None

    def add(self, at: datetime, member_id: MemberId | None, who: str, note: str, text: str, parent: int | None) -> int:
        """Put a new version in force; its number."""
        new = rules_version.insert().values(at=at, member_id=member_id, who=who, note=note, text=text, parent=parent)
        return int(self._db.execute(new).inserted_primary_key[0])  # type: ignore[index]

    def history(self, limit: int = 20) -> list[RulesVersion]:
        """The newest first."""
        return many(RulesVersion, self._db.execute(select(rules_version).order_by(rules_version.c.id.desc()).limit(limit)))
