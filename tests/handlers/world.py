"""A company drawn by chance, with a secret in every field of every customer, and eyes on what one rep gets to read. All is invented."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from bot.chat.incoming import CardTap
from bot.chat.outgoing import Card, Outgoing, plain
from bot.domain.access import sight_of
from bot.domain.clock import local_day
from bot.domain.customer import Contact, Customer, Lead
from bot.domain.member import Group, Member, Org, Role, StandIn
from bot.domain.values import ContactId, CustomerId, GroupId, LeadId, MemberId
from storage.transaction import Reader, Transaction
from tests.house import PLATFORM, House
from tests.staff import agree

STAFF = (
    # user, name, role, boss, region
    ("gm", "郑海", Role.MANAGER, None, None),
    ("admin", "许静", Role.ADMIN, None, None),
    ("east", "陈立", Role.MANAGER, "gm", "华东"),
    ("sub", "周敏", Role.MANAGER, "east", "华东"),
    ("south", "黄强", Role.MANAGER, "gm", "华南"),
    ("clerk", "吴岚", Role.FINANCE, "gm", None),
    ("li", "李思", Role.REP, "east", "华东"),
    ("wang", "王磊", Role.REP, "east", "华东"),
    ("sun", "孙悦", Role.REP, "sub", "华东"),
    ("lin", "林晓", Role.REP, "south", "华南"),
    ("he", "何俊", Role.REP, "south", "华南"),
)
REPS = ("li", "wang", "sun", "lin", "he")
OWNERS = (*REPS, "east", "south", None)
FIRMS = (
    # name, alias, contact, marker
    ("宁波澜拓精密机床有限公司", "澜拓", "傅一鸣", "绿松石"),
    ("台州锐朗自动化设备有限公司", "锐朗", "岑子谦", "孔雀蓝"),
    ("佛山铭川塑胶有限公司", "铭川", "卞若水", "象牙白"),
    ("温州博泉泵业有限公司", "博泉", "耿怀瑾", "琥珀黄"),
    ("嘉兴同帆纺织有限公司", "同帆", "桑知远", "胭脂红"),
    ("东莞启衡电子有限公司", "启衡", "褚云舟", "鸦羽黑"),
)
# What people call the two temptations alike, so that it is not clear which is meant.
SHARED = "恒达"
GROUPS = (("east", "华东", True), ("south", "华南", True), ("all", None, True), ("open", "华东", False))


@dataclass(frozen=True)
class Firm:
    """A customer as it was drawn; ``lead_of`` owns its lead, which an import may have given to somebody else."""

    number: int
    owner: str | None
    lead_of: str | None
    partners: tuple[str, ...]
    region: str | None
    days_idle: int

    @property
    def id(self) -> CustomerId:
        return CustomerId(f"c_{self.number}")

    @property
    def lead(self) -> LeadId:
        return LeadId(f"l_{self.number}")

    @property
    def name(self) -> str:
        return FIRMS[self.number][0]

    @property
    def alias(self) -> str:
        return FIRMS[self.number][1]

    @property
    def aliases(self) -> tuple[str, ...]:
        return (self.alias, SHARED) if self.number < 2 else (self.alias,)

    @property
    def phone(self) -> str:
        return f"1390000{self.number}{self.number}7{self.number}"

    @property
    def amount(self) -> str:
        return f"{731000 + self.number * 111}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may read who may not see the customer."""
        _, _, contact, marker = FIRMS[self.number]
        return (self.name, contact, marker, self.phone, self.phone[-8:], self.amount, f"{int(self.amount):,}")

    def told(self) -> str:
        """What a rep says of it."""
        _, _, contact, marker = FIRMS[self.number]
        return f"拜访了{self.name}的{contact}，聊了{marker}，总价{self.amount}元，他电话{self.phone}，后天再去"


@dataclass(frozen=True)
class World:
    """A company, who looks, and how its owners answer."""

    firms: tuple[Firm, ...]
    viewer: str
    deputies: tuple[tuple[str, str], ...]
    generous: bool


def worlds() -> st.SearchStrategy[World]:
    """Companies by chance."""
    owner = st.sampled_from(OWNERS)
    # Mostly the owner's own lead; sometimes one that an import gave to another.
    firm = st.tuples(owner, st.one_of(st.just("own"), owner), st.sets(st.sampled_from(REPS), max_size=1))
    more = st.tuples(st.sampled_from(("华东", "华南", None)), st.sampled_from((1, 5, 12, 40)))
    drawn = st.lists(st.tuples(firm, more), min_size=len(FIRMS), max_size=len(FIRMS))
    firms = drawn.map(
        lambda rows: tuple(
            Firm(n, own, own if lead == "own" else lead, tuple(sorted(let_in)), region, idle)
            for n, ((own, lead, let_in), (region, idle)) in enumerate(rows)
        )
    )
    deputies = st.lists(st.tuples(st.sampled_from((*REPS, "admin")), st.sampled_from(REPS)), max_size=2)
    return st.builds(World, firms, st.sampled_from(REPS), deputies.map(tuple), st.booleans()).map(_with_temptations)


