"""The apps that the signed-in user looks after, as owner or contact."""

from __future__ import annotations

from flask import Response, url_for

from idp.accounts import app_people
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import Standing
from idp.web import access
from idp.web.account.routes import blueprint, me
from idp.web.pages import page

STANDINGS = {
    Standing.OWNER: gettext_noop("You are its owner."),
    Standing.CONTACT: gettext_noop("You are its contact."),
}


@blueprint.get("/apps-of-mine")
@access.access(access.SIGNED_IN)
def apps_of_mine() -> Response:
    """By name, with the ways to their pages."""
    return page(
        "account/apps_of_mine.html",
        apps=[
            {
                "name": app.name,
                "standing": _(STANDINGS[app.standing]),
                "url": url_for("admin.client", client_id=app.client_id),
                "requests_url": url_for("admin.client_requests", client_id=app.client_id),
            }
            for app in app_people.apps_of(me().id)
        ],
    )
