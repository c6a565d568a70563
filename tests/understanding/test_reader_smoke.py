"""One message of a rep, read end to end."""

from datetime import date, datetime

from bot.domain.understood import Channel, Intent
from bot.understanding import KnownContact, KnownCustomer, Names, Reader
from config.calendar import OfficialCalendar


def test_a_visit_with_a_next_step_is_read() -> None:
    names = Names([KnownCustomer("c1", "苏州启辰机械有限公司", ("启辰",), contacts=(KnownContact("罗工"),))])
    read = Reader(names, OfficialCalendar()).read("昨天去启辰见了罗工，下周三再去", datetime(2026, 3, 18, 17, 0))
    assert (read.intent, read.channel, read.customer_id) == (Intent.VISIT, Channel.VISIT, "c1")
    assert (read.occurred_on, read.next_on) == (date(2026, 3, 17), date(2026, 3, 25))
