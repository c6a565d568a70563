"""The pages of a whole house on a free port, a platform through which people sign in, and browsers that are not browsers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.chat.outgoing import Card
from bot.chat.platform import Receive
from bot.domain.clock import FakeClock
from bot.domain.customer import Customer, Lead
from bot.domain.errors import PlatformError
from bot.domain.member import Group, Member
from bot.domain.values import CustomerId, GroupId, LeadId, MemberId
from storage.transaction import Reader, Transaction
from tests.house import PLATFORM, House, Screens, open_house
from tests.staff import agree

LI, ZHAO, BOSS, ADMIN = "li.si", "zhao.min", "chen.liqun", "xu.jing"
EAST = "g:east"
# Invented firms around the real square in Shaoxing where the tests stand.
HERE = (30.0817, 120.4943)
FIRMS = [
    ("恒力", "绍兴恒力机械有限公司", LI, "华东", (30.0860, 120.4990)),
    ("海锐", "宁波海锐自动化有限公司", LI, "华东", (29.8683, 121.5440)),
    ("无址", "嘉兴同舟纺织有限公司", LI, "华东", None),
    ("南方", "佛山百川泵业有限公司", ZHAO, "华南", (30.0818, 120.4944)),
]


def move_in(tx: Transaction, clock: FakeClock) -> None:
    """Two reps in two regions, a manager of one of them, an admin, a group; leads that nobody has moved for ten days."""
    people = [
        Member(MemberId("m_boss"), "陈立群", ("manager",), region="华东"),
        Member(MemberId("m_li"), "李思", ("rep",), MemberId("m_boss"), region="华东"),
        Member(MemberId("m_zhao"), "赵敏", ("rep",), region="华南"),
        Member(MemberId("m_admin"), "许静", ("admin",)),
    ]
    for person, user in zip(people, (BOSS, LI, ZHAO, ADMIN), strict=True):
        tx.members.save(person)
        tx.members.identify(PLATFORM, user, person.id, f"p:{user}")
    agree(tx, *(person.id for person in people), at=clock.now())
    tx.members.save_group(Group(GroupId("g_east"), "华东销售群", PLATFORM, EAST, "digest", "华东"))
    owners = {LI: MemberId("m_li"), ZHAO: MemberId("m_zhao")}
    for short, name, user, region, at in FIRMS:
        save_firm(tx, clock, short, name, owners[user], region, at)


def save_firm(
    tx: Transaction, clock: FakeClock, short: str, name: str, owner: MemberId, region: str, at: tuple[float, float] | None = None
) -> None:
    """A customer with a lead that is ten days still."""
    where = {"lat": at[0], "lng": at[1]} if at else {}
    long_ago = clock.now().replace(day=6)
    customer = Customer(CustomerId(f"c_{short}"), name, long_ago, owner_id=owner, region=region, **where)  # type: ignore[arg-type]
    tx.customers.save(customer)
    tx.leads.save(Lead(LeadId(f"l_{short}"), customer.id, owner, long_ago, long_ago))


Data = Mapping[str, str] | aiohttp.FormData | bytes | AsyncIterator[bytes] | None


class Platform(Screens):
    """A chat platform with a sign-in: whoever the cookie ``as`` names gets a code; ``down`` makes it fail."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, str | None] = {}
        self.down = False

    def mount(self, app: object, receive: Receive) -> None:
        assert isinstance(app, web.Application)
        app.router.add_get("/platform", self._page)

    def sign_in_address(self, back: str, state: str) -> str:
        return f"/platform?{urlencode({'back': back, 'state': state})}"

    async def signed_in(self, code: str) -> str | None:
        if self.down:
            raise PlatformError("the platform does not answer")
        return self.codes.pop(code, None)

    async def _page(self, request: web.Request) -> web.Response:
        code = f"code{len(self.codes)}-{request.cookies.get('as', '')}"
        self.codes[code] = request.cookies.get("as")
        query = urlencode({"code": code, "state": request.query["state"]})
        return web.Response(status=302, headers={"Location": f"{request.query['back']}?{query}"})


@dataclass(slots=True)
class Got:
    """An answer: status, headers and text, and the address at which it was found."""

    status: int
    headers: Mapping[str, str]
    text: str
    url: str
    body: bytes = b""

    @property
    def forms(self) -> list["Form"]:
        return Forms.of(self.text)

    def form(self, label: str, line: str = "") -> "Form":
        """The form of the button ``label``, in the line that contains ``line``."""
        found = [form for form in self.forms if label in form.label and line in form.about]
        assert found, f"no {label!r} for {line!r} among {[(f.label, f.about) for f in self.forms]}"
        return found[0]


