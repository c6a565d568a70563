"""Years without official holidays: the admins hear of it once, in time."""

from datetime import date, datetime, timedelta

from bot.domain.clock import SHANGHAI
from config.calendar import OfficialCalendar
from tests.house import House

# The last year that the library knows.
LAST = max(year for year in range(2024, 2060) if OfficialCalendar().is_official(year))


async def morning(house: House, day: date) -> list[str]:
    """What the admin reads until shortly after nine on that day."""
    before = len(house.screens.of("p:xu"))
    await house.move_to(datetime(day.year, day.month, day.day, 9, 1, tzinfo=SHANGHAI))
    return [s.text for s in house.screens.of("p:xu")[before:] if "节假日" in s.text]


async def test_nothing_is_said_while_the_dates_are_known(house: House) -> None:
    assert await morning(house, date(LAST, 11, 30)) == []


async def test_the_admin_hears_of_it_in_december(house: House) -> None:
    (told,) = await morning(house, date(LAST, 12, 1))
    assert told.startswith(f"{LAST + 1} 年还没有官方节假日数据")


async def test_it_is_said_once(house: House) -> None:
    await morning(house, date(LAST, 12, 1))
    assert await morning(house, date(LAST, 12, 1) + timedelta(days=1)) == []
    assert await morning(house, date(LAST + 1, 1, 5)) == []
