"""What is deleted for good is named first, typed by whoever deletes it, who says why, too
(admin/delete.html).
"""

from __future__ import annotations

from typing import Any

from flask import request

from idp.accounts import administered
from idp.language import gettext as _
from idp.web.admin.users.found import why_problems

_FIELD = "confirmation"


def shown() -> dict[str, Any]:
    """Of the form in hand, as it came, so that a slip can be mended."""
    return {
        "typed": request.form.get(_FIELD, ""),
        "reason": request.form.get("reason", ""),
        "longest": administered.LONGEST_REASON,
    }


def problems(name: str) -> dict[str, str]:
    """What is wrong with what was typed; nothing, if it is the name as it stands, with a reason."""
    is_named = request.form.get(_FIELD, "").strip() == name
    wrong = {} if is_named else {_FIELD: _("Type the name exactly as it stands above.")}
    return wrong | why_problems()
