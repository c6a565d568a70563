"""Understanding: speed, memory and changes of the name index; ``python -m tests.benchmarks.understanding`` prints the scores as well.

The scores need the labelled data (``GENJIN_DEV_DATA`` or ``../shared/data``); ``--write`` puts the table into docs/understanding.md.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.understanding import KnownContact, KnownCustomer, Names, Reader
from bot.understanding.expressions import dates_in, sums_in
from config.calendar import OfficialCalendar
from tests.benchmarks.measure import SMOKE, WHOLE, Row, Size, milliseconds, percentile, spread

NOW = datetime.fromisoformat("2026-03-18T10:00")
HERE = Path(__file__).parents[2]
DATA = Path(os.environ.get("GENJIN_DEV_DATA", HERE.parent / "shared" / "data"))
CASES = HERE / "tests" / "understanding" / "cases"
PAGE, MARK = HERE / "docs" / "understanding.md", "<!-- scores -->"
SIGNS = "华宏恒永新天利达盛德顺鑫泰兴富康力安明远海丰隆金源瑞博信联创科智云星辰锐凯腾飞龙凤万通广汇嘉禾润泽和晟昊翔迪诺卓越睿思奥纳普优佳美"
PLACES = ("绍兴", "宁波", "苏州", "东莞", "佛山", "合肥", "青岛", "成都", "长沙", "厦门", "郑州", "沈阳")
TRADES = ("机械", "电子", "自动化", "包装", "食品", "化工", "医疗器械", "物流", "建材", "软件")
SAYINGS = (
    "今天下午两点拜访了{name}的张工，预算有限，下周三之前给报价",
    "给{name}王总打了电话，说还在跟西门子谈，月底再联系",
    "报价 {name} 伺服电机20台 单价3200 含税 账期60天",
    "收到{name}货款8.6万，合同HT2026-0315",
    "嗯那个跟{name}李经理微信聊了他嫌交期长让我们周五前给个准信",
    "{name}推进到商务谈判",
    "去了趟振华，王总说年底没钱了，明年再说",
    "下周三上午十点",
    "{name}到什么阶段了",
    "价格偏高，要比三家",
)
# Suite → the best library with the same scorer (reference/language.md) and what is wanted here.
SUITES = {
    "time_jionlp": ("jionlp 0.945", 0.90),
    "time_msr_model": ("recognizers 0.674", 0.78),
    "num_msr": ("recognizers 0.952", 0.95),
    "money_jionlp": ("jionlp 1.000", 0.90),
}
WANTED = {"headline": 0.92, "intent": 0.95, "customer": 0.97, "next_on": 0.97, "items": 0.90, "payment_amount": 0.98}


def run(folder: Path, size: Size) -> list[Row]:
    """All rows of this file; ``folder`` is not needed."""
    rows: list[Row] = []
    for customers, wanted in ((size.leads // 10, "≥ 1,000/s, p99 ≤ 20 ms"), (size.leads, "≥ 300/s, p99 ≤ 20 ms")):
        rows += _table_of(customers, size.messages, wanted)
    return rows


def invented(count: int) -> Iterator[KnownCustomer]:
    """So many customers, always the same ones."""
    rng = random.Random(7)
    seen: set[str] = set()
    while len(seen) < count:
        core = "".join(rng.choice(SIGNS) for _ in range(rng.choice((2, 2, 3))))
        trade = rng.choice(TRADES)
        name = f"{rng.choice(PLACES)}{core}{trade}有限公司"
        if name not in seen:
            seen.add(name)
            contact = KnownContact(rng.choice("张王李赵陈") + rng.choice(("工", "总", "经理")))
            yield KnownCustomer(f"c{len(seen)}", name, (core + trade[:2],) if rng.random() < 0.5 else (), trade, (contact,))


def _table_of(customers: int, messages: int, wanted: str) -> list[Row]:
    rows = list(invented(customers))
    before, began = _memory(), time.perf_counter()
    names = Names(rows)
    built, grown = time.perf_counter() - began, _memory() - before
    reader = Reader(names, OfficialCalendar())
    rng = random.Random(11)
    said = [rng.choice(SAYINGS).format(name=_short(rng.choice(rows))) for _ in range(messages)]
    for text in said[:20]:
        reader.read(text, NOW)
    busy = time.thread_time()
    took = [_timed(reader, text) for text in said]
    busy = time.thread_time() - busy
    changes = [_change(names, reader, rows[n]) for n in range(min(50, len(rows)))]
    speed = f"{len(took) / busy:,.0f} messages per second of one core, {spread(took)}"
    return [
        Row(f"understanding, {customers:,} customers", speed, wanted, "jionlp + jieba + exact names 3,343/s; recognizers 59/s"),
        Row(f"name index, {customers:,} customers", f"{grown} MB, built in {built:.1f} s", "≤ 600 MB at 100,000"),
        Row(f"a customer changed and seen, {customers:,} customers", f"p99 {milliseconds(percentile(changes, 0.99))}", "≤ 5 ms"),
    ]


def _short(row: KnownCustomer) -> str:
    return row.aliases[0] if row.aliases else row.name.removesuffix("有限公司")


def _timed(reader: Reader, text: str) -> float:
    began = time.perf_counter()
    reader.read(text, NOW)
    return time.perf_counter() - began


def _change(names: Names, reader: Reader, row: KnownCustomer) -> float:
    """The time of a put and of what the next read needs beyond its reading."""
    reader.read("收到", NOW)
    began = time.perf_counter()
    names.put(row)
    names.view()
    return time.perf_counter() - began


def _memory() -> int:
    """Resident memory in MB."""
    return int(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")).split()[1]) // 1024


def scores() -> list[Row]:
    """Every labelled set and public suite that is at hand, with the scorers of the data."""
    found: list[Row] = []
    for label, messages, customers in (
        ("development set", DATA / "understanding" / "messages.jsonl", DATA / "understanding" / "customers.jsonl"),
        ("cases a (looked into)", CASES / "messages_a.jsonl", CASES / "customers.jsonl"),
        ("cases b (only checked)", CASES / "messages_b.jsonl", CASES / "customers.jsonl"),
    ):
        if messages.exists():
            found += _scored(label, messages, customers)
    return found + [_suite(name, *beside) for name, beside in SUITES.items() if (DATA / "nlu" / f"{name}.jsonl").exists()]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def known(path: Path) -> list[KnownCustomer]:
    """The customers of a labelled set."""
    return [
        KnownCustomer(
            str(n), r["name"], tuple(r["aliases"]), r["industry"],
            tuple(KnownContact(**c) for c in r["contacts"]), tuple(r["competitors_known"]),
        )
        for n, r in enumerate(_rows(path))
    ]  # fmt: skip


def _scored(label: str, messages: Path, customers: Path) -> list[Row]:
    reader = Reader(Names(known(customers)), OfficialCalendar())
    records = [{"id": r["id"], "record": reader.read(r["text"], datetime.fromisoformat(r["now"])).record()} for r in _rows(messages)]
    done = json.loads(_ask(DATA / "understanding" / "score.py", messages, records, "--json"))
    figures = {"headline": done["headline"], **done["fields"]}
    return [
        Row(f"{label}, {key}", f"{value:.3f}", f"≥ {WANTED[key]:.2f}" if key in WANTED and label.startswith("dev") else "", "none does it")
        for key, value in figures.items()
        if value is not None
    ]


def _suite(name: str, beside: str, wanted: float) -> Row:
    path, calendar = DATA / "nlu" / f"{name}.jsonl", OfficialCalendar()
    found = [
        {
            "id": r["id"],
            "found": dates_in(r["text"], datetime.fromisoformat(r.get("ref") or NOW.isoformat()), calendar)
            if name.startswith("time")
            else sums_in(r["text"]),
        }
        for r in _rows(path)
    ]
    said = _ask(DATA / "nlu" / "score_suites.py", path, found)
    return Row(name, said.split("=")[1].split(",")[0].strip(), f"≥ {wanted:.2f}", beside)


def _ask(script: Path, gold: Path, found: list[dict[str, Any]], *more: str) -> str:
    out = Path(f"/tmp/genjin-scores-{os.getpid()}.jsonl")
    out.write_text("\n".join(json.dumps(row) for row in found), encoding="utf-8")
    try:
        return subprocess.run([sys.executable, str(script), str(gold), str(out), *more], capture_output=True, text=True, check=True).stdout
    finally:
        out.unlink()


def main() -> None:
    """Print the table; ``--quick`` measures the speed on a small table, ``--write`` puts it into the page."""
    rows = scores() + run(Path(), SMOKE if "--quick" in sys.argv else WHOLE)
    lines = ["| what | measured | wanted | best library |", "| --- | --- | --- | --- |"]
    text = "\n".join(lines + [f"| {r.name} | {r.figure} | {r.target} | {r.beside} |" for r in rows])
    print(text)
    if "--write" in sys.argv:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(MARK)
        _, _, after = rest.partition(MARK)
        PAGE.write_text(f"{before}{MARK}\n{text}\n{MARK}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
