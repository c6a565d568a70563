"""Who is who: the directory, signing in, signatures of pages."""

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.errors import PlatformError
from bot.platforms.wecom.login import js_signature
from tests.platforms.wecom.company import Company
from tests.platforms.wecom.emulator import Outsider, Person


async def code_for(company: Company, who: Person | Outsider) -> str:
    """Open the sign-in address in the browser of somebody; the code that comes back."""
    company.wecom.contacts.browser = who
    address = company.platform.sign_in_address("https://genjin.example.com/app/sign-in", "state-1")
    async with company.wecom.http.get(address, allow_redirects=False) as answer:
        back = urlsplit(answer.headers["Location"])
    assert parse_qs(back.query)["state"] == ["state-1"]
    return parse_qs(back.query)["code"][0]


def test_the_official_vector_of_the_signature_is_met() -> None:
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    url = "http://mp.weixin.qq.com?params=value"
    assert js_signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, url) == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_the_fragment_of_an_address_is_not_signed() -> None:
    assert js_signature("t", "n", 1, "https://a.example/app/checkin#top") == js_signature("t", "n", 1, "https://a.example/app/checkin")


async def test_a_member_signs_in(company: Company) -> None:
    code = await code_for(company, company.wecom.corp.person("WangWei"))
    assert await company.platform.signed_in(code) == "wangwei"


async def test_an_outsider_is_nobody(company: Company) -> None:
    assert await company.platform.signed_in(await code_for(company, Outsider())) is None


async def test_a_code_is_good_once(company: Company) -> None:
    code = await code_for(company, company.wecom.corp.person("lisi"))
    await company.platform.signed_in(code)
    with pytest.raises(PlatformError) as refused:
        await company.platform.signed_in(code)
    assert refused.value.final


async def test_the_kit_is_signed_with_both_tickets(company: Company) -> None:
    kit = await company.platform.page_kit("https://genjin.example.com/app/checkin")
    assert kit is not None
    config = kit.config
    ticket = await company.platform.api.app_ticket()
    wanted = js_signature(ticket, config["nonceStr"], config["timestamp"], "https://genjin.example.com/app/checkin")
    assert config["agentSignature"] == wanted
    assert config["signature"] != wanted


async def test_tickets_are_fetched_once(company: Company) -> None:
    for _ in range(3):
        await company.platform.page_kit("https://genjin.example.com/app/checkin")
    assert (company.wecom.calls["get_jsapi_ticket"], company.wecom.calls["ticket/get"]) == (1, 1)


@pytest.mark.parametrize("wanted", [{"mobile": "13900000003"}, {"email": "wangwei@example.com"}, {"employee_no": "WANGWEI"}])
async def test_people_are_found_by_what_they_carry(company: Company, wanted: dict[str, str]) -> None:
    assert [one.user_id for one in await company.platform.find(**wanted)] == ["wangwei"]


@pytest.mark.parametrize("wanted", [{"mobile": "13999999999"}, {"email": "nobody@example.com"}, {"employee_no": "Z-1 不存在"}, {}])
async def test_who_is_not_there_is_not_found(company: Company, wanted: dict[str, str]) -> None:
    assert await company.platform.find(**wanted) == []


async def test_a_person_comes_without_what_a_new_app_does_not_get(company: Company) -> None:
    found = await company.platform.person("LISI")
    assert found is not None
    assert (found.user_id, found.name, found.manager, found.mobile, found.active) == ("lisi", "李四", "wangwei", "", True)


async def test_nobody_stands_behind_an_unknown_id(company: Company) -> None:
    assert await company.platform.person("nobody") is None


async def test_everybody_is_listed_with_who_stands_above(company: Company) -> None:
    found = {one.user_id: one.manager for one in await company.platform.everybody()}
    assert found == {"lisi": "wangwei", "zhaomin": "wangwei", "wangwei": "qianzong", "qianzong": ""}


async def test_without_a_direct_leader_the_departments_leader_counts(company: Company) -> None:
    company.wecom.corp.person("lisi").leader = ""
    company.wecom.corp.person("WangWei").leader = ""
    found = {one.user_id: one.manager for one in await company.platform.everybody()}
    assert (found["lisi"], found["wangwei"]) == ("wangwei", "qianzong")


async def test_who_has_left_is_not_active(company: Company) -> None:
    company.wecom.corp.person("lisi").status = 5
    found = await company.platform.person("lisi")
    assert found is not None
    assert not found.active
