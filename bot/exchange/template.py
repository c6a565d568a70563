"""An empty table to fill in: headings with a note each, lists to choose from, and a second sheet with an example."""

from pathlib import Path
from typing import Any

from bot.exchange.cells import Code, Day, OneOf, Phone, SomeOf, YesNo
from bot.exchange.columns import Column, letter
from bot.exchange.kinds.base import Kind
from bot.exchange.writing import aside, put_in_place
from prompts import exchange as say

ROWS = 2_000
WIDTH = 16


def template(kind: Kind[Any], path: Path) -> None:
    """Write the template of a kind. Raises UserError."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    page = book.active
    page.title = kind.title
    page.freeze_panes = "A2"
    example = book.create_sheet(say.EXAMPLE)
    for place, column in enumerate(kind.columns):
        for sheet in (page, example):
            head = sheet.cell(1, place + 1, say.heading(column.title, column.required))
            head.font = Font(bold=True)
            head.fill = PatternFill("solid", fgColor="FFF2CC" if column.required else "EDEDED")
            head.comment = Comment(say.note(column.title, column.required, column.hint, column.example), "genjin")
            sheet.column_dimensions[letter(place)].width = WIDTH
        example.cell(2, place + 1, column.example)
        _formatted(page, place, column)
        if isinstance(column.sort, OneOf | YesNo):
            words = list(column.sort.titles.values()) if isinstance(column.sort, OneOf) else ["是", "否"]
            choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            choice.add(f"{letter(place)}2:{letter(place)}{ROWS}")
            page.add_data_validation(choice)
    with aside(path) as scratch:
        book.save(scratch)
        put_in_place(scratch, path)


def _formatted(page: Any, place: int, column: Column) -> None:  # noqa: ANN401
    """Numbers that are names stay text, so that Excel rounds none of them; days look like days."""
    form = "@" if isinstance(column.sort, Code | Phone | SomeOf) else "yyyy-mm-dd" if isinstance(column.sort, Day) else None
    if form:
        for row in range(2, 202):
            page.cell(row, place + 1).number_format = form
