"""What ``genjin doctor`` says about speech: is there an engine, a model, and is the model still what it was."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.senses.engines import EngineName
from bot.senses.models import NoModel, damaged, engines_of, installed, ready
from config.sections import Speech

TOO_SMALL = ("tiny", "base")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, what was found, and how to mend it (empty when all is well)."""

    name: str
    state: Literal["ok", "warn", "bad"]
    what: str
    how: str = ""


def examine(speech: Speech, waiting: int = 0) -> list[Finding]:
    """The lines about speech; ``waiting`` are recordings that nobody could listen to. Reads the model's files to check them."""
    found = [_engine(speech)]
    try:
        model = ready(speech)
    except NoModel as error:
        kept = f"，有 {waiting} 段录音在等" if waiting else "；录音会先存着，装好后自动补听"
        return [*found, Finding("语音模型", "warn", f"没有可用的模型{kept}", str(error))]
    path = Path(model.path)
    if path.is_dir() and (bad := damaged(path)):
        what = f"{model.name} 的 {'、'.join(bad)} 和放进来时不一样"
        return [*found, Finding("语音模型", "bad", what, f"运行 genjin speech pull {model.name} 重新取")]
    if model.name in TOO_SMALL:
        advice = "听写会有较多错字；机器够用就运行 genjin speech pull small"
        return [*found, Finding("语音模型", "warn", f"{model.name}（{model.engine}，{path}）", advice)]
    return [*found, Finding("语音模型", "ok", f"{model.name}（{model.engine}，{path}）")]


def _engine(speech: Speech) -> Finding:
    there = [engine for engine in engines_of(speech) if installed(engine)]
    if there:
        return Finding("语音引擎", "ok", there[0])
    wanted = engines_of(speech)[0]
    extra = "speech" if wanted is EngineName.FASTER else "whisper"
    tool = "uv sync --extra" if shutil.which("uv") else "pip install"
    how = f"{tool} {extra}" if tool.startswith("uv") else f"{tool} 'genjin[{extra}]'"
    return Finding("语音引擎", "warn", f"没有装 {wanted}，听不了语音", f"运行 {how}")
