"""The company on the other side: its people, its app, its keys."""

import itertools
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.clock import Clock
from tests.platforms.wecom.emulator.crypto import new_key
from tests.platforms.wecom.emulator.refusals import Refused, need

TOKEN_LIFE = timedelta(seconds=7200)
CODE_LIFE = timedelta(minutes=5)


@dataclass(slots=True)
class Person:
    """A member of the company. ``id`` is spelt as the administrator spelt it: callbacks keep that, API answers are in lower case."""

    id: str
    name: str
    leader: str = ""
    department: tuple[int, ...] = (1,)
    leads_department: bool = False
    mobile: str = ""
    email: str = ""
    position: str = ""
    status: int = 1
    visible: bool = True
    licensed: bool = True

    @property
    def key(self) -> str:
        return self.id.casefold()


@dataclass(slots=True)
class Department:
    id: int
    name: str
    parent: int = 0
    leaders: tuple[str, ...] = ()


@dataclass(slots=True)
class Outsider:
    """Who opens our pages without being a member."""

    openid: str = "oAAAAinvented"


# Everybody and every number here is invented.
PEOPLE = (
    Person("lisi", "李四", "WangWei", (2,), mobile="13900000001", email="lisi@example.com", position="销售"),
    Person("zhaomin", "赵敏", "WangWei", (2,), mobile="13900000002", email="zhaomin@example.com", position="销售"),
    Person("WangWei", "王伟", "qianzong", (2,), leads_department=True, mobile="13900000003", email="wangwei@example.com", position="经理"),
    Person("qianzong", "钱总", "", (1,), leads_department=True, mobile="13900000004", email="qian@example.com", position="总经理"),
)
DEPARTMENTS = (Department(1, "绍兴某公司", 0, ("qianzong",)), Department(2, "华东销售部", 1, ("WangWei",)))


@dataclass
class Corp:
    """What the administrator set up. ``allowed_ips`` None lets every address in; ``callback`` is the address saved for the app.

    ``whole_company`` is whether the app's visible range is the root department.
    """

    clock: Clock
    corp_id: str = "ww5f0c6f1e2d3b4a59"
    agent_id: int = 1000002
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    token: str = field(default_factory=lambda: secrets.token_hex(12))
    aes_key: str = field(default_factory=new_key)
    bot_id: str = "aibinventedbot"
    bot_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    webhooks: dict[str, str] = field(default_factory=lambda: {"693a91f6-7c31-4a32-9b1e-000000000001": "华东销售群"})
    callback: str | None = None
    allowed_ips: set[str] | None = None
    whole_company: bool = True
    enabled: bool = True
    people: dict[str, Person] = field(default_factory=lambda: {p.key: replace(p) for p in PEOPLE})
    departments: dict[int, Department] = field(default_factory=lambda: {d.id: replace(d) for d in DEPARTMENTS})
    token_life: timedelta = TOKEN_LIFE

    def __post_init__(self) -> None:
        self._tokens: dict[str, datetime] = {}
        self._codes: dict[str, tuple[Person | Outsider, datetime]] = {}
        self._numbers = itertools.count(1)
        self._ids = itertools.count(7219863721987362198)

    def now(self) -> datetime:
        return self.clock.now()

    def number(self) -> int:
        """A number that was never given before."""
        return next(self._numbers)

    def msg_id(self) -> int:
        """The identity of a message, of 64 bits."""
        return next(self._ids)

    def add(self, person: Person) -> Person:
        self.people[person.key] = person
        return person

    def person(self, user: str) -> Person:
        """The member whatever the case of the id."""
        found = self.people.get(user.casefold())
        if found is None:
            raise Refused(60111, "userid not found")
        return found

    def access_token(self) -> str:
        """The token in force; the same one until it ends."""
        for token, ends in self._tokens.items():
            if self.now() < ends:
                return token
        token = secrets.token_urlsafe(64)
        self._tokens[token] = self.now() + self.token_life
        return token

    def tokens_given(self) -> set[str]:
        """All tokens that were ever given."""
        return set(self._tokens)

    def expire_tokens(self) -> None:
        """End every token early, as the server sometimes does."""
        self._tokens = dict.fromkeys(self._tokens, self.now())

    def check_token(self, token: str | None) -> None:
        need(token, 41001, "access_token missing")
        ends = self._tokens.get(token or "")
        need(ends is not None, 40014, "invalid access_token")
        need(ends is not None and self.now() < ends, 42001, "access_token expired")

    def check_agent(self, agent: object) -> None:
        need(agent == self.agent_id and not isinstance(agent, str), 40056, "invalid agentid")

    def new_code(self, who: Person | Outsider) -> str:
        """A sign-in code, good once for five minutes."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = (who, self.now() + CODE_LIFE)
        return code

    def redeem(self, code: str) -> Person | Outsider:
        who, ends = self._codes.pop(code, (None, self.now()))
        if who is None or self.now() >= ends:
            raise Refused(40029, "invalid oauth_code")
        return who
