"""A reset of the second step that an administrator started: shown to its owner, and called off."""

from __future__ import annotations

from typing import Any

from flask import Response

from idp.accounts import factor_reset
from idp.models import User
from idp.web import access
from idp.web.account.routes import blueprint, me, to_security


def panel(user: User) -> dict[str, Any]:
    """What is under way, if anything is."""
    reset = factor_reset.under_way(user.id)
    return {"reset": reset, "is_waiting": reset is not None and factor_reset.is_waiting(reset)}


@blueprint.post("/factor-reset/cancel")
@access.access(access.SIGNED_IN)
def cancel_factor_reset() -> Response:
    """One button: it keeps things as they are, so no fresh proof is asked for."""
    factor_reset.cancel(me(), reason="by the owner")
    return to_security("reset-cancelled")
