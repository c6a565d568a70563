"""A large table in and out, in a process of its own so that its memory can be told; a small service writes beside it."""

import json
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

from bot.app import open_store
from bot.domain.clock import SystemClock
from tests.benchmarks.measure import Row, Size, percentile

SIGNS = "恒锐博联芯达海瀚铭启岳川澜拓擎景宏泰昌盛源润华远航凯信德丰禾嘉木林森火焰山石田园江河湖溪云雨雪霜星辰月光明亮"
TRADES = ("机械", "电子", "自动化", "精密仪器", "材料", "包装", "食品机械", "阀门", "电缆", "轴承")
PLACES = ("绍兴", "宁波", "苏州", "无锡", "佛山", "东莞", "青岛", "成都", "武汉", "长沙")
HEADINGS = ("名称", "别名", "类型", "行业", "地址", "年采购额", "产线升级", "决策链")


def names(count: int) -> list[str]:
    """Invented company names, all different."""
    chance = random.Random(7)
    found: dict[str, None] = {}
    while len(found) < count:
        core = "".join(chance.sample(SIGNS, 3))
        found[f"{chance.choice(PLACES)}{core}{chance.choice(TRADES)}有限公司"] = None
    return list(found)


def run(folder: Path, size: Size) -> list[Row]:
    """All rows of this file."""
    home = folder / "exchange"
    home.mkdir(parents=True)
    table = home / "customers.xlsx"
    _write(table, names(size.leads))
    wait: list[float] = []
    done = threading.Event()
    service = threading.Thread(target=_serve, args=(home, done, wait))
    open_store(f"sqlite:///{home}/genjin.db").close()
    service.start()
    first = _child(home, "import", "customers", str(table), "--duplicates", "new")
    done.set()
    service.join()
    again = _child(home, "import", "customers", str(table), "--duplicates", "new", "--again")
    out = _child(home, "export", "customers", "--out", str(home / "out.xlsx"))
    beside = (
        f"a commit of the service beside it waits p50 {percentile(wait, 0.5) * 1000:.0f} ms, p99 {percentile(wait, 0.99) * 1000:.0f} ms"
    )
    rows = f"{size.leads:,} customers"
    return [
        Row(f"genjin import, {rows} of an .xlsx into an empty table", _figure(first), "bounded memory", beside),
        Row("the same file again (nothing changes)", _figure(again), "bounded memory"),
        Row(f"genjin export, {rows} to .xlsx", _figure(out), "bounded memory"),
    ]


def _write(path: Path, companies: Sequence[str]) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet()
    page.append(HEADINGS)
    for number, name in enumerate(companies):
        page.append(
            (name, name[2:5], "企业", "机械装备", f"{name[:2]}市明渠路{number}号", f"{number % 90}万", "是", "技术把关，总经理拍板")
        )
    book.save(path)


def _serve(home: Path, done: threading.Event, wait: list[float]) -> None:
    """Twenty small commits a second, as a service makes them."""
    store, clock = open_store(f"sqlite:///{home}/genjin.db", exclusive=True), SystemClock()
    while not done.is_set():
        began = time.perf_counter()
        store.write_now(lambda tx: tx.facts.set("ready", "x", clock.now()))
        wait.append(time.perf_counter() - began)
        done.wait(0.05)
    store.close()


def _child(home: Path, *words: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.exchange", str(home), *words]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(ended.stderr.splitlines()[-1])
    return found


def _figure(took: dict[str, float]) -> str:
    return f"{took['seconds']:.0f} s, at most {took['megabytes']:.0f} MB"


def _measured(home: str, words: Sequence[str]) -> None:
    import os

    from bot.cli import main

    os.environ["GENJIN_DATABASE__URL"] = f"sqlite:///{home}/genjin.db"
    sys.argv = ["genjin", *words]
    began = time.perf_counter()
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
    took = {"seconds": time.perf_counter() - began, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    print(json.dumps(took), file=sys.stderr)


if __name__ == "__main__":
    _measured(sys.argv[1], sys.argv[2:])
