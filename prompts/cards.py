"""The cards about records: what was understood, which customer was meant, whether to create one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.chat.outgoing import Button, Card, Fact, Link, Reply, Tone
from bot.domain.activity import Activity, ActivityKind, Missing
from bot.domain.clock import local, local_day
from bot.domain.customer import Customer
from bot.domain.understood import Objection
from bot.domain.values import MemberId
from prompts import pictures, words

ASK: dict[Missing, str] = {
    Missing.CUSTOMER: "这是哪家客户？直接回我客户名就行。",
    Missing.NEXT: "下次什么时候跟进？直接回我，比如“下周三”。",
    Missing.CONTACT: "见的是谁？直接回我，比如“张工”。",
}
LISTENING = "录音已存好，正在听，听完就把内容记进来。"
UNNAMED = "（没留姓名）"
ACT_ON_PAGE = "打开网页处理"
NOT_YOURS = "往来内容只有负责人和上级能看。"
SAVED_ANYWAY = "你的记录已经存好。对方同意协作后，就算进这家的跟进。"
HOW_TO_CHANGE = "说错了？回“改一下，…”更正，10 分钟内可“撤销”。"
DETAIL_KEYS = {"总额": ("total_amount",), "回款": ("payment_amount",)}
ONLY_KEPT: dict[ActivityKind, str] = {
    ActivityKind.QUOTE: "报价内容已记在客户时间线上；这个版本还不会发起审批。",
    ActivityKind.PAYMENT: "回款已记在客户时间线上；这个版本还不会核销合同。",
    ActivityKind.CONTRACT: "合同进展已记在客户时间线上。",
    ActivityKind.COMPLAINT: "客诉已记在客户时间线上。",
}


def listening(item: Activity) -> Card:
    """A recording that is a piece of the visit already and whose words are still to come."""
    return Card(
        key=record_key(item),
        title="正在听…",
        text=f"{LISTENING}你先忙别的。",
        buttons=(Button(label="撤销", action="undo", values={"record": item.id}),),
    )


def heard(text: str) -> str:
    """What was understood of a recording, to be compared with what was said."""
    return f"听到：“{words.shortened(text, 200)}”"


def mended(said: str, name: str) -> str:
    """A name that was heard wrong and is in the customer table."""
    return f"“{said}”当作“{name}”记的；不对就直接回我正确的客户名。"


def unclear(places: int) -> str:
    return f"有 {places} 处没听清，请核对。"


def not_a_record(item: Activity, text: str) -> Card:
    """A recording that was a question or a command: nothing to keep under a customer."""
    return Card(key=record_key(item), title=heard(text), text="这段语音不算跟进记录，原话和录音还留着。")


def with_problem(card: Card, sentence: str) -> Card:
    """A card that also says why a recording could not be read."""
    return replace(card, text="\n".join(filter(None, [card.text, sentence])), tone="warn")


def learned(said: str, customer: str) -> str:
    """What the team's word means from now on, and how to take that back."""
    return f"记住了，以后你们说“{said}”就是 {customer}。不对就回“改一下，客户是…”。"


def record_key(record: Activity) -> str:
    """The key of a record's card."""
    return f"record:{record.id}"


def record(item: Activity, customer: str | None, today: date, *, ask: Missing | None = None, extra: Sequence[str] = ()) -> Card:
    """What a record holds, with at most one question."""
    title = f"已记录 · {name_of(item, customer)}{'（猜的）' if 'intent' in item.guesses else ''}"
    notes = [ASK[ask]] if ask else []
    notes += [ONLY_KEPT[item.kind]] if item.kind in ONLY_KEPT else []
    notes += [*extra, HOW_TO_CHANGE]
    return Card(
        key=record_key(item),
        title=title,
        tone="warn" if ask is Missing.CUSTOMER else "good",
        facts=tuple(record_facts(item, customer, today)),
        buttons=_buttons(item, ask),
        note="\n".join(notes),
    )


def name_of(item: Activity, customer: str | None) -> str:
    """``拜访 绍兴恒力机械有限公司``."""
    return " ".join(filter(None, [words.KIND[item.kind], customer or item.customer_said]))


def record_facts(item: Activity, customer: str | None, today: date) -> list[Fact]:
    """The filled fields of a record."""
    facts: list[Fact] = []

    def add(label: str, value: str | None, *keys: str) -> None:
        if value:
            facts.append(Fact(label=label, value=value, guess=any(key in item.guesses for key in keys)))

    add("客户", customer or (f"{item.customer_said}（还没对上）" if item.customer_said else None), "customer")
    add("联系人", "、".join(item.contacts), "contacts")
    when = f"{words.day(item.occurred_on, today)}{words.hour(item.occurred_time)}" if item.occurred_on else ""
    add("方式和时间", " · ".join(filter(None, [words.CHANNEL[item.channel] if item.channel else "", when])), "occurred_on", "channel")
    add("位置", _place(item))
    add("异议", "、".join(words.OBJECTION[Objection(o)] for o in item.objections), "objections")
    add("竞品", "、".join(item.competitors), "competitors")
    add("需求", "；".join(item.needs))
    add("卡点", item.delay_reason, "delay_reason")
    add("阶段", words.STAGE[item.stage] if item.stage else None)
    for label, value in _detail_facts(item):
        add(label, value, *DETAIL_KEYS.get(label, ()))
    for label, value in pictures.facts(item):
        add(label, value)
    add("下一步", "；".join(item.next_steps), "action_items")
    add("下次跟进", f"{words.day(item.next_on, today)}{words.hour(item.next_time)}" if item.next_on else None, "next_on")
    if not facts:
        add("原话", words.shortened(item.text, 120))
    return facts


