"""What the forms of groups and claims share: fields as those of a registration, and the page that
says what is wrong or what somebody else has done meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response

from idp.web.admin.clients import form
from idp.web.admin.clients.fields import Field
from idp.web.admin.clients.form import Values
from idp.web.pages import FAILED_FORM, page

VERSION = "version"
CONFLICT = 409


def show(
    template: str,
    fields: Iterable[Field],
    values: Values,
    problems: Mapping[str, str] | None = None,
    **shown: Any,
) -> Response:
    """The form as it stands, with what is wrong with it."""
    named = tuple(fields)
    return page(
        template,
        FAILED_FORM if problems else 200,
        fields=named,
        names=[one.name for one in named],
        values=values,
        errors=form.errors(problems or {}, named),
        **{"is_outdated": False, "differences": []} | shown,
    )


def show_outdated(
    template: str,
    fields: Iterable[Field],
    values: Values,
    now: Mapping[str, Any],
    **shown: Any,
) -> Response:
    """What is registered now beside what was typed; nothing of it is lost or saved."""
    named = tuple(fields)
    registered = form.shown(now, named)
    differences = [
        {"name": one.name, "label": one.label, "now": registered[one.name]}
        for one in named
        if registered[one.name] != values[one.name]
    ]
    same: dict[str, Any] = {"fields": named, "names": [one.name for one in named], "errors": {}}
    more = {"is_outdated": True, "problem": True, "differences": differences}
    return page(template, CONFLICT, values=values, **same | more | shown)
