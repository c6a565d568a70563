"""Where things are and how to reach them: ``genjin.toml``, environment ``GENJIN_<SECTION>__<KEY>`` above it."""

import os
import tomllib
from datetime import time
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.errors import UserError
from bot.domain.worktime import QuietHours

DEFAULT_FILE = Path("config/genjin.toml")


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


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(env_prefix="GENJIN_", env_nested_delimiter="__", extra="forbid", frozen=True)
    server: Server = Server()
    database: Database = Database()
    media: MediaFolder = MediaFolder()
    rules: RulesFile = RulesFile()
    time: Time = Time()

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
        known = "没有这个配置项" if first["type"] == "extra_forbidden" else first["msg"]
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
