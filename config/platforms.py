"""The sections of the chat platforms."""

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from config.sections import Secret, Section

APP = ("corp_id", "agent_id", "secret", "token", "aes_key")
BOT = ("bot_id", "bot_secret")


class Wecom(Section):
    """WeCom (企业微信); docs/wecom.md. Three things that can be switched on apart from one another.

    The self-built app needs ``corp_id agent_id secret token aes_key``; the AI bot ``bot_id bot_secret``; group webhooks only
    ``webhook_keys``, whose names are what groups are addressed by (``key:<name>``). Hosts in ``allowed_hosts`` are followed beside the
    official ones, and like the configured addresses may lie in a private network.
    """

    corp_id: str = ""
    agent_id: int = 0
    secret: Secret = SecretStr("")
    token: Secret = SecretStr("")
    aes_key: Secret = SecretStr("")
    webhook_keys: dict[str, Secret] = Field(default_factory=dict)
    bot_id: str = ""
    bot_secret: Secret = SecretStr("")
    api_base: str = "https://qyapi.weixin.qq.com"
    ws_url: str = "wss://openws.work.weixin.qq.com"
    login_base: str = "https://open.weixin.qq.com"
    allowed_hosts: tuple[str, ...] = ()

    @property
    def has_app(self) -> bool:
        """Whether the self-built app is configured."""
        return bool(self.corp_id)

    @property
    def has_bot(self) -> bool:
        """Whether the AI bot is configured."""
        return bool(self.bot_id)

    @model_validator(mode="before")
    @classmethod
    def _webhooks_from_file(cls, data: Any) -> Any:  # noqa: ANN401
        if not isinstance(data, dict) or "webhook_keys_file" not in data:
            return data
        data = dict(data)
        file = data.pop("webhook_keys_file")
        if data.get("webhook_keys"):
            raise cls._wrong("webhook_keys_file", "webhook_keys 和 webhook_keys_file 只能写一个")
        try:
            data["webhook_keys"] = tomllib.loads(Path(str(file)).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise cls._wrong("webhook_keys_file", '读不到这个文件，或者不是一行一个：名称 = "密钥"') from None
        return data

    @field_validator("aes_key")
    @classmethod
    def _forty_three(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not re.fullmatch(r"[0-9A-Za-z]{43}", value.get_secret_value()):
            raise PydanticCustomError("wrong", "EncodingAESKey 是 43 位字母和数字，请从后台重新复制")
        return value

    @field_validator("api_base", "ws_url", "login_base")
    @classmethod
    def _address(cls, value: str) -> str:
        return web_address(value)

    @model_validator(mode="after")
    def _whole(self) -> "Wecom":
        for names, what in ((APP, "自建应用"), (BOT, "智能机器人")):
            missing = [name for name in names if not _given(getattr(self, name))]
            if missing and len(missing) < len(names):
                raise PydanticCustomError("wrong", "{sentence}", {"sentence": f"{what}还缺 {'、'.join(missing)}"})
        return self


def web_address(value: str) -> str:
    """An address without account, query or trailing slash; raises what pydantic shows."""
    try:
        url = urlsplit(value)
        fit = url.scheme in ("http", "https", "ws", "wss") and url.hostname and not (url.username or url.query or url.fragment)
    except ValueError:
        fit = False
    if not fit:
        raise PydanticCustomError("wrong", "要写成 https://主机 这样的地址，不带账号和参数")
    return value.rstrip("/")


def _given(value: object) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)
