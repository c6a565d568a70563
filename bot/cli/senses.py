"""``genjin transcribe`` and ``genjin speech``: listening to files, and the models to listen with."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigOption

if TYPE_CHECKING:
    from bot.senses.speech import Transcript
    from config.sections import Speech as Settings

speech = typer.Typer(no_args_is_help=True, help="语音模型：取来，或登记本地的。")
HotWords = Annotated[list[str] | None, typer.Option("--hot-word", metavar="W", help="可能说到的名字，可以写多个")]


def transcribe(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="录音文件")],
    hot_word: HotWords = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """把录音听写成文字，--json 时每个文件一行。"""
    from config.settings import load_settings

    failed = asyncio.run(_listen(files, hot_word or [], load_settings(config).speech, as_json))
    raise typer.Exit(1 if failed else 0)


async def _listen(files: list[Path], hot_words: list[str], settings: "Settings", as_json: bool) -> int:
    """How many files could not be listened to; the others are printed as they are done."""
    from bot.domain.errors import GenjinError, UserError
    from bot.senses.speech import Speech

    listener, failed = Speech(settings), 0
    try:
        listener.check()
        for number, file in enumerate(files, 1):
            if len(files) > 1:
                print(f"（{number}/{len(files)}）{file}", file=sys.stderr, flush=True)
            try:
                if not file.is_file():
                    raise UserError("没有这个文件")
                found = await listener.transcribe(file, hot_words=hot_words)
            except GenjinError as error:
                failed += 1
                sentence = _sentence(error)
                print(f"genjin：{file}：{sentence}", file=sys.stderr)
                if as_json:
                    print(json.dumps({"file": str(file), "problem": sentence}, ensure_ascii=False), flush=True)
                continue
            print(_line(file, found) if as_json else _words(file, found, len(files)), flush=True)
    finally:
        await listener.close()
    return failed


def _sentence(error: Exception) -> str:
    from bot.senses.audio import Unreadable
    from bot.senses.worker import WorkerError
    from prompts.speech import FAILED, PROBLEMS

    if isinstance(error, Unreadable):
        return PROBLEMS[error.problem]
    return f"{FAILED}（{error}）" if isinstance(error, WorkerError) else str(error)


def _line(file: Path, found: "Transcript") -> str:
    keys = ("text", "language", "audio_s", "took_s", "engine", "model", "segments")
    row = asdict(found)
    return json.dumps({"file": str(file), **{key: row[key] for key in keys}}, ensure_ascii=False)


def _words(file: Path, found: "Transcript", many: int) -> str:
    from prompts.speech import NOTHING_HEARD

    text = found.text or f"（{NOTHING_HEARD}）"
    return f"{file}：{text}" if many > 1 else text


@speech.command(help="取一个语音模型：tiny、base、small、medium、large-v3-turbo 或 large-v3，或登记自己的。")
def pull(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="模型名，推荐 small")],
    source: Annotated[str | None, typer.Option("--from", help="本地文件夹，或镜像地址；不写就从官方下载")] = None,
    config: ConfigOption = None,
) -> None:
    from bot.senses.pull import pull as put
    from config.settings import load_settings

    folder = load_settings(config).speech.model_dir
    pulled = asyncio.run(put(model, folder, source, _Bar()))
    if not pulled.fresh:
        print(f"{pulled.name} 已经在了，校验无误：{pulled.path}")
        return
    print(f"{pulled.name} 已就位（{pulled.engine}）：{pulled.path}")
    if not pulled.checked:
        print("这个模型没有官方校验值，按现在的内容登记", file=sys.stderr)


class _Bar:
    """Percents on stderr: in place at a terminal, every tenth elsewhere."""

    def __init__(self) -> None:
        self._last: tuple[str, int] = ("", -1)

    def __call__(self, name: str, done: int, total: int | None) -> None:
        step = done * 100 // total if total else done >> 20
        terminal = sys.stderr.isatty()
        shown = (name, step if terminal else step // 10)
        if shown == self._last:
            return
        self._last = shown
        text = f"{name} {step}%" if total else f"{name} {step} MB"
        print(f"\r{text}" if terminal else text, end="\n" if not terminal or done == total else "", file=sys.stderr, flush=True)
