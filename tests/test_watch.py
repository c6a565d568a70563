"""The watch finds what was promised and not kept, tells it once, and says when it is well again."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import metrics
from bot.chat.outgoing import Reply
from bot.chat.platform import Address
from bot.domain.clock import FakeClock
from bot.domain.errors import PlatformError
from bot.domain.jobs import Timer
from storage.transaction import Transaction
from tests.house import PLATFORM, House, open_house
from tests.staff import ADMIN, move_in, text

LI, ADMINS = "li.si", f"p:{ADMIN}"


@pytest.fixture
async def house(tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    async with open_house(tmp_path, clock) as house:
        await house.store.write(lambda tx: move_in(tx, clock.now()))
        yield house


async def write(house: House, statement: str) -> None:
    await house.store.write(lambda tx: tx.connection.exec_driver_sql(statement))


async def look(house: House) -> set[str]:
    found = set(await house.service.watch.look())
    await house.rest()
    return found


def metric(name: str, **labels: str) -> float | None:
    return metrics.REGISTRY.get_sample_value(name, labels)


async def test_a_service_that_works_has_no_findings(house: House) -> None:
    await house.say(LI, "今天拜访了绍兴恒力机械有限公司")
    await house.move(timedelta(hours=1))
    assert await look(house) == set()
    assert house.screens.of(ADMINS) == []


async def test_a_timer_that_did_not_fire_is_found(house: House) -> None:
    await house.store.write(lambda tx: tx.timers.set(Timer("promise", "l_0", "late", house.clock.now())))
    house.clock.advance(timedelta(minutes=1))
    assert await look(house) == set()
    house.clock.advance(timedelta(minutes=2))
    assert await look(house) == {"timers"}


async def test_an_event_without_its_job_is_found(house: House) -> None:
    await house.say(LI, "你好")
    await write(house, "UPDATE inbox SET state = 'new'")
    house.clock.advance(timedelta(minutes=3))
    assert await look(house) == {"events"}


async def test_an_event_that_waits_long_for_its_job_is_found(house: House) -> None:
    await house.say(LI, "你好")
    await write(house, "UPDATE inbox SET state = 'new'")
    await write(house, "UPDATE job SET state = 'open', run_at = '2999-01-01 00:00:00' WHERE kind = 'event'")
    house.clock.advance(timedelta(minutes=3))
    assert await look(house) == set()
    house.clock.advance(timedelta(minutes=10))
    assert await look(house) == {"backlog"}


async def test_an_event_that_waits_for_consent_is_no_finding(house: House) -> None:
    await write(house, "DELETE FROM consent")
    await house.say(LI, "你好")
    house.clock.advance(timedelta(days=3))
    assert await look(house) == set()


async def test_a_message_without_its_job_is_found(house: House) -> None:
    await house.say(LI, "你好")
    await write(house, "UPDATE outbox SET state = 'waiting'")
    house.clock.advance(timedelta(minutes=3))
    assert await look(house) == {"messages"}


async def test_a_held_message_without_its_timer_is_found(house: House) -> None:
    later = house.clock.now() + timedelta(hours=1)
    await house.store.write(
        lambda tx: house.service.outbox.post(tx, Address(PLATFORM, f"p:{LI}"), Reply(text="早"), house.clock.now(), at=later)
    )
    house.clock.advance(timedelta(minutes=3))
    assert await look(house) == set()
    await write(house, "UPDATE timer SET state = 'cancelled'")
    assert await look(house) == {"messages"}


async def test_a_platform_that_is_down_is_found_told_once_and_told_when_it_is_back(house: House) -> None:
    house.screens.broken = PlatformError("down", retry_after=60)
    await house.service.inbox.put(text("你好", "said", house.clock.now()))
    for _ in range(20):
        await house.move(timedelta(minutes=1))
        await house.service.watch.look()
    house.screens.broken = None
    await house.move(timedelta(minutes=2))
    assert await look(house) == set()
    told = [shown.text for shown in house.screens.of(ADMINS)]
    assert len([text for text in told if "⚠" in text]) == 1
    assert len([text for text in told if "✓ 已恢复" in text]) == 1


async def test_a_finding_is_told_once_even_after_a_restart(house: House) -> None:
    await house.say(LI, "你好")
    await write(house, "UPDATE inbox SET state = 'new'")
    house.clock.advance(timedelta(minutes=3))
    await look(house)
    house.service.watch.findings = {}
    await look(house)
    assert len(house.screens.of(ADMINS)) == 1


async def test_a_finding_of_our_own_makes_the_service_unready_a_platforms_does_not(house: House) -> None:
    house.service.watch.findings = {"unsent-wecom": "有消息发不出去"}
    assert all(state.startswith("ok") for state in (await house.service.checks()).values())
    house.service.watch.findings = {"events": "有消息没人处理"}
    assert (await house.service.checks())["events"] == "有消息没人处理"


async def test_a_watch_that_stopped_looking_makes_the_service_unready(house: House) -> None:
    await house.service.watch.look()
    assert (await house.service.checks())["proof"] == "ok"
    house.clock.advance(timedelta(minutes=6))
    assert "no look since" in (await house.service.checks())["proof"]


async def test_findings_and_heartbeat_are_measured(house: House) -> None:
    await house.store.write(lambda tx: tx.timers.set(Timer("promise", "l_0", "late", house.clock.now())))
    house.clock.advance(timedelta(minutes=3))
    await look(house)
    await house.service.watch.measure()
    assert metric("genjin_proof_findings", cause="timers") == 1
    assert metric("genjin_proof_timestamp_seconds") == house.clock.now().timestamp()
    assert metric("genjin_timers_late") == 1


async def test_what_waits_and_what_is_dead_is_measured(house: House) -> None:
    house.screens.broken = PlatformError("down", retry_after=60)
    await house.service.inbox.put(text("你好", "said", house.clock.now()))
    await house.rest()
    await house.move(timedelta(seconds=5))

    def bury(tx: Transaction) -> None:
        tx.inbox.dead(1, "a1b2", "KeyError")

    await house.store.write(bury)
    await house.service.watch.measure()
    assert metric("genjin_outbox_messages", state="waiting") == 1
    assert (metric("genjin_outbox_oldest_seconds") or 0) >= 5
    assert metric("genjin_dead_letters", where="inbox") == 1


async def test_events_jobs_and_sends_are_counted(house: House) -> None:
    def counts() -> list[float]:
        names = (
            ("genjin_inbox_events_total", {"platform": PLATFORM, "kind": "text", "outcome": "accepted"}),
            ("genjin_inbox_events_total", {"platform": PLATFORM, "kind": "text", "outcome": "duplicate"}),
            ("genjin_job_seconds_count", {"kind": "event", "result": "done"}),
            ("genjin_outbox_sends_total", {"platform": PLATFORM, "result": "sent"}),
        )
        return [metric(name, **labels) or 0 for name, labels in names]

    before = counts()
    for _ in range(2):
        await house.say(LI, "你好", event_id="same")
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [1, 1, 1, 1]
