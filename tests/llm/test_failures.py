"""Whatever the address does, the rules' record is the answer, in time; and an address that fails is left alone."""

import asyncio
import json
import logging
from datetime import timedelta

import pytest
from aiohttp import web

from bot.domain.clock import FakeClock
from bot.domain.understood import Intent
from bot.llm import SecondReader
from tests.llm.conftest import LI, NOTHING, TEXT, Make
from tests.llm.endpoint import Act, Model, answer, completion, says, slow, status, words

SEEN = {"value": "visit", "quote": "泡了一上午"}


async def read_by(second: SecondReader, clock: FakeClock) -> Intent:
    return (await second.reread(TEXT, NOTHING, LI, clock.now())).intent


@pytest.mark.parametrize(
    "act",
    [
        status(429),
        status(500),
        status(401),
        status(302, Location="http://127.0.0.1:1/elsewhere"),
        words("我不能帮助你。"),
        words(None, refusal="no"),
        words(""),
        words("{"),
        words("[1, 2]"),
        words('{"intent": null}'),
        words("[" * 100_000),
        words("x" * 300_000),
        words(None, tool_calls=[{"id": "1", "type": "function", "function": {"name": "approve", "arguments": "{}"}}]),
        lambda request: web.Response(text="<html>", content_type="text/html"),
        lambda request: web.Response(text='{"choices": []}', content_type="application/json"),
    ],
)
async def test_a_bad_reply_leaves_the_rules_record(make: Make, model: Model, clock: FakeClock, act: Act) -> None:
    model.acts = [act]
    assert await make().reread(TEXT, NOTHING, LI, clock.now()) == NOTHING


async def test_nobody_waits_longer_than_the_time_limit(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [slow(30)]
    async with asyncio.timeout(5):
        assert await read_by(make(timeout=0.2), clock) is Intent.CHAT


async def test_nobody_listening_is_no_harm(make: Make, clock: FakeClock) -> None:
    assert await read_by(make(base_url="http://127.0.0.1:9/v1"), clock) is Intent.CHAT


async def test_a_server_error_is_tried_once_more(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [status(500), says(intent=SEEN)]
    assert await read_by(make(), clock) is Intent.VISIT
    assert len(model.requests) == 2


async def test_a_broken_answer_is_mended_once(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [words("意图是拜访"), says(intent=SEEN)]
    assert await read_by(make(), clock) is Intent.VISIT
    assert model.requests[1]["messages"][2] == {"role": "assistant", "content": "意图是拜访"}


async def test_there_is_never_a_third_try(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [status(500), words("意图是拜访"), says(intent=SEEN)]
    assert await read_by(make(), clock) is Intent.CHAT
    assert len(model.requests) == 2


async def test_an_address_without_json_schema_is_asked_for_a_json_object_from_then_on(make: Make, model: Model, clock: FakeClock) -> None:
    def choosy(request: dict[str, object]) -> object:
        strict = "json_schema" in json.dumps(request["response_format"])
        return web.Response(status=400) if strict else completion(json.dumps(answer(intent=SEEN)))

    model.acts = [choosy]  # type: ignore[list-item]
    second = make()
    assert [await read_by(second, clock), await read_by(second, clock)] == [Intent.VISIT, Intent.VISIT]
    assert [r["response_format"]["type"] for r in model.requests] == ["json_schema", "json_object", "json_object"]
    assert "additionalProperties" in model.requests[1]["messages"][0]["content"]


async def test_after_three_failures_the_address_is_left_alone_for_a_minute(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [status(401)]
    second = make()
    for _ in range(5):
        await read_by(second, clock)
    assert len(model.requests) == 3
    model.acts = [says(intent=SEEN)]
    clock.advance(timedelta(seconds=61))
    assert await read_by(second, clock) is Intent.VISIT


async def test_an_address_that_asks_for_a_pause_gets_it(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [status(429, **{"Retry-After": "90"}), says(intent=SEEN)]
    second = make()
    assert [await read_by(second, clock), await read_by(second, clock)] == [Intent.CHAT, Intent.CHAT]
    clock.advance(timedelta(seconds=91))
    assert await read_by(second, clock) is Intent.VISIT
    assert len(model.requests) == 2


async def test_a_refusal_does_not_speak_against_the_address(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [words(None, refusal="no")] * 4 + [says(intent=SEEN)]
    second = make()
    assert [await read_by(second, clock) for _ in range(5)][-1] is Intent.VISIT


async def test_the_days_budget_is_kept_through_a_restart_and_new_the_next_day(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [says(intent=SEEN)]
    assert [await read_by(make(daily_budget=2), clock) for _ in range(3)] == [Intent.VISIT, Intent.VISIT, Intent.CHAT]
    clock.advance(timedelta(days=1))
    assert await read_by(make(daily_budget=2), clock) is Intent.VISIT


async def test_a_second_try_is_paid_for_too(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [status(500)]
    await read_by(make(daily_budget=1), clock)
    assert len(model.requests) == 1


async def test_logs_tell_neither_words_nor_keys(make: Make, model: Model, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    model.acts = [says(intent=SEEN), status(500), words("泡了一上午"), status(429)]
    second = make()
    for _ in range(3):
        await read_by(second, clock)
    assert "llm" in caplog.text
    assert not [word for word in ("泡了一上午", "小沈", "sk-secret") if word in caplog.text]
