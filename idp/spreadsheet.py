"""Cells that no spreadsheet takes for formulas (CSV injection), and back again."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_KEPT_FROM_IT = re.compile(r"'+[=+\-@\t\r\n]")


def safe_cell(text: str) -> str:
    """What a spreadsheet would compute gets an apostrophe in front; so does what looks as if it had
    been given one, so that `plain_cell` gives back every text.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def plain_cell(cell: str) -> str:
    """As it was before `safe_cell`."""
    return cell[1:] if _KEPT_FROM_IT.match(cell) else cell
