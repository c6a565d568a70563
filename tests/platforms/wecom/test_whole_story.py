"""The whole first story through the self-built app: told, shown, proved, asked, undone; and the list in the morning."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.clock import FakeClock
from tests.platforms.wecom.company import FIRM, GROUP, PUBLIC, Company, company_on
from tests.platforms.wecom.emulator import NO_DATA, SPEECH, Emulator

VISIT = "今天下午两点拜访了绍兴恒力机械的张工，预算有限"
JPEG = b"\xff\xd8\xff\xe0 a picture, invented"


async def rows(company: Company, query: str) -> list[tuple[Any, ...]]:
    return await company.service.store.read(lambda r: [tuple(row) for row in r.connection.exec_driver_sql(query)])


async def test_words_a_photo_and_a_place_are_one_visit_and_one_card(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    await lisi.say(VISIT)
    await company.rest()
    await lisi.photo(JPEG, camera=True)
    await company.rest()
    await lisi.location(30.08, 120.49, "绍兴柯桥")
    await company.rest()
    assert len({activity for (activity,) in await rows(company, "SELECT activity_id FROM piece")}) == 1
    assert len(await rows(company, "SELECT id FROM piece")) == 3
    assert [state for (state,) in await rows(company, "SELECT state FROM media")] == ["kept"]
    assert FIRM in lisi.card().text
    assert company.wecom.complaints == []


async def test_the_whole_story_shows_nothing_twice(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    await lisi.enter()
    for words in (VISIT, "查 恒力", "我的客户"):
        await lisi.say(words)
        await company.callbacks_again()
        await company.rest()
    await lisi.tap(lisi.card(FIRM), "明天")
    await company.callbacks_again()
    await company.rest()
    await lisi.tap(lisi.card(FIRM), "撤销")
    await company.callbacks_again()
    await company.rest()
    assert "已撤销" in lisi.card(FIRM).text
    assert company.wecom.ledger.doubles("lisi") == {}
    assert len(await rows(company, "SELECT id FROM activity")) == 1


async def test_the_morning_list_leads_to_its_page_and_carries_no_buttons(wecom: Emulator, tmp_path: Path, clock: FakeClock) -> None:
    async with company_on(wecom, tmp_path, clock, PUBLIC) as company:
        await company.move(timedelta(days=8))
        (shown,) = [m for m in wecom.screen(wecom.webhook(GROUP)) if FIRM in m.text]
        assert f"{PUBLIC}/app/list/" in str(shown.content)
        assert shown.buttons == {}


async def test_recordings_of_every_kind_are_kept_and_answered(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    for data in (SPEECH, NO_DATA, b"#!AMR\n"):
        assert (await lisi.voice(data)).accepted
        await company.rest()
    assert [state for (state,) in await rows(company, "SELECT state FROM media")] == ["kept"] * 3


async def test_a_file_that_looks_like_an_error_is_a_file(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    for data in (b'{"errcode": 0, "name": "a"}', b"12345", b'{"a": 1}'):
        assert (await lisi.file(data, "表.json")).accepted
        await company.rest()
    assert await rows(company, "SELECT state, size FROM media") == [("kept", 27), ("kept", 5), ("kept", 8)]


async def test_a_picture_that_is_an_error_in_disguise_is_no_picture(company: Company) -> None:
    faults = company.wecom.faults
    lisi = company.wecom.phone("lisi")
    plain = lisi.xml("image", MediaId="gone", PicUrl="")
    faults.on("media/get", faults.headers(Content_Type="image/jpeg"), times=None)
    assert (await company.wecom.callbacks.deliver(plain)).accepted
    await company.rest()
    assert await rows(company, "SELECT state FROM media") == [("failed",)]
    assert "重新发" in lisi.screen[-1].text
