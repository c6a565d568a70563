"""A card on its page: who may open it, that its buttons do what they do in the chat, and what it shows afterwards."""

import asyncio
from datetime import timedelta
from urllib.parse import unquote

import pytest

from bot.chat.incoming import CardTap, decode
from bot.chat.outgoing import Button, Card, Fact, Line, Reply, Section
from bot.domain.customer import LeadState
from bot.domain.errors import StorageError
from bot.domain.member import Group
from bot.domain.values import GroupId, LeadId, MemberId
from bot.web.lists import ON_A_PAGE
from handlers.digest import push
from prompts import pages
from storage.transaction import Transaction
from tests.house import PLATFORM
from tests.web.conftest import ADMIN, BOSS, EAST, LI, ZHAO, Browser, Got, Site, save_firm

HENGLI, HAIRUI = "绍兴恒力机械有限公司", "宁波海锐自动化有限公司"
SECRET = Card(key="secret", title="只给李思的卡", facts=(Fact(label="电话", value="0575-1"),), note="备注")


async def opened(site: Site, user: str, path: str) -> tuple[Browser, Got]:
    browser = await site.browser(user)
    return browser, await browser.get(path)


async def test_a_card_is_open_to_whom_it_was_sent(site: Site) -> None:
    path = await site.post_card(f"p:{LI}", SECRET)
    _, page = await opened(site, LI, path)
    assert (page.status, "只给李思的卡" in page.text, "备注" in page.text) == (200, True, True)


@pytest.mark.parametrize("user", [ZHAO, BOSS, ADMIN])
async def test_a_card_in_somebodys_own_chat_is_open_to_nobody_else(site: Site, user: str) -> None:
    path = await site.post_card(f"p:{LI}", SECRET)
    _, page = await opened(site, user, path)
    assert (page.status, "只给李思的卡" in page.text) == (404, False)


async def test_of_two_cards_with_one_key_everybody_sees_their_own(site: Site) -> None:
    await site.post_card(f"p:{LI}", Card(key="list", title="李思的客户"))
    path = await site.post_card(f"p:{ZHAO}", Card(key="list", title="赵敏的客户"))
    _, page = await opened(site, LI, path)
    assert "李思的客户" in page.text
    assert "赵敏的客户" not in page.text


@pytest.mark.parametrize("key", ["nothing", "%00", "..%2F..%2Fetc%2Fpasswd", "a" * 400, "%F0%9F%91%8D", "'%20OR%201=1--", "digest%3A", "%"])
async def test_odd_keys_are_not_found_and_nothing_worse(site: Site, key: str) -> None:
    await site.post_card(f"p:{LI}", SECRET)
    _, page = await opened(site, LI, f"/app/list/{key}")
    assert page.status == 404


async def test_a_rep_of_the_region_sees_of_the_groups_list_what_is_their_own(site: Site) -> None:
    await site.house.store.write(lambda tx: _second_rep(tx, site))
    _, page = await opened(site, LI, await site.digest())
    assert HENGLI in page.text
    assert "温州" not in page.text


def _second_rep(tx: Transaction, site: Site) -> None:
    from bot.domain.member import Member

    tx.members.save(Member(MemberId("m_wang"), "王磊", ("rep",), MemberId("m_boss"), region="华东"))
    save_firm(tx, site.house.clock, "温州", "温州百川阀门有限公司", MemberId("m_wang"), "华东")


async def test_the_manager_sees_the_whole_list_of_the_group(site: Site) -> None:
    await site.house.store.write(lambda tx: _second_rep(tx, site))
    _, page = await opened(site, BOSS, await site.digest())
    assert HENGLI in page.text
    assert "温州百川阀门有限公司" in page.text


async def test_somebody_of_another_region_does_not_open_the_groups_list(site: Site) -> None:
    _, page = await opened(site, ZHAO, await site.digest())
    assert (page.status, HENGLI in page.text) == (404, False)


