"""How a customer's person is addressed in writing: 张工, 李总, 王主任; never a guess about who somebody is."""

COMPOUND = ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "端木", "南宫")
# A name that ends like this is an address already.
ADDRESSES = (
    *("总监", "总", "工", "经理", "主任", "部长", "厂长", "院长", "科长", "处长", "局长", "校长", "主管", "组长", "老师", "教授", "博士"),
    *("医生", "大夫", "护士长", "董", "书记", "秘书", "师傅", "老板", "老板娘", "先生", "女士", "小姐", "姐", "哥"),
)
# What a title makes of a surname; the first that fits.
BY_TITLE = (
    (("总经理", "副总", "总裁", "总监", "CEO", "CTO", "CFO", "COO", "董事长"), "总"),
    (("厂长",), "厂长"),
    (("主任",), "主任"),
    (("部长",), "部长"),
    (("院长",), "院长"),
    (("科长",), "科长"),
    (("处长",), "处长"),
    (("经理",), "经理"),
    (("工程师", "高工", "总工"), "工"),
    (("主管",), "主管"),
    (("教授",), "教授"),
    (("老师",), "老师"),
    (("医生", "医师"), "医生"),
)


def address(name: str, title: str | None = None) -> str:
    """``张工`` stays, ``张伟`` with 采购经理 becomes ``张经理``, ``张伟`` alone stays whole."""
    name = name.strip()
    if not name or any(name.endswith(end) and len(name) > len(end) for end in ADDRESSES):
        return name
    call = next((call for ends, call in BY_TITLE if title and any(end in title for end in ends)), None)
    return f"{surname(name)}{call}" if call and _is_person(name) else name


def surname(name: str) -> str:
    """The family name: one character, two for 欧阳 and its like."""
    return name[:2] if name.startswith(COMPOUND) else name[:1]


def _is_person(name: str) -> bool:
    return 2 <= len(name) <= 4 and all("\u4e00" <= char <= "\u9fff" for char in name)
