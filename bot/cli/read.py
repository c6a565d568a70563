"""``genjin read``: what pictures and documents say, without a database or a service."""

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import AsJson
from bot.domain.errors import os_reason

if TYPE_CHECKING:
    from bot.reading.looking import Eye

MANY = 3
KIND = {"slip": "银行回单", "quotation": "报价单", "watermark": "水印照片", "card": "名片", "other": "其他"}
LABELS = {
    "amount": "金额", "amount_upper": "大写", "date": "日期", "payer": "付款人", "payee": "收款人", "serial": "流水号",
    "contract_no": "合同号", "taken_at": "拍摄时间", "lat": "纬度", "lng": "经度", "address": "地点", "total": "合计",
    "tax_rate": "税率", "payment_term_days": "账期（天）", "name": "姓名", "title": "职务", "company": "公司", "mobile": "手机",
    "email": "邮箱", "pages": "页数", "signed": "有签字盖章", "seconds": "时长（秒）", "frames": "截图（秒）", "sound": "有声音",
    "first_pages": "前两页", "lines": "明细",
}  # fmt: skip


def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="图片、视频、PDF、Word、Excel、PPT")],
    as_json: AsJson = False,
) -> None:
    """读图片和文档：回单、报价单、水印照片、名片的各项内容；没看清的留空，不猜。"""
    failed = asyncio.run(_read(files, as_json))
    raise typer.Exit(1 if failed else 0)


async def _read(files: Sequence[Path], as_json: bool) -> int:
    from bot.reading.looking import ChildEye

    eye, failed = ChildEye(), 0
    if not eye.able():
        print("genjin：没有装图片识别（genjin[ocr]），图片里的字读不了，其余照常", file=sys.stderr)
    try:
        for number, file in enumerate(files, 1):
            if len(files) >= MANY:
                print(f"[{number}/{len(files)}] {file}", file=sys.stderr, flush=True)
            begin = time.perf_counter()
            found, problem = await _look(eye, file)
            failed += bool(problem)
            if problem:
                print(f"genjin：{problem}", file=sys.stderr)
            if as_json or not problem:
                print(_line(file, found, problem, time.perf_counter() - begin) if as_json else _readable(file, found), flush=True)
    finally:
        await eye.close()
    return failed


async def _look(eye: "Eye", file: Path) -> tuple[Mapping[str, Any], str]:
    """What a file says, or the sentence for why not."""
    from bot.media import content_type
    from bot.senses.unreadable import Unreadable
    from bot.senses.worker import WorkerError, WorkerMemory, WorkerTimeout
    from prompts import pictures

    nothing: dict[str, Any] = {"kind": "other", "fields": {}, "text": ""}
    try:
        path, head = await asyncio.to_thread(_opened, file)
        sight = (await eye.see(path, content_type(head), file.name)).sight
    except OSError as error:
        return nothing, f"读不到 {file}：{os_reason(error)}"
    except Unreadable as error:
        return nothing, pictures.file_problem(str(file), str(error))
    except WorkerError as error:
        why = "too_slow" if isinstance(error, WorkerTimeout) else "too_much_memory" if isinstance(error, WorkerMemory) else "broken"
        return nothing, pictures.file_problem(str(file), why)
    return {"kind": sight.kind, "fields": dict(sight.fields), "text": sight.text}, ""


def _opened(file: Path) -> tuple[Path, bytes]:
    with file.open("rb") as opened:
        return file.resolve(), opened.read(32)


def _line(file: Path, found: Mapping[str, Any], problem: str, seconds: float) -> str:
    row = {"file": str(file), **found, "took_s": round(seconds, 3), **({"problem": problem} if problem else {})}
    return json.dumps(row, ensure_ascii=False)


def _readable(file: Path, found: Mapping[str, Any]) -> str:
    lines = [f"{file}：{KIND[found['kind']]}"]
    for key, value in found["fields"].items():
        if key == "lines":
            lines += [f"  {n}. " + " ".join(str(v) for v in item.values() if v is not None) for n, item in enumerate(value, 1)]
        else:
            lines.append(f"  {LABELS.get(key, key)}：{'没看清' if value is None else value}")
    if found["kind"] == "other" and found["text"]:
        lines += [f"  {row}" for row in found["text"].splitlines()[:40]]
    return "\n".join(lines)
