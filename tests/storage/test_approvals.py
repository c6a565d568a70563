"""Quotes and approvals in the database: what is kept is read back, and of two who decide at once one does. All is invented."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.approval import Approval, ApprovalId, State, Turn, Verdict, submitted
from bot.domain.quote import Quote, QuoteId, QuoteLine
from bot.domain.values import MemberId
from storage.engines import database_url, writer_engine
from storage.transaction import Transaction
from tests.storage.samples import NOW, a_customer

LI, TECH, FIN, BOSS = (MemberId(f"m_{n}") for n in ("li", "tech", "fin", "boss"))


@pytest.fixture
def tx(database: Path) -> Iterator[Transaction]:
    """An open transaction on a real file, with one customer."""
    engine = writer_engine(database_url(f"sqlite:///{database}"))
    with engine.connect() as connection, connection.begin():
        tx = Transaction(connection)
        tx.customers.save(a_customer())
        yield tx
    engine.dispose()


def a_quote(no: int = 1) -> Quote:
    lines = (
        QuoteLine(name="伺服驱动器", model="SV-200", unit="台", quantity=Decimal("6"), unit_price=Decimal("23800.00")),
        QuoteLine(name="螺钉", quantity=Decimal("1000.5"), unit_price=Decimal("0.035")),
    )
    return Quote(
        id=QuoteId(f"q_{no}"),
        no=no,
        version=1,
        customer_id=a_customer().id,
        owner_id=LI,
        lines=lines,
        tax_rate=Decimal("0.13"),
        tax_included=False,
        payment_term_days=30,
        valid_until=date(2026, 4, 1),
        remark="客户要现货",
    )


def an_approval(id: str = "ap_1", subject: str = "q_1") -> Approval:
    return submitted(ApprovalId(id), subject, 1, LI, [("technical", [TECH]), ("finance", [FIN])], NOW)


def signed(approval: Approval, by: MemberId, verdict: Verdict = Verdict.APPROVE) -> Approval:
    turn = Turn(version=1, step=approval.at_step, by=by, at=NOW + timedelta(hours=1), event_id="e_7")
    return approval.decide(turn, verdict, "毛利太低")


def test_a_quote_is_read_back_digit_for_digit(tx: Transaction) -> None:
    tx.quotes.add(a_quote())
    assert tx.quotes.get(QuoteId("q_1")) == a_quote()


def test_both_versions_are_kept_and_the_newest_is_found(tx: Transaction) -> None:
    old, new = a_quote(), a_quote().changed(a_quote().lines[:1])
    tx.quotes.add(old)
    tx.quotes.add(new)
    assert (tx.quotes.numbered(1), tx.quotes.get(QuoteId("q_1"), 1)) == (new, old)


def test_numbers_run_on_and_a_version_does_not_take_one(tx: Transaction) -> None:
    tx.quotes.add(a_quote(tx.quotes.next_no()))
    tx.quotes.add(a_quote().changed(()))
    assert tx.quotes.next_no() == 2


def test_a_version_cannot_be_written_over(tx: Transaction) -> None:
    tx.quotes.add(a_quote())
    with pytest.raises(IntegrityError):
        tx.quotes.add(replace(a_quote(), remark="改过"))


def test_an_approval_is_read_back_after_every_change(tx: Transaction) -> None:
    approval = an_approval()
    tx.approvals.add(approval)
    asking = Turn(version=1, step=0, by=TECH, at=NOW)
    steps = [
        approval.escalate(0, TECH, BOSS, NOW),
        approval.escalate(0, TECH, BOSS, NOW).add_signer(asking, FIN),
    ]
    steps.append(steps[-1].ask_back(asking, "什么账期？"))
    steps.append(steps[-1].answer(LI))
    steps.append(signed(steps[-1], BOSS))
    steps.append(signed(steps[-1], FIN))
    steps.append(signed(steps[-1], FIN))
    for new in steps:
        assert tx.approvals.advance(approval, new)
        assert tx.approvals.get(approval.id) == new
        approval = new
    assert approval.state is State.APPROVED


def test_of_two_who_decide_on_the_same_reading_one_does(tx: Transaction) -> None:
    read = an_approval()
    tx.approvals.add(read)
    assert tx.approvals.advance(read, signed(read, TECH))
    assert not tx.approvals.advance(read, signed(read, TECH, Verdict.REJECT))
    assert tx.approvals.get(read.id) == signed(read, TECH)


def test_a_subject_has_one_approval_under_way(tx: Transaction) -> None:
    tx.approvals.add(an_approval())
    with pytest.raises(IntegrityError):
        tx.approvals.add(an_approval("ap_2"))


def test_after_its_end_another_can_begin(tx: Transaction) -> None:
    first = an_approval()
    tx.approvals.add(first)
    tx.approvals.advance(first, first.withdraw(LI, NOW))
    tx.approvals.add(an_approval("ap_2"))
    assert tx.approvals.under_way("q_1") == an_approval("ap_2")
