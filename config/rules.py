"""Thresholds that sales operations change without an engineer, read from a TOML file."""

import tomllib
from datetime import time
from pathlib import Path

from pydantic import Field, ValidationError

from bot.domain.duration import Duration
from bot.domain.errors import UserError
from bot.domain.staleness import ColourRules, Limit, Section

DEFAULT = Path(__file__).with_name("rules.toml")


class VisitRules(Section):
    """How messages become one record, and for how long it can be taken back."""

    join_within: Duration
    undo_within: Duration


class ReminderRules(Section):
    """When the reminder of a promised date reaches the rep."""

    at: time
    before: Duration


class DigestRules(Section):
    """When the morning list is computed and how long it may be."""

    at: time
    spread: Duration
    grace: Duration
    per_rep: int = Field(ge=1, le=50)


class HousekeepingRules(Section):
    """When the nightly tidying runs and what it keeps."""

    at: time
    keep_jobs: Duration


class Rules(Section):
    """All rules in force."""

    visit: VisitRules
    reminder: ReminderRules
    breakpoint: Limit
    colour: ColourRules
    digest: DigestRules
    housekeeping: HousekeepingRules


def load_rules(path: Path = DEFAULT) -> Rules:
    """Read and validate a rules file. Raises UserError naming the file and each wrong key."""
    try:
        return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise UserError(f"读不到规则文件 {path}：{error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"规则文件 {path} 不是 UTF-8 文本；请另存为 UTF-8 编码") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"规则文件 {path} 写法有误：{error}") from error
    except ValidationError as error:
        problems = ";".join(f"{'.'.join(map(str, e['loc']))}:{e['msg']}" for e in error.errors())
        raise UserError(f"规则文件 {path} 有误：{problems}") from error
