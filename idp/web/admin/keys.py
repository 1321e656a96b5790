"""The keys that sign tokens: where each stands, and a successor for one."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp import audit, clock
from idp.accounts.permissions import Permission
from idp.audit import catalogue
from idp.extensions import settings
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.signing import keystore, rotation
from idp.signing.key import SigningKey, State
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page, see_other

READS = access.admin(Permission.KEYS_READ)
WRITES = access.admin_write(Permission.KEYS_WRITE, "change-keys", keeps=("reason",))
STATES = {
    State.UPCOMING: gettext_noop("Upcoming: published, so that apps know it before it signs"),
    State.ACTIVE: gettext_noop("Active: signs now"),
    State.RETIRING: gettext_noop("Retiring: still verifies what it signed"),
    State.RETIRED: gettext_noop("Retired: not published any more"),
}
_ORDER = list(State)


@blueprint.get("/keys")
@access.access(READS)
def keys() -> Response:
    """Public halves only; private ones leave the database to sign and in no other way."""
    now = clock.now()
    known = sorted(
        keystore.current().by_kid.values(),
        key=lambda key: (key.alg, _ORDER.index(key.state(now)), key.activates_at),
    )
    return page("admin/keys.html", keys=[_row(key) for key in known], notice=notices.asked_for())


@blueprint.get("/keys/<kid>/rotate")
@access.access(WRITES)
def rotate_key(kid: str) -> Response:
    """What it means, and the kid to be typed."""
    return _show(_active(kid))


@blueprint.post("/keys/<kid>/rotate")
@access.access(WRITES)
def submit_rotate_key(kid: str) -> Response:
    """Publish a successor, which signs after the publication lead."""
    key, because = _active(kid), reason()
    errors: dict[str, str] = {}
    if request.form.get("kid", "").strip() != key.kid:
        errors["kid"] = _("Type the kid exactly as it stands above.")
    if problem := reason_problem(because):
        errors["reason"] = problem
    if errors:
        return _show(key, errors=errors)
    try:
        made = rotation.rotate(key.alg)
    except rotation.NotRotated:
        return _show(key, problem=_("Its successor is published already, and waits for its time."))
    audit.record(
        catalogue.SigningKeyRotated(
            alg=key.alg, kid=made, takes_over="after_publication", reason=because
        )
    )
    return see_other(url_for("admin.keys", notice="key-rotated"))


def _active(kid: str) -> SigningKey:
    key = keystore.verifying(kid)
    if key is None or key.state(clock.now()) is not State.ACTIVE:
        raise NotFound
    return key


def _row(key: SigningKey) -> dict[str, Any]:
    state = key.state(clock.now())
    return {
        "kid": key.kid,
        "alg": key.alg,
        "state": _(STATES[state]),
        "is_active": state is State.ACTIVE,
        "published_at": key.published_at,
        "activates_at": key.activates_at,
        "retires_at": key.retires_at,
        "rotate_url": url_for("admin.rotate_key", kid=key.kid) if state is State.ACTIVE else None,
    }


def _show(
    key: SigningKey, *, problem: str | None = None, errors: dict[str, str] | None = None
) -> Response:
    return page(
        "admin/rotate_key.html",
        FAILED_FORM if problem or errors else 200,
        key=_row(key),
        signs_at=clock.now() + settings().signing_keys.publication_lead,
        typed=request.form.get("kid", ""),
        reason=request.form.get("reason", ""),
        problem=problem,
        errors=errors or {},
        action=url_for("admin.submit_rotate_key", kid=key.kid),
        back=url_for("admin.keys"),
    )