async def test_a_groups_card_of_another_kind_is_for_those_who_lead_there(site: Site) -> None:
    path = await site.post_card(EAST, Card(key="board", title="三色看板"))
    assert (await opened(site, BOSS, path))[1].status == 200
    assert (await opened(site, LI, path))[1].status == 404


async def test_a_tap_on_the_page_does_what_it_does_in_the_chat(site: Site) -> None:
    browser, page = await opened(site, LI, await site.digest())
    after = await browser.tap(page, "先放放", HENGLI, "客户出差，下周三再说")
    found = await site.house.store.read(lambda r: r.leads.get(LeadId("l_恒力")))
    assert found is not None
    assert found.snooze_reason == "客户出差，下周三再说"
    assert "暂缓到 3月25日 08:00" in after.text


async def test_the_tap_is_the_members_own_event_in_their_own_chat(site: Site) -> None:
    browser, page = await opened(site, LI, await site.digest())
    await browser.tap(page, "先放放", HENGLI, "出差")
    row = await site.house.store.read(lambda r: r.inbox.get(1))
    assert row is not None
    event = decode(row.payload)
    assert isinstance(event, CardTap)
    assert (event.sender.id, event.chat, event.group, event.page, event.action) == (LI, f"p:{LI}", False, True, "snooze")
    assert event.values["lead"] == "l_恒力"


async def test_what_was_done_on_the_page_shows_in_the_group_too(site: Site) -> None:
    browser, page = await opened(site, LI, await site.digest())
    await browser.tap(page, "先放放", HENGLI, "出差")
    await site.house.rest()
    assert "李思 暂缓到" in site.platform.of(EAST)[0].text


async def test_a_handled_line_lowers_the_count_in_the_title(site: Site) -> None:
    browser, page = await opened(site, LI, await site.digest())
    assert "华东销售群 · 3 条" in page.text
    after = await browser.tap(page, "先放放", HENGLI, "出差")
    assert "华东销售群 · 2 条" in after.text


def stubborn(site: Site) -> Card:
    """A card of two lines whose button never does anything."""
    site.house.service.dispatcher._menu.taps["try"] = lambda event, ctx: Reply(text="这样不行，换个写法")
    ask = {name: Button(label="试试", action="try", values={"n": name}, ask="怎么写？") for name in ("甲", "乙")}
    return Card(key="k", title="两行", sections=(Section(title="", lines=tuple(Line(text=n, buttons=(b,)) for n, b in ask.items())),))


async def test_an_error_stands_at_the_line_with_what_had_been_typed(site: Site) -> None:
    browser, page = await opened(site, LI, await site.post_card(f"p:{LI}", stubborn(site)))
    after = await browser.tap(page, "试试", "甲", "随便写的")
    first, second = after.text.split('id="l')[1:3]
    assert "这样不行，换个写法" in first
    assert ">随便写的</textarea>" in first
    assert "这样不行" not in second
    assert "随便写的" not in second


async def test_an_error_on_the_page_is_not_repeated_in_the_chat(site: Site) -> None:
    browser, page = await opened(site, LI, await site.post_card(f"p:{LI}", stubborn(site)))
    await browser.tap(page, "试试", "甲", "随便写的")
    await site.house.rest()
    assert len(site.platform.of(f"p:{LI}")) == 1


async def test_a_question_left_empty_asks_again_and_sends_nothing(site: Site) -> None:
    browser, page = await opened(site, LI, await site.digest())
    after = await browser.tap(page, "先放放", HENGLI, "  ")
    assert pages.EMPTY_ANSWER in after.text
    assert await site.house.store.read(lambda r: r.inbox.counts()) == {}


async def test_handing_over_leads_through_the_names_and_the_line_says_so(site: Site) -> None:
    await site.house.store.write(lambda tx: _second_rep(tx, site))
    path = await site.digest()
    browser, page = await opened(site, BOSS, path)
    names = await browser.tap(page, "转交", HENGLI)
    done = await browser.tap(names, "王磊")
    assert "陈立群 已转交给王磊" in done.text
    assert "陈立群 已转交给王磊" in (await browser.get(path)).text


