"""Who may call: the signature over every callback, its age, and whether it is meant for our corp and app.

wechatpy decrypts and parses; what it does not do is done here: a signature compared in constant time, a bound on the size before
anything is parsed, the age, and one kind of error for whatever a broken body does to it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import xmltodict
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto
from wechatpy.enterprise.events import EVENT_TYPES
from wechatpy.enterprise.messages import MESSAGE_TYPES
from wechatpy.messages import UnknownMessage

from bot.domain.clock import Clock
from bot.platforms.wecom import (
    events,  # noqa: F401  (registers the event classes that wechatpy does not know)
    limits,
)
from config.platforms import Wecom

# What XML does not allow and a phone's keyboard can type all the same; one such character shall not cost a rep the message.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SECONDS = re.compile(r"[0-9]{1,10}")
_ECHO = re.compile(r"[0-9A-Za-z_-]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,20}")


class Refused(Exception):
    """A callback that is not accepted. The word is for the log and the counter, never a part of the body."""

    def __init__(self, why: str, status: int = 403) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


@dataclass(frozen=True, slots=True)
class Opened:
    """A callback that is ours. ``digest`` names its plaintext; ``signed_at`` is when WeCom signed this delivery of it."""

    message: Any
    digest: str
    signed_at: datetime

    @property
    def created_at(self) -> datetime:
        """When the person did it, by WeCom's clock."""
        return datetime.fromtimestamp(int(self.message.time), UTC)


class Gate:
    """Opens callbacks of one corp and one app. Raises :class:`Refused`."""

    def __init__(self, settings: Wecom, clock: Clock) -> None:
        self._corp_id = settings.corp_id
        self._agent_id = str(settings.agent_id)
        self._token = settings.token.get_secret_value()
        self._key = WeChatCrypto(self._token, settings.aes_key.get_secret_value(), settings.corp_id).key
        self._clock = clock

    def echo(self, query: Mapping[str, str]) -> str:
        """What the verification of the address wants back.

        A message that somebody overheard is signed just as well; it is not read out to whoever sends it here.
        """
        signed_at = self._signed(query, query.get("echostr", ""))
        word = self._decrypted(query.get("echostr", ""))
        if not _ECHO.fullmatch(word) or abs(self._clock.now() - signed_at) > limits.MESSAGE_AGE:
            raise Refused("no verification")
        return word

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """The message in an envelope."""
        to, agent, encrypted = _envelope(body)
        signed_at = self._signed(query, encrypted)
        if to != self._corp_id or agent not in ("", self._agent_id):
            raise Refused("envelope of another corp or app")
        plain = self._decrypted(encrypted)
        data = _message(plain)
        if data["ToUserName"] != self._corp_id or data.get("AgentID") not in (None, "", self._agent_id):
            raise Refused("message of another corp or app")
        return Opened(_typed(data), hashlib.sha256(plain.encode()).hexdigest(), signed_at)

    def age(self, opened: Opened) -> timedelta:
        """How old a callback is: as it was signed or as it was made, whichever is farther from now."""
        now = self._clock.now()
        return max(abs(now - opened.signed_at), abs(now - opened.created_at))

    def _signed(self, query: Mapping[str, str], encrypted: str) -> datetime:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        wanted = signature(self._token, timestamp, nonce, encrypted)
        if not hmac.compare_digest(wanted.encode(), query.get("msg_signature", "").encode("utf-8", "replace")):
            raise Refused("wrong signature")
        if not encrypted or not _SECONDS.fullmatch(timestamp):
            raise Refused("nothing signed", 400)
        return datetime.fromtimestamp(int(timestamp), UTC)

    def _decrypted(self, encrypted: str) -> str:
        try:
            return str(PrpCrypto(self._key).decrypt(encrypted, self._corp_id))
        except Exception:  # wechatpy lets through whatever base64, AES, struct and indexing raise
            raise Refused("not encrypted for us") from None


def signature(*parts: str) -> str:
    """WeCom's signature over token, timestamp, nonce and ciphertext."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def _message(plain: str) -> dict[str, Any]:
    """The fields of a message whose head is whole."""
    try:
        data = xmltodict.parse(_CONTROL.sub("", plain))["xml"]
        head = [data.get(name) for name in ("ToUserName", "FromUserName", "CreateTime", "MsgType")]
    except Exception:
        raise Refused("unreadable message", 400) from None
    whole = all(isinstance(one, str) and one for one in head) and _SECONDS.fullmatch(data["CreateTime"])
    if not whole or (data["MsgType"] != "event" and not _NUMBER.fullmatch(str(data.get("MsgId")))):
        raise Refused("message without a head", 400)
    return dict(data)


def _typed(data: dict[str, Any]) -> Any:  # noqa: ANN401
    """The message as wechatpy's class for it; its own parser would stumble over an event without a name."""
    if data["MsgType"].lower() == "event":
        return EVENT_TYPES.get(str(data.get("Event")).lower(), UnknownMessage)(data)
    return MESSAGE_TYPES.get(data["MsgType"].lower(), UnknownMessage)(data)


def _envelope(body: bytes) -> tuple[str, str, str]:
    try:
        outer = xmltodict.parse(body.decode("utf-8"))["xml"]
        to, agent, encrypted = (outer.get(name) or "" for name in ("ToUserName", "AgentID", "Encrypt"))
    except Exception:
        raise Refused("unreadable envelope", 400) from None
    if not all(isinstance(one, str) for one in (to, agent, encrypted)):
        raise Refused("unreadable envelope", 400)
    return to, agent, encrypted
