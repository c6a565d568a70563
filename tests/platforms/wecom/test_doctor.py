"""The doctor: what is wrong is found, named and can be mended; nobody sees a message of it."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.domain.check import Check, State
from bot.domain.clock import FakeClock, SystemClock
from bot.platforms.wecom.doctor import Known, examine, known
from config.platforms import Wecom
from prompts import wecom_doctor as words
from tests.platforms.wecom.company import GROUP, Company, settings_for
from tests.platforms.wecom.emulator import Emulator, emulated


async def findings(wecom: Emulator, settings: Wecom | None = None, public_url: str = "", users: tuple[str, ...] = ()) -> dict[str, Check]:
    found = await examine(settings or settings_for(wecom), public_url, SystemClock(), Known(frozenset(users)))
    return {finding.name: finding for finding in found}


async def test_a_good_app_is_well(wecom: Emulator) -> None:
    found = await findings(wecom)
    for name in (words.TOKEN, words.ADDRESS, words.RANGE, words.CLOCK, words.REPORT, words.webhook(GROUP)):
        assert found[name].state is State.GOOD, found[name]


async def test_a_wrong_secret_is_named_with_where_to_find_the_right_one(wecom: Emulator) -> None:
    wrong = settings_for(wecom).model_copy(update={"secret": SecretStr("wrong")})
    found = await findings(wecom, wrong)
    assert found[words.TOKEN].state is State.BAD
    assert "secret" in found[words.TOKEN].what
    assert "管理后台" in found[words.TOKEN].mend


async def test_the_address_that_has_to_be_allowed_is_told(wecom: Emulator) -> None:
    wecom.corp.allowed_ips = {"203.0.113.9"}
    found = await findings(wecom)
    assert "127.0.0.1" in found[words.ADDRESS].what


async def test_members_out_of_range_are_named(wecom: Emulator) -> None:
    wecom.corp.person("zhaomin").visible = False
    found = await findings(wecom, users=("lisi", "zhaomin"))
    assert found[words.RANGE].state is State.BAD
    assert "zhaomin" in found[words.RANGE].what


async def test_a_webhook_that_was_removed_is_found(wecom: Emulator) -> None:
    settings = settings_for(wecom)
    wecom.corp.webhooks.clear()
    assert (await findings(wecom, settings))[words.webhook(GROUP)].state is State.BAD


async def test_nobody_sees_anything_of_the_examination(wecom: Emulator) -> None:
    await findings(wecom)
    assert wecom.ledger.shown == []


@pytest.mark.parametrize(("by", "said"), [(timedelta(minutes=10), "快"), (timedelta(minutes=-10), "慢")])
async def test_a_clock_that_is_wrong_is_found(by: timedelta, said: str) -> None:
    clock = FakeClock(SystemClock().now() + by)
    async with emulated(clock) as wecom:
        found = {f.name: f for f in await examine(settings_for(wecom), "", clock, Known())}
    assert said in found[words.CLOCK].what


async def test_our_own_address_is_verified_as_the_console_does(company: Company) -> None:
    public = (company.wecom.corp.callback or "").removesuffix("/wecom/callback")
    found = {f.name: f for f in await examine(settings_for(company.wecom), public, company.clock, Known(last_callback=company.clock.now()))}
    assert found[words.CALLBACK].state is State.GOOD
    assert found[words.CARDS].state is State.GOOD


async def test_another_key_at_our_address_is_found(company: Company) -> None:
    public = (company.wecom.corp.callback or "").removesuffix("/wecom/callback")
    other = settings_for(company.wecom).model_copy(update={"token": SecretStr("another")})
    found = {f.name: f for f in await examine(other, public, company.clock, Known())}
    assert found[words.CALLBACK].state is State.BAD


async def test_an_app_that_was_never_called_is_told_how_to_be(wecom: Emulator) -> None:
    found = await findings(wecom)
    assert found[words.CARDS].state is State.LOOK
    assert "/wecom/callback" in found[words.CARDS].mend


async def test_a_server_that_cannot_be_reached_is_no_riddle(wecom: Emulator) -> None:
    nowhere = settings_for(wecom).model_copy(update={"api_base": "http://127.0.0.1:9"})
    found = await findings(wecom, nowhere)
    assert found[words.TOKEN].state is State.BAD
    assert "防火墙" in found[words.TOKEN].mend


async def test_every_trouble_says_how_to_mend_it(wecom: Emulator) -> None:
    wecom.corp.enabled = False
    for finding in (await findings(wecom)).values():
        assert finding.state is State.GOOD or finding.mend


async def test_what_our_own_records_say(company: Company) -> None:
    assert (await company.service.store.read(known)).last_callback is None
    await company.wecom.phone("lisi").say("你好")
    assert await company.service.store.read(known) == Known(frozenset({"lisi", "wangwei", "zhaomin"}), company.clock.now())
