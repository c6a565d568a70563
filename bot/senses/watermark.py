"""The stamp of a watermark camera (今日水印相机, 马克水印 and their like): when and where, with coordinates."""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from bot.senses.figures import clock_in, when_in
from bot.senses.page import Line, Page

BRAND = re.compile(r"水印|相机|马克|Timemark|防伪|验证|真实时间|工程记录|拜访记录|巡检|打卡|考勤|外勤", re.I)
_PLACE = re.compile(r"^(?:拍摄|打卡|签到|施工|工作|当前|考勤)?(?:地点|地址|位置|定位)[:\s]*(?P<rest>.*)$")
_ADDRESS = re.compile(r"[\u4e00-\u9fff]{2,}(?:省|市|区|县|镇|乡|街道|路|街|大道|村|园区|开发区|广场|大厦|巷|弄)")
_NO_ADDRESS = re.compile(
    r"天气|气温|海拔|星期|周[一二三四五六日]|客户|备注|项目|施工|人员|拍摄人|经度|纬度|单位|公司名|内容|[:：]|℃|°C|^\d{1,2}:\d{2}"
)
_NUMBER = r"(?P<{0}>\d{{1,3}}\.\d{{2,10}})"
_DMS = r"(?P<{0}d>\d{{1,3}})°\s*(?P<{0}m>\d{{1,2}})['′]\s*(?P<{0}s>\d{{1,2}}(?:\.\d+)?)[\"″']{{0,2}}"
_LAT, _LNG = _NUMBER.format("lat"), _NUMBER.format("lng")
_PAIRS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?:纬度|北纬|Lat\w*|N)\W{{0,4}}{_LAT}\s*°?\s*N?\W{{0,6}}?(?:经度|东经|Lo?ng\w*|E)\W{{0,4}}{_LNG}",
        rf"(?:经度|东经|Lo?ng\w*|E)\W{{0,4}}{_LNG}\s*°?\s*E?\W{{0,6}}?(?:纬度|北纬|Lat\w*|N)\W{{0,4}}{_LAT}",
        rf"{_LAT}\s*°?\s*N\s*[,;/ ]*\s*{_LNG}\s*°?\s*E",
        rf"{_LNG}\s*°?\s*E\s*[,;/ ]*\s*{_LAT}\s*°?\s*N",
    )
)
_BARE = re.compile(r"(?<![\d.])(?P<a>\d{1,3}\.\d{4,10})\s*[,;/ ]\s*(?P<b>\d{1,3}\.\d{4,10})(?![\d.])")
_MINUTES = re.compile(rf"[N北纬:\s]*{_DMS.format('a')}\s*N?\D{{0,8}}?{_DMS.format('b')}", re.I)


@dataclass(frozen=True, slots=True)
class Watermark:
    """What the stamp says; degrees are as the camera wrote them."""

    taken_at: datetime | None
    lat: float | None
    lng: float | None
    address: str | None

    def fields(self) -> dict[str, object]:
        taken = self.taken_at.strftime("%Y-%m-%dT%H:%M") if self.taken_at else None
        return {"taken_at": taken, "lat": self.lat, "lng": self.lng, "address": self.address}


def read_watermark(page: Page) -> Watermark:
    """The fields of a stamp."""
    lat, lng = _place(page)
    return Watermark(_taken(page), lat, lng, _address(page))


def _taken(page: Page) -> datetime | None:
    """Local time without a zone. The day and the time of day may stand in different lines, the time in large figures."""
    whole = {datetime.combine(w.day, w.clock) for line in page.lines for w in when_in(line.text) if w.clock}
    if len(whole) == 1:
        return whole.pop()
    days = {w.day for line in page.lines for w in when_in(line.text)}
    clocks = [(line, clock) for line in page.lines if (clock := clock_in(_without_days(line.text)))]
    if whole or len(days) != 1 or not clocks:
        return None
    tallest = max(line.height for line, _ in clocks)
    found = {clock for line, clock in clocks if line.height >= 0.7 * tallest}
    return datetime.combine(days.pop(), found.pop()) if len(found) == 1 else None


def _without_days(text: str) -> str:
    return re.sub(r"20\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}日?", " ", text)


def _place(page: Page) -> tuple[float | None, float | None]:
    lines = [line.text for line in page.lines]
    # The two halves may stand in two lines.
    for text in [*lines, *(f"{a} {b}" for a, b in pairwise(lines))]:
        for pattern in _PAIRS:
            if (found := pattern.search(text)) and (place := _valid(float(found["lat"]), float(found["lng"]))):
                return place
        if (found := _MINUTES.search(text)) and (place := _ordered(_degrees(found, "a"), _degrees(found, "b"))):
            return place
        if (found := _BARE.search(text)) and (place := _ordered(float(found["a"]), float(found["b"]))):
            return place
    return None, None


def _degrees(found: re.Match[str], part: str) -> float:
    return round(int(found[f"{part}d"]) + int(found[f"{part}m"]) / 60 + float(found[f"{part}s"]) / 3600, 6)


def _ordered(a: float, b: float) -> tuple[float, float] | None:
    """Latitude first, unless the first can only be a Chinese longitude."""
    return _valid(b, a) if a > 73 and b < 55 else _valid(a, b)


def _valid(lat: float, lng: float) -> tuple[float, float] | None:
    return (lat, lng) if lat <= 90 and lng <= 180 else None


def _address(page: Page) -> str | None:
    for line in page.lines:
        labelled = _PLACE.match(line.text)
        if labelled and labelled["rest"]:
            return _wrapped(page, line, labelled["rest"])
        if labelled:
            beside = page.right_of(line) or page.below(line)
            if beside:
                return _wrapped(page, beside[0], beside[0].text)
    free = [line for line in page.lines if _is_address(line.text)]
    return _wrapped(page, free[0], free[0].text) if free else None


def _is_address(text: str) -> bool:
    return bool(_ADDRESS.search(text)) and not _NO_ADDRESS.search(text) and not BRAND.search(text) and not when_in(text)


def _wrapped(page: Page, line: Line, text: str) -> str:
    """The address with its second line: close below, at the same left or right edge, and no field of its own."""
    text, last = text.strip(" ·:"), line
    for _ in range(2):
        under = page.below(last, within=0.8, column=0.5)
        more = under[0] if under else None
        if more is None or not _is_rest(more.text) or last.width < 0.75 * max(line.width, more.width) or _aside(line, more):
            break
        text, last = text + more.text, more
    return text


def _aside(line: Line, more: Line) -> bool:
    tolerance = 1.2 * line.height
    behind_label = more.x0 > line.x0 and more.x1 <= line.x1 + tolerance
    return not (abs(line.x0 - more.x0) < tolerance or abs(line.x1 - more.x1) < tolerance or behind_label)


def _is_rest(text: str) -> bool:
    named = _NO_ADDRESS.search(text) or BRAND.search(text) or when_in(text) or re.search(r"\d\.\d{3}", text)
    return bool(re.search(r"[\u4e00-\u9fff]|^\d+号", text)) and not named and not re.match(r"^[阴晴雨雪雾霾]|^多云|^[小中大]雨", text)
