"""The reminder of a promise."""

from datetime import date

from bot.chat.outgoing import Button, Card, Fact
from bot.domain.customer import Customer, Lead
from prompts import words

WHICH_DAY = "没看懂改到哪天，写“下周三”或“3月25日”这样的日子。"


def key(lead: Lead) -> str:
    """One reminder a lead and promised day."""
    return f"promise:{lead.id}:{lead.next_on}"


def promise(lead: Lead, customer: Customer, contacts: str, last_words: str, today: date) -> Card:
    """Today somebody was promised something."""
    values = {"lead": lead.id, "on": str(lead.next_on)}
    facts = [Fact(label="要做", value=lead.next_step or "跟进")]
    facts += [Fact(label="联系人", value=contacts)] if contacts else []
    facts += [Fact(label="上次", value=last_words)] if last_words else []
    return Card(
        key=key(lead),
        title=f"该跟进了 · {customer.name}",
        tone="warn",
        text=f"你约了{words.day(lead.next_on, today)}。" if lead.next_on else "",
        facts=tuple(facts),
        buttons=(
            Button(label="已跟进", action="kept_promise", values=values, style="primary", ask="结果怎么样？一句话就行，带上下次时间更好"),
            Button(label="改到明天", action="postpone", values={**values, "to": "tomorrow"}),
            Button(label="改期", action="postpone", values=values, ask="改到哪天？例如：下周三"),
        ),
    )
