"""Where things are and how to reach them: ``genjin.toml``, environment ``GENJIN_<SECTION>__<KEY>`` above it."""

import os
import tomllib
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.errors import UserError
from config.sections import Database, Llm, MediaFolder, RulesFile, Server, Time

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