def _place(item: Activity) -> str | None:
    """Where the rep was, how that is known, and whether it fits the customer's address."""
    place = item.details.get("place")
    if not place:
        return None
    at = f"{local(datetime.fromisoformat(place['at'])):%H:%M}"
    measured = place["evidence"] == "measured"
    told = f"{at} 定位打卡，误差约 {words.metres(place['accuracy'] or 0)}" if measured else f"{at} 发的位置"
    metres = place.get("metres")
    away = "" if metres is None else f"，离客户地址 {words.metres(metres)}"
    odd = "，离得远，已标记；有原因就回我一句" if any(flag["why"] == "far" for flag in item.details.get("flags", [])) else ""
    return told + away + odd


def check_in(key: str) -> Card:
    """The way to the check-in page."""
    return Card(
        key=key,
        title="定位打卡",
        text="到客户那里了？打开下面的网页，定个位、拍张照，就记成一次上门拜访。",
        links=(Link(label="打开定位打卡", path="/app/checkin"),),
    )


def _detail_facts(item: Activity) -> list[tuple[str, str | None]]:
    d = item.details
    lines = [
        " ".join(
            str(part)
            for part in (i.get("model") or i.get("name"), _count(i), f"单价{i['unit_price']}元" if i.get("unit_price") else None)
            if part
        )
        for i in d.get("items", [])
    ]
    return [
        ("产品", "；".join(lines)),
        ("总额", f"{d['total_amount']}元" if d.get("total_amount") else None),
        ("含税", {True: "含税", False: "未税"}.get(d["tax_included"]) if "tax_included" in d else None),
        ("账期", f"{d['payment_term_days']}天" if d.get("payment_term_days") is not None else None),
        ("回款", f"{d['payment_amount']}元" if d.get("payment_amount") else None),
        ("合同号", d.get("contract_no")),
        ("快递单号", d.get("tracking_no")),
        ("电话", d.get("phone")),
    ]


def _count(item: dict[str, object]) -> str | None:
    return f"{item['quantity']}{item.get('unit') or ''}" if item.get("quantity") is not None else None


def _buttons(item: Activity, ask: Missing | None) -> tuple[Button, ...]:
    undo = Button(label="撤销", action="undo", values={"record": item.id})
    offers = pictures.buttons(item)
    if ask is not Missing.NEXT:
        return (*offers, *_write(item), undo)
    return (
        *offers,
        Button(label="明天", action="next", values={"record": item.id, "on": "tomorrow"}, style="primary"),
        Button(label="下周一", action="next", values={"record": item.id, "on": "monday"}),
        Button(label="不用跟进", action="next", values={"record": item.id, "on": "never"}),
        undo,
    )


def _write(item: Activity) -> tuple[Button, ...]:
    told = item.customer_id and item.kind is not ActivityKind.PLAN
    return (Button(label="写微信", action="write_words", values={"record": item.id}),) if told else ()


def undone(item: Activity, customer: str | None, pieces: str) -> Card:
    """The card of a record that was taken back."""
    return Card(
        key=record_key(item),
        title=f"已撤销 · {name_of(item, customer)}",
        text=f"撤销了整条记录（{pieces}）{'，提醒也取消了' if item.next_on else ''}。原话还留着，只是不再算数。",
        buttons=(Button(label="恢复", action="restore", values={"record": item.id}),),
    )


def _came(item: Activity) -> str:
    """The words of a record; of one without words what came instead."""
    seen = "；".join(f"{label} {value}" for label, value in pictures.facts(item) if label != "留意")
    return words.shortened(item.text) or words.shortened(seen, 80) or "发来的照片、语音或文件"


def choose_customer(item: Activity, choices: Sequence[Customer], said: str) -> Card:
    """Several customers fit: the rep picks."""
    pick = tuple(
        Button(label=c.name, action="choose_customer", values={"record": item.id, "customer": c.id}, style="primary") for c in choices
    )
    new = Button(label=f"新客户“{words.shortened(said, 12)}”", action="create_customer", values={"record": item.id, "name": said})
    return Card(
        key=record_key(item),
        title=f"“{said}”是哪一家？",
        tone="warn",
        text=f"记录已经存好：{_came(item)}",
        buttons=(*pick, new),
        note="点一下就归到那家；也可以直接回我全名。",
    )


