"""The pages as people use them, on a phone, in a real browser."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.chat.incoming import CardTap, Location, decode
from bot.chat.outgoing import Button, Card, Line, Reply, Section
from storage.transaction import Reader
from tests.platforms.sandbox.browser import PHONE, chromium, needs_browser
from tests.web.conftest import BOSS, HERE, LI, Site
from tests.web.test_checkin import the_visit, visits
from tests.web.test_lists import HAIRUI, HENGLI

pytestmark = needs_browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


async def phone(
    site: Site, browser: Browser, user: str = LI, *, allowed: bool = True, accuracy: float = 18, at: tuple[float, float] = HERE
) -> BrowserContext:
    """A phone in somebody's hand, at a place."""
    context = await browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]},
        has_touch=True,
        locale="zh-CN",
        geolocation={"latitude": at[0], "longitude": at[1], "accuracy": accuracy},
        permissions=["geolocation"] if allowed else [],
    )
    await context.add_cookies([{"name": "as", "value": user, "url": site.root}])
    return context


async def opened(context: BrowserContext, address: str) -> Page:
    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
    page.on("console", lambda said: pytest.fail(said.text) if "Content Security Policy" in said.text else None)
    await page.goto(address)
    return page


async def checkin(site: Site, browser: Browser, **how: object) -> Page:
    return await opened(await phone(site, browser, **how), f"{site.root}/app/checkin")  # type: ignore[arg-type]


async def test_one_tap_finds_the_customer_and_a_second_writes_the_visit(site: Site, browser: Browser) -> None:
    page = await checkin(site, browser)
    await page.get_by_role("button", name="定位").click()
    await expect(page.get_by_role("radio", checked=True)).to_have_value("c_恒力")
    await expect(page.locator("#accuracy")).to_have_text("已定位，误差约 18 米")
    await page.get_by_role("button", name="打卡").click()
    await expect(page.locator("#done")).to_contain_text("已打卡 · 10:00")
    record, (piece,) = await the_visit(site)
    assert (record.customer_id, piece.data["evidence"], piece.data["accuracy"]) == ("c_恒力", "measured", 18)


