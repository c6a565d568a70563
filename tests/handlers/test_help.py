"""Help and courtesy."""

import pytest

from bot.domain.member import Member, Role
from bot.domain.values import MemberId
from prompts.replies import help_text
from tests.handlers.company import pieces, the_record
from tests.house import House, reply_of


@pytest.mark.parametrize("words", ["帮助", "/帮助", "／帮助", "help", "?", "？", "你会什么"])
async def test_help_is_asked_for_in_many_ways(house: House, words: str) -> None:
    assert "直接像跟同事说话一样发给我就行" in reply_of(await house.say("li", words))


async def test_a_manager_reads_of_the_managers_words(house: House) -> None:
    assert "昨日断点" in reply_of(await house.say("chen", "帮助"))


async def test_a_rep_does_not(house: House) -> None:
    assert "昨日断点" not in reply_of(await house.say("li", "帮助"))


@pytest.mark.parametrize(
    ("roles", "told", "not_told"),
    [
        ((Role.REP,), "拜访了恒力机械", "看板"),
        ((Role.MANAGER,), "交接 张三 给 李四", "拜访了恒力机械"),
        ((Role.ADMIN,), "规则", "拜访了恒力机械"),
        ((Role.APPROVER_TECHNICAL,), "审批", "拜访了恒力机械"),
        ((Role.FINANCE,), "查 恒力", "拜访了恒力机械"),
        ((Role.REP, Role.MANAGER), "看板", "审批"),
    ],
)
def test_help_speaks_of_what_somebody_does(roles: tuple[Role, ...], told: str, not_told: str) -> None:
    said = help_text(Member(MemberId("m"), "某人", tuple(role.value for role in roles))).text
    assert (told in said, not_told in said) == (True, False)


@pytest.mark.parametrize("words", ["你好", "谢谢", "好的", "收到！", "嗯嗯"])
async def test_courtesy_is_answered_and_joins_no_record(house: House, words: str) -> None:
    await house.say("li", "拜访了澜拓的方工，下周三再去")
    assert reply_of(await house.say("li", words))
    assert await pieces(house, await the_record(house, "lantuo")) == ["text"]


async def test_thanks_are_not_answered_with_a_lecture(house: House) -> None:
    assert reply_of(await house.say("li", "谢谢")) == "不客气。"


async def test_an_ok_is_answered_shortly(house: House) -> None:
    assert reply_of(await house.say("li", "好的")) == "好。"
