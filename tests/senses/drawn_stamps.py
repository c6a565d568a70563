# ruff: noqa: E501  (tables of what stands in a picture read better whole)
"""Photos of places with the stamps of watermark cameras, drawn."""

import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

from tests.senses.drawing import WHITE, Drawn, Sheet


def _scene(width: int, height: int, seed: int) -> Image.Image:
    """Something like a place: blocks, edges, grain."""
    dice = random.Random(seed)
    image = Image.new("RGB", (width // 4, height // 4), (dice.randint(120, 200), dice.randint(130, 205), dice.randint(150, 220)))
    pen = ImageDraw.Draw(image)
    for _ in range(26):
        x, y = dice.randrange(-40, width // 4), dice.randrange(height // 16, height // 4)
        pen.rectangle(
            (x, y, x + dice.randrange(20, 150), y + dice.randrange(20, 140)), fill=tuple(dice.randrange(40, 215) for _ in range(3))
        )
    for _ in range(12):
        x, y = dice.randrange(0, width // 4), dice.randrange(0, height // 4)
        pen.line(
            (x, y, x + dice.randrange(-120, 120), y + dice.randrange(-90, 90)),
            fill=tuple(dice.randrange(30, 230) for _ in range(3)),
            width=3,
        )
    return image.resize((width, height), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1.2))


def scene(seed: int, width: int = 1200, height: int = 1600) -> Image.Image:
    """A photo without any stamp."""
    return _scene(width, height, seed)


def _stamped(seed: int, write: Callable[[Sheet], None], width: int = 1200, height: int = 1600) -> Image.Image:
    sheet = Sheet(width, height)
    sheet.image.paste(_scene(width, height, seed))
    shade = Image.new("RGBA", sheet.image.size, (0, 0, 0, 0))
    ImageDraw.Draw(shade).rectangle((0, height - 460, width, height), fill=(0, 0, 0, 110))
    sheet.image.paste(Image.alpha_composite(sheet.image.convert("RGBA"), shade).convert("RGB"))
    sheet.pen = ImageDraw.Draw(sheet.image)
    write(sheet)
    return sheet.image


def stamp_large_clock(seed: int = 1) -> Drawn:
    """The time in large figures, day and weekday beside it, an address in two lines."""

    def write(s: Sheet) -> None:
        s.write(50, 1180, "14:26", 120, WHITE, "bold")
        s.write(420, 1190, "2026.03.18 星期三", 38, WHITE)
        s.write(420, 1250, "多云 17℃ 西北风3级", 34, WHITE)
        s.write(50, 1340, "绍兴市·越城区皋埠街道银桥路326号恒力机械工业园三期北门", 38, WHITE)
        s.write(50, 1395, "办公楼一层", 38, WHITE)
        s.write(50, 1480, "今日水印相机已验证 照片真实", 30, WHITE)

    return Drawn("stamp_large_clock", "watermark", _stamped(seed, write), {
        "taken_at": "2026-03-18T14:26", "lat": None, "lng": None, "address": "绍兴市·越城区皋埠街道银桥路326号恒力机械工业园三期北门办公楼一层",
    })  # fmt: skip


def stamp_work_record(seed: int = 2) -> Drawn:
    """A table of labels as cameras for building sites write it, seconds in the time, degrees with letters."""

    def write(s: Sheet) -> None:
        s.write(50, 1160, "工程记录", 44, "#ffd400", "bold")
        for n, line in enumerate(
            (
                "拍摄时间：2026-03-18 09:05:41",
                "天    气：晴 12℃",
                "经 纬 度：30.051233°N，120.614477°E",
                "地    点：绍兴市越城区银桥路326号",
                "拍 摄 人：李思",
            )
        ):
            s.write(50, 1230 + 62 * n, line, 38, WHITE)

    return Drawn("stamp_work_record", "watermark", _stamped(seed, write), {
        "taken_at": "2026-03-18T09:05", "lat": 30.051233, "lng": 120.614477, "address": "绍兴市越城区银桥路326号",
    })  # fmt: skip


def stamp_degrees(seed: int = 3) -> Drawn:
    """Degrees, minutes and seconds at the right edge."""

    def write(s: Sheet) -> None:
        for n, line in enumerate(("2026/03/18 16:40", "N 29°52'14.5\" E 121°33'07.2\"", "宁波市鄞州区日丽中路555号", "海拔 8.4米")):
            s.write(1150, 1220 + 66 * n, line, 40, "#ffe14d", anchor="ra")

    return Drawn("stamp_degrees", "watermark", _stamped(seed, write), {
        "taken_at": "2026-03-18T16:40", "lat": 29.870694, "lng": 121.552, "address": "宁波市鄞州区日丽中路555号",
    })  # fmt: skip


def stamp_latin(seed: int = 4) -> Drawn:
    """Coordinates with 北纬 and 东经 in lines of their own."""

    def write(s: Sheet) -> None:
        for n, line in enumerate(
            ("2026年3月18日 周三 08:51", "北纬：31.2986", "东经：120.5853", "江苏省苏州市吴中区石湖东路88号", "马克水印相机")
        ):
            s.write(60, 1190 + 66 * n, line, 40, WHITE)

    return Drawn("stamp_latin", "watermark", _stamped(seed, write), {
        "taken_at": "2026-03-18T08:51", "lat": 31.2986, "lng": 120.5853, "address": "江苏省苏州市吴中区石湖东路88号",
    })  # fmt: skip
