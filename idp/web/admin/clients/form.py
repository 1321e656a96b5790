"""Between a form and a metadata document: what was typed, what is registered, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from werkzeug.datastructures import MultiDict

from idp.clients.metadata import IMPLICIT
from idp.language import gettext as _
from idp.web.admin.clients.field import Field, Kind

Value: TypeAlias = "str | list[str]"
Values: TypeAlias = dict[str, Value]
"""What the fields of a form show, by their names."""


def typed(form: MultiDict[str, str], fields: Iterable[Field]) -> Values:
    """As it was sent."""
    return {
        field.name: (
            form.getlist(field.name) if field.kind is Kind.TICKS else form.get(field.name, "")
        )
        for field in fields
    }


def resumed(kept: Mapping[str, str], fields: Iterable[Field]) -> Values:
    """As it was sent before a step-up came between. Of several ticks only the first survives one,
    so these are as registered again.
    """
    return {
        field.name: kept.get(field.name, "") for field in fields if field.kind is not Kind.TICKS
    }


def shown(document: Mapping[str, Any], fields: Iterable[Field]) -> Values:
    """As it is registered."""
    return {field.name: _shown(document.get(field.member), field.kind) for field in fields}


def members(values: Values, fields: Iterable[Field]) -> dict[str, Any]:
    """As a document has it; what is empty is left out, so that it is what it is by default."""
    found = {field.member: _read(values[field.name], field) for field in fields}
    return {member: value for member, value in found.items() if value is not None}


def changed(document: Mapping[str, Any], values: Values, fields: Iterable[Field]) -> dict[str, Any]:
    """The registered document with the form's members in their places; all others stay."""
    named = tuple(fields)
    ours = {field.member for field in named}
    others = {member: value for member, value in document.items() if member not in ours}
    if IMPLICIT not in document.get("grant_types", ()):
        # It follows from the grants (RFC 7591 §2.1).
        others.pop("response_types", None)
    return others | members(values, named)


def errors(problems: Mapping[str, str], fields: Iterable[Field]) -> dict[str, str]:
    """By the name of the field; what has none in this form is told under its own name."""
    named = {field.member: field for field in fields}
    return {
        named[member].name if member in named else member: (
            _("%(field)s: %(problem)s", field=_(named[member].label), problem=problem)
            if member in named
            else f"{member}: {problem}"
        )
        for member, problem in problems.items()
    }


def _shown(value: object, kind: Kind) -> Value:
    listed = [str(one) for one in value] if isinstance(value, list) else []
    match kind:
        case Kind.LINES:
            return "\n".join(listed)
        case Kind.TICKS:
            return listed
        case Kind.TICK:
            return "yes" if value else ""
    return "" if value is None else str(value)


def _read(value: Value, field: Field) -> object:
    """None: it is left out, and so what it is by default."""
    if isinstance(value, list):
        return value
    match field.kind:
        case Kind.LINES:
            return [line.strip() for line in value.splitlines() if line.strip()] or None
        case Kind.TICK:
            return bool(value)
        case Kind.NUMBER:
            return _number(value.strip())
    return value.strip() if field.says_empty else value.strip() or None


def _number(text: str) -> int | str | None:
    """What is no number stays a text, and is refused where every other document is."""
    is_short_number = text.isascii() and text.isdigit() and len(text) <= 10
    return int(text) if is_short_number else text or None