def unknown_customer(item: Activity, said: str, alike: Sequence[str] = ()) -> Card:
    """A name that is not in the table; ``alike`` are the owners of customers that sound like it."""
    hint = [f"同事那边有名字很像的客户，负责人{'、'.join(dict.fromkeys(alike))}。要是同一家，回我公司全名。"] if alike else []
    return Card(
        key=record_key(item),
        title=f"没找到“{said}”",
        tone="warn",
        text=f"记录已经存好：{_came(item)}",
        buttons=(
            Button(
                label=f"新建客户“{words.shortened(said, 14)}”",
                action="create_customer",
                values={"record": item.id, "name": said},
                style="primary",
            ),
            Button(label="先这样放着", action="leave_loose", values={"record": item.id}),
        ),
        note="\n".join([*hint, "名字说错了？直接回我正确的客户名。"]),
    )


def which_customer(item: Activity, recent: Customer | None) -> Card:
    """A piece that fits no record: asked once."""
    here = (
        (Button(label=f"记到 {recent.name}", action="choose_customer", values={"record": item.id, "customer": recent.id}, style="primary"),)
        if recent
        else ()
    )
    return Card(
        key=record_key(item),
        title="已存好，这是哪家客户的？",
        tone="warn",
        text=words.shortened(item.text),
        buttons=(*here, Button(label="先这样放着", action="leave_loose", values={"record": item.id})),
        note="直接回我客户名就行。",
    )


def left_loose(item: Activity) -> Card:
    return Card(
        key=record_key(item),
        title="已存好 · 没有归到客户",
        text=words.shortened(item.text, 120),
        note="想起来了，回“改一下，客户是…”就行。",
    )


def colleagues_customer(key: str, customer: Customer, owner: str, saved: str = "") -> Card:
    """A customer of somebody else's: its owner and nothing more."""
    return Card(
        key=key,
        title=f"已有同名客户，负责人{owner}",
        tone="warn",
        text=saved,
        buttons=(Button(label=f"向{owner}申请协作", action="ask_partner", values={"customer": customer.id}, style="primary"),),
    )


def similar_customers(key: str, name: str, visible: Sequence[Customer], hidden_owners: Sequence[str], by: str) -> Card:
    """Before a customer is created: who it might be already."""
    lines = [f"· {c.name}" for c in visible] + [f"· 一家名字很像的客户，负责人{owner}" for owner in hidden_owners]
    return Card(
        key=key,
        title=f"“{name}”可能已经有了",
        tone="warn",
        text="\n".join(lines),
        buttons=(
            Button(label="仍然新建", action="create_customer", values={"name": name, "by": by}, style="primary"),
            Button(label="不建了", action="dismiss", values={"by": by}),
        ),
    )


def customer_created(customer: Customer, contacts: Sequence[str], phone: str | None = None) -> Card:
    facts = [Fact(label="客户", value=customer.name)]
    facts += [Fact(label="联系人", value="、".join(contacts))] if contacts else []
    facts += [Fact(label="电话", value=phone)] if phone else []
    return Card(
        key=f"customer:{customer.id}",
        title=f"已新建客户 {customer.name}",
        tone="good",
        facts=tuple(facts),
        note="负责人是你。下次带上客户名说一句，就会记到它名下。",
    )


def partner_request(customer: Customer, asker: str, asker_id: str, day: date) -> Card:
    """To the owner; a request that was refused may be made again on another day."""
    values = {"customer": customer.id, "member": asker_id}
    return Card(
        key=f"partner:{customer.id}:{asker_id}:{day.isoformat()}",
        title=f"{asker}申请协作 {customer.name}",
        tone="warn",
        text=f"同意后，{asker}能看到这家客户的往来并一起跟进；负责人还是你。",
        buttons=(
            Button(label="同意", action="partner_yes", values=values, style="primary"),
            Button(label="不同意", action="partner_no", values=values),
        ),
    )


def settled(key: str, title: str, tone: Tone = "info", text: str = "") -> Card:
    """A card after its decision: no buttons left."""
    return Card(key=key, title=title, tone=tone, text=text)


def timeline(
    customer: Customer, owner: str, records: Sequence[Activity], names: Mapping[MemberId, str], next_text: str | None, today: date
) -> Card | Reply:
    """Where things stand with a customer."""
    if not records:
        return Reply(text=f"{customer.name} 还没有往来记录。直接告诉我“拜访了…”就开始记。")
    facts = [
        Fact(
            label=f"{words.day(r.occurred_on or local_day(r.received_at), today)} · {words.KIND[r.kind]}",
            value=f"{words.shortened(r.text, 90)}（{names.get(r.member_id, '')}）",
        )
        for r in records
    ]
    facts += [Fact(label="下一步", value=next_text)] if next_text else []
    return Card(key=f"timeline:{customer.id}", title=f"{customer.name} · 最近往来", facts=tuple(facts), note=f"负责人 {owner}")
