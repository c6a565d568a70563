"""``genjin doctor``: everything that can be wrong with an installation, what it is, and how to mend it.

An examination is a function from a :class:`Patient` to checks. Whatever has something to be examined (a platform, a sense) adds one to
``COMMON`` or, under its name, to ``PLATFORMS``; it looks and changes nothing, and what it raises is itself a finding.
"""

import asyncio
import importlib.util
import shutil
import sqlite3
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from bot.care.backup import database_file
from bot.domain.check import Check, State
from bot.domain.clock import SystemClock, local
from bot.domain.errors import GenjinError, StorageError
from bot.senses import doctor as speech
from bot.watch import FACT, LATE, SILENT, findings
from config.calendar import load_calendar
from config.settings import Settings, settings_file
from storage.lock import ProcessLock
from storage.migrations import HEAD
from storage.store import Store
from storage.transaction import Reader

T = TypeVar("T")
GOOD, LOOK, BAD = State.GOOD, State.LOOK, State.BAD
MB = 2**20
FULL, NEARLY_FULL = 200 * MB, 1024 * MB
LONG_LOG = 200 * MB
NEXT_YEAR_FROM = 11
JUMP = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined. ``config`` is the file the settings came from, if there is one."""

    settings: Settings
    now: datetime
    config: Path | None = None

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return database_file(self.settings)


Exam = Callable[[Patient], Iterable[Check]]


def configuration(patient: Patient) -> Iterator[Check]:
    """The settings could be read, and nobody else may read the secrets in them."""
    yield Check("配置", GOOD, f"{patient.config} 没有问题" if patient.config else "没有配置文件，用默认值和环境变量")
    for file in _with_secrets(patient.config):
        if file.exists() and file.stat().st_mode & 0o077:
            yield Check("配置", LOOK, f"{file} 别的系统用户也能读", f"里面有密钥时执行 chmod 600 {file}")


def database(patient: Patient) -> Iterator[Check]:
    """It opens, is whole and of this version."""
    path = patient.database
    if not path.exists():
        yield Check("数据库", LOOK, f"还没有 {path}", "第一次运行 genjin serve 时会建好")
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            sound = db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            (revision,) = db.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError):
        yield Check("数据库", BAD, f"{path} 打不开，或不是跟进的数据库", "检查 [database] url；损坏了就用 genjin db restore 从备份恢复")
        return
    yield Check("数据库", GOOD if sound else BAD, f"{path}，{path.stat().st_size / MB:.1f} MB", "" if sound else "停机，从备份恢复")
    if revision != HEAD:
        newer = str(revision) > HEAD
        mend = "升级 genjin，或从备份恢复" if newer else "运行 genjin db upgrade，或直接启动 genjin serve"
        yield Check("数据库版本", BAD if newer else LOOK, f"{revision}，这个程序是 {HEAD}", mend)
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size > LONG_LOG:
        yield Check("数据库日志", LOOK, f"{log.name} 有 {log.stat().st_size / MB:.0f} MB", "有程序长时间占着数据库没放；找到它，或重启服务")


def disk(patient: Patient) -> Iterator[Check]:
    """Room for records and files."""
    for name, folder in (("数据库磁盘", patient.database.parent), ("媒体磁盘", patient.settings.media.dir)):
        there = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
        free = shutil.disk_usage(there).free
        state = BAD if free < FULL else LOOK if free < NEARLY_FULL else GOOD
        yield Check(name, state, f"{folder} 还剩 {free / MB:,.0f} MB", "" if state is GOOD else "腾出空间，或把数据移到更大的磁盘")


def service(patient: Patient) -> Iterator[Check]:
    """Whether it runs, and what its watch has seen."""
    running = _running(patient.database)
    yield Check("服务", GOOD if running else LOOK, "正在运行" if running else "没有在运行", "" if running else "用 genjin serve 启动")
    yield from _read(patient, lambda r: list(_watched(r, patient.now, running)))


def people(patient: Patient) -> Iterator[Check]:
    """Somebody must hear of what goes wrong."""
    admins = _read(patient, lambda r: r.members.org().admins)
    if patient.database.exists() and not admins:
        yield Check("管理员", LOOK, "没有管理员，出了问题没有人会收到通知", "用 genjin import people 导入一位角色为 admin 的人")


def audit_log(patient: Patient) -> Iterator[Check]:
    """The chain of the audit log holds."""
    for broken in _read(patient, lambda r: [r.audit.broken()]):
        what = "链条完整" if broken is None else f"第 {broken} 条和写入时不一致：有人绕过程序改过"
        yield Check("审计日志", GOOD if broken is None else BAD, what, "" if broken is None else "保留现场，和备份里的对比")


def holidays(patient: Patient) -> Iterator[Check]:
    """Official data for this year, and from November on for the next."""
    calendar, today = load_calendar(patient.settings.time.holidays), local(patient.now).date()
    years = [today.year, *([today.year + 1] if today.month >= NEXT_YEAR_FROM else [])]
    for year in years:
        known = calendar.is_official(year)
        mend = "" if known else "国务院公布后升级 chinesecalendar，或在 [time] holidays 的文件里补上；在那之前按周一到周五算"
        yield Check("节假日", GOOD if known else LOOK, f"{year} 年{'有' if known else '还没有'}官方安排", mend)


def senses(patient: Patient) -> Iterator[Check]:
    """Models for recordings and pictures."""
    yield from map(_check, speech.examine(patient.settings.speech))
    installed = importlib.util.find_spec("rapidocr") is not None
    yield Check("图片识别", GOOD if installed else LOOK, "rapidocr" if installed else "没有安装", "" if installed else "安装 genjin[ocr]")


def fonts(patient: Patient) -> Iterator[Check]:
    """Papers are set with a font that comes with the typesetter; without it there is no PDF."""
    there = all(importlib.util.find_spec(name) for name in ("typst", "manimgx_fonts_cjk", "segno"))
    what, mend = ("字体和排版都在", "") if there else ("没有安装", "安装 genjin[paper]")
    yield Check("报价单和合同 PDF", GOOD if there else LOOK, what, mend)


def wecom(patient: Patient) -> Iterable[Check]:
    """What WeCom thinks of the settings; nobody is sent a message by it."""
    from bot.platforms.wecom.doctor import Known, known
    from bot.platforms.wecom.doctor import examine as asked

    settings = patient.settings.wecom
    if settings is None:
        return [Check("企业微信", LOOK, "没有配置", "按 docs/wecom.md 写好 [wecom]")]
    ours = next(iter(_read(patient, lambda r: [known(r)])), Known())
    return asyncio.run(asked(settings, patient.settings.server.public_url, SystemClock(), ours))


COMMON: Sequence[Exam] = (configuration, database, disk, service, people, audit_log, holidays, senses, fonts)
# A platform's own: credentials, callback, permissions, its clock against ours.
PLATFORMS: Mapping[str, Exam] = {"wecom": wecom}


def examine(patient: Patient, platform: str | None = None) -> list[Check]:
    """Everything, or what concerns one platform."""
    exams = COMMON if platform is None else [PLATFORMS[platform]]
    return [check for exam in exams for check in _examined(exam, patient)]


class Finding(Protocol):
    """How the rooms below say what they found."""

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> Literal["ok", "warn", "bad"]: ...
    @property
    def what(self) -> str: ...
    @property
    def how(self) -> str: ...


def _check(found: Finding) -> Check:
    return Check(found.name, {"ok": GOOD, "warn": LOOK, "bad": BAD}[found.state], found.what, found.how)


def patient_of(settings: Settings, now: datetime, config: Path | None) -> Patient:
    """The installation that a configuration describes."""
    return Patient(settings, now, settings_file(config))


# What an examination is called when it could not be made at all.
NAMES = {
    "configuration": "配置",
    "database": "数据库",
    "disk": "磁盘",
    "service": "服务",
    "people": "管理员",
    "audit_log": "审计日志",
    "holidays": "节假日",
    "senses": "识别",
    "fonts": "中文字体",
    "wecom": "企业微信",
}


def _examined(exam: Exam, patient: Patient) -> list[Check]:
    try:
        return list(exam(patient))
    except GenjinError as error:
        return [Check(NAMES.get(exam.__name__, exam.__name__), BAD, str(error))]
    except Exception as error:
        return [Check(NAMES.get(exam.__name__, exam.__name__), BAD, f"检查没有做成（{type(error).__name__}）", "请把这一行报告给开发者")]


def _read(patient: Patient, query: Callable[[Reader], list[T]]) -> list[T]:
    """Ask a database of this version; nothing to say about any other, which has its own check."""
    if not patient.database.exists() or not _current(patient.database):
        return []
    store = Store(patient.settings.database.url)
    try:
        return store.read_now(query)
    finally:
        store.close()


def _current(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            return bool(db.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,))
    except sqlite3.Error:
        return False


def _watched(reader: Reader, now: datetime, running: bool) -> Iterator[Check]:
    seen = reader.facts.get(FACT)
    at = datetime.fromisoformat(seen["at"]) if seen else None
    back = at is not None and at - now > JUMP
    if not back:
        yield Check("时钟", GOOD, f"{local(now):%Y-%m-%d %H:%M}，北京时间")
    elif at:
        yield Check("时钟", BAD, f"系统时间比上次自查（{local(at):%Y-%m-%d %H:%M}）还早：时钟往回走了", "用 NTP 校准系统时间")
    if running and at and now - at > SILENT:
        yield Check("自查", BAD, f"上次自查在 {local(at):%m-%d %H:%M}，之后没有再查", "看服务日志，重启 genjin serve")
    found = findings(reader, now)
    if not running:
        found.pop("timers", None)
        if late := reader.proof.late_timers(now - LATE):
            yield Check("到点的事", LOOK, f"有 {late} 件过了时间还没做", "启动服务后会补上")
    yield from (Check("自查", BAD if running else LOOK, *sentence.partition("；")[::2]) for sentence in found.values())
    if dead := sum(reader.proof.dead().values()):
        yield Check("死信", LOOK, f"有 {dead} 条没能处理或发出", "用 genjin dead list 查看，修好后 genjin dead retry")


def _running(database: Path) -> bool:
    if not database.exists():
        return False
    try:
        ProcessLock(database).release()
    except StorageError:
        return True
    return False


def _with_secrets(config: Path | None) -> list[Path]:
    """The configuration file and the files that its ``*_file`` keys name."""
    if config is None:
        return []
    data = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    sections = [section for section in data.values() if isinstance(section, dict)]
    named = [Path(str(value)) for section in sections for key, value in section.items() if key.endswith("_file")]
    return [config, *named]