async def test_the_same_form_sent_twice_is_one_tap(site: Site) -> None:
    browser, page = await opened(site, LI, await site.digest())
    answers = await asyncio.gather(*(browser.tap(page, "已跟进", HENGLI, "打过电话") for _ in range(3)))
    assert [answer.status for answer in answers] == [200] * 3
    assert await _records(site) == 1


async def test_a_form_replayed_later_shows_its_answer_again_and_does_nothing(site: Site) -> None:
    browser, page = await opened(site, LI, await site.digest())
    await browser.tap(page, "已跟进", HENGLI, "打过电话")
    site.house.clock.advance(timedelta(hours=1))
    assert (await browser.tap(page, "已跟进", HENGLI, "打过电话")).status == 200
    assert await _records(site) == 1


async def _records(site: Site) -> int:
    return await site.house.store.read(lambda r: int(r.connection.exec_driver_sql("SELECT count(*) FROM activity").scalar_one()))


async def test_a_page_opened_before_somebody_else_acted_gets_the_present_state_and_changes_nothing(site: Site) -> None:
    path = await site.digest()
    (boss, his), (rep, hers) = await opened(site, BOSS, path), await opened(site, LI, path)
    await boss.tap(his, "先放放", HENGLI, "等展会")
    after = await rep.tap(hers, "已跟进", HENGLI, "打过电话")
    assert "等展会" in after.text
    assert await _records(site) == 0


async def test_an_old_link_shows_how_things_stand_today(site: Site) -> None:
    path = await site.digest()
    await site.house.store.write(
        lambda tx: tx.leads.change(LeadId("l_恒力"), site.house.clock.now().replace(day=6), state=LeadState.CLOSED)
    )
    site.house.clock.advance(timedelta(days=5))
    _, page = await opened(site, LI, path)
    assert HENGLI not in page.text
    assert HAIRUI in page.text


async def test_the_page_shows_everything_where_the_card_only_counts(site: Site) -> None:
    def many(tx: Transaction) -> None:
        for number in range(100):
            save_firm(tx, site.house.clock, f"x{number}", f"虚构第{number:03}号厂", MemberId("m_li"), "华东")

    await site.house.store.write(many)
    browser, page = await opened(site, LI, await site.digest())
    seen = page.text + "".join([(await browser.get(f"{page.url}?page={n}")).text for n in (2, 3)])
    assert all(f"虚构第{number:03}号厂" in seen for number in range(100))
    assert page.text.count('class="line') == ON_A_PAGE
    assert "第 1 页，共 3 页" in page.text


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "", "%EF%BC%99", "1" * 400])
async def test_a_page_that_does_not_exist_is_the_nearest_one(site: Site, number: str) -> None:
    browser, _ = await opened(site, LI, path := await site.digest())
    assert (await browser.get(f"{path}?page={number}")).status == 200


async def test_a_button_of_another_card_is_refused(site: Site) -> None:
    browser, page = await opened(site, LI, await site.digest())
    other = await site.post_card(f"p:{LI}", SECRET)
    form = page.form("先放放")
    assert (await browser.post(other, {**form.fields, "answer": "x"})).status == 409


async def test_a_button_given_to_somebody_else_is_refused(site: Site) -> None:
    path = await site.digest()
    (_, his), (rep, hers) = await opened(site, BOSS, path), await opened(site, LI, path)
    stolen = {**his.form("先放放").fields, "csrf": hers.form("先放放").fields["csrf"], "answer": "王磊"}
    assert (await rep.post(path, stolen)).status == 409


@pytest.mark.parametrize("change", [{"button": ""}, {"button": "x.y"}, {"once": ""}, {"once": "x"}, {"once": "a" * 16}])
async def test_a_form_that_was_changed_on_the_way_is_refused(site: Site, change: dict[str, str]) -> None:
    browser, page = await opened(site, LI, await site.digest())
    assert (await browser.tap(page, "先放放", HENGLI, "x", **change)).status == 409
    assert await site.house.store.read(lambda r: r.inbox.counts()) == {}


