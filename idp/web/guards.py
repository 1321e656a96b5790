"""Who may come: every view carries a marker, silence means 403."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, g, request, url_for
from werkzeug.exceptions import Forbidden, HTTPException

from idp import audit, clock, demands, opaque, origin
from idp.accounts import permissions
from idp.accounts.permissions import Permission
from idp.audit import catalogue
from idp.authentication import assurance, enrolled, session
from idp.authentication.assurance import Assurance
from idp.authentication.evidence import counted
from idp.authentication.requirement import Requirement
from idp.authentication.session import RecognisedSession
from idp.clients import administration, registry
from idp.extensions import db, settings
from idp.interaction import lifecycle, typed
from idp.interaction.facts import gather
from idp.interaction.lifecycle import Opening
from idp.interaction.machine import next_step
from idp.models import Interaction, Kind, User
from idp.web import bearer, browser, csrf, current, ended_sign_ins, errors, standing
from idp.web.access import PUBLIC, Access, Door, Reach
from idp.web.current import Visit
from idp.web.pages import RESUMED, see_other

Answer = Response | None


class ForeignForm(Forbidden):
    """A post that did not come from our page in this browser."""


def require_access() -> Answer:
    """Let the request through, or answer instead of its view."""
    if request.url_rule is None:
        return None
    rule = current.access()
    if request.endpoint == "static":
        rule = PUBLIC
    if rule is None:
        raise Forbidden("this route has no access marker")
    has_form = rule.door in _WITH_FORMS and request.method == "POST"
    if has_form and browser.is_foreign_post():
        raise ForeignForm  # before anything is looked up or opened for it
    answer = _ENTRY[rule.door](rule)
    if answer is None and has_form and not csrf.is_trusted_post():
        raise ForeignForm
    return answer


def _anybody(_rule: Access) -> Answer:
    return None


def _browser_of_the_interaction(rule: Access) -> Answer:
    """The page exists only for the browser it is bound to, and only while it is the next one."""
    interaction = db.session.get(Interaction, (request.view_args or {})["interaction_id"])
    if interaction is None or not _is_bound_here(interaction, rule):
        return ended_sign_ins.unknown()
    if interaction.finished_at is not None:
        return ended_sign_ins.finished(interaction)
    if interaction.expires_at <= clock.now():
        return ended_sign_ins.too_late(interaction)
    return _visit(interaction, rule)


def _visit(interaction: Interaction, rule: Access) -> Answer:
    demand = demands.of(interaction)
    situation = gather(demand, browser.signed_in(), interaction)
    recognised = situation.session
    step = next_step(situation.facts)
    g.visit = Visit(interaction, demand, situation, step)
    if recognised is not None:
        _touch(recognised)
    if situation.person is not None:
        origin.acting_as(f"user:{situation.person.id}", recognised.sid if recognised else "")
    if rule.steps and step not in rule.steps:
        return see_other(url_for("interaction.dispatch", interaction_id=interaction.id))
    return None


def _touch(recognised: RecognisedSession) -> None:
    """With the page that is read; what a form leads to may have to be counted before anything is
    written, and ends on a page of ours too.
    """
    if request.method != "POST":
        session.touch(recognised)


def _is_bound_here(interaction: Interaction, rule: Access) -> bool:
    value = browser.binding()
    if interaction.browser_digest is None:
        # Only the dispatcher, where the redirect after a cross-site post arrives, may claim it.
        is_arrival = not rule.steps and request.method == "GET"
        return is_arrival and lifecycle.claim(interaction, opaque.digest(browser.ensure_binding()))
    return value is not None and opaque.same(interaction.browser_digest, opaque.digest(value))


def _signed_in(rule: Access) -> Answer:
    recognised = browser.recognised_session()
    if recognised is None:
        return _to_interaction(Opening(Kind.SIGN_IN, Requirement(), _here(), return_to=_way_back()))
    origin.acting_as(f"user:{recognised.user_id}", recognised.sid)
    _touch(recognised)
    if _is_half_signed_in(recognised):
        return _to_step_up(recognised, Requirement(floor=Assurance.TWO_FACTOR))
    if rule.purpose is None or _is_fresh(recognised) or _is_asked_by_page(rule, recognised):
        g.typed = _typed_before(recognised)
        return None
    since = clock.now() - settings().sessions.sensitive_age
    level = enrolled.needed_for_settings(recognised.user_id)
    return _to_step_up(recognised, Requirement(proven_since=since, floor=level), rule)


def _administers(rule: Access) -> Answer:
    """The role is asked first: whoever may not come learns nothing from being asked for a code."""
    recognised = browser.recognised_session()
    if recognised is None:
        return _to_interaction(Opening(Kind.SIGN_IN, Requirement(), _here(), return_to=_way_back()))
    origin.acting_as(f"user:{recognised.user_id}", recognised.sid)
    _touch(recognised)
    verbs = _verbs(recognised.user_id, rule)
    if rule.permission not in verbs or _is_about_a_client_out_of_reach(rule):
        return _not_permitted(rule, recognised.user_id)
    g.verbs = verbs
    if not _has_two_factors(recognised, settings().second_factor.proof_lifetime):
        return _to_step_up(recognised, Requirement(floor=Assurance.TWO_FACTOR))
    age = settings().sessions.administration_age
    if rule.purpose is None or _has_two_factors(recognised, age):
        g.typed = _typed_before(recognised)
        return None
    wanted = Requirement(proven_since=clock.now() - age, floor=Assurance.TWO_FACTOR)
    return _to_step_up(recognised, wanted, rule)


def may_send_file(rule: Access) -> bool:
    """Asked before the body is read; whatever else the page wants is asked afterwards."""
    recognised = None if browser.is_foreign_post() else browser.recognised_session()
    return recognised is not None and rule.permission in _verbs(recognised.user_id, rule)


def _verbs(user_id: str, rule: Access) -> frozenset[Permission]:
    """By role, and on a page about clients also by what one is to them. Who changes an app by that
    alone is limited in what (`clients.owner_limits`).
    """
    user = db.session.get(User, user_id)
    by_role = permissions.of(user.role) if user else frozenset()
    if Permission.ROLES_WRITE in by_role:
        origin.handing_out_roles()
    if user is None or rule.reach is Reach.ROLE:
        return by_role
    if Permission.CLIENTS_WRITE not in by_role:
        origin.owning_the_app()
    return by_role | standing.verbs(user, rule)


def _is_about_a_client_out_of_reach(rule: Access) -> bool:
    """A page that changes a client which may administer; in an emergency anybody disables it."""
    named = request.view_args or {}
    if rule.purpose is None or "client_id" not in named or named.get("act") == "disable":
        return False
    client = registry.find(named["client_id"])
    return client is not None and administration.is_out_of_reach(client)


def _not_permitted(rule: Access, user_id: str) -> Answer:
    asked = rule.permission.value if rule.permission else ""
    audit.record(catalogue.AdministrationRefused(user_id=user_id, permission=asked))
    return errors.not_permitted()


def _has_two_factors(recognised: RecognisedSession, age: timedelta) -> bool:
    """Both proven within this time."""
    now = clock.now()
    proofs = counted(
        recognised.proofs,
        since=now - age,
        now=now,
        lifetime=settings().second_factor.proof_lifetime,
    )
    return assurance.reached(proofs) >= Assurance.TWO_FACTOR


def _to_step_up(
    recognised: RecognisedSession, requirement: Requirement, rule: Access | None = None
) -> Response:
    """`rule`: of a page that wants fresh proofs; what its form holds may be kept meanwhile."""
    if rule is not None and request.method == "POST" and not csrf.is_trusted_post():
        raise ForeignForm  # before anything of it is kept
    kept = rule.keeps & request.form.keys() if rule else frozenset()
    return _to_interaction(
        Opening(
            Kind.STEP_UP,
            requirement,
            _here(),
            user_id=recognised.user_id,
            return_to=_way_back(),
            purpose=rule.purpose if rule else None,
            typed={name: request.form[name] for name in kept},
        )
    )


def _typed_before(recognised: RecognisedSession) -> dict[str, str]:
    """What the step-up that leads here interrupted; the address only names it."""
    value, named = browser.binding(), request.args.get(RESUMED)
    if request.method != "GET" or value is None or named is None:
        return {}
    return typed.give_back(
        named,
        user_id=recognised.user_id,
        browser_digest=opaque.digest(value),
        page=request.path,
    )


def _is_half_signed_in(recognised: RecognisedSession) -> bool:
    """An app that goes without a second factor does so for itself, not for the account's pages."""
    if not recognised.second_factor_waived:
        return False
    is_enrolled = enrolled.has_second_factor(recognised.user_id)
    return is_enrolled and assurance.reached(recognised.proofs) < Assurance.TWO_FACTOR


