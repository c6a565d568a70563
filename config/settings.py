"""Where things are and how to reach them: ``genjin.toml``, environment ``GENJIN_<SECTION>__<KEY>`` above it."""

import ipaddress
import os
import tomllib
from datetime import time
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.errors import UserError
from bot.domain.worktime import QuietHours

DEFAULT_FILE = Path("config/genjin.toml")


_WRONG = {
    "extra_forbidden": "没有这个配置项",
    "missing": "这一项必须写",
    "float_parsing": "要写数字",
    "int_parsing": "要写整数",
    "int_from_float": "要写整数",
    "bool_parsing": "要写 true 或 false",
    "string_too_short": "不能是空的",
    "greater_than": "要大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Section):
    """Where to listen. ``admin_*`` is for /readyz and /metrics, kept off the public address."""

    host: str = "127.0.0.1"
    port: int = Field(default=8710, ge=0, le=65535)
    admin_host: str = "127.0.0.1"
    admin_port: int = Field(default=8711, ge=0, le=65535)


class Database(_Section):
    """The company's records."""

    url: str = "sqlite:///data/genjin.db"


class MediaFolder(_Section):
    """Where files that people send are kept."""

    dir: Path = Path("data/media")


class RulesFile(_Section):
    """The thresholds; the ones shipped with the product when absent."""

    file: Path | None = None


class Time(_Section):
    """Working hours and quiet hours, ``"20:00-08:00"``, both Shanghai time."""

    workday_start: time = time(9)
    workday_end: time = time(18)
    quiet_hours: str = Field(default="20:00-08:00", pattern=r"^\d{2}:\d{2}-\d{2}:\d{2}$")

    @property
    def quiet(self) -> QuietHours:
        start, end = self.quiet_hours.split("-")
        return QuietHours(time.fromisoformat(start), time.fromisoformat(end))


class Llm(_Section):
    """The optional second reader; docs/llm.md. Without the section nothing is ever sent.

    ``daily_budget`` counts requests, ``timeout`` is seconds for one message with all retries.
    """

    base_url: str
    model: str = Field(min_length=1)
    api_key: SecretStr = SecretStr("")
    api_key_file: Path | None = None
    timeout: float = Field(default=5.0, gt=0, le=30)
    daily_budget: int = Field(default=1000, ge=1)
    mask: bool = True

    @property
    def key(self) -> str:
        """The key itself; empty for addresses that want none."""
        return self.api_key_file.read_text(encoding="utf-8").strip() if self.api_key_file else self.api_key.get_secret_value()

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            url = urlsplit(value)
            fit = url.scheme in ("http", "https") and url.hostname and not (url.username or url.query or url.fragment) and url.port != 0
        except ValueError:
            fit = False
        if not fit:
            raise PydanticCustomError("llm", "要写成 https://主机/v1 这样的地址，不带账号和参数")
        if url.scheme == "http" and not _at_home(url.hostname or ""):
            raise PydanticCustomError("llm", "公网地址要用 https，http 只给本机和内网")
        return value

    @field_validator("api_key")
    @classmethod
    def _one_line(cls, value: SecretStr) -> SecretStr:
        return SecretStr(_as_key(value.get_secret_value()))

    @field_validator("api_key_file")
    @classmethod
    def _readable(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None:
            return None
        if (key := info.data.get("api_key")) and key.get_secret_value():
            raise PydanticCustomError("llm", "api_key 和 api_key_file 只能写一个")
        try:
            found = _as_key(value.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            raise PydanticCustomError("llm", "读不到这个文件") from None
        if not found:
            raise PydanticCustomError("llm", "文件是空的")
        return value


def _as_key(value: str) -> str:
    key = value.strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise PydanticCustomError("llm", "密钥里有空格、换行或非英文字符")
    return key


def _at_home(host: str) -> bool:
    """Whether a host is this machine or lies in a private network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".lan"))
    return address.is_private and not address.is_unspecified


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(env_prefix="GENJIN_", env_nested_delimiter="__", extra="forbid", frozen=True)
    server: Server = Server()
    database: Database = Database()
    media: MediaFolder = MediaFolder()
    rules: RulesFile = RulesFile()
    time: Time = Time()
    llm: Llm | None = None

    # Ours beside pydantic's: variables of the environment that are not settings.
    NOT_SETTINGS: ClassVar[frozenset[str]] = frozenset({"GENJIN_CONFIG", "GENJIN_DEV_DATA"})

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment stands above the file."""
        return env_settings, init_settings


def load_settings(file: Path | None = None) -> Settings:
    """Settings from the file (by argument, ``GENJIN_CONFIG`` or the default place) and the environment.

    Raises UserError: one sentence that names the wrong key.
    """
    chosen = file or (Path(os.environ["GENJIN_CONFIG"]) if "GENJIN_CONFIG" in os.environ else None)
    path = chosen or DEFAULT_FILE
    data: dict[str, Any] = {}
    if chosen is not None or path.exists():
        data = _read(path)
    _refuse_unknown_environment()
    try:
        return Settings(**data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        known = _WRONG[first["type"]].format(**first.get("ctx", {})) if first["type"] in _WRONG else first["msg"]
        raise UserError(f"配置有误：{key}：{known}（文件 {path} 或环境变量 GENJIN_{key.upper().replace('.', '__')}）") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"读不到配置文件 {path}：{error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"配置文件 {path} 写法有误：{error}") from error


def _refuse_unknown_environment() -> None:
    known = {f"GENJIN_{section}__".upper() for section in Settings.model_fields}
    for name in os.environ:
        if name.startswith("GENJIN_") and name not in Settings.NOT_SETTINGS and not name.startswith(tuple(known)):
            raise UserError(f"没有这个配置项：环境变量 {name}")
