"""The speech models: which there are, what their files must be, and which one lies ready on this machine.

The checksums are those of the conversions that faster-whisper itself names, at the revisions named here, and for openai-whisper the ones
in the addresses that the package carries; a file that differs is not loaded, whoever gave it.
"""

import hashlib
import importlib.util
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import UserError
from bot.senses.engines import EngineName, Model
from config.sections import Speech

TOKENIZER = "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
VOCABULARY = "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"
V3_VOCABULARY = "c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1"
V3_PREPROCESSOR = "7ccc62c6f2765af1f3b46c00c9b5894426835a05021c8b9c01eecb6dfb542711"
MANIFEST = "genjin.json"
WEIGHTS = "model.bin"
NEEDED = (WEIGHTS, "config.json", "tokenizer.json")
PACKAGES: Mapping[EngineName, str] = {EngineName.FASTER: "faster_whisper", EngineName.OPENAI: "whisper"}


# A second thread gains faster-whisper nothing (docs/speech.md); it is better spent on a second recording.
THREADS: Mapping[EngineName, int] = {EngineName.FASTER: 1, EngineName.OPENAI: min(2, os.cpu_count() or 1)}


@dataclass(frozen=True, slots=True)
class Published:
    """A model that can be fetched: where, at which revision, and the SHA-256 of each file. ``mb`` is its size."""

    name: str
    repo: str
    revision: str
    mb: int
    files: Mapping[str, str]


def _old(config: str, weights: str) -> dict[str, str]:
    return {WEIGHTS: weights, "config.json": config, "tokenizer.json": TOKENIZER, "vocabulary.txt": VOCABULARY}


def _v3(config: str, weights: str, tokenizer: str) -> dict[str, str]:
    return {
        WEIGHTS: weights,
        "config.json": config,
        "tokenizer.json": tokenizer,
        "vocabulary.json": V3_VOCABULARY,
        "preprocessor_config.json": V3_PREPROCESSOR,
    }


# From the quickest to the most accurate.
PUBLISHED: Mapping[str, Published] = {
    model.name: model
    for model in (
        Published(
            "tiny",
            "Systran/faster-whisper-tiny",
            "d90ca5fe260221311c53c58e660288d3deb8d356",
            78,
            _old(
                "a73a28cdfe1c43ccc7202fa333d1f89c202477271407ae9a7f19afa52039cac8",
                "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1",
            ),
        ),
        Published(
            "base",
            "Systran/faster-whisper-base",
            "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
            148,
            _old(
                "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
                "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            ),
        ),
        Published(
            "small",
            "Systran/faster-whisper-small",
            "536b0662742c02347bc0e980a01041f333bce120",
            486,
            _old(
                "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828",
                "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
            ),
        ),
        Published(
            "medium",
            "Systran/faster-whisper-medium",
            "08e178d48790749d25932bbc082711ddcfdfbc4f",
            1531,
            _old(
                "3622a2ddc41ec0e0fd4e68c13c6830f03b90c38d89aaad184de02c8c642cf807",
                "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae",
            ),
        ),
        Published(
            "large-v3-turbo",
            "dropbox-dash/faster-whisper-large-v3-turbo",
            "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
            1622,
            _v3(
                "b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e",
                "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da",
                "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd",
            ),
        ),
        Published(
            "large-v3",
            "Systran/faster-whisper-large-v3",
            "edaa852ec7e145841d8ffdb056a99866b5f0a478",
            3091,
            _v3(
                "a9306624f5ec14270a014b647e5c316b6e03a662c369758d1b90697a7b0655b9",
                "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1",
                "6d8cbd7cd0d8d5815e478dac67b85a26bbe77c1f5e0c6d76d1ce2abc0e5f21ca",
            ),
        ),
    )
}
ORDER = tuple(PUBLISHED)


class NoModel(UserError):
    """Nothing here can listen; the sentence says what is missing and how to mend it."""


def installed(engine: EngineName) -> bool:
    """Whether the engine's package is there; it is not imported for that."""
    return importlib.util.find_spec(PACKAGES[engine]) is not None


def engines_of(speech: Speech) -> list[EngineName]:
    """The engines that the settings allow, the preferred one first."""
    return [EngineName.FASTER, EngineName.OPENAI] if speech.engine == "auto" else [EngineName(speech.engine)]


def ready(speech: Speech) -> Model:
    """The model to listen with. Raises NoModel.

    ``model = "auto"`` takes the most accurate one that lies in ``model_dir``; a path is taken as it is.
    """
    chosen = [engine for engine in engines_of(speech) if installed(engine)]
    if not chosen:
        wanted = engines_of(speech)[0]
        raise NoModel(f"没有装语音识别引擎 {wanted}；装上 genjin[{'speech' if wanted is EngineName.FASTER else 'whisper'}] 后再试")
    for engine in chosen:
        found = _find(engine, speech)
        if found is not None:
            name, path = found
            return Model(engine, name, str(path), _device(speech), THREADS[engine])
    what = "语音模型" if speech.model == "auto" else f"语音模型 {speech.model}"
    name = "small" if speech.model == "auto" else speech.model
    raise NoModel(f"{speech.model_dir} 里没有{what}；运行 genjin speech pull {name} 取一个")


def present(engine: EngineName, folder: Path) -> dict[str, Path]:
    """The models that lie in ``model_dir``, by name."""
    if engine is EngineName.OPENAI:
        return {path.stem: path for path in sorted((folder / engine).glob("*.pt"))}
    found = sorted((folder / engine).glob(f"*/{WEIGHTS}")) if folder.is_dir() else []
    return {path.parent.name: path.parent for path in found if all((path.parent / name).is_file() for name in NEEDED)}


def _find(engine: EngineName, speech: Speech) -> tuple[str, Path] | None:
    as_path = Path(speech.model)
    if len(as_path.parts) > 1:
        fits = as_path.is_file() if engine is EngineName.OPENAI else (as_path / WEIGHTS).is_file()
        return (as_path.stem if as_path.is_file() else as_path.name, as_path) if fits else None
    here = present(engine, speech.model_dir)
    if speech.model != "auto":
        return (speech.model, here[speech.model]) if speech.model in here else None
    best = max(here, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER), default=None)
    return (best, here[best]) if best else None


def _device(speech: Speech) -> str:
    """``auto`` is the processor unless the machine shows a graphics card."""
    if speech.device != "auto":
        return speech.device
    return "cuda" if Path("/dev/nvidia0").exists() else "cpu"


def sha256_of(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def damaged(folder: Path) -> list[str]:
    """Names of a model's files that are not what they were when it was put there."""
    try:
        files: dict[str, str] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        return []
    return [name for name, sha in files.items() if not (folder / name).is_file() or sha256_of(folder / name) != sha]
