"""Signing in to our pages through WeCom, and the signatures that let a page ask WeCom's browser for a position."""

import hashlib
import secrets
from urllib.parse import urlencode

from bot.chat.platform import Kit
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError
from bot.platforms.wecom.api import Api
from bot.platforms.wecom.inbound import user_id
from config.platforms import Wecom

SCRIPTS = ("https://res.wx.qq.com/open/js/jweixin-1.2.0.js", "https://open.work.weixin.qq.com/wwopen/js/jwxwork-1.0.0.js")
CALLS = ["getLocation"]


class Login:
    """OAuth2 without a question (``snsapi_base``), and the page kit."""

    def __init__(self, settings: Wecom, api: Api, clock: Clock) -> None:
        self._settings = settings
        self._api = api
        self._clock = clock

    def address(self, back: str, state: str) -> str:
        """Where to send the browser."""
        asked = {
            "appid": self._settings.corp_id,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
            "agentid": str(self._settings.agent_id),
        }
        return f"{self._settings.login_base}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"

    async def member(self, code: str) -> str | None:
        """The user id behind a code; None for people from outside. Raises PlatformError."""
        found = await self._api.get("auth/getuserinfo", {"code": code})
        user = found.get("userid")
        if user is not None and not isinstance(user, str):
            raise PlatformError("wecom auth/getuserinfo: no user id in the answer", final=True)
        return user_id(user) if user else None

    async def kit(self, url: str) -> Kit:
        """The page kit for the page at ``url``. Raises PlatformError."""
        timestamp, nonce = int(self._clock.now().timestamp()), secrets.token_hex(8)
        config = {
            "beta": True,
            "appId": self._settings.corp_id,
            "corpId": self._settings.corp_id,
            "agentId": self._settings.agent_id,
            "timestamp": timestamp,
            "nonceStr": nonce,
            "signature": js_signature(await self._api.corp_ticket(), nonce, timestamp, url),
            "agentSignature": js_signature(await self._api.app_ticket(), nonce, timestamp, url),
            "jsApiList": CALLS,
        }
        return Kit(SCRIPTS, config)


def js_signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """WeCom's signature of a page's address, which is taken without its fragment and as it stands."""
    signed = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url.partition('#')[0]}"
    return hashlib.sha1(signed.encode(), usedforsecurity=False).hexdigest()
