"""Decoding: every form that is sent, and every way in which a file can be wrong."""

import contextlib
import io
import random
from pathlib import Path

import numpy
import pytest
from numpy.typing import NDArray

from bot.senses.audio import RATE, Problem, Unreadable, blocks
from tests.senses.conftest import CLIPS, needs_clips
from tests.senses.recordings import FORMS, film, kept, recorded, tone


def decoded(path: Path) -> NDArray[numpy.float32]:
    return numpy.concatenate(list(blocks(path, 60)))


def problem(folder: Path, data: bytes) -> Problem:
    with pytest.raises(Unreadable) as refusal:
        decoded(kept(folder, data))
    return refusal.value.problem


def pitch(samples: NDArray[numpy.float32]) -> float:
    spectrum = numpy.abs(numpy.fft.rfft(samples))
    return float(spectrum.argmax() * RATE / len(samples))


@pytest.mark.parametrize("form", FORMS)
def test_a_recording_of_every_form_becomes_the_sound_that_was_made(tmp_path: Path, form: str) -> None:
    sound = decoded(kept(tmp_path, recorded(tone(2.0), form)))
    assert abs(len(sound) / RATE - 2.0) < 0.15
    assert abs(pitch(sound) - 440) < 2


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    path = kept(tmp_path, recorded(tone(1.0), "opus"), "note.amr")
    assert abs(len(decoded(path)) / RATE - 1.0) < 0.1


def test_comfort_noise_of_amr_is_decoded_and_not_dropped(tmp_path: Path) -> None:
    # Frame type 8 (SID) and 15 (nothing to send), as phones write them while nobody speaks.
    speech = recorded(tone(1.0), "amr-nb")
    quiet = (bytes([0x44]) + bytes(5) + bytes([0x7C]) * 7) * 6
    assert abs(len(decoded(kept(tmp_path, speech + quiet))) / RATE - (1.0 + 48 * 0.02)) < 0.1


def amr_wideband(frames: int) -> bytes:
    """Frames of 23.85 kbit/s; there is no encoder for them here."""
    chance = random.Random(3)
    return b"#!AMR-WB\n" + b"".join(bytes([0x44]) + chance.randbytes(60) for _ in range(frames))


def test_amr_wideband_is_decoded(tmp_path: Path) -> None:
    assert abs(len(decoded(kept(tmp_path, amr_wideband(50)))) / RATE - 1.0) < 0.05


def test_a_long_recording_comes_in_blocks(tmp_path: Path) -> None:
    path = kept(tmp_path, recorded(tone(5.5), "wav"))
    assert [len(block) / RATE for block in blocks(path, 2)] == [2.0, 2.0, 1.5]


def test_the_sound_of_a_film_is_heard(tmp_path: Path) -> None:
    assert abs(len(decoded(kept(tmp_path, film(sound=True)))) / RATE - 1.0) < 0.15


def test_a_film_without_sound(tmp_path: Path) -> None:
    assert problem(tmp_path, film(sound=False)) is Problem.NO_SOUND


def test_an_empty_file(tmp_path: Path) -> None:
    assert problem(tmp_path, b"") is Problem.EMPTY


@pytest.mark.parametrize("head", [b"\x02#!SILK_V3", b"#!SILK_V3"])
def test_silk_is_recognised_and_not_tried(tmp_path: Path, head: bytes) -> None:
    assert problem(tmp_path, head + bytes(200)) is Problem.SILK


@pytest.mark.parametrize("body", [b'{"errcode":40007,"errmsg":"invalid media_id"}', b"<html><body>404</body></html>"])
def test_the_error_of_a_platform_saved_as_a_file(tmp_path: Path, body: bytes) -> None:
    assert problem(tmp_path, body) is Problem.ERROR_BODY


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe0" + bytes(100), b"PK\x03\x04" + bytes(100), b"hello" * 50, bytes(1000)])
def test_what_is_no_recording(tmp_path: Path, data: bytes) -> None:
    assert problem(tmp_path, data) is Problem.NOT_AUDIO


@pytest.mark.parametrize("data", [b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", b"ffconcat version 1.0\nfile /etc/passwd\n"])
def test_a_list_that_names_other_files_is_never_opened(tmp_path: Path, data: bytes) -> None:
    assert problem(tmp_path, data) is Problem.NOT_AUDIO


@pytest.mark.parametrize(
    "head", [b"#!AMR\n", b"OggS", b"RIFF\x00\x00\x00\x00WAVE", b"fLaC", b"\x1aE\xdf\xa3", b"\x00\x00\x00\x18ftyp", b"ID3"]
)
def test_a_head_without_a_body(tmp_path: Path, head: bytes) -> None:
    assert problem(tmp_path, head) is Problem.BROKEN


def test_half_of_a_file_whose_index_stands_at_its_end(tmp_path: Path) -> None:
    whole = recorded(tone(3.0), "mp4")
    assert problem(tmp_path, whole[: len(whole) // 2]) is Problem.BROKEN


def test_half_of_a_file_that_can_be_read_from_its_front_is_read_so_far(tmp_path: Path) -> None:
    whole = recorded(tone(4.0), "amr-nb")
    assert abs(len(decoded(kept(tmp_path, whole[: len(whole) // 2]))) / RATE - 2.0) < 0.1


def test_ten_hours_in_a_small_file_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    assert problem(tmp_path, recorded_silence_of_hours(10)) is Problem.TOO_LONG


def recorded_silence_of_hours(hours: int) -> bytes:
    """FLAC of nothing: a few bytes a frame; written by hand because encoding it would take longer than the test may."""
    one = io.BytesIO(recorded(numpy.zeros(RATE, dtype=numpy.float32), "flac")).getvalue()
    # STREAMINFO holds the number of samples in the low 36 bits before the checksum.
    info = bytearray(one[8:42])
    total = hours * 3600 * RATE
    info[13] = (info[13] & 0xF0) | (total >> 32)
    info[14:18] = (total & 0xFFFFFFFF).to_bytes(4, "big")
    return one[:8] + bytes(info) + one[42:]


def test_frames_without_a_declared_length_are_counted_as_they_come(tmp_path: Path) -> None:
    path = kept(tmp_path, recorded(tone(3.0), "amr-nb"))
    with pytest.raises(Unreadable, match=Problem.TOO_LONG):
        list(blocks(path, 1, most=2))


@pytest.mark.parametrize("form", ["amr-nb", "mp3", "aac"])
def test_frames_that_are_too_many_are_refused_before_the_first_is_listened_to(tmp_path: Path, form: str) -> None:
    path = kept(tmp_path, recorded(tone(3.0), form))
    with pytest.raises(Unreadable, match=Problem.TOO_LONG):
        next(blocks(path, 1, most=2))


@pytest.mark.parametrize("form", FORMS)
def test_damage_gives_a_sound_or_a_problem_and_nothing_else(tmp_path: Path, form: str) -> None:
    whole = bytearray(recorded(tone(1.0), form))
    chance = random.Random(11)
    for _ in range(40):
        bad = whole.copy()
        for _ in range(chance.randrange(1, 40)):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        path = kept(tmp_path, bytes(bad[: chance.randrange(1, len(bad))]))
        with contextlib.suppress(Unreadable):
            assert len(decoded(path)) < 3600 * RATE


@needs_clips
def test_recordings_that_phones_made_are_decoded_whole() -> None:
    assert abs(len(decoded(CLIPS / "note_00.amr")) / RATE - 8.92) < 0.05
    assert abs(len(decoded(CLIPS / "note_01.ogg")) / RATE - 8.64) < 0.05
