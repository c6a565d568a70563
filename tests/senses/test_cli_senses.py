"""``genjin transcribe`` and ``genjin speech pull`` as people run them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.senses.conftest import CLIPS, needs_clips
from tests.senses.recordings import kept, recorded, silence

pytestmark = pytest.mark.timeout(900)


def genjin(models: Path, *args: object) -> "subprocess.CompletedProcess[str]":
    """Run the command in a process of its own."""
    environment = {**os.environ, "GENJIN_SPEECH__MODEL_DIR": str(models), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "bot", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=800)


def test_each_file_gives_a_line_and_a_bad_one_stops_no_other(tmp_path: Path, model_dir: Path) -> None:
    quiet, silk = kept(tmp_path, recorded(silence(3), "wav"), "quiet.wav"), kept(tmp_path, b"#!SILK_V3" + bytes(9), "a.silk")
    ran = genjin(model_dir, "transcribe", "--json", silk, quiet, tmp_path / "nowhere.wav", "--hot-word", "恒力机械")
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 1
    assert [sorted(row) for row in rows] == [
        ["file", "problem"],
        ["audio_s", "engine", "file", "language", "model", "segments", "text", "took_s"],
        ["file", "problem"],
    ]
    assert (rows[1]["text"], rows[1]["audio_s"], rows[1]["model"]) == ("", 3.0, "base")
    assert "SILK" in ran.stderr
    assert "没有这个文件" in ran.stderr
    assert "（2/3）" in ran.stderr


@needs_clips
def test_a_recording_becomes_its_words_on_stdout(model_dir: Path) -> None:
    ran = genjin(model_dir, "transcribe", CLIPS / "note_03.ogg")
    assert ran.returncode == 0
    assert "样品" in ran.stdout
    assert len(ran.stdout.splitlines()) == 1


def test_without_a_model_it_says_how_to_get_one(tmp_path: Path) -> None:
    ran = genjin(tmp_path, "transcribe", tmp_path / "a.wav")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "genjin speech pull small" in ran.stderr


@pytest.mark.parametrize("args", [["transcribe"], ["speech", "pull"], ["speech", "push", "base"]])
def test_a_wrong_usage_is_two(tmp_path: Path, args: list[str]) -> None:
    assert genjin(tmp_path, *args).returncode == 2


def test_a_model_is_pulled_from_a_folder_and_known_the_second_time(tmp_path: Path, model_dir: Path) -> None:
    source = model_dir / "faster-whisper" / "base"
    first, second = (genjin(tmp_path, "speech", "pull", "base", "--from", source) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "已就位" in first.stdout
    assert "已经在了" in second.stdout
    assert "model.bin 100%" in first.stderr


def test_an_unknown_model_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    ran = genjin(tmp_path, "speech", "pull", "gigantic")
    assert ran.returncode == 1
    assert "tiny、base、small、medium、large-v3-turbo、large-v3" in ran.stderr
