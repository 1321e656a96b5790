"""From the `jti` of a token, or the `sid` of a session, to the proofs that its `amr` rests on."""

from __future__ import annotations

import re

from flask import Response, request, url_for

from idp.accounts.permissions import Permission
from idp.audit import evidence as look_up
from idp.audit.evidence import Evidence
from idp.extensions import db
from idp.language import gettext as _
from idp.models import User
from idp.web import access
from idp.web.admin.routes import blueprint
from idp.web.pages import page

_NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)


@blueprint.get("/audit/evidence")
@access.access(access.admin(Permission.AUDIT_READ))
def evidence() -> Response:
    """`of`: what a claim of the token says. Never the token itself: this is an address."""
    named = request.args.get("of", "").strip()
    found = _found(named) if _NAME.fullmatch(named) else None
    errors = {}
    if named and found is None:
        errors["of"] = (
            _("Paste what its jti, fam or sid says, not the token.")
            if not _NAME.fullmatch(named)
            else _("Nothing is known of it: it is not ours, or it is older than the log.")
        )
    user = db.session.get(User, found.user_id) if found else None
    return page(
        "admin/evidence.html",
        named=named[:64],
        found=found,
        person=user.email.address if user and user.email else found.user_id if found else None,
        errors=errors,
        action=url_for("admin.evidence"),
    )


def _found(named: str) -> Evidence | None:
    return look_up.of_token(named) or look_up.of_session(named)
