"""Learning without training: what a rep answers about a name becomes a name of the team's for that customer.

A name is learned when a rep settles it (a tap, a typed answer, a correction), told, kept in the audit log, and forgotten as soon as
somebody of the team says otherwise. The customer table always stands above what was learned.
"""

import re

from bot.chat.context import Context
from bot.domain.activity import Activity
from bot.domain.customer import Customer
from bot.domain.member import team_of
from storage.repositories.aliases import TeamAlias

SHORTEST, LONGEST = 2, 12
# A word that stands in every other text would find the customer everywhere.
EVERYDAY = 300
_NO_NAME = re.compile(r"[，。,.!！?？:：\s]|^(?:这|那|他|她|我|咱|你|某|老客户|新客户|客户|公司|厂)|^\d+$")


def learn(ctx: Context, said: str | None, customer: Customer) -> bool:
    """Let the team's ``said`` mean ``customer`` from the next message on; whether it does now and did not before."""
    name, team = (said or "").strip().lower(), team_of(ctx.member)
    known = ctx.tx.aliases.get(team, name)
    if known and known.customer_id == customer.id:
        return False
    if known:
        _forget(ctx, known)
    if not _fit(name) or not ctx.sight.can_see(customer) or ctx.tx.customers.known_as(name):
        return False
    ctx.tx.aliases.save(TeamAlias(team, name, customer.id, ctx.member.id, ctx.now))
    ctx.audit("alias.learn", customer.id, new={"said": name, "team": team})
    ctx.names.changed(customer.id)
    return True


def unlearn(ctx: Context, record: Activity) -> None:
    """The record was put under the wrong customer: the team's names for that one which stand in its words are forgotten."""
    if record.customer_id is None:
        return
    for alias in ctx.tx.aliases.of(record.customer_id):
        if alias.team == team_of(ctx.member) and alias.said in record.text.lower():
            _forget(ctx, alias)


def _forget(ctx: Context, alias: TeamAlias) -> None:
    ctx.tx.aliases.forget(alias)
    ctx.audit("alias.forget", alias.customer_id, old={"said": alias.said, "team": alias.team})
    ctx.names.changed(alias.customer_id)


def _fit(name: str) -> bool:
    from bot.understanding.dictionary import commonness

    return SHORTEST <= len(name) <= LONGEST and not _NO_NAME.search(name) and commonness(name) < EVERYDAY
