"""What pydantic found wrong, as a Chinese sentence."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomllib import TOMLDecodeError

    from pydantic_core import ErrorDetails

SENTENCES = {
    "extra_forbidden": "没有这一项",
    "missing": "这一项必须写",
    "float_parsing": "要写数字",
    "float_type": "要写数字",
    "int_parsing": "要写整数",
    "int_type": "要写整数",
    "int_from_float": "要写整数",
    "bool_parsing": "要写 true 或 false",
    "bool_type": "要写 true 或 false",
    "string_type": "要写成带引号的文字",
    "string_too_short": "不能是空的",
    "string_pattern_mismatch": "写法不对",
    "time_parsing": '要写成 "08:20" 这样的钟点',
    "time_type": '要写成 "08:20" 这样的钟点',
    "model_type": "要写成一节，节名放在方括号里",
    "model_attributes_type": "要写成一节，节名放在方括号里",
    "greater_than": "要大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "要小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "enum": "只能写 {expected}",
    "literal_error": "只能写 {expected}",
    "path_type": "要写成文件路径",
}


def sentence(error: "ErrorDetails", known: Collection[str] = ()) -> str:
    """The sentence for one finding; ``known`` are the keys that may stand there, for a guess at what was meant."""
    words = SENTENCES.get(error["type"])
    if words is None:
        # Refusals of our own carry their sentence; pydantic puts a word before those that were ValueErrors.
        return error["msg"].removeprefix("Value error, ")
    said = words.format(**error.get("ctx", {})).replace(" or ", "、").replace("', '", "'、'")
    meant = get_close_matches(str(error["loc"][-1]), known, 1) if error["type"] == "extra_forbidden" and error["loc"] else []
    return f"{said}，是不是想写 {meant[0]}" if meant else said


def toml_sentence(error: "TOMLDecodeError") -> str:
    """Where a file stops being TOML, and how a line is written."""
    if "overwrite" in str(error) or "already" in str(error):
        return f"第 {toml_line(error)} 行重复写了同一项，只留一行"
    return f'第 {toml_line(error)} 行看不懂；每行写成 名称 = 值，文字和时长要加英文引号，例如 at = "08:20"'


def toml_line(error: "TOMLDecodeError") -> str:
    """The number of the line; the last one is called so."""
    line = str(error).partition("(at line ")[2].partition(",")[0]
    return line if line.isdigit() else "最后一"
