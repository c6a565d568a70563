"""Photos, recordings, files and places are kept at once, whatever can be read from them."""

import io
from collections.abc import Callable

import openpyxl
import pytest

from bot.chat.incoming import Document, Event, Media, Sender, Video, Voice
from bot.domain.clock import FakeClock
from bot.domain.values import MediaId
from bot.reading.looking import ChildEye
from storage.store import Store
from tests.handlers.company import found, last_record, pieces, texts, the_record
from tests.house import PLATFORM, House, card_of, open_house, reply_of

VISIT = "拜访了澜拓的方工，聊了主轴振动，下周三之前给报价"


def event(house: House, kind: Callable[..., Event], name: str) -> Event:
    house.screens.files[name] = b"\x00\x01 a file"
    head = {"platform": PLATFORM, "event_id": name, "chat": "p:li", "sender": Sender("li"), "received_at": house.clock.now()}
    return kind(**head, media=Media(ref=name, name=name))


@pytest.mark.parametrize(("kind", "name", "word"), [(Video, "a.mp4", "video"), (Document, "a.pdf", "document")])
async def test_a_file_joins_the_visit(house: House, kind: Callable[..., Event], name: str, word: str) -> None:
    await house.say("li", VISIT)
    assert "不会读" not in texts(await house.event(event(house, kind, name)))
    assert await pieces(house, await the_record(house, "lantuo")) == sorted(["text", word])


@pytest.mark.parametrize(("kind", "name"), [(Voice, "a.amr"), (Video, "a.mp4"), (Document, "a.pdf")])
async def test_a_lone_file_asks_whose_it_is(house: House, kind: Callable[..., Event], name: str) -> None:
    assert card_of(await house.event(event(house, kind, name))).title == "已存好，这是哪家客户的？"


async def test_a_spreadsheet_is_read_where_our_own_store_keeps_it(store: Store, clock: FakeClock) -> None:
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in (["名称", "数量", "单价", "金额"], ["阀门", 2, 10, 20]):
        book.active.append(row)
    book.save(data)
    store.write_now(found)
    assert store.path is not None
    async with open_house(store.path.parent, clock, eye=ChildEye()) as house:
        await house.say("li", VISIT)
        sent = event(house, Document, "报价.xlsx")
        house.screens.files["报价.xlsx"] = data.getvalue()
        assert "报价单" in texts(await house.event(sent))
        (sheet,) = (await the_record(house, "lantuo")).details["quotations"]
        assert sheet["lines"][0]["amount"] == "20.00"


async def test_a_file_lies_in_our_own_store(house: House) -> None:
    await house.photo("li")
    record = await last_record(house, "li")
    (piece,) = await house.store.read(lambda r: r.activities.pieces(record.id))
    assert piece.media_id is not None
    media = await house.store.read(lambda r: r.media.get(MediaId(piece.media_id or "")))
    assert media is not None
    assert media.state == "kept"


async def test_a_place_from_a_chat_is_only_a_claim(house: House) -> None:
    await house.place("li", 30.1, 120.5)
    record = await last_record(house, "li")
    (piece,) = await house.store.read(lambda r: r.activities.pieces(record.id))
    assert (piece.data["lat"], piece.data["lng"], piece.data["evidence"]) == (30.1, 120.5, "claimed")


async def test_a_place_needs_no_reading(house: House) -> None:
    await house.say("li", VISIT)
    assert "不会读" not in reply_of(await house.place("li"))
