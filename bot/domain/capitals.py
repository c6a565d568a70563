"""Amounts in the capital numerals of cheques and contracts (人民币大写)."""

from bot.domain.values import Money

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("仟", "佰", "拾", "")
MYRIADS = ("", "万", "亿", "万亿")
LARGEST = Money(10**18 - 1)


def in_capitals(amount: Money) -> str:
    """``Money.yuan("10203.50")`` as 壹万零贰佰零叁元伍角整; 负 before what is owed.

    A zero is said once between digits that are said; 整 ends what has no fen. Raises ValueError above :data:`LARGEST`.
    """
    if abs(amount.fen) > LARGEST.fen:
        raise ValueError(f"no capital numerals for {amount}")
    yuan, cents = divmod(abs(amount.fen), 100)
    jiao, fen = divmod(cents, 10)
    whole = _whole(yuan)
    said = f"{whole}元" if whole else ""
    if jiao:
        said += f"{DIGITS[jiao]}角"
    elif fen and said:
        said += "零"
    said += f"{DIGITS[fen]}分" if fen else "整"
    return ("负" if amount.fen < 0 else "") + (said if amount.fen else "零元整")


def _whole(yuan: int) -> str:
    said, gap = "", False
    groups = [yuan // 10_000**power % 10_000 for power in range(len(MYRIADS))]
    for power in reversed(range(len(MYRIADS))):
        group = groups[power]
        if said and group < 1000:
            gap = True
        if group:
            said += ("零" if gap and said else "") + _group(group) + MYRIADS[power]
            gap = False
    return said


def _group(group: int) -> str:
    said, gap = "", False
    for place, name in zip((1000, 100, 10, 1), PLACES, strict=True):
        digit = group // place % 10
        if digit:
            said += ("零" if gap and said else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return said
