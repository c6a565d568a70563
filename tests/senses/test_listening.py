"""Listening with a real model: silence gives nothing, words come with their times, invention is held back."""

from pathlib import Path

import numpy
import pytest
from numpy.typing import NDArray

from bot.senses.audio import RATE, Problem, Unreadable
from bot.senses.listening import listen, stretches_of
from bot.senses.models import NoModel
from bot.senses.speech import Speech, Transcriber
from bot.senses.words import Piece, doubtful, polished, sentence
from config.sections import Speech as Settings
from tests.senses.conftest import CLIPS, clips, needs_clips
from tests.senses.errors import errors
from tests.senses.recordings import kept, noise, recorded, silence, tone

# A real model on a machine that others use: minutes, where a quiet one takes seconds.
pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
QUIET = {
    "silence": silence(10),
    "a whisper of noise": noise(10, 0.001),
    "noise": noise(10, 0.1),
    "hum": tone(10, 50),
    "nothing finite": numpy.full(RATE, numpy.nan, dtype=numpy.float32),
}


@pytest.mark.parametrize("name", QUIET)
def test_where_nobody_speaks_no_model_is_asked(name: str) -> None:
    assert stretches_of(QUIET[name], last=True) == ([], len(QUIET[name]))


async def test_silence_gives_no_words(speech: Speech, tmp_path: Path) -> None:
    found = await speech.transcribe(kept(tmp_path, recorded(silence(60), "opus")), hot_words=["恒力机械"])
    assert (found.text, found.segments, found.unclear, round(found.audio_s)) == ("", (), 0, 60)


async def test_a_moment_is_too_short(speech: Speech, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=Problem.TOO_SHORT):
        await speech.transcribe(kept(tmp_path, recorded(tone(0.3), "wav")))


async def test_a_file_that_is_no_recording_is_refused_with_its_problem(speech: Speech, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refusal:
        await speech.transcribe(kept(tmp_path, b"#!SILK_V3" + bytes(100)))
    assert refusal.value.problem is Problem.SILK


async def test_without_a_model_the_sentence_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match="genjin speech pull small"):
        await Speech(Settings(model_dir=tmp_path)).transcribe(tmp_path / "note")


@needs_clips
async def test_words_come_with_their_times_and_with_punctuation(speech: Transcriber) -> None:
    found = await speech.transcribe(CLIPS / "note_00.amr")
    assert errors(found.text, "今天下午两点拜访了绍兴恒力机械的张工，他说预算有限，下周三之前给他报价，单价大概三千二") <= 8
    assert found.text.endswith("。")
    # Comma or full stop between the four parts: int8 arithmetic differs from processor to processor, and the model with it.
    assert sum(found.text.count(mark) for mark in "，。") >= 4
    assert not set(found.text) & set(",.?!")
    assert found.segments[0].start >= 0
    assert all(a.end <= b.start + 0.01 for a, b in zip(found.segments, found.segments[1:], strict=False))
    assert found.segments[-1].end <= found.audio_s
    assert (found.engine, found.model, found.language) == ("faster-whisper", "base", "zh")


@needs_clips
async def test_real_recordings_are_understood(speech: Transcriber) -> None:
    wrong = {clip.path.name: errors((await speech.transcribe(clip.path)).text, clip.words) for clip in clips("std")}
    assert wrong["aishell121.wav"] <= 3
    assert wrong["sr_zajiaoh.flac"] <= 2
    assert wrong["funasr_binhai.wav"] <= 3


@needs_clips
async def test_words_after_a_long_silence_are_not_lost(speech: Transcriber, tmp_path: Path) -> None:
    note = samples("note_03.ogg")
    gap = recorded(numpy.concatenate([note, silence(70), note]), "opus")
    found = await speech.transcribe(kept(tmp_path, gap))
    assert found.text.count("样品") == 2
    assert found.segments[-1].start > 77


@needs_clips
async def test_a_long_recording_is_told_of_as_it_goes(speech: Transcriber, tmp_path: Path) -> None:
    long = recorded(numpy.concatenate([samples(f"note_0{n}.{'amr' if n % 2 == 0 else 'ogg'}") for n in range(10)]), "opus")
    steps: list[float] = []
    found = await speech.transcribe(kept(tmp_path, long), progress=steps.append)
    assert len(steps) == 2
    assert abs(steps[-1] - 80.8) < 1
    assert "海天电器" in found.text
    assert "金龙" in found.text


@needs_clips
def test_what_is_said_over_the_edge_of_a_block_is_not_cut() -> None:
    speech_at_the_end = numpy.concatenate([silence(4), samples("note_01.ogg")[: 5 * RATE]])
    found, used = stretches_of(speech_at_the_end, last=False)
    assert used < len(speech_at_the_end)
    assert all(stretch.end <= used for stretch in found)
    assert stretches_of(speech_at_the_end, last=True)[1] == len(speech_at_the_end)


def samples(name: str) -> NDArray[numpy.float32]:
    from bot.senses.audio import blocks

    return numpy.concatenate(list(blocks(CLIPS / name, 60)))


PROMPT = "以下是普通话的销售拜访记录，用简体中文，带标点。"


@pytest.mark.parametrize(
    ("text", "spoken", "certainty"),
    [
        ("以下是普通话的销售拜访记录", 5.0, -0.2),
        ("你不想要我你不想要我你不想要我你不想要我你不想要我", 20.0, -0.19),
        ("好好好好好好好", 3.0, -0.3),
        ("。。。。。", 0.4, -0.3),
        ("今天去了绍兴见了张工谈了报价", 0.4, -0.3),
        ("嗯今天还可以吧", 4.0, -1.4),
    ],
)
def test_what_looks_invented_is_not_believed(text: str, spoken: float, certainty: float) -> None:
    assert doubtful(Piece(0, spoken, text, certainty), spoken, PROMPT)


@pytest.mark.parametrize("text", ["今天下午两点拜访了恒力机械的张工", "好", "电话是八八六六八八六六", "对对对，就这样"])
def test_what_people_say_is_believed(text: str) -> None:
    assert not doubtful(Piece(0, 4, text, -0.4), 4.0, PROMPT)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("今天 下午,去了 绍興", "今天下午，去了绍兴"),
        ("拜訪了王總?", "拜访了王总？"),
        ("型号 SR-20, 单价3.5元", "型号SR-20，单价3.5元"),
        ("好的.", "好的。"),
    ],
)
def test_characters_and_marks_are_those_of_the_mainland(written: str, read: str) -> None:
    assert polished(written) == read


def test_pauses_become_marks_and_the_end_a_full_stop() -> None:
    assert sentence(["今天去了绍兴", "见了张工。", "、", "明天报价，"]) == "今天去了绍兴，见了张工。明天报价。"


def test_no_words_are_no_sentence() -> None:
    assert sentence(["", "。"]) == ""


def test_listening_tells_how_far_it_is(tmp_path: Path, model_dir: Path) -> None:
    from bot.senses.engines import EngineName, Model

    model = Model(EngineName.FASTER, "base", str(model_dir / "faster-whisper" / "base"))
    blocks = list(listen(kept(tmp_path, recorded(silence(130), "opus")), model, ()))
    assert [round(block.until) for block in blocks] == [60, 120, 130]
