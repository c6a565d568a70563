"""Approvals: a state machine of plain values that carries its own copy of its steps.

Steps come one after another; within a step every seat must agree and any refusal ends all. A change gives a new value with the next
``revision`` for the store's compare-and-set, or raises :class:`Refused`; nothing is changed by what comes late, twice, from an old
version or from somebody whose turn it is not. Sources: capabilities C1, C2.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.values import MemberId

ApprovalId = NewType("ApprovalId", str)
NOBODY: frozenset[MemberId] = frozenset()


class State(StrEnum):
    """``asked``: an approver waits for the submitter's answer. The last three are ends."""

    RUNNING = "running"
    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What an approver says."""

    APPROVE = "approve"
    REJECT = "reject"


class Why(StrEnum):
    """Why nothing was changed."""

    OVER = "over"
    OLD_VERSION = "old_version"
    OTHER_STEP = "other_step"
    DECIDED = "decided"
    NOT_YOURS = "not_yours"
    OWN = "own"
    NO_REASON = "no_reason"
    WAITING = "waiting"
    SEATED = "seated"
    NOT_ASKED = "not_asked"
    NO_APPROVER = "no_approver"


class Refused(Exception):
    """Nothing was changed."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was said by whom. ``event_id`` is the platform's message; ``for_whom`` whose seat it was."""

    verdict: Verdict
    by: MemberId
    for_whom: MemberId
    at: datetime
    reason: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """One signature. ``superiors`` were called in when it took too long; theirs counts as well."""

    holder: MemberId
    superiors: tuple[MemberId, ...] = ()
    decision: Decision | None = None

    @property
    def open_to(self) -> frozenset[MemberId]:
        """Who may sign, not counting stand-ins; nobody once it is signed."""
        return NOBODY if self.decision else frozenset({self.holder, *self.superiors})


