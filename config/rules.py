"""Thresholds that sales operations change without an engineer. The titles are the names by which people speak of them."""

import tomllib
from datetime import time
from functools import cache
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from bot.domain.duration import Duration
from bot.domain.errors import UserError, os_reason
from bot.domain.staleness import ColourRules, Limit, Section
from config.rule_text import complete, line_of
from config.wrong import sentence, toml_sentence

DEFAULT = Path(__file__).with_name("rules.toml")


class VisitRules(Section):
    """How messages become one record, and for how long it can be taken back."""

    join_within: Duration = Field(title="合并间隔")
    undo_within: Duration = Field(title="撤销时限")
    far_metres: int = Field(ge=100, le=100_000, title="到访距离")


class ReminderRules(Section):
    """When the reminder of a promised date reaches the rep."""

    at: time = Field(title="钟点")
    before: Duration = Field(title="提前量")


class DigestRules(Section):
    """When the morning list is computed and how long it may be."""

    at: time = Field(title="钟点")
    spread: Duration = Field(title="错开时长")
    grace: Duration = Field(title="补发时限")
    per_rep: int = Field(title="每人行数", ge=1, le=50)


class EvidenceRules(Section):
    """How far a photo's stamp may be from the server's time; how far from the customer is ``visit.far_metres``."""

    photo_apart: Duration = Field(title="照片时间差")


class HousekeepingRules(Section):
    """When the nightly tidying runs and what it keeps."""

    at: time = Field(title="钟点")
    keep_jobs: Duration = Field(title="任务保留")


class Rules(Section):
    """All rules in force."""

    visit: VisitRules = Field(title="拜访记录")
    reminder: ReminderRules = Field(title="跟进提醒")
    breakpoint: Limit = Field(title="断点")
    colour: ColourRules = Field(title="三色")
    digest: DigestRules = Field(title="断点清单")
    evidence: EvidenceRules = Field(title="拜访证据")
    housekeeping: HousekeepingRules = Field(title="夜间整理")


@cache
def default_text() -> str:
    """The rules that are shipped with the product."""
    return DEFAULT.read_text(encoding="utf-8")


def load_rules(path: Path = DEFAULT) -> Rules:
    """Read and validate a rules file. Raises UserError naming the file and each wrong key."""
    return parse_rules(read_text(path), f"规则文件 {path}")


def read_text(path: Path) -> str:
    """The text of a rules file. Raises UserError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"读不到规则文件 {path}：{os_reason(error)}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"规则文件 {path} 不是 UTF-8 文本；请另存为 UTF-8 编码") from error


def parse_rules(text: str, where: str, *, rest: str | None = None, lines: bool = True) -> Rules:
    """Validate rules; what ``text`` leaves out is as in ``rest`` (None: as shipped).

    Raises UserError: ``where`` with the line, the key, what is wrong and how it is written right; only what is wrong without ``lines``,
    for people who do not see the text.
    """
    try:
        data = tomllib.loads(complete(text, rest or default_text()))
        return Rules.model_validate(data)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{where} 写法有误：{toml_sentence(error)}") from error
    except ValidationError as error:
        found = [(e["loc"], sentence(e, _keys(e["loc"][:-1]))) for e in error.errors()]
        problems = "；".join(_problem(text, loc, said) if lines else said for loc, said in found)
        raise UserError(f"{where} 有误：{problems}") from error


def title(key: str) -> str:
    """What people call ``breakpoint.limit``: ``断点时限``."""
    section, _, name = key.partition(".")
    field = Rules.model_fields[section]
    part = field.annotation.model_fields[name].title if name and field.annotation else ""
    return f"{field.title}{part or ''}"


def _problem(text: str, loc: tuple[str | int, ...], said: str) -> str:
    key = ".".join(map(str, loc))
    line = line_of(text, loc)
    right = line_of(default_text(), loc) if "是不是想写" not in said else None
    example = default_text().splitlines()[right - 1].partition("#")[0].strip() if right else ""
    return (f"第 {line} 行 " if line else "") + f"{key}：{said}" + (f"，例如 {example}" if example and len(loc) > 1 else "")


def _keys(loc: tuple[str | int, ...]) -> tuple[str, ...]:
    model: type[BaseModel] = Rules
    for part in loc:
        field = model.model_fields.get(str(part))
        if field is None or not isinstance(field.annotation, type) or not issubclass(field.annotation, BaseModel):
            return ()
        model = field.annotation
    return tuple(model.model_fields)
