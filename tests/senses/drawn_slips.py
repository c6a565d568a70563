# ruff: noqa: E501  (tables of what stands in a picture read better whole)
"""Bank slips, drawn."""

from tests.senses.drawing import BLUE, GREY, INK, WHITE, Drawn, Sheet


def slip_table() -> Drawn:
    """电子回单 as a ruled table: 付款人 and 收款人 as headings written downwards, labels without colons."""
    s = Sheet(1500, 860)
    s.write(750, 30, "客户专用回单", 44, BLUE, "serif", "ma")
    s.write(60, 110, "回单编号 2026031288412207", 24)
    s.write(1440, 110, "打印日期 2026年03月15日", 24, anchor="ra")
    for x, side, name, account, bank in (
        (60, "付款人", "苏州凌峰精工科技有限公司", "3250 1988 0042 1177 03", "中信银行苏州分行"),
        (760, "收款人", "宁波澜拓精密机床有限公司", "5741 0302 8800 9126 51", "宁波银行江北支行"),
    ):
        s.box(x, 160, x + 680, 400)
        s.box(x, 160, x + 60, 400)
        for n, letter in enumerate(side):
            s.write(x + 30, 185 + 70 * n, letter, 30, anchor="ma")
        for n, (label, value) in enumerate((("全称", name), ("账号", account), ("开户行", bank))):
            s.write(x + 80, 178 + 76 * n, label, 26, GREY)
            s.write(x + 210, 178 + 76 * n, value, 28)
    rows = (
        ("金额", "大写", "人民币壹拾贰万捌仟零伍拾元伍角整"),
        ("", "小写", "CNY128,050.50"),
    )
    for n, (_, label, value) in enumerate(rows):
        s.write(80, 430 + 60 * n, f"金额（{label}）", 26, GREY)
        s.write(300, 430 + 60 * n, value, 28)
    for n, (label, value) in enumerate((("交易日期", "2026-03-12"), ("流水号", "B6031200417788"), ("用途", "合同LT-2026-0312预付款"))):
        s.write(80, 570 + 60 * n, label, 26, GREY)
        s.write(300, 570 + 60 * n, value, 28)
    return Drawn("slip_table", "slip", s.image, {
        "amount": "128050.50", "amount_upper": "壹拾贰万捌仟零伍拾元伍角整", "date": "2026-03-12", "payer": "苏州凌峰精工科技有限公司",
        "payee": "宁波澜拓精密机床有限公司", "serial": "B6031200417788", "contract_no": "LT-2026-0312",
    })  # fmt: skip


def slip_columns() -> Drawn:
    """A bank's receipt in two columns of label and value with colons, the amount once, no capitals."""
    s = Sheet(1300, 760)
    s.write(650, 36, "网上银行转账汇款回单", 40, INK, "bold", "ma")
    left = (
        ("付款人名称：", "合肥启明泵业有限公司"),
        ("付款人账号：", "34001 2298 77610 0021"),
        ("付款人开户行：", "徽商银行庐阳支行"),
        ("汇款金额：", "¥56,300.00"),
        ("手续费：", "0.00"),
    )
    right = (
        ("收款人名称：", "台州锐朗自动化设备有限公司"),
        ("收款人账号：", "33002 6711 00984 5512"),
        ("收款人开户行：", "台州银行椒江支行"),
        ("交易时间：", "2026-02-27 09:41:06"),
        ("交易流水号：", "HSB20260227094106778"),
    )
    for column, x in ((left, 60), (right, 660)):
        for n, (label, value) in enumerate(column):
            s.write(x, 140 + 76 * n, label, 26, GREY)
            s.write(x + 200, 140 + 76 * n, value, 26)
    s.write(60, 560, "附言：", 26, GREY)
    s.write(260, 560, "RL20260118 尾款", 26)
    return Drawn("slip_columns", "slip", s.image, {
        "amount": "56300.00", "date": "2026-02-27", "payer": "合肥启明泵业有限公司", "payee": "台州锐朗自动化设备有限公司",
        "serial": "HSB20260227094106778", "contract_no": "RL20260118",
    })  # fmt: skip


def slip_wechat() -> Drawn:
    """A transfer on the phone, as chat apps show it: the sum alone in large figures, a number that wraps."""
    s = Sheet(1080, 1500, "#f7f7f7")
    s.write(540, 180, "转账-来自何建军", 38, anchor="ma")
    s.write(540, 260, "+18600.00", 84, face="bold", anchor="ma")
    rows = (
        ("当前状态", ["已存入零钱"]),
        ("转账说明", ["XS26-0457 定金"]),
        ("转账时间", ["2026年3月9日 18:22:47"]),
        ("收款时间", ["2026年3月9日 18:23:05"]),
        ("转账单号", ["10000500012026030", "91822470081335"]),
    )
    y = 460
    for label, lines in rows:
        s.write(60, y, label, 34, GREY)
        for n, line in enumerate(lines):
            s.write(340, y + 50 * n, line, 34)
        y += 90 + 50 * (len(lines) - 1)
    return Drawn("slip_wechat", "slip", s.image, {
        "amount": "18600.00", "date": "2026-03-09", "payer": "何建军", "serial": "1000050001202603091822470081335", "contract_no": "XS26-0457",
    })  # fmt: skip


