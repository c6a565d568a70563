"""Small facts about the installation itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage.repositories.rows import insert
from storage.tables import fact


class Facts:
    """Name → value, with when it was set."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, name: str) -> Any:  # noqa: ANN401
        return self._db.execute(select(fact.c.value).where(fact.c.name == name)).scalar()

    def set(self, name: str, value: object, at: datetime) -> None:
        new = insert(fact).values(name=name, value=value, at=at)
        self._db.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": new.excluded.value, "at": new.excluded.at}))
