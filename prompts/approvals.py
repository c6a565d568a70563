"""What is said about quotes and their approval. No card here shows a cost; a margin stands only where everybody asked may know it."""

from collections.abc import Sequence
from decimal import Decimal

from bot.chat.outgoing import Button, Card, Fact, Line, Section
from bot.domain.approval import Approval, Decision, State, Verdict, Why
from bot.domain.clock import local
from bot.domain.quote import LineCheck, Quote

STEPS = {"technical": "技术审核", "finance": "财务审核", "gm": "总经理审批"}
NO_APPROVER = "还不能提交：有一个环节没有审批人。请管理员在人员名单里补上角色；审批人自己的报价要先设好代理人。"
NOT_FOUND = "没有这份报价，核对一下编号，例如“通过 Q42”。"
NO_REASON = "驳回要写原因，例如“驳回 Q42 毛利太低”。内容没有变。"
NOT_YOURS = "这份报价现在不归你审批，内容没有变。"
NOT_YOUR_QUOTE = "只有提交人自己可以这样做，内容没有变。"
OLD = "报价已经有新版本，这张卡片作废，内容没有变。"
END = {State.APPROVED: "审批已通过", State.REJECTED: "审批已驳回", State.WITHDRAWN: "提交人已撤回"}


def quote_key(quote: Quote) -> str:
    return f"quote:{quote.id}:{quote.version}"


def step_key(approval: Approval, step: int) -> str:
    return f"approval:{approval.id}:{step}"


def quote_card(quote: Quote, customer: str, checks: Sequence[LineCheck], *, title: str, submit: bool = False) -> Card:
    """To the rep: each line, and whether its price is below the list."""
    button = Button(label="提交审批", action="quote_submit", values={"quote": quote.id, "version": str(quote.version)}, style="primary")
    low = any(c.below for c in checks)
    return Card(
        key=quote_key(quote),
        title=title,
        tone="warn" if low else "info",
        facts=_facts(quote, customer),
        sections=(_lines(checks),),
        buttons=(button,) if submit else (),
    )


def approver_card(approval: Approval, quote: Quote, customer: str, owner: str, checks: Sequence[LineCheck], margins: bool) -> Card:
    """To whom a step waits for."""
    values = {"approval": str(approval.id), "version": str(approval.version), "step": str(approval.at_step)}
    known = [f"{c.line.name} {_share(c.margin)}" for c in checks if c.margin is not None] if margins else []
    deep = max((c.discount for c in checks if c.discount is not None), default=None)
    facts = [Fact(label="提交人", value=owner), *_facts(quote, customer)]
    facts += [Fact(label="最低折让", value=_share(deep))] if deep is not None and deep > 0 else []
    facts += [Fact(label="毛利率", value="、".join(known))] if known else []
    return Card(
        key=step_key(approval, approval.at_step),
        title=f"请审批：{quote.label} 第 {quote.version} 版（{step_name(approval)}）",
        tone="warn",
        facts=tuple(facts),
        sections=(_lines(checks),),
        buttons=(
            Button(label="同意", action="approval_yes", values=values, style="primary"),
            Button(label="驳回", action="approval_no", values=values, style="danger", ask="驳回的原因是什么？"),
        ),
        note=f"也可以直接发“通过 {quote.label}”或“驳回 {quote.label} 原因”。",
    )


def step_name(approval: Approval) -> str:
    return STEPS.get(approval.step.name, approval.step.name)


def said(decision: Decision, name: str) -> str:
    """``已由 王经理 于 10:02 同意``."""
    verdict = "同意" if decision.verdict is Verdict.APPROVE else "驳回"
    reason = f"：{decision.reason}" if decision.reason else ""
    return f"已由 {name} 于 {local(decision.at):%m-%d %H:%M} {verdict}{reason}"


def state(label: str, approval: Approval, sentences: Sequence[str]) -> str:
    """Where an approval stands now."""
    now = END.get(approval.state, f"正在{step_name(approval)}")
    return "；".join([f"{label}：{now}", *sentences]) + "。"


def unreachable(name: str, quote: Quote) -> str:
    """To the administrators."""
    return f"{name}还没有和我聊过，{quote.label} 的审批卡片送不到。"


def refused(why: Why, standing: str) -> str:
    """Nothing was changed, and how things stand."""
    first = {Why.NO_REASON: NO_REASON, Why.NOT_YOURS: NOT_YOURS, Why.OLD_VERSION: OLD, Why.OWN: "自己的报价不能自己审批，内容没有变。"}
    return first.get(why, "") + standing


def _facts(quote: Quote, customer: str) -> tuple[Fact, ...]:
    tax = "含税" if quote.tax_included else "未税"
    facts = [Fact(label="客户", value=customer), Fact(label=f"合计（{tax}）", value=f"{quote.subtotal} 元")]
    facts += [Fact(label="账期", value=f"{quote.payment_term_days} 天")] if quote.payment_term_days is not None else []
    return tuple(facts)


def _lines(checks: Sequence[LineCheck]) -> Section:
    return Section(title="明细", lines=tuple(_line(c) for c in checks))


def _line(check: LineCheck) -> Line:
    line = check.line
    flag = "低于价目表允许的价格" if check.below else "" if check.floor else "价目表里没有这一项"
    return Line(text=f"{line.name} {line.quantity:f}{line.unit} × {line.unit_price:f} 元 = {line.amount} 元", detail=flag)


def _share(share: Decimal | None) -> str:
    return "" if share is None else f"{share * 100:.1f}%"
