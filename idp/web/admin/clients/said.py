"""A member of a registration in words, as pages say it."""

from __future__ import annotations

from idp.language import gettext as _
from idp.web.admin.clients.field import Field, Kind
from idp.web.admin.clients.form import Value


def said(field: Field, value: Value) -> list[str]:
    """One line for each value; nothing for what is not set."""
    names = dict(field.choices)
    if isinstance(value, list):
        return [_(names[one]) if one in names else one for one in value]
    match field.kind:
        case Kind.LINES:
            return value.splitlines()
        case Kind.TICK:
            return [_("Yes")] if value else []
        case Kind.CHOICE:
            return [_(names[value]) if value in names else value] if value else []
    return [value] if value else []
