"""The words of a recording: part of its record, answered as if typed, and never more than what was meant."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.chat.incoming import Document, Media, Sender
from bot.chat.outgoing import plain
from bot.domain.activity import ActivityKind, ActivityState
from bot.domain.clock import FakeClock
from bot.senses.audio import Problem, Unreadable
from bot.senses.worker import WorkerCrash
from storage.store import Store
from tests.handlers.company import customer, found, last_record, member, pieces, texts, the_record, timeline
from tests.house import PLATFORM, House, card_of, open_house
from tests.senses.listener import FakeListener

VISIT = "今天下午拜访了澜拓的方工，聊了主轴振动，下周三之前给报价"


@pytest.fixture
def listener() -> FakeListener:
    return FakeListener(VISIT)


@pytest.fixture
async def house(store: Store, clock: FakeClock, listener: FakeListener) -> AsyncIterator[House]:
    store.write_now(found)
    folder = store.path.parent if store.path else None
    assert folder is not None
    async with open_house(folder, clock, transcriber=listener) as house:
        yield house


async def the_pieces(house: House, key: str) -> list[tuple[str, str]]:
    record = await the_record(house, key)
    return [(p.kind.value, p.text) for p in await house.store.read(lambda r: r.activities.pieces(record.id))]


async def test_a_spoken_visit_is_recorded_as_a_typed_one(house: House) -> None:
    card = card_of(await house.voice("li"))
    record = await the_record(house, "lantuo")
    assert (record.kind, record.contacts, record.text) == (ActivityKind.VISIT, ("方工",), VISIT)
    assert await the_pieces(house, "lantuo") == [("voice", VISIT)]
    assert "宁波澜拓" in card.title
    assert f"听到：“{VISIT}”" in card.note


async def test_while_it_is_listened_to_a_card_says_so_and_is_then_replaced(house: House, listener: FakeListener) -> None:
    listener.gate = asyncio.Event()
    await house.service.inbox.put(house.spoken("li"))
    async with asyncio.timeout(10):
        while not house.screens.of("p:li"):  # noqa: ASYNC110  (the screen has no event)
            await asyncio.sleep(0.005)
    (shown,) = house.screens.of("p:li")
    assert "正在听…" in shown.text
    listener.gate.set()
    await house.rest()
    assert len(house.screens.of("p:li")) == 1
    assert "宁波澜拓" in shown.text
    assert len(shown.history) == 1


@pytest.mark.parametrize("head", [b"\0\0\0\x1cftypM4A \0\0\0\0", b"ID3\x04", b"\xff\xf3\x40\xc4", b"fLaC\0\0\0\x22", b"#!AMR\n"])
async def test_a_recording_that_is_sent_as_a_file_is_listened_to(house: House, head: bytes) -> None:
    house.screens.files["file"] = head + b"\0" * 60
    shown = await house.event(
        Document(
            platform=PLATFORM,
            event_id="file",
            chat="p:li",
            sender=Sender("li"),
            received_at=house.clock.now(),
            media=Media(ref="file", name="录音"),
        )
    )
    assert (await the_record(house, "lantuo")).text == VISIT
    assert "不会读" not in texts(shown)


async def test_nothing_waits_behind_a_recording(house: House, listener: FakeListener) -> None:
    listener.gate = asyncio.Event()
    await house.service.inbox.put(house.spoken("li"))
    await house.service.inbox.put(house.spoken("li"))
    before = await asks(house, "我的客户")
    assert "澜拓" in before
    listener.gate.set()
    await house.rest()


async def asks(house: House, words: str) -> str:
    """What is answered while a recording is being listened to: the house does not come to rest meanwhile."""
    count = len(house.screens.shown)
    asking = asyncio.create_task(house.say("li", words))
    async with asyncio.timeout(10):
        while not any("客户" in s.text and "正在听" not in s.text for s in house.screens.shown[count:]):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    answered = "\n".join(s.text for s in house.screens.shown[count:])
    asking.cancel()
    return answered


async def test_words_join_the_visit_that_the_recording_joined(house: House, listener: FakeListener) -> None:
    listener.words = "他们嫌价格高，说再比比"
    await house.say("li", VISIT)
    first, then = map(plain, await house.voice("li"))
    record = await the_record(house, "lantuo")
    assert "正在听" in first
    assert "价格高" in then
    assert "听到：“他们嫌价格高，说再比比”" in then
    assert record.text == f"{VISIT}\n他们嫌价格高，说再比比"
    assert await pieces(house, record) == ["text", "voice"]


@pytest.mark.parametrize(
    "words",
    [
        "报价给他们了，SD-750 十二台，单价1860",
        "他们说合同下周签，回款五万",
        "给宁波甬信阀门厂报价了，总价十二万",
        "投诉说主轴有异响",
        "跟红利机械报了价，总价十二万",
    ],
)
async def test_a_recording_in_a_visit_stays_in_it_whatever_it_was_taken_for(house: House, listener: FakeListener, words: str) -> None:
    await house.say("li", VISIT)
    listener.words = words
    await house.voice("li")
    record = await the_record(house, "lantuo")
    assert (await last_record(house, "li")).id == record.id
    assert record.kind is ActivityKind.VISIT
    assert await pieces(house, record) == ["text", "voice"]
    assert record.text.startswith(f"{VISIT}\n")


async def test_a_recording_stays_in_the_visit_to_an_unknown_customer(house: House, listener: FakeListener) -> None:
    await house.say("li", "今天拜访了宁波甬信阀门厂的周工，他们嫌价格高")
    before = await last_record(house, "li")
    listener.words = "给红利机械报价了，总价十二万"
    await house.voice("li")
    record = await last_record(house, "li")
    assert (record.id, record.kind, record.customer_id, record.customer_said) == (before.id, before.kind, None, before.customer_said)
    assert await pieces(house, record) == ["text", "voice"]


async def test_a_recording_that_clearly_names_another_customer_is_a_record_of_its_own(house: House, listener: FakeListener) -> None:
    await house.say("li", VISIT)
    listener.words = "拜访了绍兴恒力机械有限公司的张工，聊了主轴"
    await house.voice("li")
    assert await pieces(house, await the_record(house, "lantuo")) == ["text"]
    assert await pieces(house, await the_record(house, "hengli")) == ["voice"]


async def test_words_go_to_their_own_record_when_the_rep_has_gone_on_to_another_customer(house: House, listener: FakeListener) -> None:
    listener.words, listener.gate = "预算有限，下周五之前再报一次价", asyncio.Event()
    await house.say("li", VISIT)
    await house.service.inbox.put(house.spoken("li"))
    await saying(house, "拜访了恒力电子的陈经理，在比竞品")
    listener.gate.set()
    await house.rest()
    lantuo, dianzi = await the_record(house, "lantuo"), await the_record(house, "dianzi")
    assert "预算有限" in lantuo.text
    assert "预算有限" not in dianzi.text
    assert (await last_record(house, "li")).id == dianzi.id


async def saying(house: House, words: str) -> None:
    """Say something and wait for its answer, not for the recordings."""
    count = len(house.screens.shown)
    task = asyncio.create_task(house.say("li", words))
    async with asyncio.timeout(10):
        while len(house.screens.shown) == count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    task.cancel()


async def test_a_late_question_does_not_push_aside_the_one_about_the_present(house: House, listener: FakeListener) -> None:
    listener.words, listener.gate = "拜访了澜拓的方工，聊了主轴振动", asyncio.Event()
    await house.service.inbox.put(house.spoken("li"))
    await until_shown(house, "正在听")
    house.clock.set(house.clock.now() + timedelta(minutes=40))
    await saying(house, "拜访了恒力电子的陈经理，在比竞品")
    question = await house.store.read(lambda r: r.questions.open("p:li", member("li")))
    listener.gate.set()
    await house.rest()
    assert question is not None
    assert await house.store.read(lambda r: r.questions.open("p:li", member("li"))) == question


async def until_shown(house: House, words: str) -> None:
    async with asyncio.timeout(10):
        while not any(words in s.text for s in house.screens.shown):  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_what_was_undone_meanwhile_stays_undone_and_its_words_are_kept(house: House, listener: FakeListener) -> None:
    listener.gate = asyncio.Event()
    event = house.spoken("li")
    await house.service.inbox.put(event)
    await until_shown(house, "正在听")
    await saying_undo(house)
    listener.gate.set()
    await house.rest()
    assert await timeline(house, "lantuo") == []
    (record,) = [await house.store.read(lambda r: r.activities.last_undone(member("li"), "p:li"))]
    assert record is not None
    assert record.state is ActivityState.UNDONE
    (piece,) = await house.store.read(lambda r: r.activities.pieces(record.id))
    assert piece.text == VISIT
    assert "已撤销" in house.screens.of("p:li")[0].text


async def saying_undo(house: House) -> None:
    task = asyncio.create_task(house.say("li", "撤销"))
    await until_shown(house, "已撤销")
    task.cancel()


@pytest.mark.parametrize("command", ["撤销", "撤销刚才那条", "改一下，下次跟进周五"])
async def test_a_spoken_command_is_shown_and_not_obeyed(house: House, listener: FakeListener, command: str) -> None:
    await house.say("li", VISIT)
    before = await the_record(house, "lantuo")
    listener.words = command
    said = texts(await house.voice("li"))
    assert f"听到：“{command}" in said
    assert "打字回我" in said
    after = await the_record(house, "lantuo")
    assert (after.state, after.next_on, after.text) == (ActivityState.KEPT, before.next_on, before.text)


async def test_a_spoken_question_is_answered_and_is_no_record(house: House, listener: FakeListener) -> None:
    listener.words = "我今天要跟谁"
    messages = await house.voice("li")
    assert any("这段语音不算跟进记录" in s.text for s in house.screens.of("p:li"))
    assert len(messages) == 2
    assert await house.store.read(lambda r: r.activities.last_of(member("li"), "p:li")) is None


async def test_a_spoken_answer_answers_the_open_question(house: House, listener: FakeListener) -> None:
    await house.say("li", "拜访了澜拓的方工，聊了主轴振动")
    listener.words = "下周三"
    await house.voice("li")
    record = await the_record(house, "lantuo")
    assert record.next_on is not None
    assert await pieces(house, record) == ["text", "voice"]


async def test_silence_says_that_nothing_was_heard_and_asks_whose_it_is(house: House, listener: FakeListener) -> None:
    listener.words = ""
    card = card_of(await house.voice("li"))
    assert card.title == "已存好，这是哪家客户的？"
    assert "没有听清" in card.text


async def test_silence_in_an_open_visit_says_so_and_changes_nothing(house: House, listener: FakeListener) -> None:
    await house.say("li", VISIT)
    before = await the_record(house, "lantuo")
    listener.words = ""
    assert "没有听清" in texts(await house.voice("li"))
    assert (await the_record(house, "lantuo")).text == before.text


@pytest.mark.parametrize("problem", Problem)
async def test_every_problem_of_a_file_has_its_sentence(house: House, listener: FakeListener, problem: Problem) -> None:
    listener.words = Unreadable(problem)
    card = card_of(await house.voice("li"))
    assert card.title == "已存好，这是哪家客户的？"
    assert card.text.endswith("。")
    assert any(word in card.text for word in ("发", "录", "说"))


async def test_a_listener_that_crashes_twice_gets_its_sentence(house: House, listener: FakeListener) -> None:
    listener.words = WorkerCrash("speech: SIGSEGV")
    await house.service.inbox.put(house.spoken("li"))
    await until_shown(house, "正在听")
    for _ in range(3):
        await house.rest()
        await house.move(timedelta(seconds=5))
    assert len(listener.asked) == 2
    assert "没听成" in house.screens.of("p:li")[-1].text


async def test_an_empty_recording_and_one_that_is_gone_do_not_leave_the_card_waiting(house: House) -> None:
    assert "是空的" in texts(await house.voice("li", b""))
    event = house.spoken("wang")
    house.screens.files.clear()
    assert "取不到" in texts(await house.event(event))


async def test_without_a_model_the_note_is_kept_and_the_rep_told_once_a_day(house: House, listener: FakeListener) -> None:
    listener.model = False
    first, second = texts(await house.voice("li")), texts(await house.voice("li"))
    assert "装好后我会自动补听" in first
    assert "补听" not in second
    await house.move(timedelta(days=1))
    assert "装好后我会自动补听" in texts(await house.voice("li"))


async def test_while_recordings_wait_for_a_model_nobody_claims_to_listen(house: House, listener: FakeListener) -> None:
    listener.model = False
    await house.say("li", VISIT)
    await house.voice("li")
    assert "正在听" not in texts(await house.voice("li"))


async def test_what_waits_is_listened_to_when_a_model_is_there(house: House, listener: FakeListener) -> None:
    listener.model = False
    await house.voice("li")
    assert await house.service.hearing.look() == 0
    await house.move(timedelta(hours=5))
    listener.model = True
    assert await house.service.hearing.look() == 1
    await house.rest()
    assert (await the_record(house, "lantuo")).text == VISIT
    assert await house.service.hearing.look() == 0


async def test_a_job_that_waits_for_a_model_burns_no_retries(house: House, listener: FakeListener) -> None:
    listener.model = False
    await house.voice("li")
    assert (await house.store.read(lambda r: r.jobs.counts())).get("open", 0) == 0
    assert (await house.store.read(lambda r: r.jobs.counts())).get("dead", 0) == 0


async def test_a_recording_delivered_twice_is_listened_to_once(house: House, listener: FakeListener) -> None:
    event = house.spoken("li")
    await house.event(event)
    await house.event(event)
    assert len(listener.asked) == 1
    assert len(await timeline(house, "lantuo")) == 1


async def test_the_transcript_lies_beside_the_recording_with_its_times(house: House) -> None:
    await house.voice("li")
    record = await the_record(house, "lantuo")
    (piece,) = await house.store.read(lambda r: r.activities.pieces(record.id))
    assert piece.media_id is not None
    reading = await house.store.read(lambda r: r.readings.get(piece.media_id))  # type: ignore[arg-type]
    assert reading is not None
    assert (reading.sense, reading.state, reading.text, reading.engine) == ("speech", "read", VISIT, "fake none")
    assert reading.fields["segments"] == [{"start": 0.0, "end": 2.0, "text": VISIT}]


async def test_unclear_places_are_told(house: House, listener: FakeListener) -> None:
    listener.unclear = 2
    assert "有 2 处没听清" in card_of(await house.voice("li")).note


async def test_the_names_near_the_rep_are_listened_for_and_no_others(house: House, listener: FakeListener) -> None:
    await house.voice("li")
    assert {"恒力机械", "恒力电子", "澜拓机床"} <= set(listener.asked[0])
    assert not {"锐朗自动化", "铭川塑胶"} & set(listener.asked[0])
    assert len(listener.asked[0]) <= 24


async def test_a_name_that_was_heard_wrong_is_mended_and_shown_as_a_guess(house: House, listener: FakeListener) -> None:
    listener.words = "拜访了红利机械的张宫，预算有限"
    card = card_of(await house.voice("li"))
    fact = next(f for f in card.facts if f.label == "客户")
    assert (fact.value, fact.guess) == ("绍兴恒力机械有限公司", True)
    assert "“红利机械”当作“恒力机械”记的" in card.note
    assert (await the_record(house, "hengli")).contacts == ("张工",)


async def test_a_name_is_not_mended_to_a_colleagues_customer(house: House, listener: FakeListener) -> None:
    listener.words = "拜访了锐浪自动化的孙工，预算有限"
    await house.voice("li")
    assert await timeline(house, "ruilang") == []


async def test_a_reply_of_one_word_corrects_the_customer_and_is_remembered_for_the_team(house: House, listener: FakeListener) -> None:
    listener.words = "拜访了红利机械的人，预算有限"
    await house.voice("li")
    await house.say("li", "恒力电子")
    assert await timeline(house, "hengli") == []
    record = await the_record(house, "dianzi")
    assert "预算有限" in record.text
    assert "customer" not in record.guesses
    await house.move(timedelta(days=1))
    listener.words = "又去了红利机械，他们嫌价格高"
    await house.voice("li")
    assert len(await timeline(house, "dianzi")) == 2


async def test_the_next_step_can_still_be_answered_after_a_guess(house: House, listener: FakeListener) -> None:
    listener.words = "拜访了红利机械的张工，预算有限"
    await house.voice("li")
    await house.say("li", "下周三")
    record = await the_record(house, "hengli")
    assert record.next_on is not None
    assert record.customer_id == customer("hengli")
