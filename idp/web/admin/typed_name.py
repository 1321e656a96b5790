"""What is deleted for good is named first, typed by whoever deletes it (admin/delete.html)."""

from __future__ import annotations

from flask import request

from idp.language import gettext as _

_FIELD = "confirmation"


def typed() -> str:
    """As it came, so that a slip can be mended."""
    return request.form.get(_FIELD, "")


def problems(name: str) -> dict[str, str]:
    """What is wrong with what was typed; nothing, if it is the name as it stands."""
    if typed().strip() == name:
        return {}
    return {_FIELD: _("Type the name exactly as it stands above.")}
