"""Where a page of a list begins: the id of a row, in the address."""

from __future__ import annotations

import re

from flask import request

_ROW_ID = re.compile(r"(?:[a-z]+\.)?[0-9A-HJKMNP-TV-Z]{26}")


def asked_for(name: str) -> str | None:
    """What the address names, if it can be one of ours."""
    value = request.args.get(name, "")
    return value if _ROW_ID.fullmatch(value) else None
