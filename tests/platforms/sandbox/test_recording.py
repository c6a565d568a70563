"""A voice note spoken into the page: a real browser records, and what arrives is the sound that was made."""

from pathlib import Path

import numpy
from playwright.async_api import expect

from bot.chat.incoming import Event, Voice
from bot.chat.outgoing import Reply
from bot.senses.audio import RATE, blocks
from tests.platforms.sandbox.browser import chromium, needs_browser, open_page
from tests.platforms.sandbox.conftest import Demo
from tests.senses.recordings import kept, recorded, tone

pytestmark = needs_browser
HEARD = "听到了"


async def test_a_note_recorded_in_the_browser_arrives_as_the_sound_that_was_made(demo: Demo, tmp_path: Path) -> None:
    async def answer(event: Event) -> None:
        await demo.sandbox.send(event.chat, Reply(text=HEARD), event.event_id)

    demo.bot.answer = answer
    sound = kept(tmp_path, recorded(tone(20), "wav"), "microphone.wav")
    async with chromium("--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={sound}") as browser:
        page = await open_page(browser, demo.address)
        await page.get_by_role("button", name="语音").click()
        await page.get_by_role("button", name="开始录音").click()
        await expect(page.locator(".record-time")).to_have_text("0:02")
        await page.get_by_role("button", name="停止并发送").click()
        await expect(page.locator(".theirs .bubble")).to_have_text(HEARD)
    (event,) = demo.bot.events
    assert isinstance(event, Voice)
    assert event.seconds is not None
    assert event.seconds >= 2
    note = kept(tmp_path, b"".join([chunk async for chunk in demo.sandbox.download(event.media.ref)]))
    heard = numpy.concatenate(list(blocks(note, 60)))
    assert len(heard) / RATE > 1.5
    assert abs(float(numpy.abs(numpy.fft.rfft(heard)).argmax() * RATE / len(heard)) - 440) < 3
