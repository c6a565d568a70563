"""Days and moments as they stand in tables: real dates, many ways of writing, Excel's own numbers."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.clock import SHANGHAI
from bot.exchange.wrong import WrongCell
from prompts import sheets as say

YEARS = range(1990, 2101)
# Excel counts days from here; what lies outside is a number that somebody put into the wrong column.
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001
SERIALS = (32874, 73051)
SEPARATED = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
CLOCK = re.compile(r"(?:[T\s]|星期.|周.)*(\d{1,2})[:时点](\d{1,2})?(?:[:分](\d{1,2})(?:\.\d+)?)?[分秒]?")
OTHER_ORDER = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{1,4}")
NO_YEAR = re.compile(r"\d{1,2}\s*[-/月.]\s*\d{1,2}\s*[日号]?")
ISO_WEEK = re.compile(r"(\d{4})\s*[-年]?\s*(?:W|第)\s*(\d{1,2})\s*周?", re.IGNORECASE)


def day_of(cell: object) -> date:
    """The day that a cell names. Raises WrongCell."""
    return _moment(cell).date()


def instant_of(cell: object) -> datetime:
    """The moment that a cell names, in UTC. Raises WrongCell."""
    moment = _aware(cell) if isinstance(cell, str) and _zoned(cell) else _moment(cell).replace(tzinfo=SHANGHAI)
    return moment.astimezone(UTC)


def week_of(cell: object) -> date:
    """The Monday of the week that a cell names by a day or by its number. Raises WrongCell."""
    if isinstance(cell, str) and (m := ISO_WEEK.fullmatch(unicodedata.normalize("NFKC", cell).strip())):
        try:
            return date.fromisocalendar(int(m[1]), int(m[2]), 1)
        except ValueError as error:
            raise WrongCell(say.no_day(cell)) from error
    day = day_of(cell)
    return day - timedelta(days=day.weekday())


def _moment(cell: object) -> datetime:
    """Shanghai wall time."""
    if isinstance(cell, datetime):
        found = cell.astimezone(SHANGHAI).replace(tzinfo=None) if cell.tzinfo else cell
    elif isinstance(cell, date):
        found = datetime.combine(cell, time())
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        found = _number(cell)
    elif isinstance(cell, str):
        found = _text(unicodedata.normalize("NFKC", cell).strip(), cell)
    else:
        raise WrongCell(say.no_day(str(cell)))
    if found.year not in YEARS:
        raise WrongCell(say.far_year(found.year))
    return found


def _number(cell: float) -> datetime:
    whole = int(cell)
    if cell == whole and (m := COMPACT.fullmatch(str(whole))):
        return _built(m[1], m[2], m[3], str(whole))
    if not SERIALS[0] <= cell < SERIALS[1]:
        raise WrongCell(say.no_day(f"{cell:g}"))
    moment = EPOCH + timedelta(days=cell)
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def _text(said: str, cell: str) -> datetime:
    if re.fullmatch(r"\d{5}(?:\.\d+)?", said):
        return _number(float(said))
    m = SEPARATED.match(said) or COMPACT.match(said)
    if m is None:
        if OTHER_ORDER.fullmatch(said):
            raise WrongCell(say.which_order(cell))
        raise WrongCell(say.no_year(cell) if NO_YEAR.fullmatch(said) else say.no_day(cell))
    day = _built(m[1], m[2], m[3], cell)
    rest = re.sub(r"(?:Z|[+-]\d{2}:?\d{2})$", "", said[m.end() :]) if _zoned(said) else said[m.end() :]
    if not rest.strip() or re.fullmatch(r"\s*(?:\(?(?:星期|周).\)?)\s*", rest):
        return day
    clock = CLOCK.fullmatch(rest.strip("T "))
    if clock is None:
        raise WrongCell(say.no_day(cell))
    try:
        return day.replace(hour=int(clock[1]), minute=int(clock[2] or 0), second=int(clock[3] or 0))
    except ValueError as error:
        raise WrongCell(say.no_day(cell)) from error


def _built(year: str, month: str, day: str, said: str) -> datetime:
    try:
        return datetime(int(year), int(month), int(day))  # noqa: DTZ001
    except ValueError as error:
        raise WrongCell(say.no_such_day(said)) from error


def _zoned(text: str) -> bool:
    return bool(re.search(r"\d:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})$", text.strip()))


def _aware(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError as error:
        raise WrongCell(say.no_day(text)) from error
