"""The test model as openai-whisper wants it: a CTranslate2 file read and written as a ``.pt``, weight by weight.

``python -m tests.whisper.convert MODEL_FOLDER TARGET.pt``. The weights are the same numbers, so both engines can be compared on them.
"""

import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy
from numpy.typing import NDArray

# CTranslate2's numbers for types.
TYPES: dict[int, str] = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}
VERSION = 6
HEAD_SIZE = 64
Weights = dict[str, NDArray[Any]]

PLAIN = {
    "encoder/position_encodings/encodings": "encoder.positional_embedding",
    "encoder/layer_norm/gamma": "encoder.ln_post.weight",
    "encoder/layer_norm/beta": "encoder.ln_post.bias",
    "decoder/embeddings/weight": "decoder.token_embedding.weight",
    "decoder/position_encodings/encodings": "decoder.positional_embedding",
    "decoder/layer_norm/gamma": "decoder.ln.weight",
    "decoder/layer_norm/beta": "decoder.ln.bias",
    **{f"encoder/{conv}/{part}": f"encoder.{conv}.{part}" for conv in ("conv1", "conv2") for part in ("weight", "bias")},
}
# In a layer: CTranslate2's block and matrix → openai-whisper's parts, which CTranslate2 lays upon one another.
MATRICES = {
    ("self_attention", "linear_0"): ("attn.query", "attn.key", "attn.value"),
    ("self_attention", "linear_1"): ("attn.out",),
    ("attention", "linear_0"): ("cross_attn.query",),
    ("attention", "linear_1"): ("cross_attn.key", "cross_attn.value"),
    ("attention", "linear_2"): ("cross_attn.out",),
    ("ffn", "linear_0"): ("mlp.0",),
    ("ffn", "linear_1"): ("mlp.2",),
}
NORMS = {"self_attention": "attn_ln", "attention": "cross_attn_ln", "ffn": "mlp_ln"}
SCALES = {"gamma": "weight", "beta": "bias"}
LAYER = re.compile(r"(encoder|decoder)/layer_(\d+)/(self_attention|attention|ffn)/(\w+)/(weight|bias|gamma|beta)")


def read(path: Path) -> Weights:
    """All variables of a CTranslate2 model file."""
    with path.open("rb") as file:
        (version,) = _numbers(file, "<I")
        if version != VERSION:
            raise ValueError(f"a model file of version {version}, not {VERSION}")
        _text(file)
        _, count = _numbers(file, "<II")
        return dict(_variable(file) for _ in range(count))


def converted(weights: Weights) -> Weights:
    """The same under openai-whisper's names."""
    out: Weights = {PLAIN[name]: value for name, value in weights.items() if name in PLAIN}
    for name, value in weights.items():
        if found := LAYER.fullmatch(name):
            side, number, block, matrix, kind = found.groups()
            for part, piece in _parts(block, matrix, kind, value):
                out[f"{side}.blocks.{number}.{part}"] = piece
    return out


def _parts(block: str, matrix: str, kind: str, value: NDArray[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    if matrix == "layer_norm":
        yield f"{NORMS[block]}.{SCALES[kind]}", value
        return
    names = MATRICES[block, matrix]
    for name, piece in zip(names, numpy.split(value, len(names)), strict=True):
        if name.endswith(".key") and kind == "bias":
            assert not piece.any(), "openai-whisper has no bias for keys"
        else:
            yield f"{name}.{kind}", piece


def dimensions(weights: Weights) -> dict[str, int]:
    """What openai-whisper calls ``dims``."""
    state = weights["encoder.ln_post.weight"].shape[0]
    layers = {side: len({n.split(".")[2] for n in weights if n.startswith(f"{side}.blocks.")}) for side in ("encoder", "decoder")}
    return {
        "n_mels": weights["encoder.conv1.weight"].shape[1],
        "n_audio_ctx": weights["encoder.positional_embedding"].shape[0],
        "n_audio_state": state,
        "n_audio_head": state // HEAD_SIZE,
        "n_audio_layer": layers["encoder"],
        "n_vocab": weights["decoder.token_embedding.weight"].shape[0],
        "n_text_ctx": weights["decoder.positional_embedding"].shape[0],
        "n_text_state": state,
        "n_text_head": state // HEAD_SIZE,
        "n_text_layer": layers["decoder"],
    }


def convert(folder: Path, target: Path) -> None:
    """Write the model of a folder as a ``.pt``."""
    import torch

    weights = converted(read(folder / "model.bin"))
    state = {name: torch.from_numpy(value.copy()) for name, value in weights.items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"dims": dimensions(weights), "model_state_dict": state}, target)


def _numbers(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _text(file: BinaryIO) -> str:
    (length,) = _numbers(file, "<H")
    return file.read(length).rstrip(b"\0").decode()


def _variable(file: BinaryIO) -> tuple[str, NDArray[Any]]:
    name = _text(file)
    (rank,) = _numbers(file, "<B")
    shape = _numbers(file, f"<{rank}I")
    kind, size = _numbers(file, "<BI")
    return name, numpy.frombuffer(file.read(size), dtype=TYPES[kind]).reshape(shape)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
