"""The short forms under which a company of the table is spoken of."""

import re
from dataclasses import dataclass

from bot.understanding.knowledge import derived, words
from bot.understanding.lazy import Lazy

_BRACKETS = Lazy(r"[((][^))]*[))]")


@dataclass(frozen=True, slots=True)
class Form:
    """A name under which customer ``id`` may be said. ``made`` forms come from our rules; ``bare`` ones lack place and trade."""

    text: str
    id: str
    made: bool = False
    bare: bool = False


@derived
def _place() -> re.Pattern[str]:
    return re.compile(f"(?:(?:{'|'.join(words('places', 'places'))})(?:省|市|县|区)?)+")


@derived
def _legal() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(words('companies', 'legal'))})+$")


@derived
def _trade() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(w for w in words('companies', 'trades') if w not in ('店', '厂'))}|[厂店])$")


def place_of(name: str) -> str:
    """The place that a name begins with, empty when none or when nothing would be left."""
    m = _place().match(name)
    return m[0] if m and len(m[0]) < len(name) - 1 else ""


def without_legal(name: str) -> str:
    """绍兴恒力机械有限公司 → 绍兴恒力机械."""
    short = _legal().sub("", _BRACKETS.sub("", name))
    return short if len(short) >= 2 else name


def core_of(name: str) -> str:
    """The word that only this company has: no place, no trade, no legal form."""
    core = without_legal(name)
    core = core[len(place_of(core)) :]
    while (m := _trade().search(core)) and m.start() >= 2:
        core = core[: m.start()]
    return core


def forms(id: str, name: str, aliases: tuple[str, ...]) -> list[Form]:
    """Every form, the given ones first. Bare cores are made only where the table gives no short form."""
    said = [Form(text, id) for text in dict.fromkeys((name, *aliases)) if len(text) >= 2]
    short = without_legal(name)
    place = place_of(short).rstrip("省市县区") or place_of(short)
    core = core_of(name)
    made = [short, short[len(place_of(short)) :], *(place + alias for alias in (*aliases, core) if place and not alias.startswith(place))]
    known = {form.text for form in said}
    out = said + [Form(text, id, made=True) for text in dict.fromkeys(made) if len(text) >= 3 and text not in known]
    if not aliases and len(core) >= 2 and core not in known | set(made):
        out.append(Form(core, id, made=True, bare=True))
    return out