@dataclass(slots=True)
class Form:
    """A form of a page: where it posts, its hidden fields, the button's words and the words of the line above it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    label: str = ""
    about: str = ""


class Forms(HTMLParser):
    """Reads the forms of a list page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._about = ""
        self._into = ""
        self._label = ""

    @classmethod
    def of(cls, text: str) -> list[Form]:
        reader = cls()
        reader.feed(text)
        return reader.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append(Form(given["action"] or "", label=self._label, about=self._about))
        elif tag == "input" and self.found and given.get("name"):
            self.found[-1].fields[given["name"] or ""] = given.get("value") or ""
        elif given.get("class") == "what":
            self._about, self._into = "", "about"
        elif tag == "summary":
            self._label, self._into = "", "label"
        elif tag == "button":
            self._into = "button"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "summary", "button"):
            self._into = ""
        if tag == "details":
            self._label = ""

    def handle_data(self, data: str) -> None:
        if self._into == "about":
            self._about += data
        elif self._into == "label":
            self._label += data
        elif self._into == "button" and self.found and not self.found[-1].label:
            self.found[-1].label = data


class Browser:
    """Cookies and redirects of one person; no scripts."""

    def __init__(self, root: str, session: aiohttp.ClientSession, user: str) -> None:
        self.root = root
        self.session = session
        self.user = user

    async def get(self, path: str, *, follow: bool = True, headers: Mapping[str, str] | None = None) -> Got:
        return await self.ask("GET", path, follow=follow, headers=headers)

    async def post(self, path: str, data: Data = None, *, follow: bool = True, headers: Mapping[str, str] | None = None) -> Got:
        return await self.ask("POST", path, data, follow=follow, headers=headers)

    async def tap(self, page: Got, label: str, line: str = "", answer: str = "", **changed: str) -> Got:
        """Fill in a form and send it."""
        form = page.form(label, line)
        return await self.post(form.action, {**form.fields, "answer": answer, **changed})

    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.session.cookie_jar}

    def forget(self) -> None:
        self.session.cookie_jar.clear()

    def become(self, user: str) -> None:
        self.plant({"as": user})

    def plant(self, cookies: Mapping[str, str]) -> None:
        """Put cookies into the browser."""
        self.session.cookie_jar.update_cookies(cookies, URL(self.root))

    async def ask(self, method: str, path: str, data: Data = None, *, follow: bool = True, headers: Mapping[str, str] | None = None) -> Got:
        """Any request."""
        address = URL(self.root + path if path.startswith("/") else path, encoded=True)
        async with self.session.request(method, address, data=data, allow_redirects=follow, headers=headers) as answer:
            body = await answer.read()
            return Got(answer.status, answer.headers, body.decode("utf-8", "replace"), str(answer.url), body)


class Site:
    """The house, its pages on loopback, and browsers on demand."""

    def __init__(self, house: House, platform: Platform, server: TestServer, stack: AsyncExitStack) -> None:
        self.house = house
        self.platform = platform
        self.root = f"http://127.0.0.1:{server.port}"
        self._stack = stack

    async def browser(self, user: str = LI) -> Browser:
        """A new browser in the hands of somebody; signed in by its first page."""
        session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True, quote_cookie=False))
        browser = Browser(self.root, await self._stack.enter_async_context(session), user)
        browser.become(user)
        return browser

    async def post_card(self, chat: str, card: Card) -> str:
        """Say a card in a chat; the path of its page."""
        from bot.chat.platform import Address

        now = self.house.clock.now()
        await self.house.store.write(lambda tx: self.house.service.outbox.post(tx, Address(PLATFORM, chat), card, now))
        await self.house.rest()
        return f"/app/list/{quote(card.key, safe='')}"

    async def digest(self) -> str:
        """Push the morning list to the group; the path of its page."""
        from handlers.digest import push

        def unit(tx: Transaction) -> str:
            group = tx.members.groups("digest")[0]
            push(self.house.service.dispatcher.context(tx), group)
            return group.id

        group = await self.house.store.write(unit)
        await self.house.rest()
        return f"/app/list/digest%3A{group}%3A2026-03-18"

    async def written(self) -> list[tuple[str, int]]:
        """How many rows each table holds and a sum over them: what a GET must leave as it is."""

        def count(reader: Reader) -> list[tuple[str, int]]:
            ask = reader.connection.exec_driver_sql
            names = ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").scalars().all()
            return [(name, hash(tuple(map(tuple, ask(f'SELECT * FROM "{name}"'))))) for name in names]

        return await self.house.store.read(count)


@pytest.fixture
async def site(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Site]:
    platform = Platform()
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(tmp_path, clock, screens=platform))
        await house.store.write(lambda tx: move_in(tx, clock))
        await house.service.book.refresh({CustomerId(f"c_{firm[0]}") for firm in FIRMS})
        server = TestServer(house.service.public())
        await stack.enter_async_context(server)
        yield Site(house, platform, server, stack)
