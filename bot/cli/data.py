"""``genjin import`` and ``genjin export``: tables of the company in and out."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import AsJson, ConfigOption, DryRun, show
from bot.domain.clock import SystemClock
from bot.domain.errors import UserError
from config.operator import operator

if TYPE_CHECKING:
    from bot.exchange.judging import Progress, Wishes
    from bot.exchange.kinds.base import Kind
    from storage.store import Store

KINDS = "people, groups, customers, contacts, leads, opportunities, contracts, payments, price-list, stock, nps, rules"
LISTINGS = "visits, follow-ups, quotes, messages, audit"


class Duplicates(StrEnum):
    """What to do with rows that may be about something known."""

    SKIP = "skip"
    UPDATE = "update"
    NEW = "new"


class Format(StrEnum):
    """How a table leaves."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


def import_(
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help=f"哪种表：{KINDS}；和 --revert 一起用时写批次号")] = None,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=".xlsx，或 UTF-8、GBK 编码的 .csv")] = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，直接写入")] = False,
    duplicates: Annotated[Duplicates, typer.Option(help="可能重复的行：跳过、按已有的更新、按新的导入")] = Duplicates.SKIP,
    skip_errors: Annotated[bool, typer.Option("--skip-errors", help="有错的行不导，其余的照导；不加时有一行错就都不写")] = False,
    again: Annotated[bool, typer.Option("--again", help="同一个文件导过之后又有人改过的行，也按文件改回去")] = False,
    sheet: Annotated[str | None, typer.Option(help="工作表的名称；不写就自己找有列名的那一张")] = None,
    template: Annotated[Path | None, typer.Option(metavar="FILE.xlsx", help="不导入，生成一张空表：带列名、说明和示例")] = None,
    list_: Annotated[bool, typer.Option("--list", help="列出导入过的批次")] = False,
    revert: Annotated[bool, typer.Option("--revert", help="撤回一个批次（genjin import --revert 3），不写批次号就是最近一次")] = False,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Import a table; list and revert what was imported; write an empty table to fill in."""
    if list_:
        _list(config, as_json)
    elif revert:
        _revert(config, kind, as_json)
    elif kind is None:
        raise typer.BadParameter(f"写明哪种表：{KINDS}")
    elif kind == "rules":
        _rules(file, sheet, config, dry_run=dry_run, as_json=as_json)
    elif template is not None:
        _template(_kind(kind), template)
    elif file is None:
        raise typer.BadParameter("写明要导入的文件")
    else:
        from bot.exchange.judging import Wishes

        wishes = Wishes(duplicates=duplicates.value, again=again, sheet=sheet)
        _import(_kind(kind), file, wishes, config, dry_run=dry_run, yes=yes, skip_errors=skip_errors, as_json=as_json)


def export(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"哪种表：{KINDS}, {LISTINGS}")],
    form: Annotated[Format | None, typer.Option("--format", help="格式；不写就看 --out 的后缀，再不然是 jsonl")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="写到哪个文件；不写就打印出来")] = None,
    config: ConfigOption = None,
) -> None:
    """Export a table; noted in the audit log."""
    from bot.exchange.exporting import export as run
    from prompts import exchange as say

    with _store(config) as store, _progress() as progress:
        done = run(
            store,
            kind,
            form.value if form else None,
            out,
            SystemClock().now(),
            operator() or "?",
            progress=lambda n: progress(say.EXPORTING, n, None),
        )
    print(say.exported(done.title, done.rows, str(out) if out else None), file=sys.stderr)


def _rules(file: Path | None, sheet: str | None, config: Path | None, *, dry_run: bool, as_json: bool) -> None:
    from bot.exchange.ruletable import edited
    from bot.rulebook import changed_to

    if file is None:
        raise typer.BadParameter("写明要导入的文件；用 genjin export rules --format xlsx --out 规则.xlsx 导出一份来改")
    show([changed_to(config, lambda before: edited(file, sheet, before), file.name, dry_run=dry_run)], as_json)


def _kind(name: str) -> "Kind[Any]":
    from bot.exchange.kinds import kind_of

    try:
        return kind_of(name)
    except UserError as error:
        raise typer.BadParameter(str(error)) from error


def _import(
    kind: "Kind[Any]",
    path: Path,
    wishes: "Wishes",
    config: Path | None,
    *,
    dry_run: bool,
    yes: bool,
    skip_errors: bool,
    as_json: bool,
) -> None:
    from contextlib import ExitStack

    from bot.exchange.importing import alone, fingerprint_of, write
    from bot.exchange.judging import Draft
    from bot.exchange.report import Report
    from bot.exchange.spool import Spool
    from prompts import exchange as say

    clock = SystemClock()
    with ExitStack() as stack:
        store = stack.enter_context(_store(config, new=True, dry=dry_run))
        if not dry_run:
            stack.enter_context(alone(store))
        progress = stack.enter_context(_progress())
        spool = stack.enter_context(Spool())
        sha256 = fingerprint_of(path)
        earlier = store.read_now(lambda r: r.batches.of_file(kind.name, sha256))
        earlier = earlier if earlier and earlier.state in ("writing", "done") else None
        draft = Draft(kind, spool, wishes, earlier)
        draft.read(path, progress)
        report = Report(kind, as_json=as_json, out=print)
        report.begin(path.name, draft.remarks, earlier)
        store.read_now(lambda r: draft.judge(r, clock.now(), report.row, progress))
        report.end(draft.counts)
        errors, todo = draft.counts["error"], draft.counts["new"] + draft.counts["update"]
        if errors and not skip_errors:
            raise UserError(say.refused(errors, todo, dry_run=dry_run))
        if dry_run:
            print(say.dry(todo, errors), file=sys.stderr)
            return
        if not todo and not (earlier and earlier.state == "writing"):
            print(say.NOTHING_TO_WRITE, file=sys.stderr)
            return
        if not yes and sys.stdin.isatty() and not typer.confirm(say.confirm(draft.counts), err=True):
            raise UserError(say.DECLINED)
        done = write(store, draft, path, sha256, operator() or "?", clock, progress)
    report.written(done)
    print(say.written(done.batch, done.created, done.updated, len(done.late)), file=sys.stderr)


def _list(config: Path | None, as_json: bool) -> None:
    from prompts import exchange as say

    with _store(config) as store:
        batches = store.read_now(lambda r: r.batches.newest())
    rows: list[dict[str, object]] = [
        {
            "batch": b.id, "kind": b.kind, "file": b.file, "by": b.by, "state": b.state, "started_at": b.started_at.isoformat(),
            "created": b.created, "updated": b.updated,
            "text": say.batch(b.id, b.kind, b.file, b.by, b.state, b.started_at, b.created, b.updated),
        }
        for b in batches
    ]  # fmt: skip
    show(rows if rows or as_json else [{"text": say.NO_BATCHES}], as_json)


def _revert(config: Path | None, number: str | None, as_json: bool) -> None:
    from bot.exchange.importing import alone, revert
    from prompts import exchange as say

    if number is not None and not number.isdigit():
        raise typer.BadParameter(f"批次号是数字，现在是 {number!r}；用 genjin import --list 看有哪些")
    with _store(config) as store, alone(store), _progress() as progress:
        done = revert(store, int(number) if number else None, operator() or "?", SystemClock(), progress)
    if as_json:
        kept = [{"line": row.line, "label": row.label} for row in done.kept]
        print(json.dumps({"batch": done.batch.id, "undone": done.undone, "kept": kept}, ensure_ascii=False))
    else:
        print(say.reverted(done.batch.id, done.undone, [(row.line, row.label) for row in done.kept]))


def _template(kind: "Kind[Any]", path: Path) -> None:
    from bot.exchange.template import template
    from prompts import exchange as say

    if path.suffix.lower() != ".xlsx":
        raise typer.BadParameter("空表是 Excel 文件：--template 文件.xlsx")
    template(kind, path)
    print(say.template_written(str(path)), file=sys.stderr)


@contextmanager
def _store(config: Path | None, *, new: bool = False, dry: bool = False) -> "Iterator[Store]":
    """The company's database, beside a running service or alone; only an import may make a ``new`` one, and a ``dry`` one for itself."""
    from contextlib import ExitStack
    from tempfile import TemporaryDirectory

    from bot.app import open_store
    from config.settings import load_settings
    from storage.engines import database_file

    url = load_settings(config).database.url
    with ExitStack() as stack:
        file = database_file(url)
        if dry and file and not file.exists():
            url = f"sqlite:///{stack.enter_context(TemporaryDirectory(prefix='genjin-dry-'))}/empty.db"
        store = open_store(url, must_exist=not new)
        stack.callback(store.close)
        yield store


@contextmanager
def _progress() -> "Iterator[Progress]":
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda phase, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def step(phase: str, done: int, total: int | None) -> None:
            if phase not in tasks:
                tasks[phase] = bar.add_task(phase, total=total)
            bar.update(tasks[phase], completed=done, total=total)

        yield step
