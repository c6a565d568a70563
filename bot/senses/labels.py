"""Labels on forms and their values: beside, below or behind a colon; a label is never a value."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from bot.senses.page import Line, Page

_OUT = (
    r"付款(?:人|方|单位|账户|客户)?|付方|汇款(?:人|方|单位)?|转出(?:方|账户)?|出账(?:方|账户)?"
    r"|支付方|打款(?:人|方)|缴款(?:人|单位)|交款人|借方"
)
_IN = r"收款(?:人|方|单位|账户|商户|客户)?|收方|转入(?:方|账户)?|入账(?:方|账户)?|到账(?:方|账户)|对方|商户|贷方"
_NAME = r"户名|名称|全称|姓名|账户名称?|单位名称|公司名称|单位|名字"
_ACCOUNT = r"账号|帐号|卡号|账户|帐户|账户号|银行账号|卡/账号"
_BANK = r"开户行|开户银行|开户机构|开户网点|银行|行名|行号|开户行名称|开户行名|所属银行|联行号|地址"
_DAY = r"日期|时间"
_HOW = r"(?: ?\([^)]{0,8}\))?"
LABELS: dict[str, str] = {
    "payer": rf"(?:{_OUT}) ?的?(?:{_NAME})?",
    "payee": rf"(?:{_IN}) ?的?(?:{_NAME})?|商户全称|商户名称",
    "name": _NAME,
    "account": rf"(?:(?:{_OUT}|{_IN}) ?)?(?:{_ACCOUNT})",
    "bank": rf"(?:(?:{_OUT}|{_IN}) ?)?(?:{_BANK})",
    "upper": (
        r"(?:(?:金额|合计|总计|总额|人民币|合计金额|币种金额)? ?\(?大写\)?(?:金额)?"
        r"|(?:交易|转账|付款|汇款)?金额 ?\(?大写\)?|大写合计)"
    ),
    "amount": (
        r"(?:(?:交易|转账|付款|汇款|支付|币种|到账|入账|发生|实付|回单|扣款|收款|转出|转入|出账)? ?(?:金额|额)"
        r"|发生额|小写金额|金额小写|小写|币种及金额|合计金额)"
        rf"{_HOW}|\(?小写\)?"
    ),
    "date": (
        rf"(?:(?:交易|记账|转账|付款|支付|汇款|到账|入账|转出|完成|处理|受理|委托|成交|发生|提交|核心交易)(?:{_DAY})"
        rf"|{_DAY}|回单{_DAY}|凭证{_DAY}|创建{_DAY}|申请{_DAY})"
    ),
    "printed": rf"(?:打印|制单|下载|生成|出具|开立|查询)(?:{_DAY})|起始日期|截止日期|有效期",
    "serial": (
        r"(?:交易|核心|凭证|电子|业务|网银|银行|支付|转账|柜员|平台|渠道|前置|主机)?(?:流水号?|流水编号)|交易(?:单号|序号|编号|参考号|号)|转账单号|凭证(?:号码?|编号)"
        r"|(?:电子)?回单(?:号码?|编号|流水号)|业务(?:编号|单号)|指令(?:序号|编号)|订单(?:号|编号)|收支单号|支付单号|汇款编号|受理编号|付款单号"
    ),
    "remark": (
        r"(?:交易|转账|付款|汇款|资金|客户|付款方|银行)?(?:摘要|用途|附言|备注|留言|说明|附加信息)"
        r"|备注信息|附言/用途|摘要/用途|用途/摘要|商品(?:说明)?|转账说明|付款说明"
    ),
    "contract": r"(?:采购|销售|购销)?合同(?:编号|号码?)",
    "other": (
        r"币种|交易(?:状态|结果|类型|渠道|机构|网点|代码|方式|地点|场所)|状态|当前状态|手续费|工本费|费用|余额|账户余额|柜员号?|经办|复核|授权|打印(?:次数|机构|柜员)?|验证码|校验码|防伪码|附件"
        r"|业务(?:种类|类型|品种)|凭证种类|(?:付款|支付|收款|转账|汇款)方式|支付卡|钞汇|渠道|回单(?:类型|专用章|章)|记账(?:机构|柜员|网点|流水)|产品(?:名称|种类)|客户(?:号|名称)|联系电话|手机号"
        r"|电子回单(?:专用章)?|账单(?:分类|管理)|商户单号|商家订单号|申请人|预计到账|到账方式|交易对手|借贷(?:标志|方向)|种类"
    ),
}
_WHOLE = {
    kind: re.compile(rf"[\s*|()]*(?P<label>{pattern})(?:{_HOW})(?=[\s:)|*\d¥+\-A-Z]|人民币|$|[零壹贰叁肆伍陆柒捌玖])\s*\)?\s*(?P<colon>:)?")
    for kind, pattern in LABELS.items()
}
# What a label may be followed by without a colon: another word would make it a different thing.
_VALUE_START = re.compile(r"[\s\d¥+\-A-Z]|人民币|20\d\d")
_INNER = re.compile("|".join(f"(?:{p})" for p in LABELS.values()) + r"|经度|纬度")


@dataclass(frozen=True, slots=True)
class Found:
    """A label on a page: what it asks for, its line, and what stands behind it in the same line."""

    kind: str
    line: Line
    inline: str
    word: str


@cache
def label_of(text: str) -> tuple[str, str, str] | None:
    """Kind, word and inline value of the label that a line begins with; the longest that fits. None for a line that is no label."""
    best: tuple[str, str, str] | None = None
    for kind, pattern in _WHOLE.items():
        found = pattern.match(text)
        if not found or (best and len(found["label"]) <= len(best[1])):
            continue
        rest = text[found.end() :].strip(" :)|*")
        if not found["colon"] and rest and not (_VALUE_START.match(text[found.end() :]) or (kind == "upper" and rest)):
            continue
        best = (kind, found["label"], rest)
    return best


def cut_at_labels(text: str) -> Sequence[str]:
    """``交易日期:2026/03/24 交易流水:4038`` → its two parts. Only a label with a colon begins a part."""
    starts = [m.start() for m in re.finditer(rf"(?:{_INNER.pattern}){_HOW}\s*:", text)]
    starts = [at for at in starts if at == 0 or not "\u4e00" <= text[at - 1] <= "\u9fff" or _ends_a_value(text[:at])]
    edges = sorted({0, *starts, len(text)})
    return [text[a:b] for a, b in pairwise(edges)] or [text]


def _ends_a_value(before: str) -> bool:
    """Whether what stands before is a value already (it has its own colon)."""
    return ":" in before


class Form:
    """The labels of a page and how to come from one to its value."""

    def __init__(self, page: Page) -> None:
        self.page = page.split(cut_at_labels)
        self.labels = [
            Found(kind, line, inline, word)
            for line in self.page.lines
            for kind, word, inline in [label_of(line.text) or ("", "", "")]
            if kind
        ]
        self._lines = {id(found.line) for found in self.labels}

    def is_label(self, line: Line) -> bool:
        return id(line) in self._lines

    def of(self, *kinds: str) -> Iterator[Found]:
        return (found for found in self.labels if found.kind in kinds)

    def value(self, found: Found, fits: re.Pattern[str] | None = None) -> str | None:
        """The value of a label: behind it, else to its right, else below; only one that ``fits``."""
        for text in self._near(found):
            if text and (fits is None or fits.search(text)):
                return text
        return None

    def _near(self, found: Found) -> Iterator[str]:
        if found.inline:
            yield self._continued(found.line, found.inline)
            return
        right = self.page.right_of(found.line)
        if right and not self.is_label(right[0]):
            yield self._continued(right[0], right[0].text)
        below = self.page.below(found.line)
        if below and not self.is_label(below[0]):
            left = [o for o in self.page.lines if self.is_label(o) and o.beside(below[0]) and o.cx < below[0].x0]
            # In its own row another label may own it.
            if not left or (right and self.is_label(right[0])) or not right:
                yield self._continued(below[0], below[0].text)

    def _continued(self, line: Line, text: str) -> str:
        """A long value goes on in the next line when that stands close below it and no label stands in its row."""
        last = line
        for _ in range(2):
            under = self.page.below(last, within=0.7, column=0.5)
            if not under or self.is_label(under[0]) or last.width < 0.85 * max(line.width, under[0].width):
                break
            row = [o for o in self.page.lines if o is not under[0] and o.beside(under[0])]
            if any(self.is_label(o) for o in row) or not _goes_on(text, under[0].text):
                break
            text, last = text + under[0].text, under[0]
        return text


def _goes_on(text: str, more: str) -> bool:
    """Whether the second line can be the rest of the first: figures after figures, a name after a name that is not whole."""
    if re.fullmatch(r"[A-Za-z0-9]{6,}", text):
        return bool(re.fullmatch(r"[A-Za-z0-9]{1,24}", more))
    whole = re.search(r"(?:公司|厂|店|院|校|中心|部|行|社|局|所|会|场)$|\d$", text)
    return not whole and bool(re.fullmatch(r"[\u4e00-\u9fff()A-Za-z0-9]{1,20}", more)) and len(text) >= 8
