"""Putting a speech model on this machine: from a folder, a mirror or the official place.

Files arrive in a folder of their own beside the models, go on where a broken transfer stopped, and are checked; only a whole and right
model is put in its place, in one step. A manifest beside it says what it was, for ``genjin doctor``.
"""

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.domain.errors import UserError, os_reason
from bot.senses.engines import EngineName
from bot.senses.models import MANIFEST, NEEDED, PUBLISHED, WEIGHTS, Published, damaged, sha256_of

OFFICIAL = "https://huggingface.co"
CHUNK = 2**20
TRIES = 5
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=60)
VOCABULARIES = ("vocabulary.txt", "vocabulary.json", "preprocessor_config.json")
Progress = Callable[[str, int, int | None], None]
"""Told a file's name, the bytes that are there and how many there will be."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A model in its place; ``checked`` tells whether its checksums were known, ``fresh`` whether anything was done."""

    name: str
    engine: EngineName
    path: Path
    checked: bool
    fresh: bool = True


async def pull(
    name: str, model_dir: Path, source: str | None, progress: Progress, catalogue: Mapping[str, Published] = PUBLISHED
) -> Pulled:
    """Put the model ``name`` into ``model_dir``. ``source`` is a folder, an address or None for the official place. Raises UserError."""
    local = Path(source) if source and "://" not in source else None
    if local is not None and not local.exists():
        raise UserError(f"没有这个文件夹：{local}")
    if local is not None and (weights := _pt_of(local, name)):
        return await asyncio.to_thread(_register_pt, name, weights, model_dir)
    published = catalogue.get(name)
    if published is None and local is None:
        raise UserError(f"没有叫 {name} 的语音模型；可以选：{'、'.join(catalogue)}。自己的模型用 --from 文件夹 登记")
    target = _safe(model_dir / EngineName.FASTER, name)
    if published and target.is_dir() and await asyncio.to_thread(_is, target, published):
        return Pulled(name, EngineName.FASTER, target, checked=True, fresh=False)
    coming = target.with_name(f".{name}.part")
    try:
        coming.mkdir(parents=True, exist_ok=True)
        if local is not None:
            files = published.files if published else await asyncio.to_thread(_files_of, local)
            await asyncio.to_thread(_copy, local, coming, files, progress)
        elif published is not None:
            files = published.files
            await _download(published, source or OFFICIAL, coming, progress)
        await asyncio.to_thread(_settle, coming, target, files)
    except OSError as error:
        raise UserError(f"模型写不进 {model_dir}：{os_reason(error)}；请检查磁盘空间和权限，再运行一次会接着来") from error
    return Pulled(name, EngineName.FASTER, target, checked=published is not None)


def _safe(folder: Path, name: str) -> Path:
    if not name or name.startswith(".") or "/" in name or "\\" in name:
        raise UserError(f"模型名不能是 {name}；可以选：{'、'.join(PUBLISHED)}")
    return folder / name


def _is(folder: Path, published: Published) -> bool:
    files = published.files.items()
    return all((folder / name).is_file() and sha256_of(folder / name) == sha for name, sha in files) and not damaged(folder)


def _files_of(folder: Path) -> Mapping[str, str]:
    """A model of the team's own: taken as it is, its checksums noted."""
    if missing := [name for name in NEEDED if not (folder / name).is_file()]:
        raise UserError(f"{folder} 里不是 faster-whisper 的模型，缺少 {'、'.join(missing)}")
    there = [name for name in (*NEEDED, *VOCABULARIES) if (folder / name).is_file()]
    return {name: sha256_of(folder / name) for name in there}


def _copy(folder: Path, coming: Path, files: Mapping[str, str], progress: Progress) -> None:
    for name, sha in files.items():
        if not (folder / name).is_file():
            raise UserError(f"{folder} 里缺少 {name}")
        size = (folder / name).stat().st_size
        shutil.copyfile(folder / name, coming / name)
        progress(name, size, size)
        _check(coming / name, sha)


def _check(path: Path, sha: str) -> None:
    if sha256_of(path) != sha:
        path.unlink()
        raise UserError(f"{path.name} 的校验值不对，没有采用：文件损坏，或者不是这个模型。请换一个来源再试")