def _is_fresh(recognised: RecognisedSession) -> bool:
    """All factors of the account's level within the sensitive age (R44); a form opened then may be
    sent.
    """
    age = settings().sessions.sensitive_age
    if request.method == "POST":
        # The page was shown while the proofs were fresh: typing must not lose the input.
        age += settings().second_factor.enrolment_lifetime
    now = clock.now()
    proofs = counted(
        recognised.proofs,
        since=now - age,
        now=now,
        lifetime=settings().second_factor.proof_lifetime,
    )
    return assurance.reached(proofs) >= enrolled.needed_for_settings(recognised.user_id)


def _is_asked_by_page(rule: Access, recognised: RecognisedSession) -> bool:
    if not rule.asks_password:
        return False
    return enrolled.needed_for_settings(recognised.user_id) is Assurance.ONE_FACTOR


def _here() -> bytes:
    return opaque.digest(browser.ensure_binding())


def _way_back() -> str:
    """Our own path only: never anything a parameter says (A52)."""
    if request.method == "GET":
        return request.path
    path = request.path
    while path and not _is_page_for_people(path):
        path = path.rpartition("/")[0]
    return path or url_for("account.overview")


def _is_page_for_people(path: str) -> bool:
    try:
        endpoint, _ = current_app.url_map.bind(request.host).match(path, method="GET")
    except HTTPException:
        return False
    return str(endpoint).startswith(("account.", "admin."))


def _to_interaction(opening: Opening) -> Response:
    interaction = lifecycle.open_interaction(opening)
    return see_other(url_for("interaction.dispatch", interaction_id=interaction.id))


_ENTRY = {
    Door.PUBLIC: _anybody,
    Door.LEAVING: _anybody,
    Door.PROTOCOL: _anybody,
    Door.OPERATIONS: _anybody,
    Door.INTERACTION: _browser_of_the_interaction,
    Door.SIGNED_IN: _signed_in,
    Door.ADMINISTRATION: _administers,
    Door.API: bearer.require,
}
_WITH_FORMS = frozenset(
    {Door.PUBLIC, Door.LEAVING, Door.INTERACTION, Door.SIGNED_IN, Door.ADMINISTRATION}
)
