"""Around the messages that a rep sends from WeChat: how they are offered, and what is said when they were sent."""

import re
from collections.abc import Sequence

from bot.chat.outgoing import Button, Card, Fact, Line, Reply, Section
from bot.domain.customer import Customer
from prompts import words

WHOM = "写给谁？带上客户名或联系人再说一次，比如“给恒力机械的张工写个微信”。"
NOTHING_YET = "{name} 还没有往来记录，没有可写的内容。先告诉我聊了什么，比如“今天拜访了张工，想要样品”，我再来写。"
NONE_TO_SEND = "最近没有帮你写过微信。先说“给张工写个微信”，发出去后再回“已发送”。"
ALREADY = "这条已经记为发送过了，不用再记。"
ASK_FOR = {
    "快递单号": "回我快递单号，我写进去，比如“单号 SF1234567890”。",
    "应付金额": "没有查到到期未付的款，金额和日期没写；导入合同和回款计划后会自动带上。",
    "节日": "祝哪个节？再说一次，比如“给李总写个中秋祝福”。",
    "合同到期日": "没有查到合同到期日，没写进去。",
    "型号": "推荐哪个产品？再说一次，比如“给李总写个 SV-750 的新品推荐”。",
}
PHONE = "里面有电话号码，有的平台会拦，建议删掉再发。"
EMAIL = "里面有邮箱地址，有的平台会拦，建议删掉再发。"
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


def offered(key: str, draft: str, to: str, occasion: str, versions: Sequence[tuple[str, str]], chosen: int, lacking: Sequence[str]) -> Card:
    """The wordings to choose from; the chosen one has been sent to the rep as plain text of its own."""
    lines = tuple(
        Line(
            text=text,
            detail=tone + ("（上面这条）" if n == chosen else ""),
            buttons=(Button(label="复制", action="words_take", values={"draft": draft, "version": str(n)}, copy=text),),
        )
        for n, (tone, text) in enumerate(versions)
    )
    notes = [ASK_FOR[name] for name in lacking if name in ASK_FOR]
    notes += [PHONE] if any(_PHONE.search(text) for _, text in versions) else []
    notes += [EMAIL] if any(_EMAIL.search(text) for _, text in versions) else []
    return Card(
        key=key,
        title=f"发给{to}的微信 · {occasion}",
        sections=(Section(title="", lines=lines),),
        buttons=(Button(label="已发送", action="words_sent", values={"draft": draft}, style="primary"),),
        note="\n".join([*notes, "改过再发的，把发出去的那段贴在“已发送”后面回我，我按你发的存。"]),
    )


def sent(key: str, to: str, customer: str, text: str) -> Card:
    """It was sent, and stands on the timeline."""
    return Card(
        key=key,
        title=f"已记录 · 微信跟进 {customer}",
        tone="good",
        facts=(Fact(label="发给", value=to), Fact(label="内容", value=words.shortened(text, 200))),
    )


def which(key: str, choices: Sequence[tuple[Customer, str]], asked: str) -> Card:
    """Several customers fit."""
    pick = tuple(
        Button(
            label=" ".join(filter(None, [c.name, person])), action="words_for", values={"customer": c.id, "person": person, "asked": asked}
        )
        for c, person in choices
    )
    return Card(key=key, title="写给哪一位？", buttons=pick)


def nothing_yet(customer: str) -> Reply:
    return Reply(text=NOTHING_YET.format(name=customer))
