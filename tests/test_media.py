"""Files that people send: fetched after the commit, believed by their bytes, never half-written, and never silently lost."""

import asyncio
import hashlib
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import clean_media
from bot.chat.incoming import Document, Media, MediaEvent, Photo, Sender, Video, Voice
from bot.domain.clock import FakeClock
from bot.domain.errors import PlatformError
from bot.media import LARGEST, content_type
from storage.repositories.media import MediaRow
from storage.tables import media as media_table
from tests.house import PLATFORM, House, Screens, open_house
from tests.staff import move_in
from tests.waiting import until

LI, CHAT = "li.si", "p:li.si"
JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 50
AMR = b"#!AMR\n" + b"sound" * 20
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"film" * 20
PDF = b"%PDF-1.7 a contract"
MINUTE = timedelta(minutes=1)


class Files(Screens):
    """A platform whose files come in pieces: bytes, or errors to raise on the way."""

    def __init__(self, screens: Screens) -> None:
        super().__init__()
        self.shown = screens.shown
        self.streams: dict[str, Callable[[], AsyncIterator[bytes]]] = {}
        self.downloads = 0

    async def download(self, ref: str) -> AsyncIterator[bytes]:
        self.downloads += 1
        if ref not in self.streams:
            raise PlatformError("no such file", final=True)
        async for chunk in self.streams[ref]():
            yield chunk


