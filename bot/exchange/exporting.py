"""Tables out of the company: streamed, masked for whoever asks, noted in the audit log before anybody has them."""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bot.domain.access import Sight
from bot.domain.errors import UserError
from bot.domain.values import MemberId, Money
from bot.exchange.columns import Column, near
from bot.exchange.company import Company
from bot.exchange.kinds import NAMES, kind_of
from bot.exchange.kinds.base import Kind
from bot.exchange.listings import LISTINGS, Heading, Listing, cell_of
from bot.exchange.spool import Spool
from bot.exchange.writing import FORMATS, aside, put_in_place, table
from prompts import exchange as say
from storage.repositories.shelf import FETCH
from storage.store import Store
from storage.transaction import Reader

EXPORTS = (*NAMES, *LISTINGS)


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom a table leaves through chat or a page; the command line is the administrator's and has none."""

    sight: Sight
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows went where."""

    kind: str
    title: str
    rows: int
    path: Path | None


def export(
    store: Store,
    name: str,
    form: str | None,
    out: Path | None,
    now: datetime,
    by: str,
    *,
    viewer: Viewer | None = None,
    progress: Callable[[int], None] | None = None,
) -> Exported:
    """Write a table to ``out`` (None: the standard output). Raises UserError; nothing half-written stays."""
    what = _what(name)
    form = form or (out.suffix[1:].lower() if out and out.suffix[1:].lower() in FORMATS else "jsonl")
    if out is None and form == "xlsx":
        raise UserError(say.XLSX_NEEDS_OUT)
    if out is not None and out.is_dir():
        raise UserError(say.is_folder(str(out)))
    if isinstance(what, Listing) and what.for_admins and viewer and not viewer.admin:
        raise UserError(say.NOT_FOR_YOU)
    with aside(out) as scratch:
        rows = store.read_now(lambda r: _written(r, what, form, scratch, now, viewer, progress))
        note = {"by": by, "kind": name, "format": form, "rows": rows, "to": out.name if out else "stdout"}
        who = MemberId(viewer.sight.viewer) if viewer and viewer.sight.viewer else None
        store.write_now(lambda tx: tx.audit.note(now, who, "export", f"export:{name}", new=note))
        if out is not None:
            put_in_place(scratch, out)
        else:
            with scratch.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.flush()
    return Exported(name, what.title, rows, out)


def _what(name: str) -> Kind[Any] | Listing:
    if name in LISTINGS:
        return LISTINGS[name]
    if name in NAMES:
        return kind_of(name)
    if name in say.NOT_YET:
        raise UserError(say.not_yet_exported(name))
    raise UserError(say.no_kind(name, near(name, {one: one for one in EXPORTS}), EXPORTS))


def _written(
    reader: Reader,
    what: Kind[Any] | Listing,
    form: str,
    scratch: Path,
    now: datetime,
    viewer: Viewer | None,
    progress: Callable[[int], None] | None,
) -> int:
    columns: Sequence[Column | Heading] = what.columns
    count = 0
    with Spool() as spool:
        company = Company(reader, now, spool)
        rows = _listed(what, reader, company) if isinstance(what, Listing) else _held(what, reader, company)
        with table(scratch, form, [c.name for c in columns], [c.title for c in columns], what.title) as put:
            for customer_id, values in rows:
                if viewer is not None and customer_id is not None and not _visible(viewer.sight, company, customer_id):
                    continue
                values = [_masked(viewer.sight, c, v) for c, v in zip(columns, values, strict=True)] if viewer else values
                put([v if form == "jsonl" else _cell(c, v, form) for c, v in zip(columns, values, strict=True)])
                count += 1
                if progress and count % FETCH == 0:
                    progress(count)
    return count


def _held(kind: Kind[Any], reader: Reader, company: Company) -> Iterator[tuple[Any, Sequence[Any]]]:
    items = kind.each(reader)
    while chunk := list(islice(items, FETCH)):
        company.turn()
        ids = [kind.customer_id(item, company) for item in chunk]
        company.read_ids(one for one in ids if one)
        for item, customer_id in zip(chunk, ids, strict=True):
            yield customer_id, [kind.held(column, item, company) for column in kind.columns]


def _listed(listing: Listing, reader: Reader, company: Company) -> Iterator[tuple[Any, Sequence[Any]]]:
    for count, row in enumerate(listing.rows(reader, company)):
        if count % FETCH == 0:
            company.turn()
        yield row


def _visible(sight: Sight, company: Company, customer_id: Any) -> bool:  # noqa: ANN401
    customer = company.customer_of_id(customer_id)
    return customer is not None and sight.can_see(customer)


class _Hidden(str):
    """Stands where a value was masked: it is written as it is."""


def _masked(sight: Sight, column: Column | Heading, value: Any) -> Any:  # noqa: ANN401
    if value in (None, "", ()) or not column.secret:
        return value
    if column.secret == "text":
        return [sight.text(one) for one in value] if isinstance(value, list) else sight.text(value)
    if column.secret == "phone":
        return value if sight.phones else _Hidden(sight.phone(value))
    open_to = sight.costs if column.secret == "cost" else sight.amounts
    return value if open_to else _Hidden(sight.cost("x") if column.secret == "cost" else sight.amount("x"))


def _cell(column: Column | Heading, value: Any, form: str) -> Any:  # noqa: ANN401
    if value in (None, "", ()) or isinstance(value, _Hidden):
        return value or None
    if form == "xlsx" and isinstance(value, Money):
        return value.fen / 100  # a number that can be added up; two decimals of a double are exact enough to be read back
    return column.sort.show(value) if isinstance(column, Column) else cell_of(value)
