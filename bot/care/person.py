"""``genjin privacy``: one person's data, given out as one file or taken away for good."""

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple, dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.app import Service, open_store
from bot.domain.clock import SystemClock
from bot.domain.errors import UserError, os_reason
from bot.domain.member import Member, Role
from config.operator import operator
from config.settings import Settings
from prompts.privacy import holds
from storage.repositories.persons import Erased
from storage.transaction import Reader, Transaction

Work = Callable[[Service, Transaction], tuple[str, Mapping[str, int]]]


class _DryRun(Exception):
    """Rolls the unit back and carries what it found."""

    def __init__(self, found: tuple[str, Mapping[str, int]]) -> None:
        self.found = found


@dataclass(frozen=True, slots=True)
class Given:
    """An export that was written."""

    path: Path
    rows: int
    files: int


def export(settings: Settings, wanted: str, out: Path) -> Given:
    """Everything that is kept about a member, as JSON lines and files in one archive. Raises UserError; then nothing is left of it."""
    if out.exists():
        raise UserError(f"{out} 已经存在，没有覆盖；换一个文件名")
    store, part = open_store(settings.database.url, must_exist=True), out.with_name(out.name + ".part")
    try:
        part.touch(0o600)
        given = store.read_now(lambda r: _write(r, member_named(r, wanted), settings.media.dir, part))
        store.write_now(lambda tx: _note(tx, "privacy.exported", member_named(tx, wanted).id, {"rows": given.rows, "files": given.files}))
        part.rename(out)
    except OSError as error:
        raise UserError(f"写不了 {out}：{os_reason(error)}；没有留下半个文件") from error
    finally:
        store.close()
        part.unlink(missing_ok=True)
    return Given(out, given.rows, given.files)


def delete_member(settings: Settings, wanted: str, *, dry_run: bool, leave_customers: bool = False) -> tuple[str, Mapping[str, int]]:
    """Anonymise a member; whose name it was and what was (or would be) removed. Raises UserError.

    Somebody who still looks after customers is refused, or with ``leave_customers`` leaves them with no owner.
    """

    def unit(service: Service, tx: Transaction) -> tuple[str, Mapping[str, int]]:
        person = member_named(tx, wanted)
        admins = [m.id for m in tx.members.org().members.values() if m.active and m.has(Role.ADMIN)]
        if admins == [person.id]:
            raise UserError(f"{person.name}是唯一的管理员，不能注销；先指定另一位管理员")
        things = tx.handovers.of(person.id)
        if things and not leave_customers:
            raise UserError(holds(person.name, *(len(ids) for ids in astuple(things))))
        left = {f"left_{name}": len(ids) for name, ids in asdict(tx.handovers.move(things, person.id, None)).items() if ids}
        erased = tx.persons.erase_member(person, service.clock.now())
        return person.name, _finish(service, tx, replace(erased, counts={**erased.counts, **left}), person.id)

    return _unit(settings, unit, dry_run=dry_run)


def delete_contact(settings: Settings, name: str, phone: str, *, dry_run: bool) -> tuple[str, Mapping[str, int]]:
    """Remove the customers' contacts of this name and number; where they were and what was removed. Raises UserError."""

    def unit(service: Service, tx: Transaction) -> tuple[str, Mapping[str, int]]:
        found = tx.persons.contacts(name, phone)
        if not found:
            raise UserError(f"没有叫“{name}”、电话是这个号码的联系人；两项都要和登记的一致")
        total: dict[str, int] = {}
        for person, _ in found:
            erased = _finish(service, tx, tx.persons.erase_contact(person, service.clock.now()), person.id)
            total = {key: total.get(key, 0) + erased.get(key, 0) for key in {*total, *erased}}
        return "、".join(firm for _, firm in found), total

    return _unit(settings, unit, dry_run=dry_run)


def member_named(reader: Reader, wanted: str) -> Member:
    """The one member of this name, number, e-mail or id. Raises UserError."""
    found = reader.persons.members(wanted)
    if not found:
        raise UserError(f"没有“{wanted}”这个人；写姓名、工号、邮箱或手机号")
    if len(found) > 1:
        numbers = "、".join(m.employee_no or m.id for m in found)
        raise UserError(f"有 {len(found)} 个人对得上“{wanted}”，请用工号或编号再来一次：{numbers}")
    return found[0]


def _unit(settings: Settings, work: Work, *, dry_run: bool) -> tuple[str, Mapping[str, int]]:
    store = open_store(settings.database.url, must_exist=True)
    service = Service(settings, store, SystemClock(), {})

    def unit(tx: Transaction) -> tuple[str, Mapping[str, int]]:
        found = work(service, tx)
        if dry_run:
            raise _DryRun(found)
        return found

    try:
        return store.write_now(unit)
    except _DryRun as done:
        return done.found
    finally:
        store.close()


def _finish(service: Service, tx: Transaction, erased: Erased, subject: str) -> Mapping[str, int]:
    for sha256 in set(erased.files):
        service.keeper.discard(tx, sha256)
    _note(tx, "privacy.deleted", subject, erased.counts)
    return erased.counts


def _note(tx: Transaction, action: str, subject: str, new: Mapping[str, object]) -> None:
    tx.audit.note(SystemClock().now(), None, action, subject, new={"by": operator() or "?", **new})


def _write(reader: Reader, person: Member, media: Path, part: Path) -> Given:
    count, files = 0, 0
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in reader.persons.everything(person):
            with archive.open(f"{name}.jsonl", "w") as entry:
                for row in rows:
                    entry.write((json.dumps(row, ensure_ascii=False, default=_plain) + "\n").encode())
                    count += 1
        for sha256, name in reader.persons.files(person.id):
            path = media / sha256[:2] / sha256
            if path.is_file():
                archive.write(path, f"media/{files + 1:04d}-{Path(name).name or sha256[:8]}")
                files += 1
    return Given(part, count, files)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else asdict(value) if hasattr(value, "__dataclass_fields__") else str(value)  # type: ignore[call-overload]
