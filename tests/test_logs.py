"""Log lines: what helps whoever looks after the service, and never what somebody wrote, a telephone number or a secret."""

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest

from bot.chat.context import Context
from bot.chat.incoming import Text, decode
from bot.chat.outgoing import Reply
from bot.chat.router import Answer
from bot.domain.clock import FakeClock
from bot.domain.errors import PlatformError, UserError
from bot.domain.understood import Intent
from bot.logs import Safe, note_loop_error
from config.sections import Llm
from config.settings import secret_values
from storage.tables import member
from tests.house import House, open_house, settings_in
from tests.staff import move_in

WORDS = "今天拜访了绍兴恒力机械，报价三十七万八"
PHONE = "13912345678"
SECRET = "sk-very-secret-key"


class Logged:
    """Everything that was logged while a test ran."""

    def __init__(self, style: str) -> None:
        self._stream = StringIO()
        self.handler = logging.StreamHandler(self._stream)
        self.handler.setFormatter(Safe("json" if style == "json" else "text", [SECRET]))

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def rows(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(params=["text", "json"])
def logged(request: pytest.FixtureRequest) -> Iterator[Logged]:
    logged = Logged(request.param)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(logged.handler)
    root.setLevel(logging.DEBUG)
    yield logged
    root.removeHandler(logged.handler)
    root.setLevel(level)


@pytest.fixture
async def house(tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    async with open_house(tmp_path, clock) as house:
        await house.store.write(lambda tx: move_in(tx, clock.now()))
        yield house


def lookup(event: Text, ctx: Context) -> Answer:
    raise KeyError(event.text)


def unreadable(event: Text, ctx: Context) -> Answer:
    decode({"type": "text", "text": event.text})
    return None


def refused_by_the_database(event: Text, ctx: Context) -> Answer:
    ctx.tx.connection.execute(member.insert(), {"id": "m_li.si", "name": event.text, "roles": (event.text,)})
    return None


def caused(event: Text, ctx: Context) -> Answer:
    try:
        raise ValueError(event.text)
    except ValueError as error:
        raise RuntimeError(f"cannot handle {event.text}") from error


def refusing(event: Text, ctx: Context) -> Answer:
    raise UserError(f"看不懂{event.text}")


def unsayable(event: Text, ctx: Context) -> Answer:
    return Reply(text=event.text)


@pytest.mark.parametrize("trouble", [lookup, unreadable, refused_by_the_database, caused, refusing, unsayable])
async def test_a_noisy_story_leaves_no_words_in_the_log(house: House, logged: Logged, trouble: Callable[[Text, Context], Answer]) -> None:
    menu = house.service.dispatcher._menu
    menu.commands.clear()
    menu.intents.update(dict.fromkeys(Intent, trouble))
    if trouble is unsayable:
        house.screens.broken = PlatformError("refused by the platform", final=True)
    await house.say("li.si", f"{WORDS}，电话{PHONE}，密钥{SECRET}")
    await house.service.watch.look()
    assert not [planted for planted in (WORDS, "三十七万八", PHONE, SECRET) if planted in logged.text]


async def test_an_incident_is_logged_with_its_number_and_where_it_happened(house: House, logged: Logged) -> None:
    menu = house.service.dispatcher._menu
    menu.commands.clear()
    menu.intents.update(dict.fromkeys(Intent, lookup))
    await house.say("li.si", WORDS)
    row = await house.store.read(lambda r: r.inbox.get(1))
    assert row is not None
    assert f"incident={row.incident}" in logged.text
    assert "in lookup" in logged.text
    assert "KeyError" in logged.text


def test_json_lines_carry_what_the_message_names(logged: Logged) -> None:
    logging.getLogger("bot").error("incident=%s event=%s failed", "a1b2", 7)
    if logged.text.startswith("{"):
        (row,) = logged.rows
        assert (row["level"], row["incident"], row["event"], row["logger"]) == ("ERROR", "a1b2", "7", "bot")
    else:
        assert "ERROR bot incident=a1b2 event=7 failed" in logged.text


def test_a_traceback_is_part_of_its_json_line(logged: Logged) -> None:
    try:
        sqlite3.connect(":memory:").execute(f"SELECT {PHONE} FROM nowhere")
    except sqlite3.Error:
        logging.getLogger("bot").exception("failed")
    if logged.text.startswith("{"):
        assert len(logged.rows) == 1
        assert "OperationalError" in logged.rows[0]["trace"]
    assert "nowhere" not in logged.text


def test_our_own_errors_keep_their_sentence_and_those_of_the_system_their_reason(logged: Logged) -> None:
    for error in (PlatformError("HTTP 500"), OSError(28, "No space left on device", f"/media/{PHONE}")):
        logging.getLogger("bot").error("failed", exc_info=error)
    assert "PlatformError: HTTP 500" in logged.text
    assert "OSError: No space left on device" in logged.text


def test_numbers_and_secrets_in_a_message_are_covered(logged: Logged) -> None:
    logging.getLogger("any.library").warning("called %s with %s", PHONE, SECRET)
    assert "139****5678" in logged.text
    assert "***" in logged.text
    assert SECRET not in logged.text


async def test_what_nobody_caught_in_the_event_loop_is_logged_without_its_words(logged: Logged) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(note_loop_error)
    loop.call_exception_handler({"message": f"Task got {WORDS}", "exception": ValueError(WORDS)})
    assert "ValueError" in logged.text
    assert WORDS not in logged.text


def test_the_secrets_of_the_settings_are_known(tmp_path: Path) -> None:
    settings = settings_in(tmp_path).model_copy(
        update={"llm": Llm.model_validate({"base_url": "http://127.0.0.1/v1", "model": "m", "api_key": SECRET})}
    )
    assert SECRET in secret_values(settings)
