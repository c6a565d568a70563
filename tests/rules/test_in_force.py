"""Rules in force: seeded once, versioned, applied in part, taken back, and never in the way of people's work."""

from datetime import timedelta

import pytest

from bot.domain.clock import FakeClock
from bot.domain.errors import UserError
from bot.rules import Author, RulesInForce, apply, plant, step_back, text_in_force
from config.rules import default_text
from storage.store import Store

WANG = Author("王敏")
SEED = default_text()


def put(store: Store, clock: FakeClock, text: str) -> int:
    return store.write_now(lambda tx: apply(tx, text, WANG, "", clock.now(), seed=SEED))


def test_without_a_version_the_seed_holds(store: Store) -> None:
    force = RulesInForce('[breakpoint]\nlimit = "60h"\n')
    assert store.read_now(force).breakpoint.limit == timedelta(hours=60)


def test_the_seed_is_planted_once(store: Store, clock: FakeClock) -> None:
    first = store.write_now(lambda tx: plant(tx, SEED, clock.now()))
    assert store.write_now(lambda tx: plant(tx, '[breakpoint]\nlimit = "1h"\n', clock.now())) == first
    assert store.read_now(RulesInForce(SEED)).breakpoint.limit == timedelta(hours=48)


def test_a_new_version_is_noticed_without_a_restart(store: Store, clock: FakeClock) -> None:
    force = RulesInForce(SEED)
    store.read_now(force)
    put(store, clock, '[breakpoint]\nlimit = "72h"\n')
    assert store.read_now(force).breakpoint.limit == timedelta(hours=72)


def test_what_a_file_leaves_out_stays_as_it_is(store: Store, clock: FakeClock) -> None:
    put(store, clock, "[digest]\nper_rep = 9\n")
    put(store, clock, '[breakpoint]\nlimit = "72h"\n')
    assert store.read_now(RulesInForce(SEED)).digest.per_rep == 9


def test_comments_stay_with_their_numbers(store: Store, clock: FakeClock) -> None:
    put(store, clock, '[breakpoint]\nlimit = "72h"\n')
    assert "# 每位销售最多列几条，其余只报数" in store.read_now(lambda r: text_in_force(r, SEED))


def test_a_wrong_text_leaves_everything_as_it_was(store: Store, clock: FakeClock) -> None:
    with pytest.raises(UserError, match=r"第 2 行 breakpoint\.limit"):
        put(store, clock, '[breakpoint]\nlimit = "bald"\n')
    assert store.read_now(lambda r: r.rules.newest()) is None


def test_the_same_rules_make_no_version(store: Store, clock: FakeClock) -> None:
    with pytest.raises(UserError, match="没有要改的"):
        put(store, clock, SEED)


def test_the_first_version_cannot_be_taken_back(store: Store, clock: FakeClock) -> None:
    store.write_now(lambda tx: plant(tx, SEED, clock.now()))
    with pytest.raises(UserError, match="最早的规则"):
        store.write_now(lambda tx: step_back(tx, WANG, clock.now()))


def test_a_version_that_this_program_cannot_read_leaves_the_rules_it_held(store: Store, clock: FakeClock) -> None:
    force = RulesInForce(SEED)
    before = store.read_now(force)
    store.write_now(lambda tx: tx.rules.add(clock.now(), None, "别的版本", "", "[galaxy]\nx = 1\n", None))
    assert store.read_now(force) == before


def test_a_version_of_an_older_program_gets_the_rules_that_came_later(store: Store, clock: FakeClock) -> None:
    store.write_now(lambda tx: tx.rules.add(clock.now(), None, "旧版本", "", '[breakpoint]\nlimit = "60h"\nclock = "wall"\n', None))
    rules = store.read_now(RulesInForce(SEED))
    assert (rules.breakpoint.limit, rules.digest.per_rep) == (timedelta(hours=60), 5)
