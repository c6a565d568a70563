"""What every benchmark needs: rows for the table, medians, and a child process to measure from outside."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what was measured, the figure, what was wanted, and what it is compared to."""

    name: str
    figure: str
    target: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """How much to do: the whole for the table, a small part for the smoke test."""

    seconds: float
    messages: int
    leads: int
    timers: int
    rounds: int


WHOLE = Size(seconds=8, messages=2000, leads=100_000, timers=100_000, rounds=3)
SMOKE = Size(seconds=0.5, messages=60, leads=500, timers=500, rounds=1)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def spread(waits: Sequence[float]) -> str:
    """Median and 99th percentile."""
    return f"p50 {milliseconds(percentile(waits, 0.5))}, p99 {milliseconds(percentile(waits, 0.99))}"


@contextmanager
def server(folder: Path, *, customers: int = 0) -> Iterator["Server"]:
    """A real service in a process of its own, with a platform that takes events over HTTP."""
    command = [sys.executable, "-m", "tests.benchmarks.server", str(folder), str(customers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        yield Server(process, int(process.stdout.readline()))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@dataclass(frozen=True, slots=True)
class Server:
    """The child: its port and what it says of itself."""

    process: "subprocess.Popen[str]"
    port: int

    def ask(self, path: str) -> dict[str, list[float] | float]:
        """A figure that the child keeps."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            found: dict[str, list[float] | float] = json.loads(answer.read())
            return found

    def memory(self) -> int:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024

    def settled(self, messages: int, seconds: float = 120) -> None:
        """Wait until that many answers have left."""
        end = time.monotonic() + seconds
        while float(str(self.ask("/bench/sent")["count"])) < messages:
            if time.monotonic() > end:
                raise TimeoutError("the service did not answer everything")
            time.sleep(0.02)
