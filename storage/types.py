"""Column types that keep our values exact on every database."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

from bot.domain.contract import Instalment
from bot.domain.values import Money


class Utc(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; a naive one is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value}")
        utc = value.astimezone(UTC)
        # SQLite has no zones: it keeps the bare UTC wall time, which sorts as text.
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """A StrEnum as its value."""

    impl = String
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__(32)
        self.enum = enum

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> StrEnum | None:  # noqa: ANN401
        return None if value is None else self.enum(value)


class Texts(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> list[str] | None:  # noqa: ANN401
        return None if value is None else [str(v) for v in value]

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: ANN401
        return tuple(value or ())


class Fen(TypeDecorator[Money]):
    """Money as whole fen."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        return None if value is None else value.fen

    def process_result_value(self, value: int | None, dialect: Dialect) -> Money | None:
        return None if value is None else Money(value)


class Instalments(TypeDecorator[tuple[Instalment, ...]]):
    """Agreed payments as a JSON list of ``[day, fen]``."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> list[list[str | int]] | None:  # noqa: ANN401
        return None if value is None else [[i.on.isoformat(), i.amount.fen] for i in value]

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[Instalment, ...]:  # noqa: ANN401
        return tuple(Instalment(date.fromisoformat(on), Money(fen)) for on, fen in value or ())


class Shares(TypeDecorator[Mapping[str, Decimal]]):
    """Named shares as a JSON object of decimal strings."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> dict[str, str] | None:  # noqa: ANN401
        return None if value is None else {name: str(share) for name, share in value.items()}

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dict[str, Decimal]:  # noqa: ANN401
        return {name: Decimal(share) for name, share in (value or {}).items()}


class Exact(TypeDecorator[Decimal]):
    """A decimal number, digit for digit."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)
