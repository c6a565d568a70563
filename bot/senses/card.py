"""A business card: who, what they are, where, and how to reach them."""

import re
from dataclasses import dataclass

from bot.senses.page import Line, Page

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏"
    "韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关"
    "兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车"
    "项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡"
    "鞠惠荆乐冀郁胥南班储原栗燕楚鄢扶奚湛郜屠闻沃"
)
MOST_LINES = 22
_DOUBLE = "欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|东方|端木|南宫|轩辕"
_NAME = re.compile(rf"^(?:(?:{_DOUBLE})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})$")
_TITLE_WORDS = (
    r"总经理|董事长|总裁|总监|经理|主任|厂长|部长|处长|科长|课长|组长|主管|主席|院长|所长|校长|行长|店长|站长|工程师|技术员|设计师|会计师?|出纳|秘书|助理|顾问|专员|代表|采购员?|业务员|销售员?|客服|文员|跟单|翻译"
    r"|负责人|创始人|合伙人|法人|总工|教授|博士|律师|CEO|CTO|COO|CFO|VP|Director|Manager|Engineer|Sales"
)
_TITLE = re.compile(rf"^[\u4e00-\u9fffA-Za-z/&()· 、,-]{{0,16}}(?:{_TITLE_WORDS})(?:[\s/|、·()\u4e00-\u9fffA-Za-z]{{0,16}})$", re.I)
_FIRM = (
    r"有限责任公司|股份有限公司|有限公司|集团公司|集团|公司|厂|研究院|研究所|设计院|事务所|商行|经营部"
    r"|合作社|工作室|中心|医院|大学|学院|门市部|商贸部"
)
_BRANCH = r"(?:[\u4e00-\u9fff()]{0,10}(?:分公司|事业部|办事处|分厂|店))?"
_COMPANY = re.compile(rf"[\u4e00-\u9fffA-Za-z0-9()·&\- ]{{2,40}}?(?:{_FIRM}){_BRANCH}")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?(?P<no>1[3-9]\d(?:[\s\-.]*\d){8})(?![\s-]?\d)")
_EMAIL = re.compile(r"[A-Za-z0-9][\w.+-]*@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_FIELD = re.compile(
    r"^(?:手机|移动电话|电话|座机|传真|邮箱|邮件|电子邮[箱件]|地址|网址|网站|微信|QQ|Tel|Mob(?:ile)?|Fax|E-?mail|Add(?:ress)?|Web|[MTFEPAWQ])\b\.?[:：\s]"
    r"|^(?:地址|公司地址|邮编|主营|经营范围|开户行|账号|税号)",
    re.I,
)
_STREET = re.compile(r"(?:路|街|大道|巷|弄)[\u4e00-\u9fff]*\d|\d+号|(?:号|室|楼|栋|幢|层)$")


@dataclass(frozen=True, slots=True)
class Card:
    """A business card; numbers without spaces."""

    name: str | None
    title: str | None
    company: str | None
    mobile: str | None
    email: str | None

    def fields(self) -> dict[str, str | None]:
        return {"name": self.name, "title": self.title, "company": self.company, "mobile": self.mobile, "email": self.email}


def read_card(page: Page) -> Card:
    """The fields of a business card."""
    company = _company(page)
    name, title = _person(page, company)
    return Card(name, title or _title(page), company, _mobile(page), _email(page))


def _mobile(page: Page) -> str | None:
    """The mobile number; where several stand, the one that is called so, else the first."""
    found = [(line.text, re.sub(r"\D", "", m["no"])) for line in page.lines for m in _MOBILE.finditer(line.text)]
    called = [number for text, number in found if re.match(r"手机|移动|M\b|Mob|Cell", text, re.I)]
    return next(iter(called or [number for _, number in found]), None)


def _email(page: Page) -> str | None:
    found = [m[0] for line in page.lines for m in _EMAIL.finditer(re.sub(r"\s*([@.])\s*", r"\1", line.text))]
    return found[0] if found else None


def _company(page: Page) -> str | None:
    """The firm: printed larger than its branches and never behind a field's label."""
    found = [
        (m[0].strip(), line)
        for line in page.lines
        if not _FIELD.match(line.text) and not _STREET.search(line.text) and (m := _COMPANY.fullmatch(re.sub(r"^公司[:：]", "", line.text)))
    ]
    return max(found, key=lambda f: (bool(re.search("公司|集团|厂", f[0])), f[1].height))[0] if found else None


def _person(page: Page, company: str | None) -> tuple[str | None, str | None]:
    """The name, printed largest among what can be one; the title where it stands in the same line."""
    candidates: list[tuple[float, str, str | None]] = []
    for line in page.lines:
        if _FIELD.match(line.text) and not re.match(r"姓名|联系人", line.text):
            continue
        text = re.sub(r"^(?:姓名|联系人|Name)[:：\s]*", "", line.text)
        # ``王 磊`` and ``赵雪梅 采购经理`` are both one line.
        words = re.split(r"[\s/|·,]+", text, maxsplit=1)
        whole = text.replace(" ", "")
        if _NAME.match(whole) and not _TITLE.match(whole):
            candidates.append((line.height, whole, None))
        elif _NAME.match(words[0]) and len(words) == 2 and (_TITLE.match(words[1]) or re.fullmatch(r"[A-Za-z .]+", words[1])):
            candidates.append((line.height, words[0], words[1] if _TITLE.match(words[1]) else None))
        elif latin := re.fullmatch(r"(?P<name>[\u4e00-\u9fff]{2,4})[A-Za-z][A-Za-z .]+", whole):
            candidates += [(line.height, latin["name"], None)] if _NAME.match(latin["name"]) else []
        elif (
            glued := re.fullmatch(
                rf"(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}?)(?P<title>(?:[\u4e00-\u9fff]{{0,4}})(?:{_TITLE_WORDS}))", text
            )
        ) and _big(line, page):
            candidates.append((line.height, glued["name"], glued["title"]))
    candidates = [c for c in candidates if not company or c[1] not in company]
    return max(candidates, key=lambda c: c[0])[1:] if candidates else (None, None)


def _big(line: Line, page: Page) -> bool:
    """Printed larger than most: a name with its title in one line, and not a title alone."""
    heights = sorted(other.height for other in page.lines)
    return line.height > 1.25 * heights[len(heights) // 2]


def _title(page: Page) -> str | None:
    for line in page.lines:
        if _TITLE.match(line.text) and not _FIELD.match(line.text) and not _COMPANY.fullmatch(line.text) and not _NAME.match(line.text):
            return line.text
    return None


def looks_like_card(page: Page) -> bool:
    """A way to reach somebody, and somebody or some firm to reach, on a small page."""
    reach = _mobile(page) or _email(page)
    who = _person(page, None)[0]
    firm, title = _company(page), _title(page)
    firm, title = _company(page), _title(page)
    return bool(reach) and len(page.lines) <= MOST_LINES and bool((who and (firm or title)) or (firm and title))
