"""Ids, money and the other small values that every noun is made of."""

import secrets
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

MemberId = NewType("MemberId", str)
CustomerId = NewType("CustomerId", str)
ContactId = NewType("ContactId", str)
LeadId = NewType("LeadId", str)
ActivityId = NewType("ActivityId", str)
GroupId = NewType("GroupId", str)
MediaId = NewType("MediaId", str)


def new_id(prefix: str) -> str:
    """A short random id that names its noun: ``a_9f2c61d07be34a58``."""
    return f"{prefix}_{secrets.token_hex(8)}"


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount in whole fen; never a float."""

    fen: int

    @classmethod
    def yuan(cls, amount: Decimal | str | int) -> "Money":
        """From yuan, rounded half up to the fen."""
        return cls(int((Decimal(amount) * 100).quantize(Decimal(1), ROUND_HALF_UP)))

    def __str__(self) -> str:
        whole, cents = divmod(abs(self.fen), 100)
        return f"{'-' if self.fen < 0 else ''}{whole:,}" + (f".{cents:02d}" if cents else "")
