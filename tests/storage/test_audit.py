"""The audit log grows and nothing else: the database refuses changes, and a change made around it is found out."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.values import MemberId
from storage.engines import database_url, writer_engine
from storage.transaction import Transaction
from tests.storage.samples import NOW

LI = MemberId("m_li")
GUARDED = "DROP TRIGGER audit_update", "DROP TRIGGER audit_delete"


@pytest.fixture
def tx(database: Path) -> Iterator[Transaction]:
    """An open transaction with four entries."""
    engine = writer_engine(database_url(f"sqlite:///{database}"))
    with engine.connect() as connection, connection.begin():
        tx = Transaction(connection)
        tx.audit.note(NOW, LI, "member.mobile", "m_li", old={"mobile": None}, new={"mobile": "13800000000"}, event_id="e1")
        tx.audit.note(NOW, LI, "lead.snooze", "l_1", new={"reason": "客户出差"})
        tx.audit.note(NOW, None, "lead.hand_over", "l_1", old={"owner": "李思"}, new={"owner": "王磊"})
        tx.audit.note(NOW, None, "tidy", "all")
        yield tx
    engine.dispose()


def run(tx: Transaction, statement: str) -> None:
    tx.connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 4",
        "UPDATE audit SET action = 'nothing'",
        "UPDATE audit SET new = '{}' WHERE id = 1",
        "UPDATE audit SET at = '2020-01-01 00:00:00'",
        "UPDATE audit SET member_id = NULL WHERE id = 1",
        "UPDATE audit SET old = NULL, new = NULL, salt = NULL",
        "UPDATE audit SET old = NULL, new = NULL, salt = NULL, redacted_at = '2026-01-01', chain = 'x'",
        "UPDATE audit SET redacted_at = '2026-01-01'",
        "INSERT OR REPLACE INTO audit (id, at, action, subject) VALUES (1, '2026-01-01', 'x', 'y')",
        "INSERT INTO audit (id, at, action, subject) VALUES (1, '2026-01-01', 'x', 'y') ON CONFLICT (id) DO UPDATE SET action = 'x'",
    ],
)
def test_the_database_refuses_to_change_an_entry(tx: Transaction, statement: str) -> None:
    with pytest.raises(IntegrityError, match="audit only grows"):
        run(tx, statement)


def test_the_whole_log_is_read_in_order_and_from_any_entry_on(tx: Transaction) -> None:
    assert [entry.id for entry in tx.audit.all()] == [1, 2, 3, 4]
    assert [entry.subject for entry in tx.audit.all(after=2)] == ["l_1", "all"]


def test_an_untouched_log_is_whole(tx: Transaction) -> None:
    assert tx.audit.broken() is None


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ('UPDATE audit SET new = \'{"reason": "别的"}\' WHERE id = 2', 2),
        ("UPDATE audit SET member_id = 'm_wang' WHERE id = 2", 2),
        ("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE id = 3", 3),
        ("UPDATE audit SET chain = NULL WHERE id = 1", 2),
        ("UPDATE audit SET chain = NULL WHERE id = 3", 3),
        ("UPDATE audit SET redacted_at = '2026-01-01', digest = 'x' WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("DELETE FROM audit WHERE id = 2", 3),
    ],
)
def test_what_was_changed_around_the_guards_is_found(tx: Transaction, statement: str, found: int) -> None:
    for drop in GUARDED:
        run(tx, drop)
    run(tx, statement)
    assert tx.audit.broken() == found


def test_entries_of_before_the_chain_are_not_judged(tx: Transaction) -> None:
    for drop in GUARDED:
        run(tx, drop)
    run(tx, "UPDATE audit SET chain = NULL, digest = NULL, salt = NULL")
    assert tx.audit.broken() is None
    tx.audit.note(NOW, None, "tidy", "all")
    assert tx.audit.broken() is None


def test_redaction_takes_the_values_about_a_person_and_keeps_the_fact(tx: Transaction) -> None:
    later = NOW + timedelta(days=1)
    assert tx.audit.redact(["m_li"], ["李思"], later) == 2
    first, snooze, handed, _ = tx.audit.all()
    assert (first.action, first.member_id, first.at, first.old, first.new, first.redacted_at) == (
        "member.mobile",
        LI,
        NOW,
        None,
        None,
        later,
    )
    assert (handed.old, handed.new) == (None, None)
    assert snooze.new == {"reason": "客户出差"}


def test_redaction_leaves_nothing_of_the_value_in_the_row(tx: Transaction) -> None:
    tx.audit.redact(["m_li"], [], NOW)
    rows = tx.connection.exec_driver_sql("SELECT * FROM audit WHERE id = 1").all()
    assert "13800000000" not in str(rows)
    assert tx.connection.exec_driver_sql("SELECT salt FROM audit WHERE id = 1").scalar() is None


def test_after_redaction_the_chain_still_holds(tx: Transaction) -> None:
    tx.audit.redact(["m_li"], ["李思"], NOW)
    tx.audit.note(NOW, None, "privacy.deleted", "m_li")
    assert tx.audit.broken() is None


def test_redaction_is_done_once(tx: Transaction) -> None:
    assert tx.audit.redact(["m_li"], [], NOW) == 1
    assert tx.audit.redact(["m_li"], [], NOW) == 0


def test_a_wildcard_is_taken_literally(tx: Transaction) -> None:
    assert tx.audit.redact([], ["%", "_思"], NOW) == 0
