"""openai-whisper itself, on the test model: run by ``make test-whisper``, whose environment has torch."""

import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.senses.engines import EngineName
from bot.senses.models import present
from bot.senses.pull import OPENAI
from bot.senses.speech import Speech
from config.sections import Speech as Settings
from tests.senses.conftest import CACHE, CLIPS, assembled, clips, needs_clips
from tests.senses.errors import errors, plain
from tests.senses.recordings import kept, recorded, silence
from tests.whisper.convert import convert

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("whisper") is None, reason="NO OPENAI-WHISPER here: the engine is not tested; run make test-whisper"
)


@pytest.fixture(scope="session")
def model_dir() -> Path:
    folder = assembled(CACHE)
    if "base" not in present(EngineName.OPENAI, folder):
        convert(folder / EngineName.FASTER / "base", folder / EngineName.OPENAI / "base.pt")
    return folder


@pytest.fixture
async def speech(model_dir: Path) -> AsyncIterator[Speech]:
    listening = Speech(Settings(model_dir=model_dir, engine="openai-whisper"))
    yield listening
    await listening.close()


async def test_silence_gives_no_words(speech: Speech, tmp_path: Path) -> None:
    found = await speech.transcribe(kept(tmp_path, recorded(silence(10), "opus")))
    assert (found.text, found.engine, found.model) == ("", "openai-whisper", "base")


def test_the_published_checksums_are_those_of_the_package() -> None:
    import whisper

    assert {name: whisper._MODELS[name].split("/")[-2] for name in OPENAI} == OPENAI


@needs_clips
async def test_real_recordings_are_understood(speech: Speech) -> None:
    wrong = {clip.path.name: errors((await speech.transcribe(clip.path)).text, clip.words) for clip in clips("std")}
    assert wrong["aishell121.wav"] <= 4
    assert wrong["sr_zajiaoh.flac"] <= 2


@needs_clips
async def test_a_sales_note_is_understood_with_its_names(speech: Speech) -> None:
    found = await speech.transcribe(CLIPS / "note_00.amr", hot_words=["恒力机械", "永盛纺织"])
    said = clips("sales")[0].words
    assert errors(found.text, said) / len(plain(said)) <= 0.25
    assert found.text.endswith("。")
