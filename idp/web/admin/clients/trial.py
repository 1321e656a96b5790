"""Test sign-in: the real flow as this app, with every hop and token shown to who tries it.

The two pages at our own redirect URI belong to nobody's role: in the browser somebody else may be
signed in by then, as whom the app was tried. What opens them is the trial itself.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp import origin
from idp.accounts.permissions import Permission
from idp.authentication import browser_accounts
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.extensions import settings
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.oauth import trial, trial_run
from idp.oauth.trial import Trial
from idp.oauth.trial_run import Run
from idp.web import access, browser, current
from idp.web import trial as trials
from idp.web.admin.clients.fields import LEVEL
from idp.web.admin.clients.found import card, existing
from idp.web.admin.routes import blueprint
from idp.web.pages import FAILED_FORM, page, see_other

WRITES = access.of_client_write(
    Permission.OWN_CLIENT_WRITE, "change-apps", keeps=("scope", "acr_values", "prompt")
)
PROMPTS = (
    ("", gettext_noop("As whoever is signed in in this browser")),
    ("select_account", gettext_noop("As somebody else")),
    ("login", gettext_noop("As myself, but sign in again")),
    ("consent", gettext_noop("As myself, and ask for permission again")),
)
CHECKS = {
    "state": gettext_noop("state is the one that was sent (RFC 6749 §10.12)"),
    "response-iss": gettext_noop("iss of the answer is the issuer (RFC 9207)"),
    "signature": gettext_noop("The ID token is signed by a published key"),
    "alg": gettext_noop("alg is the registered one"),
    "iss": gettext_noop("iss is the issuer"),
    "aud": gettext_noop("aud is the app's client_id"),
    "exp": gettext_noop("exp is ahead"),
    "nonce": gettext_noop("nonce is the one that was sent"),
    "at_hash": gettext_noop("at_hash belongs to the access token"),
    "sub": gettext_noop("sub of UserInfo is that of the ID token"),
}


@blueprint.get("/clients/<path:client_id>/trial")
@access.access(WRITES)
def try_client(client_id: str) -> Response:
    """What is to be asked for, and as whom."""
    return _show_form(_tryable(client_id))


@blueprint.post("/clients/<path:client_id>/trial")
@access.access(WRITES)
def submit_try_client(client_id: str) -> Response:
    """To `/authorize`, as the app would send a browser there; a program is tried at once."""
    found = _tryable(client_id)
    asked = _asked()
    if asked is None:
        return _show_form(found, FAILED_FORM)
    if not trial.needs_browser(found):
        return _tried_as_machine(found, asked["scope"])
    here = current.session()
    begun = trial.begin(found, user_id=here.user_id, session_id=here.id, asked=asked)
    return see_other(f"{settings().issuer}/authorize?{urlencode(list(begun.parameters()))}")


@blueprint.get("/trial")
@access.access(access.PUBLIC)
def trial_answer() -> Response:
    """The answer as it came to our redirect URI, before anything is done with it."""
    begun = trials.open_here(request.args.get("state", ""))
    if begun is None:
        return _over()
    client = _client(begun)
    return page(
        "admin/clients/trial_answer.html",
        client=card(client),
        sent=trial_run.shortened(begun.parameters()),
        authorize=f"{settings().issuer}/authorize",
        received=trial_run.shortened(list(request.args.items())),
        checks=_checked_answer(begun),
        state=begun.state,
        code=request.args.get("code", ""),
        error=request.args.get("error"),
        uses_secret=client.uses_secret,
        seconds=int(settings().tokens.authorization_code_lifetime.total_seconds()),
        action=url_for("admin.finish_trial"),
    )


@blueprint.post("/trial")
@access.access(access.PUBLIC)
def finish_trial() -> Response:
    """Exchange the code, once, and show all of it."""
    begun = trials.open_here(request.form.get("state", ""))
    if begun is None:
        return _over()
    client = _client(begun)
    origin.acting_as(f"user:{begun.user_id}")
    secret = request.form.get("client_secret", "").strip() if client.uses_secret else ""
    # A wrong secret is counted, which wants nothing written before. The code is good once anyway.
    run = trial_run.exchange(client, begun, request.form.get("code", ""), secret or None)
    trial.finish(begun, run.as_document())
    _become_oneself_again(begun)
    return _show_run(client, run, is_secret_checked=bool(secret))


def _tried_as_machine(client: RegisteredClient, scope: str) -> Response:
    secret = request.form.get("client_secret", "").strip()
    run = trial_run.as_machine(client, scope, secret or None)
    return _show_run(client, run, is_secret_checked=bool(secret))


def _become_oneself_again(begun: Trial) -> None:
    """The administration goes on as whoever began; the other account stays signed in beside it."""
    mine, accounts = trials.tried_by(begun), browser.signed_in()
    if mine is None or accounts[0].id == mine.id:
        return
    if token := browser_accounts.choose(accounts, mine):
        browser.begin_session(token)


def _checked_answer(begun: Trial) -> list[dict[str, Any]]:
    iss = request.args.get("iss", "")
    return [
        # It is known by its state, so this one holds or there is no page.
        {"says": _(CHECKS["state"]), "holds": True, "detail": ""},
        {"says": _(CHECKS["response-iss"]), "holds": iss == settings().issuer, "detail": iss},
    ]


def _show_run(client: RegisteredClient, run: Run, *, is_secret_checked: bool) -> Response:
    return page(
        "admin/clients/trial_result.html",
        client=card(client),
        run=run,
        method=client.token_endpoint_auth_method or "client_secret_basic, client_secret_post",
        is_secret_checked=is_secret_checked,
        is_public=client.is_public,
        checks=[
            {"says": _(CHECKS[one.name]), "holds": one.holds, "detail": one.detail}
            for one in run.checks
        ],
        again=url_for("admin.try_client", client_id=client.client_id),
    )


def _show_form(found: RegisteredClient, status: int = 200) -> Response:
    return page(
        "admin/clients/trial.html",
        status,
        client=card(found),
        scope=request.form.get("scope", " ".join(sorted(found.scopes - {"offline_access"}))),
        levels=[(value, _(text)) for value, text in LEVEL.choices],
        prompts=[(value, _(text)) for value, text in PROMPTS],
        chosen=request.form,
        signs_people_in=trial.needs_browser(found),
        uses_secret=found.uses_secret,
        problem=_("Ask for fewer scopes.") if status != 200 else None,
        action=url_for("admin.submit_try_client", client_id=found.client_id),
    )


def _asked() -> dict[str, Any] | None:
    scope = " ".join(request.form.get("scope", "").split())
    levels, prompts = dict(LEVEL.choices), dict(PROMPTS)
    acr, prompt = request.form.get("acr_values", ""), request.form.get("prompt", "")
    if len(scope) > trial.LONGEST_SCOPE:
        return None
    return {
        "scope": scope,
        "acr_values": acr if acr in levels else "",
        "prompt": prompt if prompt in prompts else "",
    }


def _tryable(client_id: str) -> RegisteredClient:
    found = existing(client_id)
    if not trial.is_possible(found):
        raise NotFound
    return found


def _client(begun: Trial) -> RegisteredClient:
    client = registry.find(begun.client_id)
    if client is None or not client.is_enabled:
        raise NotFound
    return client


def _over() -> Response:
    """Also for whoever comes here without having begun anything."""
    return page("admin/clients/trial_over.html", 410)
