"""Business cards, quotation sheets and a poster, drawn; and the list of all that is drawn."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from tests.senses.drawing import BLUE, GREY, WHITE, Drawn, Sheet
from tests.senses.drawn_slips import (
    slip_alipay,
    slip_columns,
    slip_contradicts,
    slip_mobile_bank,
    slip_notice,
    slip_table,
    slip_wechat,
)
from tests.senses.drawn_stamps import stamp_degrees, stamp_large_clock, stamp_latin, stamp_work_record


def card_letters() -> Drawn:
    """A card with letters for labels, the company at the bottom, dashes in the number."""
    s = Sheet(1050, 620, "#fbfbf7")
    s.write(80, 90, "秦 晓 峰", 62, face="bold")
    s.write(80, 190, "华东区销售总监", 30, GREY)
    for n, line in enumerate(("M: 139-5822-6071", "T: 0574-8733 2210", "E: qin.xf@lantuo-cnc.example.cn")):
        s.write(80, 280 + 52 * n, line, 28)
    s.write(80, 470, "宁波澜拓精密机床有限公司", 36, BLUE, "bold")
    s.write(80, 530, "宁波市江北区长兴路199号", 24, GREY)
    return Drawn(
        "card_letters",
        "card",
        s.image,
        {
            "name": "秦晓峰",
            "title": "华东区销售总监",
            "company": "宁波澜拓精密机床有限公司",
            "mobile": "13958226071",
            "email": "qin.xf@lantuo-cnc.example.cn",
        },
    )


def card_upright() -> Drawn:
    """A card on end, name and title in one line, a branch below the firm, two numbers."""
    s = Sheet(640, 1050)
    s.write(320, 110, "苏州凌峰精工科技有限公司", 38, BLUE, "bold", "ma")
    s.write(320, 170, "SUZHOU LINGFENG PRECISION CO., LTD.", 22, GREY, anchor="ma")
    s.write(90, 360, "上官婉", 56, face="bold")
    s.write(300, 385, "采购部 经理", 28, GREY)
    for n, line in enumerate(
        ("电话：0512-6780 1122", "手机：+86 188 0623 4417", "邮箱：shangguan@lingfeng.example.com", "地址：苏州市虎丘区科灵路37号2幢")
    ):
        s.write(90, 560 + 70 * n, line, 28)
    return Drawn(
        "card_upright",
        "card",
        s.image,
        {
            "name": "上官婉",
            "title": "采购部经理",
            "company": "苏州凌峰精工科技有限公司",
            "mobile": "18806234417",
            "email": "shangguan@lingfeng.example.com",
        },
    )


def card_english() -> Drawn:
    """Chinese and English side by side, no labels before the numbers."""
    s = Sheet(1050, 600)
    s.write(70, 70, "恒岳集团股份有限公司", 44, "#8a1020", "serif")
    s.write(70, 230, "方致远  Fang Zhiyuan", 46, face="bold")
    s.write(70, 305, "高级工程师", 28, GREY)
    s.write(70, 420, "13705712288", 30)
    s.write(70, 470, "fang.zy@hengyue.example.com", 30)
    return Drawn(
        "card_english",
        "card",
        s.image,
        {
            "name": "方致远",
            "title": "高级工程师",
            "company": "恒岳集团股份有限公司",
            "mobile": "13705712288",
            "email": "fang.zy@hengyue.example.com",
        },
    )


def _table(
    s: Sheet, y: float, edges: Sequence[float], rows: Sequence[Sequence[str]], size: int = 24, step: int = 56, *, ruled: bool = True
) -> float:
    for row in rows:
        for n, text in enumerate(row):
            s.write(edges[n] + 10, y + 12, text, size)
        if ruled:
            for x0, x1 in pairwise(edges):
                s.box(x0, y, x1, y + step)
        y += step
    return y


def quote_ruled() -> Drawn:
    """Columns in another order, a remark column, the total inside the table, a term of payment."""
    s = Sheet(1500, 820)
    s.write(750, 30, "产品报价表", 44, face="bold", anchor="ma")
    rows = [
        ("序号", "规格型号", "品名", "数量", "单位", "含税单价", "合价", "备注"),
        ("1", "LT-850M", "立式加工中心主轴", "2", "套", "46,800.00", "93,600.00", "现货"),
        ("2", "BT40-ER32", "刀柄", "40", "支", "215.50", "8,620.00", ""),
        ("3", "SK-3012", "液压卡盘", "6", "只", "3,980.00", "23,880.00", "2周"),
    ]
    end = _table(s, 120, (40, 120, 330, 660, 760, 850, 1040, 1240, 1460), rows)
    s.write(60, end + 20, "合计金额：¥126,100.00（大写：壹拾贰万陆仟壹佰元整）", 28)
    s.write(60, end + 80, "以上报价含13%增值税；付款方式：月结60天；报价有效期15天。", 26)
    return Drawn("quote_ruled", "quotation", s.image, {"total": "126100.00", "tax_rate": "0.13", "payment_term_days": 60, "lines": [
        {"model": "LT-850M", "name": "立式加工中心主轴", "quantity": 2, "unit": "套", "unit_price": "46800.00", "amount": "93600.00"},
        {"model": "BT40-ER32", "name": "刀柄", "quantity": 40, "unit": "支", "unit_price": "215.50", "amount": "8620.00"},
        {"model": "SK-3012", "name": "液压卡盘", "quantity": 6, "unit": "只", "unit_price": "3980.00", "amount": "23880.00"},
    ]})  # fmt: skip


def quote_plain() -> Drawn:
    """No rules, no unit column, whole prices without fen, the total in figures only."""
    s = Sheet(1200, 760)
    s.write(600, 30, "报 价 单", 46, face="serif", anchor="ma")
    s.write(60, 110, "致：台州锐朗自动化设备有限公司", 26)
    rows = [
        ("产品名称", "型号", "数量", "单价", "金额"),
        ("伺服驱动器", "SD-750", "12", "1860", "22320"),
        ("编码器线缆", "EC-05", "24", "95", "2280"),
    ]
    end = _table(s, 180, (60, 380, 640, 780, 940, 1140), rows, ruled=False)
    s.write(60, end + 30, "总计：24600元", 30, face="bold")
    s.write(60, end + 90, "不含税，款到发货", 26)
    return Drawn("quote_plain", "quotation", s.image, {"total": "24600.00", "tax_rate": None, "payment_term_days": 0, "lines": [
        {"model": "SD-750", "name": "伺服驱动器", "quantity": 12, "unit": None, "unit_price": "1860.00", "amount": "22320.00"},
        {"model": "EC-05", "name": "编码器线缆", "quantity": 24, "unit": None, "unit_price": "95.00", "amount": "2280.00"},
    ]})  # fmt: skip


def quote_units() -> Drawn:
    """Quantity and unit in one cell, no models, a tax rate of its own."""
    s = Sheet(1300, 700)
    s.write(650, 30, "QUOTATION 报价单", 42, face="bold", anchor="ma")
    rows = [
        ("No.", "项目名称", "数量", "单价(元)", "小计(元)"),
        ("1", "冷却塔清洗服务", "3次", "4,500.00", "13,500.00"),
        ("2", "填料更换", "16立方", "720.00", "11,520.00"),
    ]
    end = _table(s, 120, (60, 160, 560, 720, 920, 1160), rows)
    s.write(60, end + 24, "总金额（含税6%）：25,020.00", 28)
    s.write(60, end + 84, "付款：验收后30天内付清", 26)
    return Drawn("quote_units", "quotation", s.image, {"total": "25020.00", "tax_rate": "0.06", "payment_term_days": 30, "lines": [
        {"model": None, "name": "冷却塔清洗服务", "quantity": 3, "unit": "次", "unit_price": "4500.00", "amount": "13500.00"},
        {"model": None, "name": "填料更换", "quantity": 16, "unit": "立方", "unit_price": "720.00", "amount": "11520.00"},
    ]})  # fmt: skip


def poster() -> Drawn:
    """A competitor's poster: text, and nothing of the four kinds."""
    s = Sheet(1000, 1400, "#d81e3a")
    s.write(500, 200, "春季焕新 满三万减两千", 76, WHITE, "bold", "ma")
    s.write(500, 420, "全场空压机 3 年质保", 54, WHITE, anchor="ma")
    s.write(500, 560, "活动时间：3月1日至3月31日", 40, WHITE, anchor="ma")
    return Drawn("poster", "other", s.image)


ALL: tuple[Callable[[], Drawn], ...] = (
    slip_table, slip_columns, slip_wechat, slip_alipay, slip_mobile_bank, slip_notice, slip_contradicts,
    stamp_large_clock, stamp_work_record, stamp_degrees, stamp_latin,
    card_letters, card_upright, card_english, quote_ruled, quote_plain, quote_units, poster,
)  # fmt: skip
SLIPS = tuple(draw for draw in ALL if draw.__name__.startswith("slip"))