@dataclass(frozen=True, slots=True)
class Step:
    """Seats that are asked at the same time. ``opened_at`` and ``closed_at`` measure the time that the node took."""

    name: str
    seats: tuple[Seat, ...]
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    escalated_at: datetime | None = None

    @property
    def agreed(self) -> bool:
        return all(seat.decision and seat.decision.verdict is Verdict.APPROVE for seat in self.seats)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a card or command speaks of, and who sends it.

    ``acts_for`` are the colleagues for whom ``by`` stands in today.
    """

    version: int
    step: int
    by: MemberId
    at: datetime
    acts_for: frozenset[MemberId] = NOBODY
    event_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One run of a chain over one ``version`` of ``subject``; ``at_step`` is the step whose turn it is."""

    id: ApprovalId
    subject: str
    version: int
    submitter: MemberId
    steps: tuple[Step, ...]
    at_step: int = 0
    state: State = State.RUNNING
    question: str = ""
    revision: int = 1

    @property
    def over(self) -> bool:
        return self.state not in (State.RUNNING, State.ASKED)

    @property
    def step(self) -> Step:
        """The step whose turn it is; the last one that was when all is over."""
        return self.steps[self.at_step]

    @property
    def approvers(self) -> frozenset[MemberId]:
        """Whose word is waited for now, not counting stand-ins."""
        return NOBODY.union(*(seat.open_to for seat in self.step.seats)) if self.state is State.RUNNING else NOBODY

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Everything said so far, step by step."""
        return tuple(seat.decision for step in self.steps for seat in step.seats if seat.decision)

    def decide(self, turn: Turn, verdict: Verdict, reason: str = "") -> "Approval":
        """Sign one seat. Raises Refused; a refusal needs a reason."""
        seat = self._seat(turn)
        if verdict is Verdict.REJECT and not reason.strip():
            raise Refused(Why.NO_REASON)
        said = Decision(
            verdict=verdict, by=turn.by, for_whom=self.step.seats[seat].holder, at=turn.at, reason=reason.strip(), event_id=turn.event_id
        )
        signed = self._with_seat(seat, replace(self.step.seats[seat], decision=said))
        if verdict is Verdict.REJECT:
            return signed._closed(turn.at, State.REJECTED)
        return signed._advanced(turn.at) if signed.step.agreed else signed

    def ask_back(self, turn: Turn, question: str) -> "Approval":
        """Wait for the submitter's answer. Raises Refused."""
        self._seat(turn)
        if not question.strip():
            raise Refused(Why.NO_REASON)
        return self._next(state=State.ASKED, question=question.strip())

    def answer(self, by: MemberId) -> "Approval":
        """The submitter has answered: the same step goes on. Raises Refused."""
        if self.state is not State.ASKED:
            raise Refused(Why.OVER if self.over else Why.NOT_ASKED)
        if by != self.submitter:
            raise Refused(Why.NOT_YOURS)
        return self._next(state=State.RUNNING, question="")

    def transfer(self, turn: Turn, to: MemberId) -> "Approval":
        """Give one's seat to a colleague. Raises Refused."""
        seat = self._seat(turn)
        self._must_be_free(to)
        return self._with_seat(seat, Seat(to))

    def add_signer(self, turn: Turn, whom: MemberId) -> "Approval":
        """Ask one more for the same step. Raises Refused."""
        self._seat(turn)
        self._must_be_free(whom)
        return self._with_step(replace(self.step, seats=(*self.step.seats, Seat(whom))))

    def withdraw(self, by: MemberId, at: datetime) -> "Approval":
        """The submitter takes it back. Raises Refused."""
        if self.over:
            raise Refused(Why.OVER)
        if by != self.submitter:
            raise Refused(Why.NOT_YOURS)
        return self._next()._closed(at, State.WITHDRAWN)

    def escalate(self, step: int, holder: MemberId, superior: MemberId, at: datetime) -> "Approval":
        """Call in a superior for a seat that nobody has signed, whether or not the submitter is being asked. Raises Refused."""
        if self.over:
            raise Refused(Why.OVER)
        if step != self.at_step:
            raise Refused(Why.OTHER_STEP)
        found = next((n for n, seat in enumerate(self.step.seats) if seat.holder == holder and not seat.decision), None)
        if found is None:
            raise Refused(Why.DECIDED)
        if superior == self.submitter:
            raise Refused(Why.OWN)
        if superior in self.step.seats[found].open_to:
            raise Refused(Why.SEATED)
        seat = self.step.seats[found]
        called = self._with_seat(found, replace(seat, superiors=(*seat.superiors, superior)))
        return replace(called, steps=called._replaced(replace(called.step, escalated_at=self.step.escalated_at or at)))

    def _seat(self, turn: Turn) -> int:
        """The seat that ``turn`` may sign: one's own before one as a superior, that before a stand-in's."""
        if turn.version != self.version:
            raise Refused(Why.OLD_VERSION)
        if self.over:
            raise Refused(Why.OVER)
        if turn.step != self.at_step:
            raise Refused(Why.DECIDED if turn.step < self.at_step else Why.OTHER_STEP)
        if turn.by == self.submitter:
            raise Refused(Why.OWN)
        if self.state is State.ASKED:
            raise Refused(Why.WAITING)
        if any(seat.decision and seat.decision.by == turn.by for seat in self.step.seats):
            raise Refused(Why.DECIDED)  # one person signs once a step, for whomever they stand in
        seats = list(enumerate(self.step.seats))
        mine = [n for n, seat in seats if not seat.decision and seat.holder == turn.by]
        called = [n for n, seat in seats if turn.by in seat.open_to]
        deputy = [n for n, seat in seats if seat.open_to & turn.acts_for]
        if found := [*mine, *called, *deputy]:
            return found[0]
        past = any(turn.by == seat.holder or seat.holder in turn.acts_for or turn.by in seat.superiors for seat in self.step.seats)
        raise Refused(Why.DECIDED if past else Why.NOT_YOURS)

    def _must_be_free(self, whom: MemberId) -> None:
        if whom == self.submitter:
            raise Refused(Why.OWN)
        if any(whom == seat.holder or whom in seat.superiors or (seat.decision and seat.decision.by == whom) for seat in self.step.seats):
            raise Refused(Why.SEATED)

    def _advanced(self, at: datetime) -> "Approval":
        """The step is agreed: the next one opens, or all is approved. The revision has been counted by the signature."""
        last = self.at_step == len(self.steps) - 1
        done = replace(self, steps=self._replaced(replace(self.step, closed_at=at)))
        if last:
            return replace(done, state=State.APPROVED)
        done = replace(done, at_step=self.at_step + 1)
        return replace(done, steps=done._replaced(replace(done.step, opened_at=at)))

    def _closed(self, at: datetime, state: State) -> "Approval":
        """Ended; the revision has been counted by what ended it."""
        return replace(self, state=state, question="", steps=self._replaced(replace(self.step, closed_at=at)))

    def _with_seat(self, number: int, seat: Seat) -> "Approval":
        seats = tuple(seat if n == number else old for n, old in enumerate(self.step.seats))
        return self._with_step(replace(self.step, seats=seats))

    def _with_step(self, step: Step) -> "Approval":
        return self._next(steps=self._replaced(step))

    def _replaced(self, step: Step) -> tuple[Step, ...]:
        return (*self.steps[: self.at_step], step, *self.steps[self.at_step + 1 :])

    def _next(self, **fields: object) -> "Approval":
        return replace(self, **fields, revision=self.revision + 1)  # type: ignore[arg-type]


def submitted(
    id: ApprovalId, subject: str, version: int, submitter: MemberId, chain: Iterable[tuple[str, Iterable[MemberId]]], at: datetime
) -> Approval:
    """Start a chain of ``(name, members asked at once)``.

    Raises Refused: ``no_approver`` for a chain or step without anybody, ``own`` where the submitter would sit (their deputy must).
    """
    steps = tuple(Step(name, tuple(Seat(member) for member in dict.fromkeys(members))) for name, members in chain)
    if not steps or any(not step.seats for step in steps):
        raise Refused(Why.NO_APPROVER)
    if any(seat.holder == submitter for step in steps for seat in step.seats):
        raise Refused(Why.OWN)
    first, *rest = steps
    return Approval(id=id, subject=subject, version=version, submitter=submitter, steps=(replace(first, opened_at=at), *rest))
