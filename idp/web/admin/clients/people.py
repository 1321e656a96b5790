"""Who looks after an app: seen by all who may see it, changed by its owners and administrators."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts import administered, app_people, permissions
from idp.accounts.app_people import Later, Person, Refusal
from idp.accounts.outcome import Outcome
from idp.accounts.permissions import Permission
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.language import gettext_noop, ngettext
from idp.models import Standing
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.clients.found import card, existing
from idp.web.admin.routes import blueprint, me
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page, see_other

WRITES = access.of_client_write(
    Permission.OWN_CLIENT_WRITE, "change-apps", keeps=("email", "standing", "reason")
)
STANDINGS = {
    Standing.OWNER: (
        gettext_noop("Owner"),
        gettext_noop("Changes the app, replaces its secret, adds others."),
    ),
    Standing.CONTACT: (
        gettext_noop("Contact"),
        gettext_noop("Sees how it is registered and why its requests fail."),
    ),
}
REFUSALS = {
    Refusal.NOBODY: gettext_noop("Nobody with an account here has proven to have this address."),
    Refusal.TOO_MANY: gettext_noop("Nobody else can be added: the list is full."),
}


@blueprint.get("/clients/<path:client_id>/people")
@access.access(access.of_client(Permission.CLIENTS_READ))
def client_people(client_id: str) -> Response:
    """By standing and name."""
    found = existing(client_id)
    people = [_shown(one, found) for one in app_people.people_of(client_id)]
    return page(
        "admin/clients/people.html",
        client=card(found),
        people=people,
        has_owner=any(one["is_owner"] for one in people),
        tab="people",
        notice=notices.asked_for(),
    )


@blueprint.get("/clients/<path:client_id>/people/add")
@access.access(WRITES)
def add_client_person(client_id: str) -> Response:
    """Whom, and as what."""
    return _show(existing(client_id))


@blueprint.post("/clients/<path:client_id>/people/add")
@access.access(WRITES)
def submit_add_client_person(client_id: str) -> Response:
    """They are told by mail."""
    found, because, errors = existing(client_id), reason(), {}
    chosen = request.form.get("standing", "")
    if chosen not in set(Standing):
        errors["standing-owner"] = _("Choose what this person may do.")
    if problem := reason_problem(because):
        errors["reason"] = problem
    if errors:
        return _show(found, errors)
    address = request.form.get("email", "")
    added = app_people.add(found, address, Standing(chosen), reason=because)
    match added:
        case Refusal():
            return _show(found, {"email": _(REFUSALS[added])})
        case Later(seconds=seconds):
            return _later(found, seconds)
        case Outcome.DONE:
            return _to_people(client_id, "person-added")
    return _to_people(client_id, "client-unchanged")


@blueprint.get("/clients/<path:client_id>/people/<user_id>/remove")
@access.access(WRITES)
def remove_client_person(client_id: str, user_id: str) -> Response:
    """What it means, before it is done."""
    found = existing(client_id)
    return _show_removal(found, _person(found, user_id))


@blueprint.post("/clients/<path:client_id>/people/<user_id>/remove")
@access.access(WRITES)
def submit_remove_client_person(client_id: str, user_id: str) -> Response:
    """Its pages are closed to them from the next request on."""
    found, because = existing(client_id), reason()
    person = _person(found, user_id)
    if problem := reason_problem(because):
        return _show_removal(found, person, {"reason": problem})
    outcome = app_people.remove(found, person.user_id, reason=because)
    notice = "person-removed" if outcome is Outcome.DONE else "client-unchanged"
    if person.user_id == me().id and not permissions.allows(me().role, Permission.CLIENTS_READ):
        return see_other(url_for("account.apps_of_mine"))
    return _to_people(client_id, notice)


def _person(found: RegisteredClient, user_id: str) -> Person:
    for one in app_people.people_of(found.client_id):
        if one.user_id == user_id:
            return one
    raise NotFound


def _shown(person: Person, found: RegisteredClient) -> dict[str, Any]:
    return {
        "name": person.name,
        "address": person.address,
        "standing": _(STANDINGS[person.standing][0]),
        "is_owner": person.standing is Standing.OWNER,
        "is_me": person.user_id == me().id,
        "added_at": person.added_at,
        "remove_url": url_for(
            "admin.remove_client_person", client_id=found.client_id, user_id=person.user_id
        ),
    }


def _to_people(client_id: str, notice: str) -> Response:
    return see_other(url_for("admin.client_people", client_id=client_id, notice=notice))


def _later(found: RegisteredClient, seconds: int) -> Response:
    wait = ngettext(
        "Too many addresses were tried. Wait %(num)s minute, then try again.",
        "Too many addresses were tried. Wait %(num)s minutes, then try again.",
        -(-seconds // 60),
    )
    response = _show(found, {"email": wait}, 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _show(
    found: RegisteredClient, errors: dict[str, str] | None = None, status: int = FAILED_FORM
) -> Response:
    typed = request.form or g.typed
    return page(
        "admin/clients/add_person.html",
        status if errors else 200,
        client=card(found),
        standings=[(one.value, _(name), _(says)) for one, (name, says) in STANDINGS.items()],
        typed={name: typed.get(name, "") for name in ("email", "standing", "reason")},
        longest=administered.LONGEST_REASON,
        errors=errors or {},
        action=url_for("admin.submit_add_client_person", client_id=found.client_id),
        back=url_for("admin.client_people", client_id=found.client_id),
    )


def _show_removal(
    found: RegisteredClient, person: Person, errors: dict[str, str] | None = None
) -> Response:
    others = [
        one
        for one in app_people.people_of(found.client_id)
        if one.standing is Standing.OWNER and one.user_id != person.user_id
    ]
    return page(
        "admin/clients/remove_person.html",
        FAILED_FORM if errors else 200,
        client=card(found),
        person=_shown(person, found),
        is_last_owner=person.standing is Standing.OWNER and not others,
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        errors=errors or {},
        action=url_for(
            "admin.submit_remove_client_person", client_id=found.client_id, user_id=person.user_id
        ),
        back=url_for("admin.client_people", client_id=found.client_id),
    )
