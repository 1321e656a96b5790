"""What may be done to an app: each a page that says what it means and asks why, before it is done.
One table, so that none of them forgets the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp import clock
from idp.accounts import administered
from idp.accounts.permissions import Permission
from idp.clients import register
from idp.clients.registered import RegisteredClient
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.web import access
from idp.web.admin import typed_name
from idp.web.admin.clients.found import card, existing, to_client
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page, see_other

WRITES = access.admin_write(Permission.CLIENTS_WRITE, "change-apps", keeps=("reason",))
OWNER_WRITES = access.of_client_write(Permission.OWN_CLIENT_WRITE, "change-apps", keeps=("reason",))
"""Replacing a secret is an owner's business, and so is ending the old one."""


@dataclass(frozen=True, slots=True)
class Act:
    """`says`: what it means. `run` keeps the reason; it answers whether anything changed."""

    page: str
    title: str
    says: tuple[str, ...]
    button: str
    kind: str
    notice: str
    run: Callable[..., bool]
    applies: Callable[[RegisteredClient], bool]


def _is_enabled(client: RegisteredClient) -> bool:
    return client.is_enabled


def _is_disabled(client: RegisteredClient) -> bool:
    return not client.is_enabled


def _has_several_secrets(client: RegisteredClient) -> bool:
    return any(one.expires_at and one.expires_at > clock.now() for one in client.secrets)


ACTS: dict[str, Act] = {
    "disable": Act(
        "admin-disable-client",
        gettext_noop("Disable %(name)s?"),
        (
            gettext_noop("Nobody can sign in to it, from the moment you press the button."),
            gettext_noop("Every token that it holds ends."),
            gettext_noop(
                "It can be enabled again, with its registration and its users' consent as they are."
            ),
        ),
        gettext_noop("Disable"),
        "danger",
        "client-disabled",
        register.disable,
        _is_enabled,
    ),
    "enable": Act(
        "admin-enable-client",
        gettext_noop("Enable %(name)s?"),
        (
            gettext_noop("People can sign in to it again, as it is registered now."),
            gettext_noop("Tokens that ended do not come back."),
        ),
        gettext_noop("Enable"),
        "primary",
        "client-enabled",
        register.enable,
        _is_disabled,
    ),
    "old-secret": Act(
        "admin-revoke-old-secret",
        gettext_noop("End the old secret of %(name)s now?"),
        (
            gettext_noop("Whatever still uses it is refused from now on."),
            gettext_noop("The new secret stays good."),
        ),
        gettext_noop("End it now"),
        "danger",
        "old-secret-revoked",
        register.revoke_old_secret,
        _has_several_secrets,
    ),
}


@blueprint.get("/clients/<path:client_id>/<any('disable','enable'):act>")
@access.access(WRITES)
def act_on_client(client_id: str, act: str) -> Response:
    """What it means, and why it is to be done."""
    return _show(existing(client_id), act)


@blueprint.post("/clients/<path:client_id>/<any('disable','enable'):act>")
@access.access(WRITES)
def submit_act_on_client(client_id: str, act: str) -> Response:
    """Do it, with the reason."""
    found, because = existing(client_id), reason()
    if problem := reason_problem(because):
        return _show(found, act, {"reason": problem})
    changed = ACTS[act].run(found.client_id, reason=because)
    return to_client(client_id, ACTS[act].notice if changed else "client-unchanged")


@blueprint.get("/clients/<path:client_id>/old-secret")
@access.access(OWNER_WRITES)
def old_secret(client_id: str) -> Response:
    """The same of what an app's owners may do, too."""
    return _show(existing(client_id), "old-secret")


@blueprint.post("/clients/<path:client_id>/old-secret")
@access.access(OWNER_WRITES)
def submit_old_secret(client_id: str) -> Response:
    """Do it, with the reason."""
    return submit_act_on_client(client_id, "old-secret")


def _show(found: RegisteredClient, act: str, errors: dict[str, str] | None = None) -> Response:
    chosen = ACTS[act]
    if not errors and not chosen.applies(found):
        raise NotFound
    return page(
        "admin/clients/act.html",
        FAILED_FORM if errors else 200,
        client=card(found),
        page_name=chosen.page,
        title=_(chosen.title, name=found.client_name),
        says=[_(sentence) for sentence in chosen.says],
        button=_(chosen.button),
        kind=chosen.kind,
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        errors=errors or {},
        action=_action(found.client_id, act),
    )


def _action(client_id: str, act: str) -> str:
    if act == "old-secret":
        return url_for("admin.submit_old_secret", client_id=client_id)
    return url_for("admin.submit_act_on_client", client_id=client_id, act=act)


@blueprint.get("/clients/<path:client_id>/delete")
@access.access(WRITES)
def delete_client(client_id: str) -> Response:
    """Wants the name typed: this cannot be taken back."""
    return _show_delete(existing(client_id), {})


@blueprint.post("/clients/<path:client_id>/delete")
@access.access(WRITES)
def submit_delete_client(client_id: str) -> Response:
    """Its secrets and its users' consent go with it."""
    found, because = existing(client_id), reason()
    if errors := typed_name.problems(found.client_name):
        return _show_delete(found, errors)
    register.remove(client_id, reason=because)
    return see_other(url_for("admin.clients", notice="client-deleted"))


def _show_delete(found: RegisteredClient, errors: dict[str, str]) -> Response:
    return page(
        "admin/clients/delete.html",
        FAILED_FORM if errors else 200,
        client=card(found),
        errors=errors,
        **typed_name.shown(),
        action=url_for("admin.submit_delete_client", client_id=found.client_id),
    )
