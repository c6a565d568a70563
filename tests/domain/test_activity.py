"""What a record still lacks, and the seven core fields."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot.domain.activity import Activity, ActivityKind, Missing, core_fields, missing
from bot.domain.understood import Channel, Stage
from bot.domain.values import ActivityId, CustomerId, MemberId

NOW = datetime(2026, 3, 18, 2, tzinfo=UTC)
FULL = Activity(
    id=ActivityId("a"),
    kind=ActivityKind.VISIT,
    member_id=MemberId("li"),
    chat="p:li.si",
    received_at=NOW,
    last_piece_at=NOW,
    text="拜访了恒力机械张工,预算有限,周五给报价",
    customer_id=CustomerId("c"),
    channel=Channel.VISIT,
    contacts=("张工",),
    occurred_on=date(2026, 3, 18),
    occurred_time=time(9),
    next_on=date(2026, 3, 20),
    next_steps=("给报价",),
    objections=("budget_limited",),
)
VISIT, CALL, PLAN = ActivityKind.VISIT, ActivityKind.FOLLOW_UP, ActivityKind.PLAN


@pytest.mark.parametrize(
    ("record", "asks"),
    [
        (FULL, None),
        (replace(FULL, customer_id=None), Missing.CUSTOMER),
        (replace(FULL, customer_id=None, next_on=None, contacts=()), Missing.CUSTOMER),
        (replace(FULL, next_on=None, contacts=()), Missing.NEXT),
        (replace(FULL, contacts=()), Missing.CONTACT),
        (replace(FULL, next_on=None, stage=Stage.LOST), None),
        (replace(FULL, next_on=None, stage=Stage.QUOTED), Missing.NEXT),
        (replace(FULL, kind=CALL, contacts=()), None),
        (replace(FULL, kind=CALL, next_on=None), Missing.NEXT),
        (replace(FULL, kind=PLAN, next_on=None, contacts=()), None),
        (replace(FULL, kind=PLAN, customer_id=None), Missing.CUSTOMER),
    ],
)
def test_one_thing_is_asked_at_a_time_the_most_needed_first(record: Activity, asks: Missing | None) -> None:
    assert missing(record) is asks


@pytest.mark.parametrize("kind", [kind for kind in ActivityKind if kind not in (VISIT, CALL)])
def test_only_contacts_that_took_place_need_a_next_date(kind: ActivityKind) -> None:
    assert missing(replace(FULL, kind=kind, next_on=None, contacts=())) is None


def test_a_full_record_has_all_seven_core_fields() -> None:
    assert len(core_fields(FULL)) == 7
    assert all(core_fields(FULL).values())


@pytest.mark.parametrize(
    ("record", "lacks"),
    [
        (replace(FULL, customer_id=None), "customer"),
        (replace(FULL, contacts=()), "contact"),
        (replace(FULL, channel=None), "channel_time"),
        (replace(FULL, occurred_on=None), "channel_time"),
        (replace(FULL, text=""), "outcome"),
        (replace(FULL, objections=()), "objection"),
        (replace(FULL, next_steps=()), "next_step"),
        (replace(FULL, next_on=None), "next_date"),
    ],
)
def test_each_core_field_is_counted_by_itself(record: Activity, lacks: str) -> None:
    assert [name for name, there in core_fields(record).items() if not there] == [lacks]


@pytest.mark.parametrize("other", [{"competitors": ("汇川",)}, {"needs": ("售后响应",)}])
def test_a_competitor_or_a_need_stands_for_an_objection(other: dict[str, tuple[str, ...]]) -> None:
    assert core_fields(replace(FULL, objections=(), **other))["objection"]  # type: ignore[arg-type]
