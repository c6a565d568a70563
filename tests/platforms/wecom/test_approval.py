"""An approval on cards: two may decide, one decision counts, and whatever else is tapped gets the present state."""

from datetime import timedelta

import pytest

from bot.chat.context import Context
from bot.chat.incoming import CardTap
from bot.chat.outgoing import Button, Card, Fact, Reply
from bot.chat.router import Answer, Router
from bot.domain.values import MemberId
from tests.platforms.wecom.company import Company
from tests.platforms.wecom.emulator import Shown
from tests.platforms.wecom.emulator.phone import Phone

APPROVERS = (MemberId("m_wang"), MemberId("m_zhaomin"))
story = Router("trial")


def card(decided: str = "") -> Card:
    """The card of the approval, open or decided."""
    buttons = (Button(label="同意", action="trial.yes", style="primary"), Button(label="驳回", action="trial.no", style="danger"))
    facts = (Fact(label="客户", value="绍兴恒力机械"), Fact(label="金额", value="¥128,000"))
    title = f"报价 Q42 {decided}" if decided else "报价 Q42 待您审批"
    return Card(key="trial:42", title=title, facts=facts, buttons=() if decided else buttons)


@story.tap("trial.yes", "trial.no")
def decide(tap: CardTap, ctx: Context) -> Answer:
    """The first approver decides; everybody later hears what was decided."""
    if ctx.member.id not in APPROVERS:
        return Reply(text="这张审批不归你处理。")
    state = ctx.tx.facts.get("trial")
    if state is None:
        state = f"{ctx.member.name}{'已同意' if tap.action == 'trial.yes' else '已驳回'}"
        ctx.tx.facts.set("trial", state, ctx.now)
        ctx.audit("trial", "42", new={"state": state})
    return card(state)


@pytest.fixture
async def asked(company: Company) -> Company:
    """Both approvers have the card on their phones."""
    company.learn(story)
    await company.tell(lambda ctx: [ctx.tell(approver, card()) for approver in APPROVERS])
    return company


def wang(company: Company) -> Phone:
    return company.wecom.phone("WangWei")


def zhao(company: Company) -> Phone:
    return company.wecom.phone("zhaomin")


async def decisions(company: Company) -> list[str]:
    """Every decision that was written."""
    rows = "SELECT new FROM audit WHERE action = 'trial'"
    return await company.service.store.read(lambda r: [str(row[0]) for row in r.connection.exec_driver_sql(rows)])


async def deliver(company: Company, phone: Phone, shown: Shown, label: str) -> None:
    """A tap by anybody, as the wire brings it."""
    await company.wecom.callbacks.deliver(phone.xml_tap(shown, shown.buttons[label]))
    await company.rest()


async def test_a_decision_replaces_every_copy_in_its_place(asked: Company) -> None:
    await wang(asked).tap(wang(asked).card(), "同意")
    await asked.rest()
    for phone in (wang(asked), zhao(asked)):
        assert [m.text.splitlines()[1] for m in phone.screen] == ["报价 Q42 王伟已同意"]
        assert not phone.card().buttons


async def test_two_taps_of_one_finger_decide_once(asked: Company) -> None:
    shown = wang(asked).card()
    taps = [wang(asked).xml_tap(shown, shown.buttons["同意"]) for _ in range(2)]
    assert [d.status for d in await asked.wecom.callbacks.at_once(*taps)] == [200, 200]
    await asked.rest()
    assert len(await decisions(asked)) == 1
    assert [m.text.splitlines()[1] for m in wang(asked).screen] == ["报价 Q42 王伟已同意"]


async def test_of_two_approvers_at_once_one_decides_and_both_see_it(asked: Company) -> None:
    cards = wang(asked).card(), zhao(asked).card()
    taps = wang(asked).xml_tap(cards[0], cards[0].buttons["同意"]), zhao(asked).xml_tap(cards[1], cards[1].buttons["驳回"])
    await asked.wecom.callbacks.at_once(*taps)
    await asked.rest()
    assert len(await decisions(asked)) == 1
    assert wang(asked).card().text == zhao(asked).card().text
    assert not wang(asked).card().buttons


async def test_a_late_tap_gets_the_present_state_and_changes_nothing(asked: Company) -> None:
    old = zhao(asked).card()
    late = zhao(asked).xml_tap(old, old.buttons["驳回"])
    await wang(asked).tap(wang(asked).card(), "同意")
    await asked.rest()
    await asked.wecom.callbacks.deliver(late)
    await asked.rest()
    assert len(await decisions(asked)) == 1
    assert [m.text.splitlines()[1] for m in zhao(asked).screen] == ["报价 Q42 王伟已同意"]


async def test_a_tap_by_somebody_else_is_refused_with_a_sentence(asked: Company) -> None:
    await deliver(asked, asked.wecom.phone("lisi"), wang(asked).card(), "同意")
    assert await decisions(asked) == []
    assert [m.text for m in asked.wecom.screen("lisi")] == ["这张审批不归你处理。"]
    assert wang(asked).card().buttons


async def test_a_tap_by_a_stranger_changes_nothing(asked: Company) -> None:
    await deliver(asked, asked.wecom.phone("qianzong"), wang(asked).card(), "同意")
    assert await decisions(asked) == []


async def test_a_tap_delivered_again_changes_nothing(asked: Company) -> None:
    await wang(asked).tap(wang(asked).card(), "同意")
    await asked.rest()
    seen = [m.text for m in asked.wecom.ledger.shown]
    for resealed in (False, True):
        assert (await asked.wecom.callbacks.again(resealed=resealed)).status == 200
    await asked.rest()
    assert len(await decisions(asked)) == 1
    assert [m.text for m in asked.wecom.ledger.shown] == seen


async def test_a_key_that_was_made_up_has_no_effect(asked: Company) -> None:
    await asked.wecom.callbacks.deliver(wang(asked).xml_tap(wang(asked).card(), "trial.yes"))
    await asked.rest()
    assert await decisions(asked) == []


async def test_after_three_days_the_tapped_card_still_changes_and_the_other_answers_when_it_is_tapped(asked: Company) -> None:
    await asked.move(timedelta(hours=73))
    await wang(asked).tap(wang(asked).card("报价"), "同意")
    await asked.rest()
    assert "王伟已同意" in wang(asked).card("报价").text
    old = zhao(asked).card("报价")
    assert old.buttons  # its codes have ended: nothing can change it until somebody taps it
    await deliver(asked, zhao(asked), old, "驳回")
    assert len(await decisions(asked)) == 1
    assert "王伟已同意" in zhao(asked).card("报价").text


async def test_where_no_code_is_good_any_more_the_tapper_hears_the_result(asked: Company) -> None:
    faults = asked.wecom.faults
    faults.on("message/update_template_card", faults.error(42022), times=None)
    await wang(asked).tap(wang(asked).card(), "同意")
    await asked.rest()
    assert "王伟已同意" in wang(asked).screen[-1].text
    assert len(await decisions(asked)) == 1


async def test_an_answer_that_was_lost_after_the_card_changed_does_no_harm(asked: Company) -> None:
    faults = asked.wecom.faults
    faults.on("message/update_template_card", faults.reset(done=True))
    await wang(asked).tap(wang(asked).card(), "同意")
    await asked.rest()
    await asked.move(timedelta(minutes=2))
    assert [m.text.splitlines()[1] for m in wang(asked).screen] == ["报价 Q42 王伟已同意"]
    assert [m.text.splitlines()[1] for m in zhao(asked).screen] == ["报价 Q42 王伟已同意"]
