"""Tokens: one fetch for all who wait, early renewal, one renewal a refusal, and no storm when nothing helps."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.clock import FakeClock
from bot.domain.errors import PlatformError
from bot.platforms.wecom.tokens import Token


class Source:
    """Gives tokens that are numbered, or fails."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False

    async def __call__(self) -> tuple[str, float]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.broken:
            raise PlatformError("not now")
        return f"t{self.asked}", 7200


async def test_ten_who_wait_share_one_fetch(clock: FakeClock) -> None:
    source = Source()
    token = Token(source, clock)
    assert set(await asyncio.gather(*(token.get() for _ in range(10)))) == {"t1"}
    assert source.asked == 1


async def test_ten_whose_token_is_refused_share_one_renewal(clock: FakeClock) -> None:
    source = Source()
    token = Token(source, clock)
    old = await token.get()
    assert set(await asyncio.gather(*(token.renew(old) for _ in range(10)))) == {"t2"}
    assert source.asked == 2


async def test_a_token_is_renewed_a_tenth_of_its_life_before_its_end(clock: FakeClock) -> None:
    token = Token(Source(), clock)
    await token.get()
    clock.advance(timedelta(seconds=6479))
    assert await token.get() == "t1"
    clock.advance(timedelta(seconds=2))
    assert await token.get() == "t2"


async def test_a_renewed_token_that_is_refused_too_is_not_renewed_again_at_once(clock: FakeClock) -> None:
    source = Source()
    token = Token(source, clock)
    new = await token.renew(await token.get())
    with pytest.raises(PlatformError) as refused:
        await token.renew(new)
    assert refused.value.retry_after == 60
    assert source.asked == 2


async def test_after_a_while_it_is_tried_again(clock: FakeClock) -> None:
    token = Token(Source(), clock)
    new = await token.renew(await token.get())
    clock.advance(timedelta(minutes=1))
    assert await token.renew(new) == "t3"


async def test_a_failure_is_told_to_all_who_wait_and_asked_about_once(clock: FakeClock) -> None:
    source = Source()
    source.broken = True
    token = Token(source, clock)
    found = await asyncio.gather(*(token.get() for _ in range(10)), return_exceptions=True)
    assert all(isinstance(one, PlatformError) for one in found)
    assert source.asked == 1
    source.broken = False
    clock.advance(timedelta(seconds=6))
    assert await token.get() == "t2"