def slip_alipay() -> Drawn:
    """A bill on the phone: values at the right edge, a name that wraps, no payer."""
    s = Sheet(1080, 1700)
    s.write(540, 60, "账单详情", 40, face="bold", anchor="ma")
    s.write(540, 230, "佛山铭川塑胶有限公司", 38, anchor="ma")
    s.write(540, 320, "-7,420.36", 80, face="bold", anchor="ma")
    s.write(540, 440, "交易成功", 32, GREY, anchor="ma")
    rows = (
        ("付款方式", "招商银行储蓄卡(8812)"),
        ("转账备注", "模具费"),
        ("收款方全称", "佛山铭川塑胶有限公司"),
        ("支付时间", "2026-01-20 11:05:33"),
        ("订单号", "20260120200040011100880031447"),
    )
    for n, (label, value) in enumerate(rows):
        s.write(60, 560 + 100 * n, label, 34, GREY)
        s.write(1020, 560 + 100 * n, value, 34, anchor="ra")
    return Drawn("slip_alipay", "slip", s.image, {
        "amount": "7420.36", "date": "2026-01-20", "payer": None, "payee": "佛山铭川塑胶有限公司", "serial": "20260120200040011100880031447", "contract_no": None,
    })  # fmt: skip


def slip_mobile_bank() -> Drawn:
    """A bank's own app: a coloured head with the sum, label above its value."""
    s = Sheet(1080, 1760)
    s.pen.rectangle((0, 0, 1080, 420), fill="#c7162e")
    s.write(540, 90, "转账成功", 48, WHITE, "bold", "ma")
    s.write(540, 200, "人民币 230,000.00元", 64, WHITE, "bold", "ma")
    s.write(540, 310, "贰拾叁万元整", 36, WHITE, anchor="ma")
    rows = (
        ("付款账户", "常州恒岳轴承制造有限公司"),
        ("付款账号", "6214 **** **** 3301"),
        ("收款账户", "绍兴恒力机械有限公司"),
        ("收款银行", "浙江绍兴瑞丰农村商业银行"),
        ("转账时间", "2026/03/17 15:32"),
        ("交易流水号", "C0317A992001456"),
        ("转账附言", "二期货款 合同号：HL-260317"),
    )
    for n, (label, value) in enumerate(rows):
        s.write(70, 480 + 170 * n, label, 30, GREY)
        s.write(70, 530 + 170 * n, value, 38)
        s.rule(615 + 170 * n, 70)
    return Drawn("slip_mobile_bank", "slip", s.image, {
        "amount": "230000.00", "amount_upper": "贰拾叁万元整", "date": "2026-03-17", "payer": "常州恒岳轴承制造有限公司", "payee": "绍兴恒力机械有限公司",
        "serial": "C0317A992001456", "contract_no": "HL-260317",
    })  # fmt: skip


def slip_notice() -> Drawn:
    """入账通知 whose payer and payee are sections one below the other, with bare labels."""
    s = Sheet(1100, 1150)
    s.write(550, 40, "中原银行 入账通知", 44, face="serif", anchor="ma")
    y = 150
    for heading, rows in (
        ("付款方信息", (("户名", "郑州华拓起重设备有限公司"), ("账号", "4100 2231 0098 7755"), ("开户行", "中原银行高新支行"))),
        ("收款方信息", (("户名", "青岛海岳重工有限公司"), ("账号", "3702 1180 2210 6634"), ("开户行", "青岛银行李沧支行"))),
        (
            "交易信息",
            (
                ("交易金额", "CNY 1,060,000.00"),
                ("大写金额", "壹佰零陆万元整"),
                ("记账日期", "20260305"),
                ("凭证号", "ZY8800451207"),
                ("摘要", "货款 采购合同编号：HT2026-0088"),
            ),
        ),
    ):
        s.write(60, y, heading, 32, BLUE, "bold")
        y += 64
        for label, value in rows:
            s.write(100, y, label, 28, GREY)
            s.write(320, y, value, 28)
            y += 62
        y += 20
    return Drawn("slip_notice", "slip", s.image, {
        "amount": "1060000.00", "amount_upper": "壹佰零陆万元整", "date": "2026-03-05", "payer": "郑州华拓起重设备有限公司", "payee": "青岛海岳重工有限公司",
        "serial": "ZY8800451207", "contract_no": "HT2026-0088",
    })  # fmt: skip


def slip_contradicts() -> Drawn:
    """Figures and capital letters that say different sums."""
    s = Sheet(1100, 700)
    s.write(550, 40, "电子转账凭证", 44, face="serif", anchor="ma")
    rows = (
        ("付款人户名：", "南通金舟纺织机械厂"),
        ("收款人户名：", "嘉兴同舟纺织有限公司"),
        ("金额（小写）：", "¥86,500.00"),
        ("金额（大写）：", "人民币捌万陆仟元整"),
        ("转账日期：", "2026.01.09"),
        ("交易流水号：", "NT260109335271"),
    )
    for n, (label, value) in enumerate(rows):
        s.write(60, 140 + 80 * n, label + value, 30)
    return Drawn(
        "slip_contradicts",
        "slip",
        s.image,
        {"amount": None, "amount_upper": None, "date": "2026-01-09", "payer": "南通金舟纺织机械厂", "serial": "NT260109335271"},
    )
