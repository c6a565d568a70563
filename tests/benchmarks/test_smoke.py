"""Every benchmark still runs; nothing is asserted about speed."""

from pathlib import Path

import pytest

from tests.benchmarks import accepting, bytime, exchange, speech, starting, understanding, wecom
from tests.benchmarks.measure import SMOKE

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize(
    "part", [starting, accepting, bytime, understanding, wecom, exchange, speech], ids=lambda part: part.__name__.rpartition(".")[2]
)
def test_a_benchmark_gives_its_rows(part: object, tmp_path: Path) -> None:
    rows = part.run(tmp_path, SMOKE)  # type: ignore[attr-defined]
    assert rows
    assert all(row.figure for row in rows)
