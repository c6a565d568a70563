"""The sandbox remembers what stands on its screens."""

import asyncio
from pathlib import Path

import pytest

from bot.chat.outgoing import Card, Reply
from bot.domain.errors import PlatformError
from tests.platforms.sandbox.conftest import Demo
from tests.platforms.sandbox.wire import wired

CARD = Card(key="c1", title="待办", text="第一版")


async def test_a_reply_reaches_an_open_page(demo: Demo) -> None:
    async with wired(demo) as wire:
        await demo.sandbox.send("p:li", Reply(text="您好"), "k1")
        entry = (await wire.heard("shown"))["entry"]
    assert (entry["chat"], entry["by"], entry["what"]) == ("p:li", "", {"type": "reply", "text": "您好"})


async def test_the_same_key_is_shown_once_and_has_one_reference(demo: Demo) -> None:
    refs = await asyncio.gather(*(demo.sandbox.send("p:li", Reply(text="您好"), "k1") for _ in range(5)))
    assert len(set(refs)) == 1
    async with wired(demo) as wire:
        assert len(await wire.screen()) == 1


async def test_an_update_takes_the_place_of_the_card(demo: Demo) -> None:
    ref = await demo.sandbox.send("p:li", CARD, "k1")
    await demo.sandbox.send("p:li", Reply(text="后面的话"), "k2")
    await demo.sandbox.update("p:li", ref, Card(key="c1", title="已办"))
    async with wired(demo) as wire:
        first, second = await wire.screen()
    assert (first["what"]["title"], first["rev"], second["what"]["text"]) == ("已办", 1, "后面的话")


async def test_updating_what_was_never_sent_is_final(demo: Demo) -> None:
    with pytest.raises(PlatformError) as refusal:
        await demo.sandbox.update("p:li", "b:none", CARD)
    assert refusal.value.final


async def test_a_restart_shows_the_history(demo: Demo) -> None:
    async with wired(demo) as wire:
        await wire.say(text="记得我")
        await wire.heard("delivered")
        ref = await demo.sandbox.send("p:li", CARD, "k1")
        await demo.sandbox.update("p:li", ref, Card(key="c1", title="已办"))
        before = await wire.screen()
    await demo.restart()
    async with wired(demo) as wire:
        assert await wire.screen() == before


async def test_a_restart_still_knows_the_keys(demo: Demo) -> None:
    ref = await demo.sandbox.send("p:li", CARD, "k1")
    await demo.restart()
    assert await demo.sandbox.send("p:li", CARD, "k1") == ref
    async with wired(demo) as wire:
        assert len(await wire.screen()) == 1


@pytest.mark.parametrize("torn", [b'{"do":"show","chat":"p:l', b"\x00\x00\x00", b'{"do":"show"}\n', b"[]\n", b"\n\n"])
async def test_a_half_written_line_costs_only_itself(demo: Demo, torn: bytes) -> None:
    await demo.sandbox.send("p:li", Reply(text="一"), "k1")
    await demo.stop()
    with (demo.folder / "screens.jsonl").open("ab") as file:
        file.write(torn)
    await demo.start()
    await demo.sandbox.send("p:li", Reply(text="二"), "k2")
    await demo.restart()
    async with wired(demo) as wire:
        assert [entry["what"]["text"] for entry in await wire.screen()] == ["一", "二"]


async def test_a_page_gets_the_last_two_hundred_messages(demo: Demo) -> None:
    for number in range(205):
        await demo.sandbox.send("p:li", Reply(text=str(number)), f"k{number}")
    async with wired(demo) as wire:
        texts = [entry["what"]["text"] for entry in await wire.screen()]
    assert texts == [str(number) for number in range(5, 205)]


async def test_a_screen_that_cannot_be_written_is_tried_again(demo: Demo) -> None:
    screens = demo.folder / "screens.jsonl"
    kept = screens.rename(demo.folder / "kept")
    screens.mkdir()
    with pytest.raises(PlatformError) as refusal:
        await demo.sandbox.send("p:li", Reply(text="一"), "k1")
    assert not refusal.value.final
    screens.rmdir()
    kept.rename(screens)
    await demo.sandbox.send("p:li", Reply(text="一"), "k1")
    await demo.restart()
    async with wired(demo) as wire:
        assert len(await wire.screen()) == 1


async def test_a_lone_surrogate_in_a_reply_does_not_stop_the_page(demo: Demo) -> None:
    async with wired(demo) as wire:
        with pytest.raises(ValueError, match="surrogates"):
            await demo.sandbox.send("p:li", Reply(text="\ud800"), "k1")
        await demo.sandbox.send("p:li", Reply(text="好"), "k2")
        assert (await wire.heard("shown"))["entry"]["what"]["text"] == "好"


async def test_a_new_folder_has_an_id_of_its_own(demo: Demo, tmp_path: Path) -> None:
    async with wired(demo) as wire:
        first = wire.hello["screens_id"]
    await demo.restart()
    async with wired(demo) as wire:
        assert wire.hello["screens_id"] == first
    demo.folder = tmp_path / "other"
    await demo.restart()
    async with wired(demo) as wire:
        assert wire.hello["screens_id"] != first