async def _download(published: Published, address: str, coming: Path, progress: Progress) -> None:
    """Every file; a mirror may keep the layout of the official place, or the files alone."""
    root = address.rstrip("/")
    layouts = (f"{root}/{published.repo}/resolve/{published.revision}", root)
    async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
        base = layouts[0]
        for name, sha in published.files.items():
            path = coming / name
            if path.is_file() and await asyncio.to_thread(sha256_of, path) == sha:
                continue
            part = path.with_name(name + ".part")
            if not await _fetch(http, f"{base}/{name}", part, progress):
                base = layouts[1]
                if not await _fetch(http, f"{base}/{name}", part, progress):
                    raise UserError(f"{address} 没有 {published.name} 的 {name}；请检查地址，或换一个来源")
            await asyncio.to_thread(_check, part, sha)
            part.rename(path)


async def _fetch(http: aiohttp.ClientSession, url: str, path: Path, progress: Progress) -> bool:
    """Get a file, from where it stopped; False when the address has none."""
    for attempt in range(TRIES):
        try:
            return await _stream(http, url, path, progress)
        except (aiohttp.ClientError, TimeoutError) as error:
            if attempt == TRIES - 1:
                host = url.split("/")[2]
                advice = "再运行一次会接着下；上不了外网就用 --from 镜像地址，或 --from 文件夹"
                raise UserError(f"从 {host} 下载没有成功（{type(error).__name__}）。{advice}") from error
    return False


async def _stream(http: aiohttp.ClientSession, url: str, path: Path, progress: Progress) -> bool:
    have = _size(path)
    async with http.get(url, headers={"Range": f"bytes={have}-"} if have else {}) as answer:
        if answer.status == 404:
            return False
        if answer.status == 416:  # all of it is there, or more than all
            await asyncio.to_thread(path.unlink)
            raise aiohttp.ClientPayloadError("the rest was refused")
        answer.raise_for_status()
        resumed = answer.status == 206
        done = have if resumed else 0
        total = done + answer.content_length if answer.content_length is not None else None
        with path.open("ab" if resumed else "wb") as file:
            async for chunk in answer.content.iter_chunked(CHUNK):
                await asyncio.to_thread(file.write, chunk)
                done += len(chunk)
                progress(path.name.removesuffix(".part"), done, total)
    return True


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _settle(coming: Path, target: Path, files: Mapping[str, str]) -> None:
    """Put a whole model in its place; one that was there and is not right goes."""
    (coming / MANIFEST).write_text(json.dumps({"files": dict(files)}, indent=1), encoding="utf-8")
    if target.exists():
        old = target.with_name(f".{target.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        coming.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        coming.rename(target)


def _pt_of(source: Path, name: str) -> Path | None:
    """A model of openai-whisper: the file itself, or ``NAME.pt`` in a folder that holds no other model."""
    if source.is_file():
        if source.suffix != ".pt":
            raise UserError(f"{source} 不是模型：要写文件夹，或 openai-whisper 的 .pt 文件")
        return source
    return source / f"{name}.pt" if (source / f"{name}.pt").is_file() and not (source / WEIGHTS).is_file() else None


def _register_pt(name: str, weights: Path, model_dir: Path) -> Pulled:
    target = _safe(model_dir / EngineName.OPENAI, f"{name}.pt")
    coming = target.with_name(f".{name}.pt.part")
    try:
        coming.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(weights, coming)
        known = OPENAI.get(name)
        if known:
            _check(coming, known)
        coming.rename(target)
    except OSError as error:
        raise UserError(f"模型写不进 {model_dir}：{os_reason(error)}；请检查磁盘空间和权限") from error
    return Pulled(name, EngineName.OPENAI, target, checked=known is not None)


# What the addresses in the package openai-whisper say their files are.
OPENAI: Mapping[str, str] = {
    "tiny": "65147644a518d12f04e32d6f3b26facc3f8dd46e5390956a9424a650c0ce22b9",
    "base": "ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e",
    "small": "9ecf779972d90ba49c06d968637d720dd632c55bbf19d441fb42bf17a411e794",
    "medium": "345ae4da62f9b3d59415adc60127b97c714f32e89e936602e85993674d08dcb1",
    "large-v3": "e5b1a55b89c1367dacf97e3e19bfd829a01529dbfdeefa8caeb59b3f1b81dadb",
    "large-v3-turbo": "aff26ae408abcba5fbf8813c21e62b0941638c5f6eebfb145be0c9839262a19a",
}
