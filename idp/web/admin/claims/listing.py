"""Every claim that is defined, by name, and the type of each in words."""

from __future__ import annotations

from flask import Response

from idp.accounts.custom_claims import definitions
from idp.accounts.custom_claims.definition import ClaimType, Definition
from idp.accounts.permissions import Permission
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.routes import blueprint
from idp.web.pages import page

TYPES = {
    ClaimType.STRING: gettext_noop("Text"),
    ClaimType.NUMBER: gettext_noop("Number"),
    ClaimType.BOOLEAN: gettext_noop("Yes or no"),
    ClaimType.OBJECT: gettext_noop("JSON object"),
}


@blueprint.get("/claims")
@access.access(access.admin(Permission.GROUPS_READ))
def claims() -> Response:
    """There are few: they are defined one by one."""
    return page(
        "admin/claims/list.html",
        claims=[(claim, kind(claim)) for claim in definitions.everyone()],
        notice=notices.asked_for(),
    )


def kind(claim: Definition) -> str:
    """What its values are."""
    single = _(TYPES[ClaimType(claim.type)])
    return _("%(type)s, several", type=single) if claim.multiple else single
