"""What a directory says about who stands above whom fills what is open, and changes nothing that somebody entered."""

from datetime import datetime

import pytest

from bot.chat.outgoing import Outgoing, plain
from bot.chat.platform import Colleague
from bot.domain.clock import FakeClock
from bot.domain.member import Member, Role
from bot.domain.values import MemberId
from bot.outbox import Outbox
from bot.roster import bring_in
from storage.store import Store
from storage.transaction import Transaction


class Ear(Outbox):
    """Hears what admins are told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell_admins(self, tx: Transaction, message: Outgoing, now: datetime) -> bool:
        self.told.append(plain(message))
        return True


@pytest.fixture
def people(store: Store) -> Store:
    """李四 has a manager by our own table, 赵敏 has none."""

    def move_in(tx: Transaction) -> None:
        for user, name, boss in (("wang", "王伟", None), ("li", "李四", "m_qian"), ("zhao", "赵敏", None), ("qian", "钱总", None)):
            tx.members.save(Member(MemberId(f"m_{user}"), name, (Role.REP.value,), MemberId(boss) if boss else None))
            tx.members.identify("wecom", user, MemberId(f"m_{user}"), user)

    store.write_now(move_in)
    return store


def managers(store: Store) -> dict[str, str | None]:
    return {member.name: member.manager_id for member in store.read_now(lambda r: list(r.members.org().members.values()))}


def look(store: Store, clock: FakeClock, *everybody: Colleague) -> list[str]:
    ear = Ear()
    store.write_now(lambda tx: bring_in(tx, "wecom", everybody, ear, clock.now()))
    return ear.told


def test_a_missing_manager_is_filled_in_and_audited(people: Store, clock: FakeClock) -> None:
    look(people, clock, Colleague("zhao", manager="wang"))
    assert managers(people)["赵敏"] == "m_wang"
    assert [entry.action for entry in people.read_now(lambda r: r.audit.of("m_zhao"))] == ["member.manager"]


def test_a_manager_who_was_entered_stays(people: Store, clock: FakeClock) -> None:
    look(people, clock, Colleague("li", manager="wang"))
    assert managers(people)["李四"] == "m_qian"


def test_a_line_that_would_be_a_loop_is_not_drawn(people: Store, clock: FakeClock) -> None:
    look(people, clock, Colleague("wang", manager="zhao"), Colleague("zhao", manager="wang"), Colleague("qian", manager="li"))
    found = managers(people)
    assert (found["王伟"], found["赵敏"], found["钱总"]) == ("m_zhao", None, None)


def test_somebody_unknown_is_nobodys_manager(people: Store, clock: FakeClock) -> None:
    look(people, clock, Colleague("zhao", manager="stranger"), Colleague("stranger", manager="wang"))
    assert managers(people)["赵敏"] is None


def test_the_admins_hear_once_of_somebody_who_left(people: Store, clock: FakeClock) -> None:
    assert "赵敏 已离职" in look(people, clock, Colleague("zhao", active=False))[0]
    assert look(people, clock, Colleague("zhao", active=False)) == []
