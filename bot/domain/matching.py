"""Who is who: a platform's user and a member of ours are the same person by mobile, e-mail or employee number, never by name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.member import Member

_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")


@dataclass(frozen=True, slots=True)
class Keys:
    """What tells a person, in one spelling; what is not known is empty."""

    mobile: str = ""
    email: str = ""
    employee_no: str = ""

    def __bool__(self) -> bool:
        return bool(self.mobile or self.email or self.employee_no)

    def _pairs(self, other: "Keys") -> Sequence[tuple[str, str]]:
        return [(self.mobile, other.mobile), (self.email, other.email), (self.employee_no, other.employee_no)]

    def agrees(self, other: "Keys") -> bool:
        """Whether both carry the same number, address or employee number."""
        return any(mine and mine == theirs for mine, theirs in self._pairs(other))

    def contradicts(self, other: "Keys") -> bool:
        """Whether both carry one of the three and not the same."""
        return any(mine and theirs and mine != theirs for mine, theirs in self._pairs(other))


def keys(mobile: str | None, email: str | None, employee_no: str | None) -> Keys:
    """The three as people write them, in one spelling."""
    figures = re.sub(r"[\s\-()（）]", "", mobile or "")
    return Keys(_COUNTRY.sub("", figures), (email or "").strip().lower(), (employee_no or "").strip().upper())


def keys_of(member: Member) -> Keys:
    """What tells a member."""
    return keys(member.mobile, member.email, member.employee_no)


def alike(wanted: Keys, people: Iterable[Member]) -> list[Member]:
    """Everybody who carries one of the keys."""
    return [member for member in people if wanted.agrees(keys_of(member))]
