"""Where things are and how to reach them: ``genjin.toml``, environment ``GENJIN_<SECTION>__<KEY>`` above it."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.duration import format_duration
from bot.domain.errors import UserError, os_reason
from config.platforms import Wecom
from config.sections import Database, Llm, Log, MediaFolder, Retention, RulesFile, Section, Server, Speech, Time, Web, secrets_of
from config.wrong import sentence, toml_sentence

DEFAULT_FILE = Path("config/genjin.toml")
HIDDEN = "（已设置，不显示）"
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]+@")


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(env_prefix="GENJIN_", env_nested_delimiter="__", extra="forbid", frozen=True)
    server: Server = Server()
    database: Database = Database()
    media: MediaFolder = MediaFolder()
    rules: RulesFile = RulesFile()
    time: Time = Time()
    web: Web = Web()
    retention: Retention = Retention()
    speech: Speech = Speech()
    log: Log = Log()
    llm: Llm | None = None
    wecom: Wecom | None = None

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
    path = settings_file(file)
    data = _written(path)
    _refuse_unknown_environment()
    try:
        return Settings(**data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        known = sentence(first, _keys(first["loc"][:-1]))
        place = f"文件 {path} 或" if path else ""
        raise UserError(f"配置有误：{key}：{known}（{place}环境变量 GENJIN_{key.upper().replace('.', '__')}）") from error


def settings_file(file: Path | None = None) -> Path | None:
    """The file that settings are read from; None when there is none and nobody asked for one."""
    chosen = file or (Path(os.environ["GENJIN_CONFIG"]) if "GENJIN_CONFIG" in os.environ else None)
    return chosen or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)


def described(settings: Settings, file: Path | None = None) -> list[dict[str, str]]:
    """Every setting with its value and where it comes from; secrets only as set or not.

    Returns rows of ``key``, ``value`` and ``source`` (``environment``, ``file`` or ``default``).
    """
    data = _written(settings_file(file))
    return [
        {"key": f"{section}.{key}", "value": _shown(value), "source": _source(section, key, data)}
        for section, kind in _sections().items()
        for key, value in _values(getattr(settings, section), kind)
    ]


def _values(section: Section | None, kind: type[Section]) -> list[tuple[str, Any]]:
    return [(key, getattr(section, key)) for key in kind.model_fields] if section is not None else []


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return HIDDEN if value.get_secret_value() else ""
    if isinstance(value, Mapping):
        return json.dumps({name: _shown(item) for name, item in value.items()}, ensure_ascii=False)
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    # A database's address may carry its password.
    return _PASSWORD.sub(rf"\1{HIDDEN}@", "" if value is None else str(value))


def _source(section: str, key: str, data: Mapping[str, Any]) -> str:
    variables = {f"GENJIN_{section}__{name}".upper() for name in (key, f"{key}_file")}
    if variables & os.environ.keys():
        return "environment"
    written = data.get(section)
    return "file" if isinstance(written, Mapping) and {key, f"{key}_file"} & written.keys() else "default"


def _keys(loc: tuple[str | int, ...]) -> tuple[str, ...]:
    """What may stand in a section, or at the top."""
    if not loc:
        return tuple(Settings.model_fields)
    section = _sections().get(str(loc[0]))
    return (*section.model_fields, *(f"{name}_file" for name in secrets_of(section))) if section else ()


def _sections() -> dict[str, type[Section]]:
    kinds = {name: (field.annotation, *get_args(field.annotation)) for name, field in Settings.model_fields.items()}
    return {name: kind for name, found in kinds.items() for kind in found if isinstance(kind, type) and issubclass(kind, Section)}


def _written(path: Path | None) -> dict[str, Any]:
    return _read(path) if path else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(f"读不到配置文件 {path}：{os_reason(error)}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"配置文件 {path} 不是 UTF-8 文本；请另存为 UTF-8 编码") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"配置文件 {path} 写法有误：{toml_sentence(error)}") from error


def _refuse_unknown_environment() -> None:
    known = {f"GENJIN_{section}__".upper() for section in Settings.model_fields}
    for name in os.environ:
        if name.startswith("GENJIN_") and name not in Settings.NOT_SETTINGS and not name.startswith(tuple(known)):
            raise UserError(f"没有这个配置项：环境变量 {name}")


def secret_values(value: object) -> list[str]:
    """Every secret that settings hold, to be kept out of the logs."""
    if isinstance(value, SecretStr):
        return [value.get_secret_value()] if value.get_secret_value() else []
    if isinstance(value, BaseModel):
        return [secret for name in type(value).model_fields for secret in secret_values(getattr(value, name))]
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [secret for part in parts for secret in secret_values(part)]
