"""The sections of ``genjin.toml``, each a frozen value that refuses what it does not know."""

import ipaddress
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bot.domain.duration import Duration
from bot.domain.worktime import QuietHours


class Section(BaseModel):
    """A section: frozen, unknown keys refused. Every secret ``x`` can also come from the file that the key ``x_file`` names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, data: Any) -> Any:  # noqa: ANN401  (what pydantic gives: whatever stands in the file)
        if not isinstance(data, dict):
            return data
        data = dict(data)
        for name in secrets_of(cls):
            file = data.pop(f"{name}_file", None)
            if file is not None:
                data[name] = cls._from_file(name, file, given=bool(data.get(name)))
        return data

    @classmethod
    def _from_file(cls, name: str, file: object, *, given: bool) -> str:
        if given:
            raise cls._wrong(f"{name}_file", f"{name} 和 {name}_file 只能写一个")
        try:
            found = Path(str(file)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise cls._wrong(f"{name}_file", "读不到这个文件") from None
        if not found:
            raise cls._wrong(f"{name}_file", "文件是空的")
        return found

    @classmethod
    def _wrong(cls, key: str, sentence: str) -> ValidationError:
        return ValidationError.from_exception_data(
            cls.__name__, [{"type": PydanticCustomError("wrong", "{sentence}", {"sentence": sentence}), "loc": (key,), "input": None}]
        )


def secrets_of(section: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a section that hold secrets."""
    return tuple(name for name, field in section.model_fields.items() if field.annotation is SecretStr)


def one_line(secret: SecretStr) -> SecretStr:
    """A key without spaces, line breaks or other than ASCII; anything else was pasted wrongly."""
    key = secret.get_secret_value().strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise PydanticCustomError("wrong", "密钥里有空格、换行或非英文字符")
    return SecretStr(key)


# A secret: never shown by repr, and also readable from a file (``*_file``).
Secret = Annotated[SecretStr, AfterValidator(one_line)]


class Server(Section):
    """Where to listen. ``admin_*`` is for /readyz and /metrics, kept off the public address.

    ``public_url`` is how phones reach us (``https://genjin.example.com``); without it no message carries a link to a page.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8710, ge=0, le=65535)
    admin_host: str = "127.0.0.1"
    admin_port: int = Field(default=8711, ge=0, le=65535)
    public_url: str = ""

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        try:
            url = urlsplit(value.rstrip("/"))
            fit = url.scheme in ("http", "https") and url.hostname and url.port != 0
        except ValueError:
            fit = False
        if value and (not fit or url.geturl() != f"{url.scheme}://{url.netloc}" or url.username is not None):
            raise PydanticCustomError("server", "要写成 https://主机 这样的网址，后面不带路径")
        return value.rstrip("/")


class Web(Section):
    """The pages. ``secret_file`` keeps the secret that signs sessions; it is made at the first start."""

    secret_file: Path = Path("data/web.secret")


class Database(Section):
    """The company's records."""

    url: str = "sqlite:///data/genjin.db"


class MediaFolder(Section):
    """Where files that people send are kept."""

    dir: Path = Path("data/media")


class Speech(Section):
    """Listening to voice notes; docs/speech.md.

    ``model`` is a name, a path or ``auto`` (the most accurate one in ``model_dir``).
    """

    engine: Literal["auto", "faster-whisper", "openai-whisper"] = "auto"
    model: str = Field(default="auto", min_length=1)
    device: Literal["auto", "cpu", "cuda"] = "auto"
    model_dir: Path = Path("data/models")


class RulesFile(Section):
    """The thresholds; the ones shipped with the product when absent."""

    file: Path | None = None


class Time(Section):
    """Working hours and quiet hours, ``"20:00-08:00"``, both Shanghai time; ``holidays`` is a file with years of one's own."""

    workday_start: time = time(9)
    workday_end: time = time(18)
    holidays: Path | None = None
    quiet_hours: str = Field(default="20:00-08:00", pattern=r"^\d{2}:\d{2}-\d{2}:\d{2}$")

    @property
    def quiet(self) -> QuietHours:
        start, end = self.quiet_hours.split("-")
        return QuietHours(time.fromisoformat(start), time.fromisoformat(end))


class Log(Section):
    """How the service logs to stderr: for people, or one JSON object a line."""

    format: Literal["text", "json"] = "text"
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Retention(Section):
    """How long what people send is kept; what is over is removed every night. docs/operations.md says why these."""

    messages: Duration = timedelta(days=1095)
    media: Duration = timedelta(days=1095)
    location: Duration = timedelta(days=180)
    voice: Duration = timedelta(days=180)

    @field_validator("*")
    @classmethod
    def _a_day_at_least(cls, value: timedelta) -> timedelta:
        if value < timedelta(days=1):
            raise PydanticCustomError("retention", '至少一天，例如 "180d"')
        return value


class Llm(Section):
    """The optional second reader; docs/llm.md. Without the section nothing is ever sent.

    ``daily_budget`` counts requests, ``timeout`` is seconds for one message with all retries.
    """

    base_url: str
    model: str = Field(min_length=1)
    api_key: Secret = SecretStr("")
    timeout: float = Field(default=5.0, gt=0, le=30)
    daily_budget: int = Field(default=1000, ge=1)
    mask: bool = True

    @property
    def key(self) -> str:
        """The key itself; empty for addresses that want none."""
        return self.api_key.get_secret_value()

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


def _at_home(host: str) -> bool:
    """Whether a host is this machine or lies in a private network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".lan"))
    return address.is_private and not address.is_unspecified
