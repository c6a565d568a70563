"""Persons named in a message: 张工, 李总, 老周, 王伟 采购经理."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.understanding.knowledge import derived, pattern, words
from bot.understanding.lazy import Lazy

_HAN = "一-鿿"


@dataclass(frozen=True, slots=True)
class Person:
    """A named person at [start, end). ``ours`` marks our own colleague, ``third`` someone of another company."""

    start: int
    end: int
    name: str
    title: str | None = None
    department: str | None = None
    ours: bool = False


@derived
def _titles() -> dict[str, str | None]:
    return {t: (job or None) for t, _, job in (entry.partition("=") for entry in words("people", "titles"))}


@derived
def _surname() -> str:
    return "(?:" + "|".join(words("people", "surnames")) + ")"


@derived
def _title() -> str:
    return "(?:" + "|".join(sorted(_titles(), key=len, reverse=True)) + ")"


@derived
def _addressed() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<sur>{_surname()})(?P<title>(?>{_title()}))(?!程(?!总|工|经)|[部厂]|资|价|量|额|共|体|包|结|计(?!划)|数|会(?![来去议签给])|成本|之|和(?:$|为|是|约|不))"
    )


@derived
def _full_addressed() -> re.Pattern[str]:
    return re.compile(rf"(?P<name>{_surname()}[{_HAN}]{{1,2}}) ?(?P<title>(?:{_department_words()})?(?:{_title()}))")


@derived
def _familiar() -> re.Pattern[str]:
    return re.compile(rf"(?P<name>[老小]{_surname()}|阿[{_HAN}])(?P<title>经理|总)?")


@derived
def _declared() -> re.Pattern[str]:
    return re.compile(
        rf"(?:联系人|对接人|负责人|法人|接口人)(?:是|叫|为|:|改成|换成)? ?(?P<name>{_surname()}[{_HAN}]{{1,2}}?)(?=$"
        rf"|[\s,。;、:(0-9\ue000]|{_department_words()}|{_title()}|电话|手机|微信)"
        rf"|叫(?P<name2>{_surname()}[{_HAN}]{{1,2}})(?=$|[\s,。;、(\d\ue000])"
        rf"|{_title()}[ ]+(?P<name3>{_surname()}[{_HAN}]{{1,2}})(?=$|[\s,。;、(\d\ue000])"
    )


@derived
def _department_words() -> str:
    return "(?:" + "|".join(words("people", "departments")) + ")"


@derived
def _around() -> tuple[re.Pattern[str], re.Pattern[str]]:
    before = re.compile(rf"({_department_words()})(?:的|那边的?)?$")
    after = re.compile(rf"\s?[(,]?\s?({_department_words()}?)({_title()})?[)]?")
    return before, after


def find_people(text: str, known: Collection[str], colleagues: Collection[str]) -> list[Person]:
    """Persons in the text, left to right. ``known`` are names of table contacts that may stand without an address (周敏)."""
    titles = _titles()
    addressed = _addressed().finditer(text)
    found = [Person(m.start(), m.end(), m[0], titles[m["title"]]) for m in addressed if not _ordinary(text, m.start(), m.end(), known)]
    for m in _full_addressed().finditer(text):
        if _free(found, m.start("name"), m.end()) and _is_given(m["name"], text, m.start()):
            found.append(Person(m.start("name"), m.end("name"), m["name"], _titles().get(m["title"], m["title"])))
    familiar = _familiar().finditer(text)
    found += [Person(m.start(), m.end(), m[0]) for m in familiar if _free(found, m.start(), m.end()) and not _stop(text, m.start())]
    for m in _declared().finditer(text):
        group = m.lastgroup or "name"
        if _free(found, m.start(group), m.end(group)):
            found.append(Person(m.start(group), m.end(group), m[group]))
    for name in known:
        at = text.find(name)
        if at >= 0 and len(name) >= 2 and _free(found, at, at + len(name)):
            found.append(Person(at, at + len(name), name))
    return [_placed(text, p, colleagues) for p in sorted(_unique(found), key=lambda p: p.start)]


def _unique(found: list[Person]) -> list[Person]:
    seen: dict[str, Person] = {}
    for p in sorted(found, key=lambda p: p.start):
        seen.setdefault(p.name, p)
    return list(seen.values())


def _free(found: list[Person], start: int, end: int) -> bool:
    return not any(start < p.end and p.start < end for p in found)


def _ordinary(text: str, start: int, end: int, known: Collection[str]) -> bool:
    """Whether the match only looks like a person (施工, 项目经理)."""
    if text[start:end] in known:
        return False
    for word in words("people", "not_people"):
        at = text.find(word, max(0, start - len(word)), end + len(word))
        while at >= 0:
            if (
                at < end
                and start < at + len(word)
                and at + len(word) >= end
                and (at < start or at + len(word) > end or word == text[start:end])
            ):
                return True
            at = text.find(word, at + 1, end + len(word))
    return False


def _stop(text: str, at: int) -> bool:
    return any(text.startswith(word, at) for word in words("people", "small_words"))


_NOT_GIVEN = Lazy(r"[的了和跟去到见找是给在说让把那要与约这他她上下前后电]")


def _is_given(name: str, text: str, at: int) -> bool:
    """Whether surname and following characters make a full name, not a phrase that happens to begin with a surname."""
    given = name[1:]
    if _NOT_GIVEN.search(given) or re.search(_department_words(), text[at : at + 4]):
        return False
    return at == 0 or not re.match(f"[{_HAN}]", text[at - 1]) or bool(re.match(r"[\ue000人叫给跟和找见是到去说让与约由:]", text[at - 1]))


def _placed(text: str, p: Person, colleagues: Collection[str]) -> Person:
    """With department and title as said beside the name, and whether the person is ours."""
    before, after = _around()
    left, right = text[max(0, p.start - 8) : p.start], text[p.end : p.end + 10]
    department = m[1] if (m := before.search(left)) else None
    title = p.title
    follows = after.match(right)
    if follows and (follows[1] or follows[2]) and right[:1] in "( ," and (follows[2] or right[:1] == "("):
        department = department or follows[1] or None
        title = title or _titles().get(follows[2] or "", None)
    if role := re.search(rf"({_title()})$", left):
        title = title or _titles()[role[1]]
    return Person(p.start, p.end, p.name, title, department, _is_ours(left, right, p, colleagues))


_AFTER_OURS = Lazy(
    r"[(,]?(?:是)?(?:我们?|咱们?|公司|自己)(?:的)?(?:同事|售前|售后|技术|工程|销售|领导|经理|主管|助理|内勤|徒弟|师傅|老板|部门|团队|人)"
)


@derived
def _ours() -> re.Pattern[str]:
    functions = "|".join(words("people", "our_functions"))
    return re.compile(
        rf"(?:{pattern('people', 'ours').pattern})$|(?:{pattern('people', 'bring').pattern})(?:{functions}|我们的?)?$|(?:{functions})的?$"
    )


def _is_ours(left: str, right: str, p: Person, colleagues: Collection[str]) -> bool:
    if p.name in colleagues:
        return True
    familiar = p.name[0] in "老小阿"
    if left.endswith("@") or _AFTER_OURS.match(right):
        return True
    return bool(re.search(r"(?:我们|咱们?)(?:公司|这边)?的?[^给跟和找见与向让叫请要\W]{0,4}$", left)) or (
        familiar and bool(_ours().search(left))
    )
