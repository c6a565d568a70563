"""The page as people use it, in a real browser."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from io import BytesIO

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from bot.chat.incoming import CardTap, Event, Location, Photo, Text, Voice
from bot.chat.outgoing import Button, Card, Fact, Line, Reply, Section
from bot.domain.errors import StorageError
from tests.platforms.sandbox.browser import PHONE, chromium, needs_browser, open_page
from tests.platforms.sandbox.conftest import MAX_UPLOAD, Demo
from tests.platforms.sandbox.test_uploads import PNG

pytestmark = needs_browser

DONE = Button(label="已跟进", action="done", style="primary")
SNOOZE = Button(label="暂缓", action="snooze", ask="为什么暂缓?")
TASK = Card(key="task", title="该跟进恒力了", facts=(Fact(label="约定", value="周三", guess=True),), buttons=(DONE, SNOOZE))


def echo(demo: Demo) -> Callable[[Event], Awaitable[None]]:
    """A bot that repeats words, offers a card for 任务, and notes taps on it."""

    async def answer(event: Event) -> None:
        if isinstance(event, CardTap):
            await demo.sandbox.update(event.chat, "b:task", Card(key="task", title="已处理", text=f"{event.action}:{event.answer}"))
        elif isinstance(event, Text) and event.text == "任务":
            await demo.sandbox.send(event.chat, TASK, "task")
        else:
            words = event.text if isinstance(event, Text) else event.type
            await demo.sandbox.send(event.chat, Reply(text=f"回声：{words}"), f"echo-{event.event_id}")

    return answer


async def say(page: Page, text: str) -> None:
    await page.fill("#field", text)
    await page.press("#field", "Enter")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture
async def page(demo: Demo, browser: Browser) -> Page:
    demo.bot.answer = echo(demo)
    return await open_page(browser, demo.address)


@pytest.fixture
async def phone(demo: Demo, browser: Browser) -> Page:
    demo.bot.answer = echo(demo)
    return await open_page(browser, demo.address, PHONE, touch=True)


async def test_words_are_sent_with_enter_answered_and_marked_delivered(page: Page) -> None:
    await say(page, "你好")
    await expect(page.locator(".mine .bubble")).to_have_text("你好")
    await expect(page.get_by_label("已送达")).to_have_count(1)
    await expect(page.locator(".theirs .bubble")).to_have_text("回声：你好")
    await expect(page.locator("#field")).to_have_value("")


async def test_shift_and_enter_break_the_line(page: Page) -> None:
    await page.locator("#field").press_sequentially("上")
    await page.press("#field", "Shift+Enter")
    await page.locator("#field").press_sequentially("下")
    await page.press("#field", "Enter")
    await expect(page.locator(".mine .bubble")).to_have_text("上\n下", use_inner_text=True)


async def test_the_enter_of_an_input_method_does_not_send(demo: Demo, page: Page) -> None:
    await page.fill("#field", "nihao")
    await page.locator("#field").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await page.locator("#field").dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    await expect(page.locator("#field")).to_have_value("nihao")
    await page.press("#field", "Enter")
    # The page draws one's own words before they arrive; the answer shows that they did, and that nothing came before them.
    await expect(page.locator(".theirs .bubble")).to_have_text("回声：nihao")
    await expect(page.locator(".mine .bubble")).to_have_count(1)
    assert demo.bot.calls == 1


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)><b>粗</b>", "'; DROP TABLE member; --", "👍👨‍👩‍👧", "控制\x07符"])
async def test_odd_words_are_shown_as_words(page: Page, text: str) -> None:
    await say(page, text)
    await expect(page.locator(".theirs .bubble")).to_have_text(f"回声：{text}")
    await expect(page.locator(".bubble img, .bubble b")).to_have_count(0)


async def test_ten_thousand_characters_arrive(demo: Demo, page: Page) -> None:
    await say(page, "长" * 10_000)
    await expect(page.locator(".theirs .bubble")).to_be_visible()
    event = demo.bot.events[0]
    assert isinstance(event, Text)
    assert len(event.text) == 10_000


async def test_words_over_the_limit_stay_in_the_box(demo: Demo, page: Page) -> None:
    await say(page, "长" * 40_000)
    await expect(page.locator(".toast")).to_contain_text("太长了")
    assert len(await page.input_value("#field")) == 40_000
    assert demo.bot.calls == 0


async def test_an_example_fills_the_box(page: Page) -> None:
    await page.get_by_role("button", name="帮助", exact=True).click()
    await expect(page.locator("#field")).to_have_value("帮助")


async def test_a_refused_message_keeps_its_words_and_can_be_sent_again(demo: Demo, page: Page) -> None:
    demo.bot.trouble = StorageError("磁盘满了，请腾出空间")
    await say(page, "别丢了我")
    await expect(page.locator(".failed")).to_contain_text("磁盘满了，请腾出空间")
    await page.reload()
    await expect(page.locator(".mine .bubble")).to_have_text("别丢了我")
    demo.bot.trouble = None
    await page.get_by_role("button", name="重发").click()
    await expect(page.get_by_label("已送达")).to_have_count(1)
    await expect(page.locator(".failed")).to_have_count(0)


async def test_what_was_written_while_the_connection_was_down_is_sent_once_it_is_back(demo: Demo, page: Page) -> None:
    await page.route("**/sandbox/here", lambda route: route.abort())
    await demo.stop()
    await expect(page.locator("#notice")).to_contain_text("正在重连")
    await say(page, "断线时写的")
    await expect(page.get_by_label("等连接恢复后发送")).to_be_visible()
    await demo.start()
    await page.goto(demo.address)
    await expect(page.get_by_label("已送达")).to_have_count(1)
    await expect(page.locator("#notice")).to_be_hidden()
    assert len(demo.bot.events) == 1


async def test_a_lost_acknowledgement_does_not_double_the_message(demo: Demo, browser: Browser) -> None:
    release = asyncio.Event()

    async def hang(_: Event) -> None:
        await release.wait()

    demo.bot.answer = hang
    page = await open_page(browser, demo.address)
    await say(page, "只要一次")
    await expect(page.get_by_label("正在发送")).to_be_visible()
    await page.reload()
    release.set()
    await expect(page.get_by_label("已送达")).to_have_count(1)
    await expect(page.locator(".mine .bubble")).to_have_count(1)
    assert len(demo.bot.events) == 1


async def test_an_open_tab_says_that_the_demo_was_restarted(demo: Demo, page: Page) -> None:
    await demo.restart()
    await expect(page.locator("#notice")).to_contain_text("演示已重启，请用终端里新打印的地址")


async def test_a_reload_shows_the_history(page: Page) -> None:
    await say(page, "你好")
    await expect(page.locator(".theirs .bubble")).to_be_visible()
    await page.reload()
    await expect(page.locator(".mine .bubble")).to_have_text("你好")
    await expect(page.locator(".theirs .bubble")).to_have_text("回声：你好")


async def test_a_card_changes_in_its_place_when_its_button_is_tapped(demo: Demo, page: Page) -> None:
    await say(page, "任务")
    await expect(page.locator(".guess")).to_have_text("猜的")
    await page.get_by_role("button", name="已跟进").click()
    await expect(page.locator(".card-title")).to_have_text("已处理")
    await expect(page.locator(".card")).to_have_count(1)
    tap = demo.bot.events[1]
    assert isinstance(tap, CardTap)
    assert (tap.card, tap.action, tap.answer) == ("task", "done", "")


async def test_a_button_that_asks_sends_the_words(demo: Demo, page: Page) -> None:
    await say(page, "任务")
    await page.get_by_role("button", name="暂缓").click()
    await page.get_by_label("为什么暂缓?").fill("客户出差")
    await page.get_by_role("button", name="确定").click()
    await expect(page.locator(".card-text")).to_have_text("snooze:客户出差")


async def test_a_tapped_button_is_busy_until_the_bot_answers(demo: Demo, page: Page) -> None:
    await say(page, "任务")
    button = page.get_by_role("button", name="已跟进")
    await expect(button).to_be_visible()
    release = asyncio.Event()

    async def think(event: Event) -> None:
        await release.wait()
        await demo.sandbox.send(event.chat, Reply(text="好了"), "done")

    demo.bot.answer = think
    await button.click()
    await expect(button).to_be_disabled()
    release.set()
    await expect(page.locator(".bubble", has_text="好了")).to_be_visible()
    await expect(button).to_be_enabled()


async def test_the_words_of_a_refused_tap_are_kept(demo: Demo, page: Page) -> None:
    await say(page, "任务")
    await page.get_by_role("button", name="暂缓").click()
    demo.bot.trouble = StorageError("磁盘满了")
    await page.get_by_label("为什么暂缓?").fill("客户出差")
    await page.get_by_role("button", name="确定").click()
    await expect(page.locator(".toast")).to_have_text("磁盘满了")
    await expect(page.get_by_label("为什么暂缓?")).to_have_value("客户出差")
    await expect(page.get_by_role("button", name="确定")).to_be_enabled()


async def test_a_long_list_folds_its_buttons(demo: Demo, page: Page) -> None:
    lines = tuple(Line(text=f"客户 {n}", detail="下一步：报价", colour="red", buttons=(DONE, SNOOZE)) for n in range(5))
    sections = (Section(title="华东"), Section(title="机床", level=2), Section(title="李四", level=3, lines=lines))
    await demo.sandbox.send("p:li", Card(key="list", title="清单", tone="bad", sections=sections), "list")
    await expect(page.locator(".fold")).to_have_count(5)
    await expect(page.get_by_role("button", name="已跟进")).to_have_count(0)
    await page.locator(".fold").first.click()
    await expect(page.get_by_role("button", name="已跟进")).to_have_count(1)


async def test_a_list_taller_than_the_window_is_read_from_its_top(demo: Demo, phone: Page) -> None:
    lines = tuple(Line(text=f"客户 {n}", detail="下一步：报价") for n in range(40))
    await demo.sandbox.send("p:li", Card(key="list", title="清单", sections=(Section(title="华东", lines=lines),)), "list")
    await phone.locator("#chats button").first.click()
    await expect(phone.locator(".card-title")).to_be_in_viewport()
    await say(phone, "看完了")
    await expect(phone.locator(".mine .bubble")).to_be_in_viewport()


async def test_who_reads_above_is_told_of_new_messages_and_not_moved(demo: Demo, page: Page) -> None:
    for number in range(40):
        await demo.sandbox.send("p:li", Reply(text=f"第 {number} 条"), f"k{number}")
    await expect(page.get_by_text("第 39 条").last).to_be_in_viewport()
    await page.locator("#messages").evaluate("box => { box.scrollTop = 0; }")
    await expect(page.get_by_text("第 0 条", exact=True)).to_be_in_viewport()
    await demo.sandbox.send("p:li", Reply(text="新的"), "new")
    await page.get_by_role("button", name="有新消息").click()
    await expect(page.locator(".bubble").last).to_be_in_viewport()


async def test_a_picture_is_uploaded_and_shown(demo: Demo, page: Page) -> None:
    await page.set_input_files("input[data-pick=image]", {"name": "现场.png", "mimeType": "image/png", "buffer": PNG})
    await expect(page.locator("img.thumb")).to_be_visible()
    await expect(page.locator(".theirs .bubble")).to_have_text("回声：photo")
    event = demo.bot.events[0]
    assert isinstance(event, Photo)
    data = BytesIO()
    async for chunk in demo.sandbox.download(event.media.ref):
        data.write(chunk)
    assert data.getvalue() == PNG


async def test_a_picture_that_is_none_stays_a_file(page: Page) -> None:
    await page.set_input_files("input[data-pick=image]", {"name": "假.png", "mimeType": "image/png", "buffer": b"not a picture"})
    await expect(page.locator(".bubble.file")).to_contain_text("图片打不开")


async def test_a_recording_that_exists_can_be_sent(demo: Demo, page: Page) -> None:
    await page.get_by_role("button", name="语音").click()
    await page.set_input_files("input[data-pick=voice]", {"name": "a.amr", "mimeType": "audio/amr", "buffer": b"#!AMR"})
    await expect(page.locator(".theirs .bubble")).to_have_text("回声：voice")
    assert isinstance(demo.bot.events[0], Voice)


async def test_no_microphone_is_said_in_words(page: Page) -> None:
    await page.get_by_role("button", name="语音").click()
    await page.get_by_role("button", name="开始录音").click()
    await expect(page.locator(".record-words")).to_contain_text("上传录音文件")


async def test_speech_is_recorded_in_the_browser(demo: Demo, page: Page) -> None:
    await page.context.grant_permissions(["microphone"])
    await page.get_by_role("button", name="语音").click()
    await page.get_by_role("button", name="开始录音").click()
    await expect(page.locator(".record-time")).to_have_text("0:01")
    await page.get_by_role("button", name="停止并发送").click()
    await expect(page.locator("audio.player")).to_be_visible()
    event = demo.bot.events[0]
    assert isinstance(event, Voice)
    assert event.seconds
    assert event.media.content_type == "audio/webm"
    assert event.media.size


async def test_a_file_that_is_too_large_is_refused_before_it_is_sent(demo: Demo, page: Page) -> None:
    big = FilePayload(name="big.mp4", mimeType="video/mp4", buffer=bytes(MAX_UPLOAD + 1))
    await page.set_input_files("input[data-pick=video]", big)
    await expect(page.locator(".failed")).to_contain_text("文件太大了：最多 1 MB")


async def test_the_server_s_own_refusal_of_a_large_file_is_shown(demo: Demo, page: Page) -> None:
    await page.evaluate("async () => { (await import('/sandbox/static/state.js')).state.maxUpload = 1e12; }")
    big = FilePayload(name="big.mp4", mimeType="video/mp4", buffer=bytes(20 * MAX_UPLOAD))
    await page.set_input_files("input[data-pick=video]", big)
    await expect(page.locator(".failed")).to_contain_text("文件太大了：最多 1 MB")


async def test_a_place_is_picked_from_the_known_ones(demo: Demo, page: Page) -> None:
    await page.get_by_role("button", name="位置").click()
    await page.get_by_role("button", name="上海 · 张江").click()
    await expect(page.locator(".bubble.place")).to_contain_text("上海 · 张江")
    event = demo.bot.events[0]
    assert isinstance(event, Location)
    assert (round(event.lat), round(event.lng)) == (31, 122)


async def test_the_browser_s_position_fills_the_form(demo: Demo, page: Page) -> None:
    await page.context.grant_permissions(["geolocation"])
    await page.context.set_geolocation({"latitude": 30.1, "longitude": 120.2})
    await page.get_by_role("button", name="位置").click()
    await page.get_by_role("button", name="用浏览器定位").click()
    await expect(page.get_by_label("纬度")).to_have_value("30.100000")


async def test_a_place_can_be_typed_and_wrong_numbers_get_a_sentence(demo: Demo, page: Page) -> None:
    await page.get_by_role("button", name="位置").click()
    await page.get_by_label("纬度").fill("三十")
    await page.get_by_label("经度").fill("120.5")
    await page.get_by_role("button", name="发送位置").click()
    await expect(page.locator("dialog .bad")).to_contain_text("请填数字")
    await page.get_by_label("纬度").fill("30.25")
    await page.get_by_role("button", name="发送位置").click()
    await expect(page.locator(".bubble.place")).to_contain_text("30.25000, 120.50000")


async def test_each_person_keeps_unread_marks_of_their_own(demo: Demo, page: Page) -> None:
    await demo.sandbox.send("g:east", Reply(text="清单"), "k1")
    li, wang = page.locator("[data-user=li]"), page.locator("[data-user=wang]")
    await expect(li.get_by_label("1 条未读")).to_be_visible()
    await expect(wang.get_by_label("1 条未读")).to_be_visible()
    await wang.click()
    await page.locator("#chats").get_by_text("华东销售群").click()
    await expect(wang.get_by_label("1 条未读")).to_have_count(0)
    await expect(li.get_by_label("1 条未读")).to_be_visible()


async def test_in_a_group_people_see_each_other(demo: Demo, page: Page) -> None:
    await page.locator("#chats").get_by_text("华东销售群").click()
    await say(page, "大家早")
    await page.locator("[data-user=wang]").click()
    await page.locator("#chats").get_by_text("华东销售群").click()
    await expect(page.locator(".theirs .name").first).to_have_text("李四")


async def test_the_clock_is_moved_by_a_button(demo: Demo, page: Page) -> None:
    await expect(page.get_by_role("button", name="回到真实时间")).to_be_disabled()
    await page.get_by_role("button", name="下一个工作日早上 8:30").click()
    await expect(page.locator(".clock-time")).to_have_text("08:30")
    await page.get_by_role("button", name="回到真实时间").click()
    await expect(page.locator(".clock-shift")).to_have_text("就是真实时间")
    assert len(demo.moves) == 2
    assert abs(demo.clock.offset) < timedelta(seconds=1)


async def test_a_phone_shows_the_list_then_the_chat_and_goes_back(phone: Page) -> None:
    await expect(phone.locator(".chat")).to_be_hidden()
    await phone.locator("#chats").get_by_text("华东销售群").click()
    await expect(phone.locator(".list")).to_be_hidden()
    await phone.get_by_role("button", name="返回会话列表").click()
    await expect(phone.locator(".chat")).to_be_hidden()


async def test_a_phone_switches_people_on_the_stage(phone: Page) -> None:
    await phone.locator(".list [data-open-stage]").click()
    await phone.locator("[data-user=wang]").click()
    await expect(phone.locator("#me")).to_contain_text("王伟")
    await expect(phone.locator("#stage")).to_be_hidden()


@pytest.mark.parametrize("size", [PHONE, (1280, 800), (900, 700), (320, 568)])
async def test_nothing_is_wider_than_the_window(demo: Demo, browser: Browser, size: tuple[int, int]) -> None:
    demo.bot.answer = echo(demo)
    page = await open_page(browser, demo.address, size)
    await page.locator("#chats button").first.click()
    await say(page, "任务")
    await say(page, "x" * 400)
    await expect(page.locator(".theirs")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert await page.evaluate("(box => box.scrollWidth - box.clientWidth)(document.getElementById('messages'))") <= 0


async def test_a_tab_can_be_played_with_the_keyboard_alone(demo: Demo, page: Page) -> None:
    await page.locator("#chats button").nth(1).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#title")).to_contain_text("华东销售群")
    await page.locator("#field").focus()
    await page.keyboard.type("早")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .bubble")).to_have_text("早")
