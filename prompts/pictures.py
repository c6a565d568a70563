"""What is said about pictures, films and documents: what was read in them, why they cannot be read, and what a person should look at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.chat.outgoing import Button
from bot.domain.activity import Activity
from prompts import words

PROBLEM: Mapping[str, str] = {
    "empty": "是空的，请重新发一次。",
    "truncated": "没有传完整，请重新发一次。",
    "not_a_picture": "打不开，不像一张完整的图片。请重新拍一张或换 JPG 再发。",
    "heic": "是苹果手机的 HEIC 格式，我读不了，已存好。请在聊天里选“图片”发，或转成 JPG 再发。",
    "too_many_pixels": "像素太大（超过 4000 万），已存好但没有读。请用手机相机的普通模式拍，或压缩后再发。",
    "broken": "打不开，文件可能坏了。已原样存好，请重新发一次。",
    "no_film": "打不开，不像一段完整的视频。请重新拍一段再发。",
    "film_too_long": "视频太长，已存好但没有读。请剪到 10 分钟以内再发。",
    "encrypted": "加了密码，读不了。已存好，请发一份不加密的。",
    "old_office": "是老格式（.doc、.xls、.ppt），读不了。已存好，请另存为 .docx、.xlsx、.pptx 或 PDF 再发。",
    "bomb": "解开后大得不正常，没有读。请确认文件后重新导出再发。",
    "too_many_pages": "页数太多，已存好但没有读。请只发要紧的那几页。",
    "unknown": "这种文件我不会读，已原样存好。",
    "too_slow": "读了太久没读出来，已原样存好。要紧的内容请打几个字告诉我。",
    "too_much_memory": "太大，读不了，已原样存好。请压缩或截取要紧的部分再发。",
}
# For a file at the command line, where nothing is kept and nobody sends anything.
FILE_PROBLEM: Mapping[str, str] = {
    "empty": "是空的。",
    "truncated": "不完整，像是没有传完。",
    "not_a_picture": "打不开，不像一张完整的图片。请换 JPG 再试。",
    "heic": "是苹果手机的 HEIC 格式，读不了。请转成 JPG 再试。",
    "too_many_pixels": "像素太大（超过 4000 万），没有读。请压缩后再试。",
    "broken": "打不开，文件可能坏了。",
    "no_film": "打不开，不像一段完整的视频。",
    "film_too_long": "视频太长，没有读。请剪到 10 分钟以内再试。",
    "encrypted": "加了密码，读不了。请换一份不加密的。",
    "old_office": "是老格式（.doc、.xls、.ppt），读不了。请另存为 .docx、.xlsx、.pptx 或 PDF 再试。",
    "bomb": "解开后大得不正常，没有读。请确认文件后重新导出。",
    "too_many_pages": "页数太多，没有读。请只留要紧的那几页。",
    "unknown": "这种文件我不会读。",
    "too_slow": "读了太久没读出来。",
    "too_much_memory": "太大，读不了。请压缩或截取要紧的部分再试。",
}
NOT_READ = "没看清"
SLIP_LABELS = (("amount", "金额"), ("date", "日期"), ("payer", "付款人"), ("serial", "流水号"), ("contract_no", "合同号"))
CONFIRM, KEEP_CONTACT, UPDATE_CONTACT = "确认回款", "存为联系人", "更新联系人"


def problem(name: str, why: str) -> str:
    """The sentence for a file that cannot be read."""
    return f"{name or '刚才的文件'}：{PROBLEM[why]}"


def file_problem(path: str, why: str) -> str:
    """The same at the command line."""
    return f"{path}：{FILE_PROBLEM[why]}"


def read_in(kind: str, facts: Sequence[str], flags: Sequence[str]) -> str:
    """One line about what was read, and one for each thing that a person should look at."""
    return "\n".join([f"{kind}已读：{'；'.join(facts)}。" if facts else f"{kind}已存好。", *flags])


def another_firm(firm: str) -> str:
    return f"名片上的公司“{firm}”和这条记录的客户不一样，记录的客户没有动；要记那一家，请连公司名一起说一遍，我另记一条"


def facts(item: Activity) -> list[tuple[str, str]]:
    """What a record's card says of its pictures."""
    d = item.details
    found: list[tuple[str, str]] = [("现场照片", place(p)) for p in d.get("places", []) if place(p)]
    found += [("银行回单", f"{slip(s)}{'' if s.get('state') == 'confirmed' else '（待确认）'}") for s in d.get("slips", [])]
    found += [("名片", f"{person(c)}{'' if c.get('state') == 'kept' else '（还没存）'}") for c in d.get("people", [])]
    found += [("报价单", quotation(q)) for q in d.get("quotations", [])]
    found += [("资料", paper(p)) for p in d.get("papers", [])]
    found += [("视频", film(f)) for f in d.get("films", [])]
    if flags := flagged(d.get("flags", [])):
        found.append(("留意", "；".join(flags)))
    return found


