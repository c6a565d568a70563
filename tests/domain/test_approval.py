"""Approvals as values: who may sign, in which order, what is refused, and chance taps that must never break the rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.approval import Approval, ApprovalId, Refused, State, Turn, Verdict, Why, submitted
from bot.domain.values import MemberId

START = datetime(2026, 3, 4, 2, tzinfo=UTC)
REP, TECH, FIN, PROD, GM, DEPUTY, BOSS, OTHER = (
    MemberId(f"m_{n}") for n in ("rep", "tech", "fin", "prod", "gm", "deputy", "boss", "other")
)
EVERYBODY = (REP, TECH, FIN, PROD, GM, DEPUTY, BOSS, OTHER)
OK, NO = Verdict.APPROVE, Verdict.REJECT


def chain(version: int = 1) -> Approval:
    """Technical, then product and finance at once, then the general manager."""
    steps = [("technical", [TECH]), ("terms", [PROD, FIN]), ("gm", [GM])]
    return submitted(ApprovalId("ap_1"), "q_1", version, REP, steps, START)


def turn(by: MemberId, step: int = 0, version: int = 1, for_whom: tuple[MemberId, ...] = ()) -> Turn:
    return Turn(version=version, step=step, by=by, at=START + timedelta(hours=1), acts_for=frozenset(for_whom), event_id="e_1")


def refusal(approval: Approval, by: Turn, verdict: Verdict = OK, reason: str = "") -> Why:
    with pytest.raises(Refused) as caught:
        approval.decide(by, verdict, reason)
    return caught.value.why


def test_all_steps_in_their_order_approve_it() -> None:
    done = chain().decide(turn(TECH), OK).decide(turn(FIN, 1), OK).decide(turn(PROD, 1), OK).decide(turn(GM, 2), OK)
    assert (done.state, [d.by for d in done.decisions], done.revision) == (State.APPROVED, [TECH, PROD, FIN, GM], 5)


def test_a_parallel_step_waits_for_every_seat() -> None:
    assert chain().decide(turn(TECH), OK).decide(turn(FIN, 1), OK).approvers == {PROD}


def test_any_refusal_in_a_parallel_step_ends_it() -> None:
    ended = chain().decide(turn(TECH), OK).decide(turn(FIN, 1), NO, "毛利太低")
    assert (ended.state, ended.approvers) == (State.REJECTED, frozenset())


def test_a_refusal_needs_a_reason() -> None:
    assert refusal(chain(), turn(TECH), NO, "  ") is Why.NO_REASON


def test_a_second_tap_finds_it_decided() -> None:
    assert refusal(chain().decide(turn(TECH), OK), turn(TECH)) is Why.DECIDED


def test_a_step_cannot_be_taken_before_its_turn() -> None:
    assert refusal(chain(), turn(GM, 2)) is Why.OTHER_STEP


def test_a_card_of_an_old_version_changes_nothing() -> None:
    assert refusal(chain(version=2), turn(TECH)) is Why.OLD_VERSION


def test_a_forwarded_card_is_not_the_receivers() -> None:
    assert refusal(chain(), turn(OTHER)) is Why.NOT_YOURS


def test_the_submitter_signs_for_nobody() -> None:
    assert refusal(chain(), turn(REP, for_whom=(TECH,))) is Why.OWN


def test_the_submitter_cannot_sit_in_the_chain() -> None:
    with pytest.raises(Refused, match="own"):
        submitted(ApprovalId("ap_1"), "q_1", 1, GM, [("gm", [GM])], START)


def test_a_step_without_anybody_is_not_skipped_but_refused() -> None:
    with pytest.raises(Refused, match="no_approver"):
        submitted(ApprovalId("ap_1"), "q_1", 1, REP, [("technical", [TECH]), ("finance", [])], START)


def test_a_stand_in_signs_the_absents_seat() -> None:
    (said,) = chain().decide(turn(DEPUTY, for_whom=(TECH,)), OK).decisions
    assert (said.by, said.for_whom) == (DEPUTY, TECH)


def test_the_superior_who_was_called_in_decides() -> None:
    assert chain().escalate(0, TECH, BOSS, START).decide(turn(BOSS), OK).at_step == 1


def test_the_approver_who_was_too_late_finds_the_superiors_decision() -> None:
    both = chain().decide(turn(TECH), OK).escalate(1, PROD, BOSS, START).decide(turn(BOSS, 1), OK)
    assert refusal(both, turn(PROD, 1)) is Why.DECIDED


def test_nobody_is_called_in_after_a_decision() -> None:
    with pytest.raises(Refused, match="other_step"):
        chain().decide(turn(TECH), OK).escalate(0, TECH, BOSS, START)


def test_a_transferred_seat_is_the_receivers_alone() -> None:
    given = chain().transfer(turn(TECH), OTHER)
    assert (given.approvers, refusal(given, turn(TECH))) == (frozenset({OTHER}), Why.NOT_YOURS)


def test_an_added_signer_is_waited_for() -> None:
    assert chain().add_signer(turn(TECH), OTHER).decide(turn(TECH), OK).approvers == {OTHER}


def test_nothing_is_decided_while_the_submitter_is_asked() -> None:
    asked = chain().ask_back(turn(TECH), "付款方式是什么？")
    assert (refusal(asked, turn(TECH)), asked.answer(REP).approvers) == (Why.WAITING, frozenset({TECH}))


def test_after_the_withdrawal_nothing_can_be_decided() -> None:
    assert refusal(chain().withdraw(REP, START), turn(TECH)) is Why.OVER


def test_the_time_of_a_node_runs_from_its_opening_to_its_decision() -> None:
    first, second, _ = chain().decide(turn(TECH), OK).steps
    assert (first.opened_at, first.closed_at, second.opened_at) == (START, START + timedelta(hours=1), START + timedelta(hours=1))


people = st.sampled_from(EVERYBODY)


class Taps(RuleBasedStateMachine):
    """Anybody taps anything in any order. The books beside it are kept by hand, not read from the approval."""

    @initialize()
    def start(self) -> None:
        self.now, self.approval = START, chain()
        self.may = [{TECH: {TECH}}, {PROD: {PROD}, FIN: {FIN}}, {GM: {GM}}]
        self.signed: list[tuple[int, MemberId, MemberId]] = []
        self.away: set[MemberId] = set()
        self.called: set[tuple[int, MemberId]] = set()

    def turn(self, by: MemberId, step: int, version: int = 1) -> Turn:
        acts_for = frozenset(self.away) if by == DEPUTY else frozenset()
        return Turn(version=version, step=step, by=by, at=self.now, acts_for=acts_for)

    def attempt(self, change: str, *args: object) -> bool:
        before = self.approval
        try:
            self.approval = getattr(before, change)(*args)
        except Refused:
            return False
        assert not before.over
        assert self.approval.revision == before.revision + 1
        return True

    @rule(by=people, step=st.integers(-1, 3), version=st.sampled_from([1, 1, 1, 0, 2]), verdict=st.sampled_from([OK, OK, OK, NO]))
    def tap(self, by: MemberId, step: int, version: int, verdict: Verdict) -> None:
        at, old = self.approval.at_step, self.approval.decisions
        acts_for = self.away if by == DEPUTY else set()
        if self.attempt("decide", self.turn(by, step, version), verdict, "理由"):
            (new,) = [d for d in self.approval.decisions if d not in old]
            assert (version, step, new.by) == (1, at, by)
            assert ({by} | acts_for) & self.may[at][new.for_whom]
            self.signed.append((at, new.for_whom, by))

    @rule(by=people, step=st.integers(0, 2), to=people)
    def transfer(self, by: MemberId, step: int, to: MemberId) -> None:
        before = {seat.holder for seat in self.approval.step.seats}
        if self.attempt("transfer", self.turn(by, step), to):
            (left,) = before - {seat.holder for seat in self.approval.step.seats}
            del self.may[step][left]
            self.may[step][to] = {to}

    @rule(by=people, step=st.integers(0, 2), whom=people)
    def add(self, by: MemberId, step: int, whom: MemberId) -> None:
        if self.attempt("add_signer", self.turn(by, step), whom):
            self.may[step][whom] = {whom}

    @rule(by=people, step=st.integers(0, 2))
    def ask(self, by: MemberId, step: int) -> None:
        self.attempt("ask_back", self.turn(by, step), "缺什么？")

    @rule(by=people)
    def answer(self, by: MemberId) -> None:
        assert not self.attempt("answer", by) or by == REP

    @precondition(lambda self: self.approval.revision > 8)
    @rule(by=people)
    def withdraw(self, by: MemberId) -> None:
        assert not self.attempt("withdraw", by, self.now) or by == REP

    @rule(whom=st.sampled_from([TECH, PROD, FIN, GM]))
    def leave_or_return(self, whom: MemberId) -> None:
        self.away ^= {whom}

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        """The tick that finds a node older than a day calls the superior in, and comes twice."""
        self.now += timedelta(hours=hours)
        step, opened = self.approval.at_step, self.approval.step.opened_at
        if self.approval.over or opened is None or self.now - opened < timedelta(hours=24):
            return
        for seat in self.approval.step.seats:
            for _ in range(2):
                if self.attempt("escalate", step, seat.holder, BOSS, self.now):
                    assert seat.decision is None
                    self.may[step][seat.holder].add(BOSS)
            assert seat.decision or seat.holder == BOSS or BOSS in self.may[step][seat.holder]

    @invariant()
    def no_seat_is_signed_twice_and_none_by_the_submitter(self) -> None:
        seats = [(step, holder) for step, holder, _ in self.signed]
        assert len(seats) == len(set(seats)) == len(self.approval.decisions)
        assert REP not in {by for _, _, by in self.signed}

    @invariant()
    def no_step_is_skipped(self) -> None:
        passed = self.approval.steps[: self.approval.at_step]
        agreed = {(step, holder) for step, holder, _ in self.signed}
        assert all((n, holder) in agreed for n in range(len(passed)) for holder in self.may[n])
        assert all(step.agreed and step.closed_at for step in passed)
        assert self.approval.state is not State.APPROVED or all(step.agreed for step in self.approval.steps)
        assert all(not seat.decision for step in self.approval.steps[self.approval.at_step + 1 :] for seat in step.seats)


Taps.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestTaps = Taps.TestCase
