"""Recordings as 16 kHz mono samples, whatever a phone wrote. Runs in a child process: decoders have been crashed by hostile files.

The container is chosen by the first bytes and by nothing else; a playlist that names other files or addresses is therefore never opened.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from bot.domain.errors import GenjinError

if TYPE_CHECKING:
    import av
    import numpy
    from av.container import InputContainer
    from numpy.typing import NDArray

    Samples = NDArray[numpy.float32]

RATE = 16_000
MOST_SECONDS = 3600
# Packets that will not decode: a damaged file has some, a file of noise has nothing else.
MOST_BROKEN = 2000


class Problem(StrEnum):
    """Why a file cannot be listened to."""

    EMPTY = "empty"
    SILK = "silk"
    ERROR_BODY = "error_body"
    NOT_AUDIO = "not_audio"
    NO_SOUND = "no_sound"
    BROKEN = "broken"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"


class Unreadable(GenjinError):
    """The file is no recording that can be listened to; the message is the :class:`Problem`."""

    @property
    def problem(self) -> Problem:
        return Problem(str(self))


# First bytes → FFmpeg's demuxer.
CONTAINERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"#!AMR", "amr"),
    (0, b"OggS", "ogg"),
    (0, b"RIFF", "wav"),
    (0, b"fLaC", "flac"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (4, b"ftyp", "mov"),
    (0, b"ID3", "mp3"),
)
# Raw streams: what FFmpeg says of their length is a guess from the bit rate; what counts is how many packets there are.
UNDECLARED = ("amr", "mp3", "aac")
SILK = (b"#!SILK", b"\x02#!SILK")


def container_of(head: bytes) -> str:
    """The demuxer for a file that begins like this. Raises Unreadable."""
    if not head:
        raise Unreadable(Problem.EMPTY)
    if head.startswith(SILK):
        raise Unreadable(Problem.SILK)
    for at, magic, name in CONTAINERS:
        if head[at : at + len(magic)] == magic:
            return name
    if head[0] == 0xFF and head[1:2] and head[1] & 0xE0 == 0xE0:  # a frame's sync word; layer 0 is AAC
        return "mp3" if head[1] & 0x06 else "aac"
    if head.lstrip()[:1] in (b"{", b"<"):
        raise Unreadable(Problem.ERROR_BODY)
    raise Unreadable(Problem.NOT_AUDIO)


def blocks(path: Path, seconds: int, most: int = MOST_SECONDS) -> Iterator["Samples"]:
    """The sound of a file in arrays of ``seconds`` (the last one shorter), float32 from -1 to 1.

    Raises Unreadable, also for more than ``most`` seconds.
    """
    import av
    import numpy

    with path.open("rb") as file:
        kind = container_of(file.read(16))
        file.seek(0)
        if kind in UNDECLARED and _packed(file, kind, most) > most:
            raise Unreadable(Problem.TOO_LONG)
        file.seek(0)
        waiting: list[Samples] = []
        length = total = 0
        try:
            for part in _samples(file, kind, most):
                waiting.append(part)
                length += len(part)
                total += len(part)
                if total > most * RATE:
                    raise Unreadable(Problem.TOO_LONG)
                while length >= seconds * RATE:
                    joined = numpy.concatenate(waiting)
                    yield joined[: seconds * RATE]
                    waiting = [joined[seconds * RATE :]]
                    length = len(waiting[0])
        except (av.FFmpegError, ValueError, EOFError) as error:
            raise Unreadable(Problem.BROKEN) from error
        if total == 0:
            raise Unreadable(Problem.BROKEN)
        if length:
            yield numpy.concatenate(waiting)


def _packed(file: BinaryIO, kind: str, most: int) -> float:
    """Seconds of sound in the packets of a raw stream, without decoding one; counted no further than ``most``."""
    import av

    seconds = 0.0
    try:
        with av.open(file, "r", format=kind, metadata_errors="ignore") as container:
            for packet in container.demux(audio=0):
                seconds += float((packet.duration or 0) * packet.time_base)
                if seconds > most:
                    break
    except (av.FFmpegError, ValueError, IndexError):
        return seconds  # whoever decodes it says what is wrong
    return seconds


def _samples(file: BinaryIO, kind: str, most: int) -> Iterator["Samples"]:
    import av

    with av.open(file, "r", format=kind, metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise Unreadable(Problem.NO_SOUND)
        stream = container.streams.audio[0]
        if kind not in UNDECLARED and container.duration and container.duration > most * av.time_base:
            raise Unreadable(Problem.TOO_LONG)
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in _frames(container, stream):
            frame.pts = None  # stamps of damaged files run backwards, which the resampler would refuse
            for out in resampler.resample(frame):
                yield out.to_ndarray()[0]
        for out in resampler.resample(None):
            yield out.to_ndarray()[0]


def _frames(container: "InputContainer", stream: "av.AudioStream") -> Iterator["av.AudioFrame"]:
    """Frames of a stream; packets that will not decode are left out, and too many of them end it."""
    import av

    decoder: Any = stream
    if stream.codec_context is None:
        raise Unreadable(Problem.BROKEN)
    if stream.codec_context.name == "amrnb":  # FFmpeg's own decoder stops at every comfort-noise frame
        decoder = av.CodecContext.create("libopencore_amrnb", "r")
        decoder.sample_rate, decoder.layout = 8000, "mono"
    broken = 0
    for packet in container.demux(stream):
        try:
            yield from decoder.decode(packet)
        except EOFError:
            return
        except av.FFmpegError:
            broken += 1
            if broken > MOST_BROKEN:
                raise
