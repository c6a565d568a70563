"""Files go in as a stream and come out as the same bytes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from io import BytesIO

import pytest
from yarl import URL

from bot.chat.incoming import Document, Photo, Voice
from bot.domain.errors import PlatformError
from tests.platforms.sandbox.conftest import MAX_UPLOAD, Demo
from tests.platforms.sandbox.wire import Wire, wired

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
async def wire(demo: Demo) -> AsyncIterator[Wire]:
    async with wired(demo) as open_wire:
        yield open_wire


async def zeros(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 2**16):
        yield bytes(2**16)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  (a folder has no event)
            await asyncio.sleep(0)


def spool(demo: Demo) -> list[str]:
    return [path.name for path in (demo.folder / "uploads").iterdir()]


async def test_the_bot_downloads_what_was_uploaded(demo: Demo, wire: Wire) -> None:
    data = bytes(range(256)) * 3000
    upload = await wire.upload(data, "现场.png")
    assert (upload["name"], upload["size"]) == ("现场.png", len(data))
    assert b"".join([chunk async for chunk in demo.sandbox.download(upload["ref"])]) == data


async def test_a_picture_becomes_a_photo_event(demo: Demo, wire: Wire) -> None:
    upload = await wire.upload(PNG, "现场.png")
    await wire.say("photo", ref=upload["ref"], name="现场.png")
    await wire.heard("delivered")
    event = demo.bot.events[0]
    assert isinstance(event, Photo)
    assert (event.media.ref, event.media.name, event.media.content_type, event.media.size) == (
        upload["ref"],
        "现场.png",
        "image/png",
        len(PNG),
    )


async def test_a_recording_keeps_its_length(demo: Demo, wire: Wire) -> None:
    upload = await wire.upload(b"sound", "录音.weba")
    await wire.say("voice", ref=upload["ref"], name="录音.weba", seconds=3.5)
    await wire.heard("delivered")
    event = demo.bot.events[0]
    assert isinstance(event, Voice)
    assert (event.seconds, event.media.content_type) == (3.5, "audio/webm")


async def test_any_other_file_becomes_a_document(demo: Demo, wire: Wire) -> None:
    upload = await wire.upload(b"x", "报价.xlsx")
    await wire.say("document", ref=upload["ref"], name="报价.xlsx")
    await wire.heard("delivered")
    assert isinstance(demo.bot.events[0], Document)


@pytest.mark.parametrize("name", ["big.mp4", ""])
async def test_a_file_of_200_mb_gets_a_sentence_and_leaves_nothing(demo: Demo, wire: Wire, name: str) -> None:
    answer = await wire.post(zeros(200 * 2**20), name)
    assert answer.status == 413
    assert "文件太大了：最多 1 MB" in (await answer.json())["error"]
    assert spool(demo) == []


async def test_a_declared_size_over_the_limit_is_refused(demo: Demo, wire: Wire) -> None:
    assert (await wire.post(BytesIO(bytes(MAX_UPLOAD + 1)), "a.bin")).status == 413
    assert spool(demo) == []


async def test_a_file_of_exactly_the_limit_is_taken(wire: Wire) -> None:
    assert (await wire.upload(bytes(MAX_UPLOAD), "a.bin"))["size"] == MAX_UPLOAD


async def test_an_empty_file_gets_a_sentence(demo: Demo, wire: Wire) -> None:
    answer = await wire.post(b"", "a.txt")
    assert answer.status == 400
    assert "空" in (await answer.json())["error"]
    assert spool(demo) == []


async def test_unfinished_files_of_an_earlier_run_are_removed(demo: Demo) -> None:
    await demo.stop()
    (demo.folder / "uploads" / ("0" * 32 + ".png.part")).write_bytes(b"x")
    await demo.start()
    assert spool(demo) == []


async def test_an_upload_that_breaks_off_leaves_nothing(demo: Demo, wire: Wire) -> None:
    cookies = wire.http.cookie_jar.filter_cookies(URL(demo.root + "/sandbox"))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    _, writer = await asyncio.open_connection("127.0.0.1", demo.port)
    head = f"POST /sandbox/upload?name=a.png HTTP/1.1\r\nHost: 127.0.0.1:{demo.port}\r\nOrigin: {demo.root}\r\nCookie: {cookie}\r\n"
    writer.write(head.encode() + b"Content-Length: 1000\r\n\r\nonly this")
    await until(lambda: len(spool(demo)) == 1)
    writer.close()
    await until(lambda: spool(demo) == [])


@pytest.mark.parametrize("ref", ["", "../screens.jsonl", "/etc/passwd", "0" * 32 + ".png", "0" * 32, "..", "0" * 32 + ".png\n", "\x00"])
async def test_an_unknown_or_crooked_reference_is_final(demo: Demo, ref: str) -> None:
    with pytest.raises(PlatformError) as refusal:
        _ = [chunk async for chunk in demo.sandbox.download(ref)]
    assert refusal.value.final


@pytest.mark.parametrize("ref", ["..%2fscreens.jsonl", "%2e%2e%2fscreens.jsonl", "..%5cscreens.jsonl", "0" * 32 + ".png"])
async def test_media_addresses_lead_nowhere_else(demo: Demo, wire: Wire, ref: str) -> None:
    assert (await wire.http.get(f"{demo.root}/sandbox/media/{ref}")).status == 404


@pytest.mark.parametrize(
    ("name", "kind", "place"),
    [
        ("a.png", "image/png", "inline"),
        ("a.JPG", "image/jpeg", "inline"),
        ("a.weba", "audio/webm", "inline"),
        ("a.mp4", "video/mp4", "inline"),
        ("a.html", "application/octet-stream", "attachment"),
        ("a.svg", "application/octet-stream", "attachment"),
        ("a.js", "application/octet-stream", "attachment"),
        ("noending", "application/octet-stream", "attachment"),
        ("a.png/../../x", "application/octet-stream", "attachment"),
    ],
)
async def test_only_plain_pictures_sound_and_film_open_in_the_page(demo: Demo, wire: Wire, name: str, kind: str, place: str) -> None:
    upload = await wire.upload(b"<script>alert(1)</script>", name)
    answer = await wire.http.get(f"{demo.root}/sandbox/media/{upload['ref']}")
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"] == place
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_player_can_jump_within_a_file(demo: Demo, wire: Wire) -> None:
    upload = await wire.upload(b"0123456789", "a.mp4")
    answer = await wire.http.get(f"{demo.root}/sandbox/media/{upload['ref']}", headers={"Range": "bytes=3-5"})
    assert (answer.status, await answer.read()) == (206, b"345")
