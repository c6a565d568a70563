"""What a page is: a bank slip, a quotation sheet, a watermark photo, a business card, or something else with its text."""

import re

from bot.senses.card import looks_like_card
from bot.senses.figures import UPPER, clock_in, money_in, when_in
from bot.senses.labels import Form
from bot.senses.page import Page
from bot.senses.quotation import is_heading
from bot.senses.watermark import BRAND, read_watermark

_SLIP = re.compile(
    r"回单|回执|转账|付款凭证|收款凭证|入账通知|到账通知|汇款|进账单|交易凭证|支付凭证|电子凭证|账单详情|业务凭证|收付款|支付成功|付款成功|交易成功|汇兑|借记通知|贷记通知|银行"
)
_QUOTE = re.compile(r"报价单|报价表|报价明细|报价书|价格表|QUOTATION|Quotation")
# A stamp is a few lines in a corner; a page of text that happens to hold a time is none.
MOST_STAMP_LINES = 16


def kind_of(page: Page) -> str:
    """``slip``, ``quotation``, ``watermark``, ``card`` or ``other``."""
    text = page.text
    form = Form(page)
    asked = {found.kind for found in form.labels}
    heading = any(is_heading([cell.text for cell in row]) for row in page.rows)
    if heading and (_QUOTE.search(text) or not asked & {"payer", "payee", "serial"}):
        return "quotation"
    if _is_slip(text, asked, bool(money_in(text) or UPPER.search(text))):
        return "slip"
    if _is_stamp(page, text):
        return "watermark"
    if looks_like_card(page):
        return "card"
    return "quotation" if _QUOTE.search(text) and len(money_in(text)) >= 2 else "other"


def _is_slip(text: str, asked: set[str], money: bool) -> bool:
    """Words of banks beside a sum, and at least two of the things that a slip says."""
    says = len(asked & {"payer", "payee", "serial", "upper", "amount", "date", "remark", "account", "bank"})
    return money and bool(_SLIP.search(text)) and (says >= 3 or (says >= 2 and bool(asked & {"serial", "upper"})))


def _is_stamp(page: Page, text: str) -> bool:
    stamp = read_watermark(page)
    when = bool(when_in(text)) and any(clock_in(line.text) or any(w.clock for w in when_in(line.text)) for line in page.lines)
    where = stamp.lat is not None or stamp.address is not None
    few = len(page.lines) <= MOST_STAMP_LINES
    return few and ((when and (where or bool(BRAND.search(text)))) or (stamp.lat is not None and bool(when_in(text))))