async def test_an_endless_answer_is_refused(site: Site) -> None:
    browser, page = await opened(site, LI, await site.digest())
    assert (await browser.tap(page, "先放放", HENGLI, "长" * 2001)).status == 413


async def test_a_card_in_answer_leads_on_to_its_own_page(site: Site) -> None:
    site.house.service.dispatcher._menu.taps["more"] = lambda event, ctx: Card(key="more:1", title="其余的")
    path = await site.post_card(f"p:{LI}", Card(key="k", title="一张", buttons=(Button(label="看其余的", action="more"),)))
    browser, page = await opened(site, LI, path)
    after = await browser.tap(page, "看其余的")
    assert unquote(after.url).endswith("/app/list/more:1")
    assert "其余的" in after.text


async def test_words_of_a_card_cannot_become_parts_of_the_page(site: Site) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    line = Line(text=evil, detail=evil, colour=evil, buttons=(Button(label=evil, action="a", ask=evil),))
    path = await site.post_card(f"p:{LI}", Card(key="k", title=evil, text=evil, note=evil, sections=(Section(title=evil, lines=(line,)),)))
    _, page = await opened(site, LI, path)
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


async def test_a_database_that_takes_nothing_gives_a_sentence(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, page = await opened(site, LI, await site.digest())

    async def full(*_: object, **__: object) -> None:
        raise StorageError("磁盘满了")

    monkeypatch.setattr(site.house.store, "write", full)
    after = await browser.tap(page, "先放放", HENGLI, "x")
    monkeypatch.undo()
    assert (after.status, pages.LATER in after.text) == (503, True)


async def test_where_the_group_carries_no_buttons_everybodys_own_lines_go_to_them_alone(site: Site) -> None:
    site.platform.buttonless = {EAST}
    await site.digest()
    (own,) = site.platform.of(f"p:{LI}")
    assert HENGLI in own.text
    assert "我的" in own.text
    assert isinstance(own.message, Card)
    assert any(line.buttons for section in own.message.sections for line in section.lines)


async def test_where_the_group_carries_buttons_nobody_is_told_twice(site: Site) -> None:
    await site.digest()
    assert site.platform.of(f"p:{LI}") == []


async def test_where_the_group_carries_no_buttons_its_card_leads_to_the_page(site: Site) -> None:
    site.platform.buttonless = {EAST}
    path = await site.digest()
    (shown,) = site.platform.of(EAST)
    assert isinstance(shown.message, Card)
    assert [link.path for link in shown.message.links] == [path]


async def test_a_tap_on_ones_own_lines_settles_the_line_of_the_group_too(site: Site) -> None:
    site.platform.buttonless = {EAST}
    await site.digest()
    own = site.platform.of(f"p:{LI}")[0].message
    assert isinstance(own, Card)
    await site.house.tap(LI, own, "先放放", "等展会", line=HENGLI)
    assert "等展会" in site.platform.of(EAST)[0].text


async def test_a_tap_on_the_groups_page_settles_ones_own_card_too(site: Site) -> None:
    site.platform.buttonless = {EAST}
    browser, page = await opened(site, BOSS, await site.digest())
    await browser.tap(page, "先放放", HENGLI, "等展会")
    await site.house.rest()
    assert "等展会" in site.platform.of(f"p:{LI}")[0].text


async def test_somebody_of_two_groups_gets_one_card_of_their_own(site: Site) -> None:
    site.platform.buttonless = {EAST, "g:all"}

    def both(tx: Transaction) -> None:
        tx.members.save_group(Group(GroupId("g_all"), "全公司", PLATFORM, "g:all", "digest"))
        for group in tx.members.groups("digest"):
            push(site.house.service.dispatcher.context(tx), group)

    await site.house.store.write(both)
    await site.house.rest()
    assert len(site.platform.of(f"p:{LI}")) == 1
