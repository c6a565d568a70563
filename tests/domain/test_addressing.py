"""How people are addressed; all names are invented."""

import pytest

from bot.domain.addressing import address


@pytest.mark.parametrize(
    ("name", "title", "called"),
    [
        ("张工", None, "张工"),
        ("李总", "总经理", "李总"),
        ("王主任", None, "王主任"),
        ("张伟", "采购经理", "张经理"),
        ("张伟", "高级工程师", "张工"),
        ("张伟", "副总经理", "张总"),
        ("欧阳明", "设备科科长", "欧阳科长"),
        ("张伟", None, "张伟"),
        ("张伟", "采购", "张伟"),
        ("Peter", "工程师", "Peter"),
        ("工", None, "工"),
        ("", "经理", ""),
    ],
)
def test_people_are_addressed_as_colleagues_would(name: str, title: str | None, called: str) -> None:
    assert address(name, title) == called
