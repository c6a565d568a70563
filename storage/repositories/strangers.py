"""People who are not known for certain: strangers who wrote, and matches that wait for a person."""

from sqlalchemy import Connection, select, update

from bot.domain.member import DoubtfulMatch, MatchState, Stranger
from bot.domain.values import MemberId
from storage.repositories.rows import by, insert, many, one, save, values
from storage.tables import doubtful_match, stranger


class Strangers:
    """The two tables of doubt."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def save(self, person: Stranger) -> None:
        save(self._db, stranger, person)

    def get(self, stranger_id: str) -> Stranger | None:
        return one(Stranger, self._db.execute(by(stranger, "id"), {"id": stranger_id}).first())

    def find(self, platform: str, user: str) -> Stranger | None:
        given = {"platform": platform, "user_id": user}
        return one(Stranger, self._db.execute(by(stranger, "platform", "user_id"), given).first())

    def ask(self, match: DoubtfulMatch) -> bool:
        """Note a doubtful match; False when the two were put before a person already."""
        new = insert(doubtful_match).values(values(match))
        pair = ["platform", "user_id", "member_id"]
        return self._db.execute(new.on_conflict_do_nothing(index_elements=pair)).rowcount == 1

    def match(self, match_id: str) -> DoubtfulMatch | None:
        return one(DoubtfulMatch, self._db.execute(by(doubtful_match, "id"), {"id": match_id}).first())

    def decide(self, match_id: str, state: MatchState, by_whom: MemberId) -> bool:
        """Set what a person decided; False when it was decided before."""
        found = update(doubtful_match).where(doubtful_match.c.id == match_id, doubtful_match.c.state == MatchState.OPEN)
        return self._db.execute(found.values(state=state, decided_by=by_whom)).rowcount == 1

    def open_matches(self, platform: str) -> list[DoubtfulMatch]:
        """What still waits for a person, the oldest first."""
        query = select(doubtful_match).where(doubtful_match.c.platform == platform, doubtful_match.c.state == MatchState.OPEN)
        return many(DoubtfulMatch, self._db.execute(query.order_by(doubtful_match.c.asked_at, doubtful_match.c.id)))
