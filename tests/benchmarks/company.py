"""A large invented company: as many customers and leads as a benchmark wants."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.customer import Customer, Lead
from bot.domain.member import Group, Member
from bot.domain.values import CustomerId, GroupId, LeadId
from storage.repositories.rows import values
from storage.tables import customer, lead
from storage.transaction import Transaction

SYLLABLES = "恒锐博联芯达海瀚铭启岳川澜拓擎景宏泰昌盛源润华瑞"
TRADES = ("机械", "电子", "自动化", "精密", "仪表", "材料")


def name(number: int) -> str:
    """An invented company name, different for each number."""
    first, second = divmod(number, len(SYLLABLES))
    third = first // len(SYLLABLES)
    return f"{SYLLABLES[second]}{SYLLABLES[first % len(SYLLABLES)]}{TRADES[number % len(TRADES)]}{third or ''}有限公司"


def furnish(tx: Transaction, members: Sequence[Member], customers: int, now: datetime, *, stale: float = 0.0) -> None:
    """Members, a digest group, and a customer with an open lead for each number; the share ``stale`` is idle for ten days."""
    for member in members:
        tx.members.save(member)
    tx.members.save_group(Group(GroupId("g1"), "华东群", "bench", "g:1", "digest", "华东"))
    owners = [m.id for m in members]
    rows = [Customer(CustomerId(f"c{n}"), name(n), now, region="华东", owner_id=owners[n % len(owners)]) for n in range(customers)]
    old = int(customers * stale)
    idle = now - timedelta(days=10)
    leads = [Lead(LeadId(f"l{n}"), c.id, c.owner_id, now, idle if n < old else now, product_line="伺服") for n, c in enumerate(rows)]
    for table, items in ((customer, rows), (lead, leads)):
        if items:
            tx.connection.execute(table.insert(), [values(item) for item in items])
