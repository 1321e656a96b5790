"""How the signed-in user signs in: one panel for each subject."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from idp.models import User
from idp.web import access
from idp.web.account import factor_reset, notices, passkeys, password, recovery_codes, totp
from idp.web.account.routes import blueprint, me
from idp.web.pages import page

PANELS: dict[str, Callable[[User], dict[str, Any]]] = {
    "factor_reset": factor_reset.panel,
    "authenticators": totp.panel,
    "passkeys": passkeys.panel,
    "recovery_codes": recovery_codes.panel,
    "password": password.panel,
}
"""In the order of the page; each name is that of a partial in `account/panels/`."""


@blueprint.get("/security")
@access.access(access.SIGNED_IN)
def security() -> Response:
    """Everything that can be changed about signing in, each behind a page of its own."""
    user = me()
    return page(
        "account/security.html",
        panels={subject: panel(user) for subject, panel in PANELS.items()},
        notice=notices.asked_for(),
    )
