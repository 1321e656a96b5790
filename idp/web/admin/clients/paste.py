"""A form filled from what somebody has at hand. Nothing is registered before it is sent."""

from __future__ import annotations

from flask import Response, request, url_for

from idp.accounts.permissions import Permission
from idp.clients import pasted, registry
from idp.clients.frameworks import Framework
from idp.clients.pasted import NotUnderstood, Understood
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.web import access
from idp.web.admin.clients import create, edit
from idp.web.admin.clients.fields import REDIRECTS
from idp.web.admin.routes import blueprint
from idp.web.pages import FAILED_FORM, see_other

NOTES = {
    "without-pkce": gettext_noop(
        "The request came without PKCE. Its library has to be told to use it."
    ),
    "secret-ignored": gettext_noop("The secret in it was left out: the app is given one of ours."),
    "rest": gettext_noop(
        "The form takes over name, addresses and scopes. Set the rest when it is registered."
    ),
}
PROBLEMS = {
    "nothing": gettext_noop("Paste something first."),
    "too-long": gettext_noop("That is too long."),
    "unknown": gettext_noop(
        "That is no URL, no metadata document and no reference. Paste it as a whole."
    ),
    "not-json": gettext_noop("That is not a JSON document."),
    "not-fetched": gettext_noop(
        "Nothing could be fetched there. Choose what the app is built with, and its address is "
        "enough."
    ),
    "no-trace": gettext_noop("No request of the last 24 hours has this reference."),
}


@blueprint.post("/clients/new")
@access.access(access.admin_write(Permission.CLIENTS_WRITE, "change-apps", keeps=("pasted",)))
def paste_client() -> Response:
    """To the form of a new app, or of the app that it names."""
    text = request.form.get("pasted", "").strip()
    match pasted.understand(text, _framework()):
        case NotUnderstood(why="refused", detail=detail):
            return _problem(_("The document can't be used: %(why)s", why=detail))
        case NotUnderstood(why=why):
            return _problem(_(PROBLEMS[why]))
        case Understood(client_id=str() as client_id) as found if known := registry.find(client_id):
            return _for_known(known, found)
        case found:
            notes = [_(NOTES[one]) for one in found.notes]
            return create.filled(found.template, found.members, notes)


def _framework() -> Framework | None:
    chosen = request.form.get("framework", "")
    return Framework(chosen) if chosen in set(Framework) else None


def _for_known(known: RegisteredClient, found: Understood) -> Response:
    """Its form with the address added, or, when that is registered, its requests."""
    added = [uri for uri in found.members["redirect_uris"] if uri not in known.redirect_uris]
    if not added:
        return see_other(url_for("admin.client_requests", client_id=known.client_id))
    return edit.filled(known, {REDIRECTS.name: "\n".join([*known.redirect_uris, *added])})


def _problem(problem: str) -> Response:
    return create.show_kinds(FAILED_FORM, problem)
