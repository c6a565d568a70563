"""Who may come in: strangers, members found through a directory, doubtful matches, the first welcome. All people are invented."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.incoming import Location, Media, Opened, Photo, Sender
from bot.chat.outgoing import Outgoing
from bot.chat.platform import Colleague
from bot.domain.clock import FakeClock
from bot.domain.errors import PlatformError
from bot.domain.member import Identity, Member, Role
from bot.domain.values import MemberId
from storage.store import Store
from storage.transaction import Transaction
from tests.handlers.company import audit, cards_in, found, labels, member, newest, texts
from tests.house import PLATFORM, House, Screens, card_of, open_house, reply_of

ADMIN = "p:xu"


class Phonebook(Screens):
    """A platform with a directory; ``tells`` is what it says of somebody who writes."""

    def __init__(self) -> None:
        super().__init__()
        self.colleagues: list[Colleague] = []
        self.silent = False
        self.trouble: PlatformError | None = None
        self.asked: list[str] = []

    async def find(self, *, mobile: str = "", email: str = "", employee_no: str = "") -> Sequence[Colleague]:
        self.asked.append(mobile or email or employee_no)
        if self.trouble:
            raise self.trouble
        wanted = {("mobile", mobile), ("email", email), ("employee_no", employee_no)}
        found = [c for c in self.colleagues if any(value and getattr(c, key) == value for key, value in wanted)]
        return [Colleague(c.user_id, active=c.active) for c in found] if self.silent else found

    async def person(self, user_id: str) -> Colleague | None:
        if self.trouble:
            raise self.trouble
        known = next((c for c in self.colleagues if c.user_id == user_id), None)
        return Colleague(user_id, known.name) if known and self.silent else known

    def private_chat(self, user_id: str) -> str:
        return f"p:{user_id}"


@dataclass
class Street:
    """The house and its phonebook."""

    house: House
    book: Phonebook

    async def hire(self, key: str, name: str, **more: str) -> MemberId:
        person = replace(Member(member(key), name, (Role.REP.value,), member("chen"), "华东"), **more)  # type: ignore[arg-type]
        await self.house.store.write(lambda tx: tx.members.save(person))
        return person.id

    async def change(self, key: str, **new: object) -> None:
        def unit(tx: Transaction) -> None:
            person = tx.members.get(member(key))
            assert person is not None
            tx.members.save(replace(person, **new))  # type: ignore[arg-type]

        await self.house.store.write(unit)

    async def night(self) -> None:
        await self.house.store.write(lambda tx: self.house.service.usher.match_all(tx, self.house.clock.now()))
        await self.house.rest()
        self.house.clock.advance(timedelta(seconds=1))

    async def identities(self, key: str) -> list[str]:
        found: list[Identity] = await self.house.store.read(lambda r: r.members.identities(member(key)))
        return [i.user_id for i in found]

    async def event(self, kind: type, user: str, **more: object) -> list[Outgoing]:
        head = self.house._head(user)
        return await self.house.event(kind(**(head | {"sender": Sender(user, user)}), **more))


@pytest.fixture
async def street(database: Path, clock: FakeClock) -> AsyncIterator[Street]:
    store = Store(f"sqlite:///{database}")
    store.write_now(found)
    store.close()
    book = Phonebook()
    async with open_house(database.parent, clock, screens=book) as house:
        yield Street(house, book)


async def count(house: House, table: str) -> int:
    query = f"SELECT count(*) FROM {table}"
    return int(await house.store.read(lambda r: r.connection.exec_driver_sql(query).scalar_one()))


# strangers


async def test_a_stranger_is_told_whom_to_ask_and_what_to_give(street: Street) -> None:
    said = reply_of(await street.house.say("nobody", "你好"))
    assert all(word in said for word in ("管理员许静", "姓名", "手机号", "工号"))


async def test_a_flood_of_a_stranger_is_answered_once_a_day(street: Street) -> None:
    answers = [len(await street.house.say("nobody", f"第{n}条")) for n in range(5)]
    await street.house.move(timedelta(days=1))
    assert (answers, len(await street.house.say("nobody", "又是我"))) == ([1, 0, 0, 0, 0], 1)


async def test_what_a_stranger_wrote_stays_in_the_inbox_and_makes_no_record(street: Street) -> None:
    before = await count(street.house, "customer")
    await street.house.say("nobody", "新建客户 湖州某某机电有限公司")
    await street.event(Photo, "nobody", media=Media(ref="x"))
    await street.event(Location, "nobody", lat=30.0, lng=120.0)
    house = street.house
    assert [await count(house, t) for t in ("inbox", "piece", "activity", "media")] == [3, 0, 0, 0]
    assert await count(house, "customer") == before


async def test_a_strangers_taps_on_other_peoples_cards_do_nothing(street: Street) -> None:
    card = card_of(await street.house.say("li", "新建客户 台州锐朗自动化"))
    await street.house.tap("nobody", card, "仍然新建")
    assert "台州锐朗自动化" not in [c.name for c in await street.house.store.read(lambda r: r.customers.all())]


async def test_the_admin_is_told_once_who_knocks_and_from_where(street: Street) -> None:
    street.book.colleagues = [Colleague("nobody", "钱多", mobile="13800009999")]
    for _ in range(3):
        await street.house.say("nobody", "你好")
        await street.house.move(timedelta(days=1))
    (card,) = cards_in(street.house, ADMIN)
    assert labels(card) == ["他是…", "不用管"]
    assert all(word in texts([card]) for word in ("钱多", "nobody", "沙盒", "13800009999"))


async def test_a_position_that_a_platform_reports_by_itself_is_not_greeted(street: Street) -> None:
    assert await street.event(Location, "nobody", lat=30.0, lng=120.0, unasked=True) == []


async def test_somebody_inactive_is_a_stranger_and_the_admin_reads_who_it_was(street: Street) -> None:
    await street.change("li", active=False)
    assert "人员名单里还没有你" in reply_of(await street.house.say("li", "我的客户"))
    assert "以前是李思" in texts(cards_in(street.house, ADMIN))


async def test_the_admin_says_who_a_stranger_is_and_he_is_let_in(street: Street) -> None:
    await street.hire("gu", "顾平")
    await street.house.say("nobody", "你好")
    await street.house.tap("xu", cards_in(street.house, ADMIN)[0], "他是…", "顾平")
    assert newest(street.house, "p:nobody").startswith("认出来了，你是顾平")
    assert "隐私说明" in texts(await street.house.say("nobody", "我的客户"))  # a member as every other
    assert cards_in(street.house, ADMIN)[0].title == "许静已定：“nobody”就是顾平"


@pytest.mark.parametrize(("answer", "said"), [("", "要写名单里的"), ("没有这人", "名单里没有"), ("李思", "不止一位")])
async def test_the_admin_must_say_it_clearly(street: Street, answer: str, said: str) -> None:
    await street.hire("li2", "李思")
    await street.house.say("nobody", "你好")
    assert said in texts(await street.house.tap("xu", cards_in(street.house, ADMIN)[0], "他是…", answer))
    assert await count(street.house, "identity") == 7


async def test_only_an_admin_may_let_a_stranger_in(street: Street) -> None:
    await street.house.say("nobody", "你好")
    card = cards_in(street.house, ADMIN)[0]
    assert reply_of(await street.house.tap("chen", card, "他是…", "李思")).startswith("认人要管理员来定")
    assert await street.identities("li") == ["li"]


async def test_a_stranger_who_is_ignored_is_let_in_by_nobody_and_not_reported_again(street: Street) -> None:
    await street.house.say("nobody", "你好")
    await street.house.tap("xu", cards_in(street.house, ADMIN)[0], "不用管")
    await street.house.move(timedelta(days=1))
    await street.house.say("nobody", "在吗")
    assert [c.title for c in cards_in(street.house, ADMIN)] == ["许静已定：不管“nobody”"]


async def test_without_an_admin_who_can_be_reached_the_admin_is_told_later(street: Street) -> None:
    await street.house.store.write(lambda tx: tx.members.forget_identity(PLATFORM, "xu"))
    await street.house.say("nobody", "你好")
    await street.house.store.write(lambda tx: tx.members.identify(PLATFORM, "xu", member("xu"), ADMIN))
    await street.house.move(timedelta(days=1))
    await street.house.say("nobody", "在吗")
    assert len(cards_in(street.house, ADMIN)) == 1


async def test_a_stranger_whom_the_platform_knows_by_a_number_of_ours_is_let_in_at_once(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="138 0000 9999")
    street.book.colleagues = [Colleague("gu.ping", "阿平", mobile="+8613800009999")]
    greeted, welcomed = await street.house.say("gu.ping", "你好")
    assert ("人员名单里还没有你" in texts([greeted]), texts([welcomed]).startswith("认出来了")) == (True, True)
    assert await street.identities("gu") == ["gu.ping"]
    assert cards_in(street.house, ADMIN) == []


async def test_a_stranger_of_whom_the_platform_tells_nothing_is_found_by_what_members_carry(street: Street) -> None:
    street.book.silent = True
    await street.hire("gu", "顾平", email="GP@demo.invalid")
    street.book.colleagues = [Colleague("gu.ping", email="gp@demo.invalid")]
    await street.house.say("gu.ping", "你好")
    assert await street.identities("gu") == ["gu.ping"]


async def test_a_platform_that_does_not_answer_delays_the_admins_card_and_loses_nothing(street: Street) -> None:
    street.book.trouble = PlatformError("down")
    await street.house.say("nobody", "你好")
    assert cards_in(street.house, ADMIN) == []
    street.book.trouble = None
    await street.house.move(timedelta(minutes=5))
    assert len(cards_in(street.house, ADMIN)) == 1


# the directory


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"mobile": "+86 138-0000-9999"}, {"mobile": "13800009999"}),
        ({"email": "GP@Demo.invalid"}, {"email": "gp@demo.invalid"}),
        ({"employee_no": "d007"}, {"employee_no": "D007"}),
        ({"mobile": "13800009999", "email": "a@demo.invalid"}, {"mobile": "13800009999"}),
    ],
)
async def test_an_exact_single_match_is_taken(street: Street, ours: dict[str, str], theirs: dict[str, str]) -> None:
    gu = await street.hire("gu", "顾平", **ours)
    street.book.colleagues = [replace(Colleague("u1", "谁都行"), **theirs)]  # type: ignore[arg-type]
    await street.night()
    assert await street.identities("gu") == ["u1"]
    assert (await audit(street.house, gu, "member.identified"))[0].new == {"platform": PLATFORM, "user": "u1"}
    assert await street.house.store.read(lambda r: r.members.chats(gu)) == [(PLATFORM, "p:u1")]


async def test_nobody_is_matched_by_name(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="13800009999")
    street.book.colleagues = [Colleague("u1", "顾平", mobile="13800001111")]
    await street.night()
    assert (await street.identities("gu"), cards_in(street.house, ADMIN)) == ([], [])


async def test_who_has_left_the_platform_is_not_matched(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="13800009999")
    street.book.colleagues = [Colleague("u1", mobile="13800009999", active=False)]
    await street.night()
    assert await street.identities("gu") == []


async def two_members(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="13800009999")
    await street.hire("he", "何安", mobile="13800009999")
    street.book.colleagues = [Colleague("u1", "阿平", mobile="13800009999")]


async def two_users(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="13800009999")
    street.book.colleagues = [Colleague("u1", "甲", mobile="13800009999"), Colleague("u2", "乙", mobile="13800009999")]


async def two_people(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="13800009999", email="gp@demo.invalid")
    street.book.colleagues = [Colleague("u1", "甲", mobile="13800009999"), Colleague("u2", "乙", email="gp@demo.invalid")]


async def contradiction(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="13800009999", employee_no="D007")
    street.book.colleagues = [Colleague("u1", "甲", mobile="13800009999", employee_no="D008")]


async def taken(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="13800009999")
    street.book.colleagues = [Colleague("li", "李思", mobile="13800009999")]


Story = Callable[[Street], Awaitable[None]]
DOUBTS = [(two_members, 2), (two_users, 2), (two_people, 2), (contradiction, 1), (taken, 1)]


@pytest.mark.parametrize(("story", "cards"), DOUBTS)
async def test_what_is_doubtful_waits_for_a_person(street: Street, story: Story, cards: int) -> None:
    before = await count(street.house, "identity")
    await story(street)
    await street.night()
    await street.night()
    assert await count(street.house, "identity") == before
    assert [labels(c) for c in cards_in(street.house, ADMIN)] == [["是他", "不是"]] * cards


async def test_the_card_shows_both_sides(street: Street) -> None:
    await contradiction(street)
    await street.night()
    shown = texts(cards_in(street.house, ADMIN))
    assert all(word in shown for word in ("甲", "u1", "D008", "顾平", "D007", "华东", "有一项对得上，另一项对不上"))


async def test_a_yes_links_and_closes_the_other_questions_about_the_two(street: Street) -> None:
    await two_members(street)
    await street.night()
    await street.house.tap("xu", next(c for c in cards_in(street.house, ADMIN) if "顾平" in c.title), "是他")
    assert (await street.identities("gu"), await street.identities("he")) == (["u1"], [])
    assert sorted(c.title for c in cards_in(street.house, ADMIN)) == ["许静已定：“阿平”不是何安", "许静已定：“阿平”就是顾平"]


async def test_a_yes_moves_an_account_that_was_somebody_elses(street: Street) -> None:
    await taken(street)
    await street.night()
    await street.house.tap("xu", cards_in(street.house, ADMIN)[0], "是他")
    assert (await street.identities("gu"), await street.identities("li")) == (["li"], [])


async def test_a_no_is_never_asked_again(street: Street) -> None:
    await contradiction(street)
    await street.night()
    await street.house.tap("xu", cards_in(street.house, ADMIN)[0], "不是")
    await street.night()
    assert [c.title for c in cards_in(street.house, ADMIN)] == ["许静已定：“甲”不是顾平"]
    assert await street.identities("gu") == []


async def test_a_decision_is_taken_once_and_is_in_the_audit_log(street: Street) -> None:
    await contradiction(street)
    await street.night()
    card = cards_in(street.house, ADMIN)[0]
    for label in ("不是", "是他", "是他"):
        await street.house.tap("xu", card, label)
    assert await street.identities("gu") == []
    (entry,) = await audit(street.house, card.key.partition(":")[2], "match.decided")
    assert (entry.member_id, entry.new and entry.new["state"]) == ("m_xu", "other")


@pytest.mark.parametrize("user", ["li", "chen", "zheng", "nobody"])
async def test_a_wrong_person_decides_nothing(street: Street, user: str) -> None:
    await contradiction(street)
    await street.night()
    await street.house.tap(user, cards_in(street.house, ADMIN)[0], "是他")
    assert await street.identities("gu") == []
    assert labels(cards_in(street.house, ADMIN)[0]) == ["是他", "不是"]


async def test_a_number_that_cannot_be_asked_for_does_not_hold_up_the_others(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="12", email="gp@demo.invalid")
    street.book.colleagues = [Colleague("u1", email="gp@demo.invalid")]
    ask = street.book.find

    async def picky(**wanted: str) -> Sequence[Colleague]:
        if wanted.get("mobile"):
            raise PlatformError("no such number", final=True)
        return await ask(**wanted)

    street.book.find = picky  # type: ignore[method-assign]
    await street.night()
    assert await street.identities("gu") == ["u1"]


async def test_a_directory_that_is_down_is_asked_again(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="13800009999")
    street.book.colleagues = [Colleague("u1", mobile="13800009999")]
    street.book.trouble = PlatformError("down", retry_after=30)
    await street.night()
    street.book.trouble = None
    await street.house.move(timedelta(minutes=2))
    assert await street.identities("gu") == ["u1"]


async def test_every_night_the_directory_is_asked(street: Street) -> None:
    await street.hire("gu", "顾平", mobile="13800009999")
    await street.house.move(timedelta(days=1))
    assert "13800009999" in street.book.asked


async def test_who_is_known_already_is_not_asked_for(street: Street) -> None:
    await street.change("li", mobile="13800009999")
    await street.night()
    assert street.book.asked == []


# the welcome


@pytest.mark.parametrize(("user", "word"), [("li", "拜访了"), ("chen", "昨日断点"), ("xu", "昨日断点")])
async def test_a_member_who_opens_the_chat_is_told_what_they_can_do_once(street: Street, user: str, word: str) -> None:
    assert word in reply_of(await street.event(Opened, user))
    await street.house.move(timedelta(days=3))
    assert await street.event(Opened, user) == []


async def test_a_stranger_who_opens_the_chat_is_greeted(street: Street) -> None:
    assert "人员名单里还没有你" in reply_of(await street.event(Opened, "nobody"))
