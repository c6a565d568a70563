"""``genjin doctor wecom``: asks WeCom what it thinks of the settings, and says where in the admin console each thing is mended."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto

from bot.domain.check import Check, State
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
from storage.transaction import Reader

GOOD, LOOK, BAD = State.GOOD, State.LOOK, State.BAD
SKEW = timedelta(minutes=2)
NOT_ALLOWED = 60020
EMPTY = 44004
_ROOT = 1


@dataclass(frozen=True, slots=True)
class Known:
    """What the service itself knows: the user ids of its members, and when WeCom last called."""

    users: frozenset[str] = frozenset()
    last_callback: datetime | None = None


async def examine(settings: Wecom, public_url: str, clock: Clock, known: Known) -> list[Check]:
    """Every check of what is configured; none of them sends a message to anybody."""
    doctor = Doctor(settings, public_url, clock, known)
    try:
        return await doctor.examine()
    finally:
        await doctor.close()


def known(reader: Reader) -> Known:
    """What our own records say."""
    users = frozenset(user for user, member in reader.members.users(NAME) if member.active)
    return Known(users, reader.inbox.newest(NAME))


class Doctor:
    """The checks of one corp."""

    def __init__(self, settings: Wecom, public_url: str, clock: Clock, known: Known) -> None:
        self._settings = settings
        self._public_url = public_url
        self._clock = clock
        self._known = known
        self._api = Api(settings, clock)
        self._outside = Outbound("wecom", (), (public_url,) if public_url else ())

    async def examine(self) -> list[Check]:
        """All of them, in the order in which they are mended."""
        found: list[Check] = []
        if self._settings.has_app:
            found += [await self._clocks(), *await self._app(), await self._callback(), self._called()]
        elif self._settings.has_bot:
            found.append(Check(words.APP, LOOK, words.ONLY_BOT, words.ONLY_BOT_HOW))
        return found + [await self._webhook(name) for name in self._settings.webhook_keys]

    async def close(self) -> None:
        await self._api.close()
        await self._outside.close()

    async def _clocks(self) -> Check:
        try:
            answer = await self._api.http.ask("GET", self._api.at("getcallbackip"))
            theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
        except (PlatformError, ValueError) as error:
            return Check(words.CLOCK, BAD, words.unreachable(str(error)), words.UNREACHABLE_HOW)
        ahead = self._clock.now() - theirs
        if abs(ahead) <= SKEW:
            return Check(words.CLOCK, GOOD, words.CLOCK_OK)
        return Check(words.CLOCK, BAD, words.skew(round(ahead.total_seconds())), words.CLOCK_HOW)

    async def _app(self) -> list[Check]:
        try:
            await self._api.token()
            agent = await self._api.get("agent/get", {"agentid": str(self._settings.agent_id)})
        except Refusal as refusal:
            if refusal.code == NOT_ALLOWED:
                return [Check(words.ADDRESS, BAD, words.not_allowed(refusal.address), words.ADDRESS_HOW)]
            return [Check(words.TOKEN, BAD, str(refusal), words.TOKEN_HOW)]
        except PlatformError as error:
            return [Check(words.TOKEN, BAD, words.unreachable(str(error)), words.UNREACHABLE_HOW)]
        found = [Check(words.TOKEN, GOOD, words.token_ok(str(agent.get("name") or ""))), Check(words.ADDRESS, GOOD, words.ADDRESS_OK)]
        if agent.get("close"):
            found.append(Check(words.APP, BAD, words.APP_CLOSED, words.APP_CLOSED_HOW))
        return [*found, await self._range(agent), self._reports(agent), self._domain(agent)]

    async def _range(self, agent: dict[str, Any]) -> Check:
        parties = (agent.get("allow_partys") or {}).get("partyid") or []
        users = {str(one.get("userid", "")).lower() for one in (agent.get("allow_userinfos") or {}).get("user") or []}
        if not parties and not users and not ((agent.get("allow_tags") or {}).get("tagid")):
            return Check(words.RANGE, BAD, words.RANGE_EMPTY, words.RANGE_HOW)
        try:
            seen = {one.user_id for one in await Contacts(self._api, self._clock).everybody()} | users
        except PlatformError as error:
            return Check(words.RANGE, LOOK, words.unreachable(str(error)), words.RANGE_HOW)
        if missing := sorted(self._known.users - seen):
            return Check(words.RANGE, BAD, words.not_in_range(missing), words.RANGE_HOW)
        return Check(words.RANGE, GOOD, words.range_ok(len(seen), whole=_ROOT in parties))

    def _reports(self, agent: dict[str, Any]) -> Check:
        if agent.get("report_location_flag"):
            return Check(words.REPORT, GOOD, words.REPORT_OK)
        return Check(words.REPORT, LOOK, words.REPORT_OFF, words.REPORT_HOW)

    def _domain(self, agent: dict[str, Any]) -> Check:
        host = urlsplit(self._public_url).hostname or ""
        if not host:
            return Check(words.DOMAIN, LOOK, words.NO_PUBLIC, words.NO_PUBLIC_HOW)
        given = re.sub(r"^https?://|[:/].*$", "", str(agent.get("redirect_domain") or ""))
        if given and (host == given or host.endswith(f".{given}")):
            return Check(words.DOMAIN, GOOD, words.domain_ok(given))
        return Check(words.DOMAIN, LOOK, words.other_domain(given), words.domain_how(host))

    async def _callback(self) -> Check:
        """Verify our own address as the console does. It is asked from this machine, which is not yet from outside."""
        if not self._public_url:
            return Check(words.CALLBACK, LOOK, words.NO_PUBLIC, words.NO_PUBLIC_HOW)
        secret = secrets.token_hex(8)
        token, key = self._settings.token.get_secret_value(), self._settings.aes_key.get_secret_value()
        sealed = PrpCrypto(WeChatCrypto(token, key, self._settings.corp_id).key).encrypt(secret, self._settings.corp_id).decode()
        timestamp, nonce = str(int(self._clock.now().timestamp())), secrets.token_hex(4)
        query = {"msg_signature": signature(token, timestamp, nonce, sealed), "timestamp": timestamp, "nonce": nonce, "echostr": sealed}
        try:
            answer = await self._outside.ask("GET", f"{self._public_url}/wecom/callback", params=query)
        except PlatformError as error:
            return Check(words.CALLBACK, BAD, words.unreachable(str(error)), words.callback_how(self._public_url))
        if answer.status == 200 and answer.content == secret.encode():
            return Check(words.CALLBACK, GOOD, words.CALLBACK_OK)
        return Check(words.CALLBACK, BAD, words.callback_wrong(answer.status), words.callback_how(self._public_url))

    def _called(self) -> Check:
        if self._known.last_callback is None:
            return Check(words.CARDS, LOOK, words.NEVER_CALLED, words.callback_how(self._public_url))
        return Check(words.CARDS, GOOD, words.called(self._known.last_callback))

    async def _webhook(self, name: str) -> Check:
        """An empty message is refused as empty where the key is good, and as a stranger's where it is not; nobody sees it."""
        try:
            await self._api.webhook(self._settings.webhook_keys[name].get_secret_value(), {"msgtype": "text", "text": {"content": ""}})
        except Refusal as refusal:
            if refusal.code == EMPTY:
                return Check(words.webhook(name), GOOD, words.WEBHOOK_OK)
            return Check(words.webhook(name), BAD, str(refusal), words.WEBHOOK_HOW)
        except PlatformError as error:
            return Check(words.webhook(name), BAD, words.unreachable(str(error)), words.UNREACHABLE_HOW)
        return Check(words.webhook(name), GOOD, words.WEBHOOK_OK)
