"""How long ``genjin serve`` takes until ``/healthz`` answers, beside the bare import of what it is made of."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.benchmarks.measure import Row, Size, percentile

PORT = 18710
BARE = "import sqlalchemy, aiohttp.web, pydantic_settings"


def run(folder: Path, size: Size) -> list[Row]:
    """The second start and later ones; the first also migrates."""
    _start(folder)
    took = percentile([_start(folder) for _ in range(size.rounds)], 0.5)
    bare = percentile(
        [_timed([sys.executable, "-c", "import sqlalchemy, aiohttp.web, pydantic_settings"]) for _ in range(size.rounds)], 0.5
    )
    return [Row("genjin serve → /healthz", f"{took:.2f} s", "≤ 1.5 s", f"importing SQLAlchemy, aiohttp and pydantic alone {bare:.2f} s")]


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def _start(folder: Path) -> float:
    env = {
        **os.environ,
        "GENJIN_DATABASE__URL": f"sqlite:///{folder}/start.db",
        "GENJIN_SERVER__PORT": str(PORT),
        "GENJIN_SERVER__ADMIN_PORT": str(PORT + 1),
    }
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], env=env, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=1).close()
                return time.perf_counter() - began
            except (urllib.error.URLError, ConnectionError):
                if time.perf_counter() - began > 30:
                    raise
                time.sleep(0.005)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
