"""Recordings made here: tones, noise and silence in every form that a phone or a platform sends."""

import io
from pathlib import Path

import av
import numpy
from numpy.typing import NDArray

RATE = 16_000
# name → container, codec, rate
FORMS = {
    "amr-nb": ("amr", "libopencore_amrnb", 8000),
    "opus": ("ogg", "libopus", 16_000),
    "webm": ("webm", "libopus", 48_000),
    "mp4": ("mp4", "aac", 44_100),
    "mp3": ("mp3", "libmp3lame", 16_000),
    "wav": ("wav", "pcm_s16le", 16_000),
    "flac": ("flac", "flac", 16_000),
    "aac": ("adts", "aac", 16_000),
}


def tone(seconds: float, hertz: float = 440.0) -> NDArray[numpy.float32]:
    at = numpy.arange(int(seconds * RATE)) / RATE
    return (0.3 * numpy.sin(2 * numpy.pi * hertz * at)).astype(numpy.float32)


def noise(seconds: float, level: float = 0.1) -> NDArray[numpy.float32]:
    return (level * numpy.random.default_rng(7).standard_normal(int(seconds * RATE))).astype(numpy.float32)


def silence(seconds: float) -> NDArray[numpy.float32]:
    return numpy.zeros(int(seconds * RATE), dtype=numpy.float32)


def recorded(samples: NDArray[numpy.float32], form: str) -> bytes:
    """The samples as a file of that form."""
    container, codec, rate = FORMS[form]
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate, frame_size=stream.codec_context.frame_size or 1024)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = RATE
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def film(seconds: float = 1.0, *, sound: bool) -> bytes:
    """A short film, black, with or without a sound track."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        picture = out.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        voice = out.add_stream("aac", rate=RATE) if sound else None
        for _ in range(int(seconds * 10)):
            out.mux(picture.encode(av.VideoFrame(64, 64, "yuv420p")))
        out.mux(picture.encode(None))
        if voice is not None:
            frame = av.AudioFrame.from_ndarray(tone(seconds).reshape(1, -1), format="fltp", layout="mono")
            frame.sample_rate = RATE
            out.mux(voice.encode(frame))
            out.mux(voice.encode(None))
    return file.getvalue()


def kept(folder: Path, data: bytes, name: str = "note") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