@pytest.fixture
async def house(tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    async with open_house(tmp_path, clock) as house:
        await house.store.write(lambda tx: move_in(tx, clock.now()))
        yield house


@pytest.fixture
def files(house: House) -> Files:
    files = Files(house.screens)
    house.service.keeper._platforms = {PLATFORM: files}
    return files


def of(*chunks: bytes) -> Callable[[], AsyncIterator[bytes]]:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return stream


def failing(error: Exception, *chunks: bytes) -> Callable[[], AsyncIterator[bytes]]:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk
        raise error

    return stream


async def send(house: House, kind: type[MediaEvent], ref: str = "f", name: str = "门头.jpg") -> list[str]:
    """Send a file; what the chat says about it after the first answer."""
    event = kind(
        platform=PLATFORM, event_id=ref, chat=CHAT, sender=Sender(LI), received_at=house.clock.now(), media=Media(ref=ref, name=name)
    )
    await house.event(event)
    return complaints(house)


def complaints(house: House) -> list[str]:
    return [shown.text for shown in house.screens.of(CHAT)][1:]


async def kept(house: House) -> MediaRow:
    row = await house.store.read(lambda r: r.connection.execute(media_table.select()).one())
    return MediaRow(**row._mapping)


def lying(house: House) -> list[Path]:
    """Every file under the media folder."""
    return [path for path in house.service.settings.media.dir.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("kind", "data", "found"),
    [
        (Photo, JPEG, "image/jpeg"),
        (Photo, PNG, "image/png"),
        (Voice, AMR, "audio/amr"),
        (Voice, MP4, "video/mp4"),
        (Video, MP4, "video/mp4"),
    ],
)
async def test_a_file_is_kept_under_the_hash_of_its_bytes(
    house: House, files: Files, kind: type[MediaEvent], data: bytes, found: str
) -> None:
    files.streams["f"] = of(data[:3], data[3:10], data[10:])
    assert await send(house, kind) == []
    row = await kept(house)
    assert (row.state, row.sha256, row.size, row.content_type) == ("kept", hashlib.sha256(data).hexdigest(), len(data), found)
    assert house.service.keeper.path(str(row.sha256)).read_bytes() == data


async def test_any_document_is_kept_without_complaint(house: House, files: Files) -> None:
    files.streams["f"] = of(b"just words")
    assert await send(house, Document, name="说明.txt") == []
    assert (await kept(house)).state == "kept"


async def test_the_same_bytes_twice_lie_on_the_disk_once(house: House, files: Files) -> None:
    files.streams |= {"a": of(JPEG), "b": of(JPEG)}
    await send(house, Photo, "a")
    await send(house, Photo, "b")
    assert [path.read_bytes() for path in lying(house)] == [JPEG]


@pytest.mark.parametrize(("kind", "data", "called"), [(Photo, PDF, "照片"), (Video, PDF, "视频")])
async def test_a_file_with_the_wrong_ending_is_kept_as_it_is_and_its_sender_told(
    house: House, files: Files, kind: type[MediaEvent], data: bytes, called: str
) -> None:
    files.streams["f"] = of(data)
    (complaint,) = await send(house, kind)
    assert f"内容不像{called}" in complaint
    assert ((await kept(house)).state, len(lying(house))) == ("kept", 1)


async def test_an_empty_file_is_told_to_its_sender(house: House, files: Files) -> None:
    files.streams["f"] = of()
    (complaint,) = await send(house, Photo)
    assert complaint == "门头.jpg：是空的，请重新发一次。"


async def test_a_file_gone_at_the_platform_is_told_to_its_sender_once(house: House, files: Files) -> None:
    (complaint,) = await send(house, Photo)
    await house.move(timedelta(hours=1))
    assert complaint == "门头.jpg：平台上已经取不到了，请重新发一次。"
    assert ((await kept(house)).state, complaints(house), files.downloads) == ("failed", [complaint], 1)


async def test_too_large_a_file_is_told_with_the_limit_and_leaves_nothing(house: House, files: Files) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        chunk = bytes(2**20)
        while True:
            given += len(chunk)
            yield chunk

    files.streams["f"] = endless
    tracemalloc.start()
    (complaint,) = await send(house, Video, name="讲解.mp4")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "100 MB" in complaint
    assert "取不到" not in complaint
    assert LARGEST < given <= LARGEST + 2**21  # the rest was never asked for
    assert peak < 20 * 2**20
    assert ((await kept(house)).state, lying(house)) == ("failed", [])


async def test_a_file_of_exactly_the_limit_is_kept(house: House, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.media.LARGEST", len(JPEG))
    files.streams["f"] = of(JPEG)
    assert await send(house, Photo) == []


async def test_a_stream_given_up_is_closed_at_once(house: House, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.media.LARGEST", 10)
    closed: list[bool] = []

    async def stream() -> AsyncIterator[bytes]:
        try:
            yield bytes(20)
            yield bytes(20)
        finally:
            closed.append(True)

    files.download = lambda ref: stream()  # type: ignore[method-assign]
    await send(house, Photo)
    assert closed == [True]


async def test_a_download_that_breaks_off_is_begun_again_and_leaves_no_half(house: House, files: Files) -> None:
    files.streams["f"] = failing(PlatformError("connection reset"), JPEG[:100])
    await send(house, Photo)
    assert lying(house) == []
    files.streams["f"] = of(JPEG)
    await house.move(MINUTE)
    assert [path.read_bytes() for path in lying(house)] == [JPEG]
    assert complaints(house) == []


async def test_a_download_that_keeps_failing_is_told_to_its_sender_in_the_end(house: House, files: Files) -> None:
    files.streams["f"] = failing(PlatformError("connection reset"), JPEG[:100])
    await send(house, Photo)
    for _ in range(15):
        await house.move(MINUTE)
    assert complaints(house) == ["门头.jpg：没取到，请重新发一次。"]
    assert ((await kept(house)).state, lying(house)) == ("failed", [])


async def test_a_bug_on_the_way_leaves_no_half(house: House, files: Files) -> None:
    files.streams["f"] = failing(KeyError("size"), JPEG[:100])
    await send(house, Photo)
    assert lying(house) == []


async def test_a_media_disk_that_is_full_for_an_hour_loses_no_file(
    house: House, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.streams["f"] = of(JPEG)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(house.service.keeper, "_settle", full)
    await send(house, Photo)
    for _ in range(60):
        await house.move(MINUTE)
    assert (complaints(house), lying(house)) == ([], [])
    monkeypatch.undo()
    await house.move(MINUTE)
    assert [path.read_bytes() for path in lying(house)] == [JPEG]


async def test_a_file_does_not_hold_up_the_talk(house: House, files: Files) -> None:
    go = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        await go.wait()
        yield JPEG

    files.streams["f"] = slow
    event = Photo(
        platform=PLATFORM, event_id="f", chat=CHAT, sender=Sender(LI), received_at=house.clock.now(), media=Media(ref="f", name="门头.jpg")
    )
    await house.service.inbox.put(event)
    await until(lambda: len(house.screens.of(CHAT)) == 1)
    go.set()
    await house.rest()
    assert (await kept(house)).state == "kept"


def test_what_a_killed_process_had_half_fetched_is_cleared_and_the_rest_stays(tmp_path: Path) -> None:
    whole = tmp_path / "ab" / "abc"
    whole.parent.mkdir()
    for path in (whole, tmp_path / ".fetch-1", tmp_path / ".fetch-2"):
        path.write_bytes(b"x")
    clean_media(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [whole]


def test_clearing_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    clean_media(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"GIF89a", "image/gif"),
        (b"OggS\x00", "audio/ogg"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypqt  ", "video/mp4"),
        (b"\x00\x00\x00\x24ftypheic", "image/heic"),
        (b"\xff\xf3\x40\xc4", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"\x02#!SILK_V3", "audio/silk"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_first_bytes_say_what_a_file_is(head: bytes, kind: str) -> None:
    assert content_type(head) == kind


async def test_who_wants_to_read_a_file_hears_of_it_with_where_it_came_from(house: House, files: Files) -> None:
    files.streams["f"] = of(JPEG)
    heard: list[tuple[str | None, object, object]] = []
    house.service.keeper.on_kept.append(lambda tx, row, origin: heard.append((row.sha256, origin["chat"], origin["as"])))
    await send(house, Photo)
    assert heard == [(hashlib.sha256(JPEG).hexdigest(), CHAT, "photo")]


async def test_bytes_of_our_own_are_kept_the_same_way(house: House) -> None:
    kept = await house.service.keeper.keep(of(JPEG[:5], JPEG[5:])())
    assert (kept.content_type, kept.size) == ("image/jpeg", len(JPEG))
    assert house.service.keeper.path(kept.sha256).read_bytes() == JPEG
