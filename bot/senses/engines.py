"""The speech engines, as the child process sees them: a model in memory that writes down what is said in some samples.

An engine gets one stretch of speech, at most half a minute, cut out by voice activity; it never sees silence, which it would fill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bot.senses.audio import Samples

LANGUAGE = "zh"
BEAM = 5
# No digit is said five times over as often as a model falls into a loop; digits are confirmed by the rep anyway.
NO_REPEAT = 5


class EngineName(StrEnum):
    """The engines there are."""

    FASTER = "faster-whisper"
    OPENAI = "openai-whisper"


@dataclass(frozen=True, slots=True)
class Model:
    """A model on the disk, ready to load: ``path`` is a folder for faster-whisper and a ``.pt`` file for openai-whisper."""

    engine: EngineName
    name: str
    path: str
    device: str = "cpu"
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Written:
    """A few words with seconds from the start of the stretch and their mean log probability."""

    start: float
    end: float
    text: str
    certainty: float


class Engine(Protocol):
    """A loaded model."""

    def write(self, samples: "Samples", prompt: str, hot_words: Sequence[str]) -> list[Written]:
        """What is said in 16 kHz samples."""
        ...


def load(model: Model) -> Engine:
    """Load a model into this process."""
    return _Faster(model) if model.engine is EngineName.FASTER else _Openai(model)


class _Faster:
    """CTranslate2: 8-bit on the CPU, half precision on a graphics card."""

    def __init__(self, model: Model) -> None:
        from faster_whisper import WhisperModel

        compute = "int8" if model.device == "cpu" else "float16"
        self._model = WhisperModel(
            model.path, device=model.device, compute_type=compute, cpu_threads=model.threads, num_workers=1, local_files_only=True
        )

    def write(self, samples: "Samples", prompt: str, hot_words: Sequence[str]) -> list[Written]:
        segments, _ = self._model.transcribe(
            samples,
            language=LANGUAGE,
            beam_size=BEAM,
            temperature=0.0,
            no_repeat_ngram_size=NO_REPEAT,
            condition_on_previous_text=False,
            initial_prompt=prompt or None,
            hotwords="，".join(hot_words) or None,
            vad_filter=False,
        )
        return [Written(s.start, s.end, s.text, s.avg_logprob) for s in segments]


class _Openai:
    """The reference implementation on PyTorch: for graphics cards and for comparison."""

    def __init__(self, model: Model) -> None:
        import torch
        import whisper

        torch.set_num_threads(model.threads)
        self._half = model.device != "cpu"
        self._model: Any = whisper.load_model(model.path, device=model.device)

    def write(self, samples: "Samples", prompt: str, hot_words: Sequence[str]) -> list[Written]:
        names = "，".join(hot_words)
        found = self._model.transcribe(
            samples,
            language=LANGUAGE,
            beam_size=BEAM,
            temperature=0.0,
            condition_on_previous_text=False,
            initial_prompt=(f"{names}。{prompt}" if names else prompt) or None,
            fp16=self._half,
            verbose=None,
        )
        return [Written(float(s["start"]), float(s["end"]), str(s["text"]), float(s["avg_logprob"])) for s in found["segments"]]
