"""The floors hold, and a deliberate breach of each wall is caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "storage", "prompts", "config")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product's code to break walls in."""
    copy = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)


def test_the_floors_hold(house: Path) -> None:
    found = lint(house)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("file", "breach", "wall"),
    [
        ("handlers/help.py", "import bot.platforms.sandbox", "the floors BROKEN"),
        ("handlers/help.py", "import handlers.visit", "stories are strangers BROKEN"),
        ("handlers/help.py", "import sqlalchemy", "domain and stories know no machinery BROKEN"),
        ("bot/domain/member.py", "import storage.store", "the floors BROKEN"),
        ("bot/domain/member.py", "import aiohttp", "domain is the standard library and pydantic BROKEN"),
        ("bot/chat/outgoing.py", "import prompts.replies", "the floors BROKEN"),
        ("bot/lodger.py", "", "lodger"),
    ],
)
def test_a_deliberate_breach_is_caught(house: Path, file: str, breach: str, wall: str) -> None:
    path = house / file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{breach}\n", encoding="utf-8")
    try:
        found = lint(house)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")
    assert found.returncode == 1
    assert wall in found.stdout
