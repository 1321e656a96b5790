"""Deleting a claim: what it says of people is out of reach for good."""

from __future__ import annotations

from flask import Response, url_for

from idp.accounts.custom_claims import definitions
from idp.accounts.custom_claims.definition import Definition
from idp.accounts.permissions import Permission
from idp.web import access
from idp.web.admin import typed_name
from idp.web.admin.claims.edit import existing
from idp.web.admin.routes import blueprint
from idp.web.pages import FAILED_FORM, page, see_other

WRITES = access.admin_write(Permission.GROUPS_WRITE, "change-groups")


@blueprint.get("/claims/<claim_id>/delete")
@access.access(WRITES)
def delete_claim(claim_id: str) -> Response:
    """Wants the name typed: this cannot be taken back."""
    return _show(existing(claim_id))


@blueprint.post("/claims/<claim_id>/delete")
@access.access(WRITES)
def submit_delete_claim(claim_id: str) -> Response:
    """No app is told it any more."""
    found = existing(claim_id)
    if wrong := typed_name.problems(found.name):
        return _show(found, wrong)
    definitions.remove(found.name)
    return see_other(url_for("admin.claims", notice="claim-deleted"))


def _show(found: Definition, errors: dict[str, str] | None = None) -> Response:
    return page(
        "admin/claims/delete.html",
        FAILED_FORM if errors else 200,
        claim=found,
        errors=errors or {},
        **typed_name.shown(),
        action=url_for("admin.submit_delete_claim", claim_id=found.id),
        back=url_for("admin.claims"),
    )