async def test_a_photo_from_the_camera_goes_with_it(site: Site, browser: Browser) -> None:
    from tests.web.test_checkin import picture

    page = await checkin(site, browser)
    assert await page.locator("#photo").get_attribute("capture") == "environment"
    await page.get_by_role("button", name="定位").click()
    await page.set_input_files("#photo", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    await expect(page.get_by_alt_text("刚拍的照片")).to_be_visible()
    await page.get_by_role("button", name="打卡").click()
    await expect(page.locator("#done")).to_be_visible()
    _, pieces = await the_visit(site)
    assert [piece.kind for piece in pieces] == ["location", "photo"]


async def test_what_is_no_photo_is_refused_and_another_try_works(site: Site, browser: Browser) -> None:
    page = await checkin(site, browser)
    await page.get_by_role("button", name="定位").click()
    await page.set_input_files("#photo", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no photo" * 40_000})
    await page.get_by_role("button", name="打卡").click()
    await expect(page.get_by_role("alert")).to_contain_text("不是照片")
    await page.set_input_files("#photo", [])
    await page.get_by_role("button", name="打卡").click()
    await expect(page.locator("#done")).to_be_visible()
    assert len(await visits(site)) == 1


async def test_another_customer_is_found_by_typing_and_chosen(site: Site, browser: Browser) -> None:
    page = await checkin(site, browser)
    await page.get_by_role("button", name="定位").click()
    await page.get_by_role("searchbox").fill("同舟")
    await page.get_by_role("radio", name="嘉兴同舟纺织有限公司").check()
    await page.get_by_role("button", name="打卡").click()
    await expect(page.locator("#done")).to_contain_text("嘉兴同舟纺织有限公司")
    assert (await the_visit(site))[0].customer_id == "c_无址"


async def test_nobody_nearby_leaves_the_choice_open(site: Site, browser: Browser) -> None:
    page = await checkin(site, browser, at=(39.9, 116.4))
    await page.get_by_role("button", name="定位").click()
    await expect(page.locator("#customers")).to_contain_text("五公里内没有你的客户")
    await expect(page.get_by_role("radio", checked=True)).to_have_value("")


async def test_a_denied_permission_says_what_to_do(site: Site, browser: Browser) -> None:
    page = await checkin(site, browser, allowed=False)
    await page.get_by_role("button", name="定位").click()
    await expect(page.get_by_role("alert")).to_contain_text("没有允许定位")
    await expect(page.get_by_role("button", name="重新定位").first).to_be_enabled()


@pytest.mark.parametrize(("code", "words"), [(2, "打开定位开关"), (3, "还没有定到位置")])
async def test_a_phone_that_finds_nothing_says_what_to_do(site: Site, browser: Browser, code: int, words: str) -> None:
    context = await phone(site, browser)
    await context.add_init_script(f"navigator.geolocation.getCurrentPosition = (_, fail) => fail({{ code: {code} }})")
    page = await opened(context, f"{site.root}/app/checkin")
    await page.get_by_role("button", name="定位").click()
    await expect(page.get_by_role("alert")).to_contain_text(words)


async def test_a_bad_position_asks_to_try_again_and_a_good_one_is_taken(site: Site, browser: Browser) -> None:
    page = await checkin(site, browser, accuracy=1500)
    await page.get_by_role("button", name="定位").click()
    await expect(page.get_by_role("alert")).to_contain_text("定位误差约 1.5 公里，太大了")
    await page.context.set_geolocation({"latitude": HERE[0], "longitude": HERE[1], "accuracy": 20})
    await page.get_by_role("button", name="重新定位").first.click()
    await expect(page.get_by_role("radio", checked=True)).to_have_value("c_恒力")


async def test_two_quick_taps_are_one_visit(site: Site, browser: Browser) -> None:
    page = await checkin(site, browser)
    await page.get_by_role("button", name="定位").click()
    await page.locator("#send").wait_for()
    await page.evaluate("() => { const f = document.getElementById('arrival'); f.requestSubmit(); f.requestSubmit(); }")
    await expect(page.locator("#done")).to_be_visible()
    assert len(await visits(site)) == 1


async def test_the_platforms_own_position_comes_before_the_browsers(site: Site, browser: Browser) -> None:
    context = await phone(site, browser, allowed=False)
    await context.add_init_script(
        """
        Object.defineProperty(navigator, "userAgent", { get: () => "Mozilla/5.0 wxwork/4.1" });
        window.ww = { register() {}, getLocation: async () => ({ latitude: "30.0817", longitude: "120.4943", accuracy: "9" }) };
        document.addEventListener("DOMContentLoaded", () => { document.getElementById("checkin").dataset.kit = '{"corpId":"x"}'; });
        """
    )
    page = await opened(context, f"{site.root}/app/checkin")
    await page.get_by_role("button", name="定位").click()
    await page.get_by_role("button", name="打卡").click()
    await expect(page.locator("#done")).to_be_visible()
    assert (await the_visit(site))[1][0].data["accuracy"] == 9


async def test_an_outsider_sees_a_sentence_and_no_page(site: Site, browser: Browser) -> None:
    page = await checkin(site, browser, user="stranger")
    await expect(page.get_by_role("alert")).to_contain_text("只给公司里的同事看")
    assert await page.locator("#checkin").count() == 0


async def test_a_line_is_handled_in_its_place_and_a_half_typed_one_keeps_its_words(site: Site, browser: Browser) -> None:
    page = await opened(await phone(site, browser), f"{site.root}{await site.digest()}")
    line, other = page.locator(".line", has_text=HENGLI), page.locator(".line", has_text=HAIRUI)
    await other.get_by_text("已跟进").click()
    await other.get_by_role("textbox").fill("聊到一半")
    await line.get_by_text("先放放").click()
    await line.get_by_role("textbox").fill("客户出差，下周三再说")
    await line.get_by_role("button", name="确定").click()
    await expect(line).to_contain_text("暂缓到 3月25日")
    await expect(page.locator("h1")).to_have_text("昨日断点清单 · 华东销售群 · 2 条")
    await expect(other.get_by_role("textbox")).to_have_value("聊到一半")


async def test_an_error_stands_at_the_line_and_the_words_stay(site: Site, browser: Browser) -> None:
    site.house.service.dispatcher._menu.taps["try"] = lambda event, ctx: Reply(text="这样不行，换个写法")
    lines = (Line(text="甲", buttons=(Button(label="试试", action="try", ask="怎么写？"),)), Line(text="乙"))
    path = await site.post_card(f"p:{LI}", Card(key="k", title="一张", sections=(Section(title="", lines=lines),)))
    page = await opened(await phone(site, browser), f"{site.root}{path}")
    line = page.locator(".line", has_text="甲")
    await line.get_by_text("试试").click()
    await line.get_by_role("textbox").fill("随便写的")
    await line.get_by_role("button", name="确定").click()
    await expect(line.get_by_role("status")).to_have_text("这样不行，换个写法")
    await expect(line.get_by_role("textbox")).to_have_value("随便写的")


async def test_without_scripts_the_list_works_too(site: Site, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport={"width": PHONE[0], "height": PHONE[1]})
    await context.add_cookies([{"name": "as", "value": LI, "url": site.root}])
    page = await opened(context, f"{site.root}{await site.digest()}")
    line = page.locator(".line", has_text=HENGLI)
    await line.get_by_text("先放放").click()
    await line.get_by_role("textbox").fill("客户出差")
    await line.get_by_role("button", name="确定").click()
    await expect(page.locator(".line", has_text=HENGLI)).to_contain_text("暂缓到")


async def test_nothing_is_wider_than_the_phone_and_everything_is_large_enough_for_a_thumb(site: Site, browser: Browser) -> None:
    context = await phone(site, browser, BOSS)
    for path in (await site.digest(), "/app/checkin", "/app/"):
        page = await opened(context, f"{site.root}{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        heights = await page.eval_on_selector_all(".button", "all => all.map(b => b.getBoundingClientRect().height).filter(Boolean)")
        assert heights
        assert min(heights) >= 44


async def test_a_double_submit_of_a_form_is_one_tap(site: Site, browser: Browser) -> None:
    page = await opened(await phone(site, browser), f"{site.root}{await site.digest()}")
    line = page.locator(".line", has_text=HENGLI)
    await line.get_by_text("已跟进").click()
    await line.get_by_role("textbox").fill("打过电话")
    await line.locator("details[open] form").evaluate("form => { form.requestSubmit(); form.requestSubmit(); }")
    await expect(line).to_contain_text("已跟进：打过电话")

    def taps(reader: Reader) -> int:
        rows = reader.connection.exec_driver_sql("SELECT payload FROM inbox").scalars().all()
        return sum(isinstance(decode(row), CardTap) for row in rows) + sum(isinstance(decode(row), Location) for row in rows)

    assert await site.house.store.read(taps) == 1
