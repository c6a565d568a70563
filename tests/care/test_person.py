"""One person's data: all of it given out, or taken away so that nothing of it can be found and the company's records stay."""

import hashlib
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.care.person import delete_contact, delete_member, export
from bot.chat.incoming import Media, Sender, Voice
from bot.domain.clock import FakeClock
from bot.domain.customer import Contact
from bot.domain.errors import UserError
from bot.domain.values import ContactId
from storage.store import Store
from storage.transaction import Transaction
from tests.handlers.company import audit, customer, found, member, the_customer, the_lead, the_record
from tests.house import PICTURE, PLATFORM, House, open_house

PHONE, MAIL = "13900001111", "lisi@corp.invalid"
VOICE = b"#!AMR\n a voice note"
CLIENT = "13800002222"


def people(tx: Transaction) -> None:
    found(tx)
    tx.connection.exec_driver_sql(f"UPDATE member SET mobile = '{PHONE}', email = '{MAIL}', employee_no = 'E007' WHERE id = 'm_li'")
    tx.customers.add_contact(Contact(ContactId("k_x"), customer("lantuo"), "钱采购", phone=CLIENT, wechat="qian-wx"))


@pytest.fixture
async def house(database: Path, clock: FakeClock) -> AsyncIterator[House]:
    """Li has told a visit in every form; Wang has told another."""
    store = Store(f"sqlite:///{database}")
    store.write_now(people)
    store.close()
    async with open_house(database.parent, clock) as house:
        await house.say("li", f"今天拜访了澜拓的钱采购，电话{CLIENT}，下周三之前给报价")
        await house.photo("li")
        house.screens.files["v1"] = VOICE
        head = {"platform": PLATFORM, "event_id": "v1", "chat": "p:li", "sender": Sender("li", "李思"), "received_at": clock.now()}
        await house.event(Voice(**head, media=Media(ref="v1", name="李思.amr")))  # type: ignore[arg-type]
        await house.place("li", 29.87654)
        await house.say("wang", "今天拜访了锐朗的孙工")
        await house.store.write(lambda tx: tx.audit.note(clock.now(), None, "member.changed", member("li"), new={"mobile": PHONE}))
        yield house


async def dump(house: House) -> str:
    """Every value in the database, as one text with its JSON unescaped."""

    def read(reader: Any) -> str:  # noqa: ANN401
        names = reader.connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        rows = [str(row) for name in names for row in reader.connection.exec_driver_sql(f"SELECT * FROM {name}")]
        return "\n".join(rows).encode().decode("unicode_escape", "ignore") + "\n".join(rows)

    return await house.store.read(read)


def delete(house: House, wanted: str, *, dry_run: bool = False) -> tuple[str, Any]:
    return delete_member(house.service.settings, wanted, dry_run=dry_run, leave_customers=True)


async def test_an_export_holds_what_was_said_in_every_form(house: House, tmp_path: Path) -> None:
    given = export(house.service.settings, "李思", tmp_path / "li.zip")
    with zipfile.ZipFile(given.path) as archive:
        assert {PICTURE, VOICE} <= {archive.read(name) for name in archive.namelist() if name.startswith("media/")}
        texts = [json.loads(line)["text"] for line in archive.read("piece.jsonl").decode().splitlines()]
        assert any("澜拓" in text for text in texts)
        assert PHONE in archive.read("member.jsonl").decode()
        assert len(archive.read("received.jsonl").splitlines()) >= 4
        assert archive.read("said.jsonl")
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "ignore")
    assert "锐朗" not in everything


async def test_an_export_is_in_the_audit_log(house: House, tmp_path: Path) -> None:
    export(house.service.settings, "E007", tmp_path / "li.zip")
    assert len(await audit(house, member("li"), "privacy.exported")) == 1