def _with_temptations(world: World) -> World:
    """In every company: a colleague's customer whose lead the viewer has, and one of the next team that nobody let the viewer into."""
    beside = next(rep for rep in REPS if rep != world.viewer)
    far = "lin" if world.viewer in ("li", "wang", "sun") else "li"
    first, second, *rest = world.firms
    first = replace(first, owner=beside, lead_of=world.viewer, partners=(), days_idle=40)
    second = replace(second, owner=far, lead_of=far, partners=(), days_idle=40)
    return replace(world, firms=(first, second, *rest))


def member(user: str) -> MemberId:
    return MemberId(f"m_{user}")


def found(tx: Transaction, world: World, house: House) -> None:
    """Write the company."""
    now = house.clock.now()
    for user, name, role, boss, region in STAFF:
        tx.members.save(Member(member(user), name, (role.value,), member(boss) if boss else None, region))
        tx.members.identify(PLATFORM, user, member(user), f"p:{user}")
    agree(tx, *(member(user) for user, *_ in STAFF), at=now)
    for away, deputy in world.deputies:
        if away != deputy:
            tx.members.save_stand_in(StandIn(member(away), member(deputy), date(2026, 1, 1)))
    for chat, region, internal in GROUPS:
        tx.members.save_group(Group(GroupId(chat), f"{chat}群", PLATFORM, f"g:{chat}", "digest", region, internal))
    for firm in world.firms:
        partners = tuple(member(p) for p in firm.partners if p != firm.owner)
        owner = member(firm.owner) if firm.owner else None
        since = now - timedelta(days=60)
        tx.customers.save(Customer(firm.id, firm.name, since, firm.aliases, region=firm.region, owner_id=owner, partners=partners))
        tx.customers.add_contact(Contact(ContactId(f"k_{firm.number}"), firm.id, FIRMS[firm.number][2], phone=firm.phone))
        moved = now - timedelta(days=firm.days_idle)
        tx.leads.save(Lead(firm.lead, firm.id, owner, since, moved))


@dataclass
class Eyes:
    """What the viewer gets to read, checked against what they may."""

    house: House
    world: World
    typed: str = ""
    seen: dict[int, Outgoing] = field(default_factory=dict)
    closed: frozenset[int] = frozenset()

    def hidden(self, reader: Reader) -> frozenset[int]:
        """The customers that the rule closes to the viewer, as things stand."""
        org: Org = reader.members.org()
        sight = sight_of(org.members[member(self.world.viewer)], org, local_day(self.house.clock.now()))
        customers = {f.number: reader.customers.get(f.id) for f in self.world.firms}
        return frozenset(n for n, customer in customers.items() if customer and not sight.can_see(customer))

    async def look(self, what: str, *chats: str) -> None:
        """Everything new or changed in the viewer's chats holds no secret, beyond what the viewer typed."""
        closed = await self.house.store.read(self.hidden)
        for message in self._new(chats):
            text = plain(message) + repr(message)
            for firm in self.world.firms:
                if firm.number in closed and firm.number in self.closed:
                    read = [s for s in firm.secrets if s in text and s not in self.typed]
                    assert not read, f"{what}: {self.world.viewer} reads {read} in {plain(message)}"
        self.closed = closed

    def _new(self, chats: tuple[str, ...]) -> Iterator[Outgoing]:
        for number, shown in enumerate(self.house.screens.shown):
            if self.seen.get(number) is not shown.message:
                self.seen[number] = shown.message
                if shown.chat in chats:
                    yield shown.message

    async def say(self, words: str, chat: str | None = None) -> None:
        self.typed += words
        await self.house.say(self.world.viewer, words, chat=chat)
        await self.look(words, chat or self.own)

    async def tap(self, card: str, action: str, values: Mapping[str, str], answer: str = "") -> None:
        self.typed += answer
        head = self.house._head(self.world.viewer)
        await self.house.event(CardTap(**head, card=card, action=action, values=dict(values), answer=answer))
        await self.look(f"{action} {dict(values)} on {card}", self.own)

    async def send(self, kind: type, **more: object) -> None:
        await self.house.event(kind(**self.house._head(self.world.viewer), **more))
        await self.look(kind.__name__, self.own)

    @property
    def own(self) -> str:
        return f"p:{self.world.viewer}"

    @property
    def cards(self) -> list[Card]:
        """Every card on anybody's screen: a forged tap may name any of them."""
        return [s.message for s in self.house.screens.shown if isinstance(s.message, Card)]
