"""The labelled development data, where present: the scores in docs/understanding.md with a little room."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.understanding import KnownContact, KnownCustomer, Names, Reader
from bot.understanding.expressions import dates_in, sums_in
from config.calendar import OfficialCalendar

DATA = Path(os.environ.get("GENJIN_DEV_DATA", Path(__file__).parents[3] / "shared" / "data"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"NO LABELLED DATA at {DATA}: understanding is not scored (set GENJIN_DEV_DATA)")
FLOORS = {
    "intent": 0.95,
    "customer": 0.98,
    "contacts": 0.97,
    "next_on": 0.96,
    "occurred_on": 0.96,
    "channel": 0.93,
    "items": 0.82,
    "payment_amount": 0.9,
    "objections": 0.9,
}


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def customers() -> list[KnownCustomer]:
    return [
        KnownCustomer(
            str(i),
            r["name"],
            tuple(r["aliases"]),
            r["industry"],
            tuple(KnownContact(**c) for c in r["contacts"]),
            tuple(r["competitors_known"]),
        )
        for i, r in enumerate(rows(DATA / "understanding" / "customers.jsonl"))
    ]


def test_messages_are_understood_as_labelled(tmp_path: Path) -> None:
    reader = Reader(Names(customers()), OfficialCalendar())
    messages = DATA / "understanding" / "messages.jsonl"
    out = tmp_path / "predictions.jsonl"
    read = [{"id": r["id"], "record": reader.read(r["text"], datetime.fromisoformat(r["now"])).record()} for r in rows(messages)]
    out.write_text("\n".join(json.dumps(r) for r in read), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(DATA / "understanding" / "score.py"), str(messages), str(out), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    scores = json.loads(done.stdout)
    assert scores["headline"] >= 0.93
    assert {f: s for f, s in scores["fields"].items() if f in FLOORS and s < FLOORS[f]} == {}


@pytest.mark.parametrize(("suite", "floor"), [("time_jionlp", 0.88), ("time_msr_model", 0.79), ("num_msr", 0.94), ("money_jionlp", 0.92)])
def test_public_suites_are_read(tmp_path: Path, suite: str, floor: float) -> None:
    path, out = DATA / "nlu" / f"{suite}.jsonl", tmp_path / "found.jsonl"
    calendar = OfficialCalendar()
    found = [
        {
            "id": r["id"],
            "found": dates_in(r["text"], datetime.fromisoformat(r.get("ref") or "2026-04-15T10:00"), calendar)
            if suite.startswith("time")
            else sums_in(r["text"]),
        }
        for r in rows(path)
    ]
    out.write_text("\n".join(json.dumps(r) for r in found), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(DATA / "nlu" / "score_suites.py"), str(path), str(out)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout.split("=")[1].split(",")[0]) >= floor