async def test_an_export_that_cannot_be_written_says_so(house: House, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有留下半个文件"):
        export(house.service.settings, "李思", tmp_path / "none" / "li.zip")
    (tmp_path / "mine.zip").write_bytes(b"mine")
    with pytest.raises(UserError, match="已经存在"):
        export(house.service.settings, "李思", tmp_path / "mine.zip")


async def test_after_a_deletion_nothing_personal_is_left(house: House) -> None:
    delete(house, "李思")
    await house.move_to(house.clock.now())
    left = await dump(house)
    assert [word for word in (PHONE, MAIL, "E007", "李思", "29.87654", "p:li'") if word in left] == []


async def test_after_a_deletion_the_visit_is_still_the_companys(house: House) -> None:
    delete(house, "李思")
    record = await the_record(house, "lantuo")
    assert record.member_id == member("li")
    assert record.contacts == ("钱采购",)
    assert await house.store.read(lambda r: r.members.org().name(member("li"))) == "已注销"


async def test_voice_and_pictures_go_from_the_disk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.media.SETTLING", 0.0)
    delete(house, "李思")
    house.service.jobs.wake()
    await house.rest()
    for data in (VOICE, PICTURE):
        assert not house.service.keeper.path(hashlib.sha256(data).hexdigest()).exists()


async def test_a_deleted_person_is_a_stranger(house: House) -> None:
    delete(house, "李思")
    assert await house.store.read(lambda r: r.members.by_identity(PLATFORM, "li")) is None


async def test_a_deletion_touches_nobody_else(house: House) -> None:
    delete(house, "李思")
    assert (await the_record(house, "ruilang")).chat == "p:wang"
    assert "今天拜访了锐朗的孙工" in await dump(house)


async def test_that_it_happened_stays_in_a_whole_audit_log_without_the_data(house: House) -> None:
    delete(house, "李思")
    assert len(await audit(house, member("li"), "privacy.deleted")) == 1
    (changed,) = await audit(house, member("li"), "member.changed")
    assert changed.new is None
    assert await house.store.read(lambda r: r.audit.broken()) is None


async def test_a_dry_run_counts_and_changes_nothing(house: House) -> None:
    before = await dump(house)
    name, counts = delete(house, "李思", dry_run=True)
    assert (name, counts["identities"], counts["files"]) == ("李思", 1, 2)
    assert await dump(house) == before


async def test_who_still_looks_after_customers_is_not_deleted(house: House) -> None:
    before = await dump(house)
    with pytest.raises(UserError, match=r"客户 3 家、在跟线索 1 条、商机 0 个.*交接 李思 给"):
        delete_member(house.service.settings, "李思", dry_run=False)
    assert await dump(house) == before


async def test_customers_that_are_left_have_no_owner(house: House) -> None:
    _, counts = delete(house, "李思")
    assert (counts["left_customers"], counts["left_leads"]) == (3, 1)
    assert (await the_customer(house, "lantuo")).owner_id is None
    assert (await the_lead(house, "lantuo")).owner_id is None


async def test_the_audit_log_names_who_gave_the_command(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "operator7")
    export(house.service.settings, "王磊", tmp_path / "wang.zip")
    delete(house, "李思")
    (given,), (gone,) = await audit(house, member("wang"), "privacy.exported"), await audit(house, member("li"), "privacy.deleted")
    assert [(entry.new or {}).get("by") for entry in (given, gone)] == ["operator7", "operator7"]


async def test_the_only_admin_cannot_be_deleted(house: House) -> None:
    with pytest.raises(UserError, match="唯一的管理员"):
        delete(house, "许静")


async def test_a_name_that_two_people_have_is_not_guessed(house: House) -> None:
    await house.store.write(lambda tx: tx.connection.exec_driver_sql("UPDATE member SET name = '李思' WHERE id = 'm_wang'"))
    with pytest.raises(UserError, match=r"有 2 个人.*E007"):
        delete(house, "李思")
    with pytest.raises(UserError, match="没有“赵云”这个人"):
        delete(house, "赵云")


async def test_a_customers_contact_is_taken_out_of_the_records(house: House) -> None:
    firms, counts = delete_contact(house.service.settings, "钱采购", CLIENT, dry_run=False)
    left = await dump(house)
    assert firms == "宁波澜拓精密机床有限公司"
    assert counts["records"] == 1
    assert [word for word in ("钱采购", CLIENT, "qian-wx") if word in left] == []
    record = await the_record(house, "lantuo")
    assert "下周三之前给报价" in record.text
    assert str(record.next_on) == "2026-03-25"


async def test_a_contact_is_found_by_name_and_number_only_together(house: House) -> None:
    with pytest.raises(UserError, match="两项都要"):
        delete_contact(house.service.settings, "钱采购", "13800009999", dry_run=False)


async def test_a_dry_run_on_a_contact_changes_nothing(house: House) -> None:
    before = await dump(house)
    delete_contact(house.service.settings, "钱采购", CLIENT, dry_run=True)
    assert await dump(house) == before


async def test_an_export_holds_the_quotes_a_member_made_and_the_decisions_they_took(house: House, tmp_path: Path) -> None:
    await house.say("li", "报价 澜拓 伺服电机 6台 单价23800")
    given = export(house.service.settings, "李思", tmp_path / "li.zip")
    with zipfile.ZipFile(given.path) as archive:
        assert json.loads(archive.read("quote.jsonl"))["owner_id"] == member("li")
        assert "approval_decision.jsonl" in archive.namelist()


async def test_a_deleted_contact_is_nowhere_even_when_a_quote_named_them(house: House) -> None:
    await house.say("li", f"报价 澜拓 钱采购 电话{CLIENT} 伺服电机 6台 单价23800")
    delete_contact(house.service.settings, "钱采购", CLIENT, dry_run=False)
    assert CLIENT not in await dump(house)
