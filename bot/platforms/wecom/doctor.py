"""``genjin doctor wecom``: asks WeCom what it thinks of the settings, and says where in the admin console each thing is mended."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto

from bot.domain.clock import Clock
from bot.domain.errors import PlatformError
from bot.platforms.outbound import Outbound
from bot.platforms.wecom.api import Api
from bot.platforms.wecom.contacts import Contacts
from bot.platforms.wecom.errors import Refusal
from bot.platforms.wecom.gate import signature
from bot.platforms.wecom.inbound import NAME
from config.platforms import Wecom
from prompts import wecom_doctor as words
from storage.store import Store
from storage.transaction import Reader

State = Literal["ok", "warn", "bad"]
SKEW = timedelta(minutes=2)
NOT_ALLOWED = 60020
EMPTY = 44004
_ROOT = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, what was found, and how to mend it (empty when all is well)."""

    name: str
    state: State
    what: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the service itself knows: the user ids of its members, and when WeCom last called."""

    users: frozenset[str] = frozenset()
    last_callback: datetime | None = None


async def examine(settings: Wecom, public_url: str, clock: Clock, known: Known) -> list[Finding]:
    """Every check of what is configured; none of them sends a message to anybody."""
    doctor = Doctor(settings, public_url, clock, known)
    try:
        return await doctor.examine()
    finally:
        await doctor.close()


async def known(store: Store) -> Known:
    """What our own records say."""

    def look(reader: Reader) -> Known:
        users = frozenset(user for user, member in reader.members.users(NAME) if member.active)
        return Known(users, reader.inbox.newest(NAME))

    return await store.read(look)


class Doctor:
    """The checks of one corp."""

    def __init__(self, settings: Wecom, public_url: str, clock: Clock, known: Known) -> None:
        self._settings = settings
        self._public_url = public_url
        self._clock = clock
        self._known = known
        self._api = Api(settings, clock)
        self._outside = Outbound("wecom", (), (public_url,) if public_url else ())

    async def examine(self) -> list[Finding]:
        """All of them, in the order in which they are mended."""
        found: list[Finding] = []
        if self._settings.has_app:
            found += [await self._clocks(), *await self._app(), await self._callback(), self._called()]
        elif self._settings.has_bot:
            found.append(Finding(words.APP, "warn", words.ONLY_BOT, words.ONLY_BOT_HOW))
        return found + [await self._webhook(name) for name in self._settings.webhook_keys]

    async def close(self) -> None:
        await self._api.close()
        await self._outside.close()

    async def _clocks(self) -> Finding:
        try:
            answer = await self._api.http.ask("GET", self._api.at("getcallbackip"))
            theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
        except (PlatformError, ValueError) as error:
            return Finding(words.CLOCK, "bad", words.unreachable(str(error)), words.UNREACHABLE_HOW)
        ahead = self._clock.now() - theirs
        if abs(ahead) <= SKEW:
            return Finding(words.CLOCK, "ok", words.CLOCK_OK)
        return Finding(words.CLOCK, "bad", words.skew(round(ahead.total_seconds())), words.CLOCK_HOW)

    async def _app(self) -> list[Finding]:
        try:
            await self._api.token()
            agent = await self._api.get("agent/get", {"agentid": str(self._settings.agent_id)})
        except Refusal as refusal:
            if refusal.code == NOT_ALLOWED:
                return [Finding(words.ADDRESS, "bad", words.not_allowed(refusal.address), words.ADDRESS_HOW)]
            return [Finding(words.TOKEN, "bad", str(refusal), words.TOKEN_HOW)]
        except PlatformError as error:
            return [Finding(words.TOKEN, "bad", words.unreachable(str(error)), words.UNREACHABLE_HOW)]
        found = [Finding(words.TOKEN, "ok", words.token_ok(str(agent.get("name") or ""))), Finding(words.ADDRESS, "ok", words.ADDRESS_OK)]
        if agent.get("close"):
            found.append(Finding(words.APP, "bad", words.APP_CLOSED, words.APP_CLOSED_HOW))
        return [*found, await self._range(agent), self._reports(agent), self._domain(agent)]

    async def _range(self, agent: dict[str, Any]) -> Finding:
        parties = (agent.get("allow_partys") or {}).get("partyid") or []
        users = {str(one.get("userid", "")).lower() for one in (agent.get("allow_userinfos") or {}).get("user") or []}
        if not parties and not users and not ((agent.get("allow_tags") or {}).get("tagid")):
            return Finding(words.RANGE, "bad", words.RANGE_EMPTY, words.RANGE_HOW)
        try:
            seen = {one.user_id for one in await Contacts(self._api, self._clock).everybody()} | users
        except PlatformError as error:
            return Finding(words.RANGE, "warn", words.unreachable(str(error)), words.RANGE_HOW)
        if missing := sorted(self._known.users - seen):
            return Finding(words.RANGE, "bad", words.not_in_range(missing), words.RANGE_HOW)
        return Finding(words.RANGE, "ok", words.range_ok(len(seen), whole=_ROOT in parties))

    def _reports(self, agent: dict[str, Any]) -> Finding:
        if agent.get("report_location_flag"):
            return Finding(words.REPORT, "ok", words.REPORT_OK)
        return Finding(words.REPORT, "warn", words.REPORT_OFF, words.REPORT_HOW)

    def _domain(self, agent: dict[str, Any]) -> Finding:
        host = urlsplit(self._public_url).hostname or ""
        if not host:
            return Finding(words.DOMAIN, "warn", words.NO_PUBLIC, words.NO_PUBLIC_HOW)
        given = re.sub(r"^https?://|[:/].*$", "", str(agent.get("redirect_domain") or ""))
        if given and (host == given or host.endswith(f".{given}")):
            return Finding(words.DOMAIN, "ok", words.domain_ok(given))
        return Finding(words.DOMAIN, "warn", words.other_domain(given), words.domain_how(host))

    async def _callback(self) -> Finding:
        """Verify our own address as the console does. It is asked from this machine, which is not yet from outside."""
        if not self._public_url:
            return Finding(words.CALLBACK, "warn", words.NO_PUBLIC, words.NO_PUBLIC_HOW)
        secret = secrets.token_hex(8)
        token, key = self._settings.token.get_secret_value(), self._settings.aes_key.get_secret_value()
        sealed = PrpCrypto(WeChatCrypto(token, key, self._settings.corp_id).key).encrypt(secret, self._settings.corp_id).decode()
        timestamp, nonce = str(int(self._clock.now().timestamp())), secrets.token_hex(4)
        query = {"msg_signature": signature(token, timestamp, nonce, sealed), "timestamp": timestamp, "nonce": nonce, "echostr": sealed}
        try:
            answer = await self._outside.ask("GET", f"{self._public_url}/wecom/callback", params=query)
        except PlatformError as error:
            return Finding(words.CALLBACK, "bad", words.unreachable(str(error)), words.callback_how(self._public_url))
        if answer.status == 200 and answer.content == secret.encode():
            return Finding(words.CALLBACK, "ok", words.CALLBACK_OK)
        return Finding(words.CALLBACK, "bad", words.callback_wrong(answer.status), words.callback_how(self._public_url))

    def _called(self) -> Finding:
        if self._known.last_callback is None:
            return Finding(words.CARDS, "warn", words.NEVER_CALLED, words.callback_how(self._public_url))
        return Finding(words.CARDS, "ok", words.called(self._known.last_callback))

    async def _webhook(self, name: str) -> Finding:
        """An empty message is refused as empty where the key is good, and as a stranger's where it is not; nobody sees it."""
        try:
            await self._api.webhook(self._settings.webhook_keys[name].get_secret_value(), {"msgtype": "text", "text": {"content": ""}})
        except Refusal as refusal:
            if refusal.code == EMPTY:
                return Finding(words.webhook(name), "ok", words.WEBHOOK_OK)
            return Finding(words.webhook(name), "bad", str(refusal), words.WEBHOOK_HOW)
        except PlatformError as error:
            return Finding(words.webhook(name), "bad", words.unreachable(str(error)), words.UNREACHABLE_HOW)
        return Finding(words.webhook(name), "ok", words.WEBHOOK_OK)
