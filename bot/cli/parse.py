"""``genjin parse``: what a message means, without a database or a service."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.domain.clock import SHANGHAI, SystemClock, local
from bot.domain.errors import os_reason

if TYPE_CHECKING:
    from bot.understanding import KnownCustomer, Reader

LABELS = {
    "intent": "意图", "customer": "客户", "contacts": "联系人", "channel": "方式", "occurred_on": "发生日期",
    "occurred_time": "发生时间", "next_on": "下次跟进",
    "next_time": "下次时间", "items": "产品", "total_amount": "总额", "tax_included": "含税", "payment_term_days": "账期（天）",
    "payment_amount": "回款", "contract_no": "合同号",
    "tracking_no": "运单号", "phone": "电话", "stage": "阶段", "objections": "顾虑", "competitors": "竞品",
    "delay_reason": "拖延原因", "action_items": "待办", "needs": "需求",
    "competitor_answer": "竞品应答", "budget_cycle": "预算周期", "candidates": "可能的客户",
}  # fmt: skip


class Only(StrEnum):
    """A part of the understanding alone."""

    DATES = "dates"
    MONEY = "money"


def parse(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="一条消息；写 - 则从标准输入逐行读 JSON：{id, text, now}")],
    now: Annotated[str | None, typer.Option(metavar="ISO", help="消息的时间，例如 2026-03-18T10:00；缺省为现在")] = None,
    customers: Annotated[Path | None, typer.Option(metavar="FILE.jsonl", help="客户表，每行一个客户：{name, aliases, contacts, …}")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    only: Annotated[Only | None, typer.Option(help="只找日期(dates)或数字与金额(money)")] = None,
) -> None:
    """读懂一条消息：意图、客户、日期、产品、金额等。不需要数据库。"""
    moment = _instant(now, "--now") if now else SystemClock().now()
    understand = _only(only) if only else _record(_reader(customers))
    key = "found" if only else "record"
    if text == "-":
        _stream(key, understand, moment)
    elif as_json or only:
        print(_json(understand(text, moment)))
    else:
        print(_readable(understand(text, moment)))


def _record(reader: "Reader") -> Callable[[str, datetime], Any]:
    return lambda text, moment: reader.read(text, moment).record()


def _only(only: Only) -> Callable[[str, datetime], Any]:
    from bot.understanding.expressions import dates_in, sums_in
    from config.calendar import OfficialCalendar

    calendar = OfficialCalendar()
    if only is Only.MONEY:
        return lambda text, moment: sums_in(text)
    return lambda text, moment: dates_in(text, local(moment), calendar)


def _reader(path: Path | None) -> "Reader":
    from bot.understanding import Names, Reader
    from config.calendar import OfficialCalendar

    return Reader(Names(_customers(path) if path else ()), OfficialCalendar())


def _customers(path: Path) -> "Iterator[KnownCustomer]":
    from bot.understanding import KnownContact, KnownCustomer

    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"读不到客户表 {path}：{os_reason(error) if isinstance(error, OSError) else '不是 UTF-8 文本'}")
    for number, line in enumerate(lines, 1):
        if line.strip():
            row = _object(line, f"{path} 第 {number} 行")
            try:
                contacts = tuple(KnownContact(c["name"], c.get("title"), c.get("department")) for c in row.get("contacts") or ())
                aliases, rivals = tuple(row.get("aliases") or ()), tuple(row.get("competitors_known") or row.get("competitors") or ())
                yield KnownCustomer(
                    str(row.get("id") or number),
                    row["name"],
                    aliases,
                    row.get("industry"),
                    contacts,
                    rivals,
                    row.get("owner"),
                    row.get("address"),
                )
            except (KeyError, TypeError, AttributeError):
                _fail(f"{path} 第 {number} 行不是客户：要有 name，contacts 里每人要有 name")


def _stream(key: str, understand: Callable[[str, datetime], Any], moment: datetime) -> None:
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        row = _object(line, f"标准输入第 {number} 行")
        if not isinstance(row.get("text"), str):
            _fail(f"标准输入第 {number} 行缺少 text")
        said = row.get("now") or row.get("ref")
        at = _instant(said, f"标准输入第 {number} 行的 now") if said else moment
        begin = time.perf_counter()
        result = understand(row["text"], at)
        print(_json({"id": row.get("id"), key: result, "ms": round((time.perf_counter() - begin) * 1000, 3)}))


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        _fail(f"{where}不是 JSON：{error.msg}")
    if not isinstance(row, dict):
        _fail(f"{where}不是 JSON 对象")
    return row


def _instant(said: object, where: str) -> datetime:
    try:
        instant = datetime.fromisoformat(str(said))
    except ValueError:
        _fail(f"{where} 不是 ISO 时间：{said}")
    return instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _readable(record: dict[str, Any]) -> str:
    lines = [f"{label}：{_say(key, record)}" for key, label in LABELS.items() if record.get(key) not in (None, [])]
    return "\n".join(lines)


def _say(key: str, record: dict[str, Any]) -> str:
    value = record[key]
    if key == "customer":
        return f"{value}{'' if record['customer_known'] else '（客户表里没有）'}"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_element(v) for v in value)
    return str(value)


def _element(value: object) -> str:
    return " ".join(str(v) for v in value.values() if v is not None) if isinstance(value, dict) else str(value)
