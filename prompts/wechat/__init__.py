"""The follow-up messages that reps paste into WeChat: templates that a sales lead edits, one file for each occasion.

A file has a TOML head between ``+++`` lines (``name``, ``words`` that ask for it, ``asks`` for facts worth asking for, ``example``) and one
Jinja2 text for each tone under ``== 亲近``. Every fact of :class:`Facts` is a variable, empty when the record does not tell it; an unknown
variable is an error. Files are read again when they change; one that is broken keeps its last good state.
"""

import logging
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.errors import UserError

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

log = logging.getLogger(__name__)
FOLDER = Path(__file__).parent
_HEAD = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.DOTALL)
_TONE = re.compile(r"^==\s*(\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the record tells, each in the words that go into a message; empty when it does not."""

    称呼: str = ""
    我: str = ""
    上次: str = ""
    方式: str = ""
    话题: str = ""
    型号: str = ""
    承诺: str = ""
    下次: str = ""
    快递单号: str = ""
    合同号: str = ""
    应付金额: str = ""
    应付日: str = ""
    合同到期日: str = ""
    节日: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One wording."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """One file."""

    key: str
    name: str
    words: tuple[str, ...]
    asks: tuple[str, ...]
    example: Facts
    texts: Mapping[str, str]

    def versions(self, facts: Facts) -> list[Version]:
        """Every tone's wording of these facts."""
        values = asdict(facts)
        return [Version(tone, _tidy(_environment().from_string(text).render(values))) for tone, text in self.texts.items()]

    def lacking(self, facts: Facts) -> list[str]:
        """The facts worth asking for that are not there."""
        return [name for name in self.asks if not getattr(facts, name)]


def occasions(folder: Path = FOLDER) -> Mapping[str, Occasion]:
    """Every occasion by its key, as the files stand now."""
    found = {}
    for path in sorted(folder.glob("*.md")):
        occasion = _kept(path, path.stat().st_mtime_ns)
        if occasion:
            found[occasion.key] = occasion
    return found


def read(path: Path) -> Occasion:
    """Read and try one file. Raises UserError naming what is wrong."""
    from jinja2 import TemplateError

    match = _HEAD.match(path.read_text(encoding="utf-8-sig").replace("\r\n", "\n"))
    if not match:
        raise UserError(f"{path.name}：开头要有两行 +++，中间写 name、words 和示例")
    try:
        head = tomllib.loads(match[1])
        example = Facts(**head["example"])
        parts = _TONE.split(match[2])
        texts = dict(zip(parts[1::2], (text.strip() for text in parts[2::2]), strict=True))
        occasion = Occasion(path.stem, head["name"], tuple(head["words"]), tuple(head.get("asks", ())), example, texts)
        if not texts or any(name not in {f.name for f in fields(Facts)} for name in occasion.asks):
            raise UserError(f"{path.name}：至少要有一种说法（== 亲近），asks 里只能写认识的事实")
        occasion.versions(example)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path.name}：开头的写法有误（{error}）") from error
    except (KeyError, TypeError) as error:
        raise UserError(f"{path.name}：开头缺少或多了一项（{error}）") from error
    except TemplateError as error:
        raise UserError(f"{path.name}：正文的写法有误（{error.message}）") from error
    return occasion


_LAST: dict[Path, tuple[int, Occasion | None]] = {}


def _kept(path: Path, stamp: int) -> Occasion | None:
    seen = _LAST.get(path)
    if seen and seen[0] == stamp:
        return seen[1]
    try:
        occasion: Occasion | None = read(path)
    except UserError as error:
        log.error("a message template is broken: %s", error)
        occasion = seen[1] if seen else None
    _LAST[path] = (stamp, occasion)
    return occasion


@cache
def _environment() -> "ImmutableSandboxedEnvironment":
    # Imported on use: an eighth of a second that the start has no need of.
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def _tidy(text: str) -> str:
    """One paragraph without gaps: a fact that is not there leaves no space, no doubled mark."""
    flat = re.sub(r"\s*\n\s*", "", text.strip())
    flat = re.sub(r"[ \t]+", " ", flat)
    flat = re.sub(r"(?<=[\u4e00-\u9fff，。！？]) (?=[\u4e00-\u9fff，。！？])", "", flat)
    flat = re.sub(r"，(?=[，。！？])|(?<=[。！？])[，。]|^[，。]+", "", flat)
    return re.sub(r" (?=[，。！？])", "", flat)