def buttons(item: Activity) -> tuple[Button, ...]:
    """What can be confirmed with one tap."""
    values = {"record": item.id}
    slips = [s for s in item.details.get("slips", []) if s.get("state") == "proposed" and s.get("amount")]
    people = [c for c in item.details.get("people", []) if c.get("state") in ("new", "changed")]
    found = [Button(label=CONFIRM, action="confirm_slip", values={**values, "media": s["media"]}, style="primary") for s in slips[:1]]
    if item.customer_id is not None:
        found += [
            Button(
                label=f"{KEEP_CONTACT if c['state'] == 'new' else UPDATE_CONTACT} {words.shortened(c.get('name') or '', 8)}".strip(),
                action="keep_contact",
                values={**values, "media": c["media"]},
                style="primary",
            )
            for c in people[:2]
        ]
    return tuple(found)


def place(p: Mapping[str, Any]) -> str:
    """``3月18日 09:05 · 绍兴市越城区银桥路326号``."""
    taken = datetime.fromisoformat(p["taken_at"]) if p.get("taken_at") else None
    when = f"{taken.month}月{taken.day}日 {taken:%H:%M}" if taken else ""
    where = p.get("address") or (f"{p['lat']:.5f}，{p['lng']:.5f}" if p.get("lat") is not None else "")
    return " · ".join(filter(None, [when, where, "时间地点都对得上" if p.get("evidence") == "corroborated" else ""]))


def slip(s: Mapping[str, Any]) -> str:
    """``128,050.50元 · 2026-03-12 · 苏州凌峰精工科技有限公司 · 流水号 B603…``; what could not be read says so."""
    amount = f"{float(s['amount']):,.2f}元" if s.get("amount") else f"金额{NOT_READ}"
    serial = f"流水号 {s['serial']}" if s.get("serial") else f"流水号{NOT_READ}"
    contract = f"合同 {s['contract_no']}" if s.get("contract_no") else ""
    return " · ".join(filter(None, [amount, s.get("date") or f"日期{NOT_READ}", s.get("payer") or f"付款人{NOT_READ}", serial, contract]))


def person(c: Mapping[str, Any]) -> str:
    """``赵雪梅 采购经理 13800000000``."""
    return " ".join(str(c[key]) for key in ("name", "title", "company", "mobile", "email") if c.get(key)) or NOT_READ


def quotation(q: Mapping[str, Any]) -> str:
    return "，".join(
        filter(
            None,
            [
                f"{len(q.get('lines') or [])} 行",
                f"合计 {q['total']}元" if q.get("total") else f"合计{NOT_READ}",
                f"税率 {float(q['tax_rate']):.0%}" if q.get("tax_rate") else "",
                f"账期 {q['payment_term_days']} 天" if q.get("payment_term_days") is not None else "",
            ],
        )
    )


def paper(p: Mapping[str, Any]) -> str:
    parts = [p.get("name") or "", f"{p['pages']} 页" if p.get("pages") else "", "前两页写着客户名" if p.get("names_customer") else ""]
    return "，".join(filter(None, [*parts, "是签字确认件" if p.get("signed") else ""]))


def film(f: Mapping[str, Any]) -> str:
    return "，".join(
        filter(None, [f"{f['seconds']:.0f} 秒" if f.get("seconds") else "", f"截了 {f['frames']} 张图" if f.get("frames") else ""])
    )


def flagged(flags: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a person should look at, one sentence each; where the earlier record may not be seen, only its day."""
    return [sentence for flag in flags if (sentence := _flag(flag))]


def _flag(flag: Mapping[str, Any]) -> str:
    where = f"{flag['on']}{flag.get('by') or ''}{flag.get('customer') or ''}发过的一张" if flag.get("on") else "以前发过的一张"
    match flag["why"]:
        case "photo_same":
            return f"这张照片和{where}几乎一样，已标给主管看；是新拍的就不用管"
        case "photo_near":
            return f"和{where}很像，请主管看一眼"
        case "serial_used":
            return f"这个流水号在{flag.get('on') or '以前'}的一张回单上出现过，请核对是不是同一笔"
        case "amounts_differ":
            return "回单上大写和小写金额对不上，金额没有填，请核对原图"
        case "amount_said":
            return f"你说的金额和回单上的 {flag['amount']}元 不一样，请核对"
        case "payer_differs":
            return f"付款人“{flag['payer']}”和客户名不一样，可能是代付，请核对"
        case "time_apart":
            return f"水印时间和收到的时间差 {flag['apart']}，已标给主管看"
        case "place_apart":
            return f"水印位置离客户约 {flag['metres'] / 1000:.1f} 公里，已标给主管看"
        case "total_differs":
            return "报价单合计和明细对不上，请核对"
        case "lines_differ":
            return "报价单有的行数量×单价不等于金额，请核对"
    return ""
