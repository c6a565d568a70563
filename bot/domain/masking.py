"""Hiding phone numbers and amounts, also those that somebody wrote into a sentence.

It hides too much rather than too little: a text in which a figure is missing can be asked about, a number that was shown cannot be
taken back.
"""

import re

HIDDEN = "***"
_KEPT, _TAIL, _FULL = 3, 4, 11
_DIGIT = "[0-9０-９零〇一二三四五六七八九幺]"
_GAP = r"[-－—\s.·]{0,2}"
_ONE = "[1１一幺]"
_CUED = "(?:电话|手机号?|座机|分机|号码|微信号?|[Tt][Ee][Ll]|联系方式)"
# Mobiles (with or without +86, in figures or as they are spoken), land lines, 400 numbers, and any number that is said to be one.
_PHONE = re.compile(
    rf"(?<![0-9A-Za-z])(?:[+＋]?\s?86{_GAP})?{_ONE}{_GAP}[3-9３-９三四五六七八九](?:{_GAP}{_DIGIT}){{9}}(?![0-9])"
    rf"|(?<![0-9A-Za-z])[(（]?0[0-9]{{2,3}}[)）]?{_GAP}[0-9]{{3,4}}{_GAP}[0-9]{{4}}(?:{_GAP}转?\s?[0-9]{{1,5}})?(?![0-9])"
    rf"|(?<![0-9A-Za-z])400(?:{_GAP}[0-9]){{7}}(?![0-9])"
    rf"|(?P<cue>{_CUED}[是为:：\s]{{0,3}})(?P<no>(?:{_DIGIT}{_GAP}){{5,12}}{_DIGIT})(?![0-9])"
)
_UNIT = "(?:亿元?|[十百千]?万[元块]?|[千百]?元|千(?![瓦克米])|块钱?|角|人民币|RMB|CNY|[kKwW](?![A-Za-z]))"
_FIGURES = r"[0-9０-９][0-9０-９,，]*(?:[.．点][0-9０-９]+)?"
_SPOKEN = "[零〇一二两三四五六七八九十百千万亿半几]"
_PRICE = "单价|总价|报价|售价|底价|定价|价格?|成本|利润|毛利|让利|降到?|优惠"
_SUM = "预算|金额|总额|货款|合同额|采购额|回款|付款|打款|到账|首付|尾款|定金|订金"
_AMOUNT = re.compile(
    rf"[¥￥$]\s*{_FIGURES}\s*{_UNIT}?"
    rf"|{_FIGURES}\s*(?:多|来|几)?\s*{_UNIT}"
    rf"|{_SPOKEN}+(?:点{_SPOKEN}+)?(?:多|来|几)?\s*{_UNIT}[零〇一二两三四五六七八九十百千万五]*"
    rf"|(?P<cue>{_PRICE}|{_SUM})(?P<gap>[^0-9０-９，。；;,\n]{{0,6}}?){_FIGURES}(?![0-9月号日天点:：])(?:\s*{_UNIT})?"
)


def mask_phone(number: str) -> str:
    """``13800001234`` → ``138****1234``; a shorter number keeps its first three figures only."""
    figures = [at for at, c in enumerate(number) if re.fullmatch(_DIGIT, c)]
    tail = _TAIL if len(figures) >= _FULL else 0
    hidden = set(figures[_KEPT : len(figures) - tail])
    return "".join("*" if at in hidden else c for at, c in enumerate(number))


def mask_phones(words: str) -> str:
    """A text with every phone number in it masked."""
    return _PHONE.sub(lambda m: f"{m['cue']}{mask_phone(m['no'])}" if m["cue"] else mask_phone(m[0]), words)


def mask_amounts(words: str) -> str:
    """A text with every sum of money in it hidden."""
    return _AMOUNT.sub(lambda m: f"{m['cue'] or ''}{m['gap'] or ''}{HIDDEN}", words)
