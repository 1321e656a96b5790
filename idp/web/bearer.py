"""The door of the Admin API: a bearer token of ours, meant for it, whose scopes allow what is
asked; and if it speaks for a user, that user's role and proofs, too.

The scopes are the most that a token can do. What a user's role allows, or what they are to the app
in hand, is looked up at each call, so that what was lost opens nothing although the token is good.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

import structlog
from flask import g, request

from idp import audit, clock, origin, throttle
from idp.accounts import permissions
from idp.accounts.permissions import Permission
from idp.audit import catalogue
from idp.authentication.assurance import CANONICAL, Assurance
from idp.clients import administration
from idp.clients.metadata import administration as scopes
from idp.extensions import db, settings
from idp.language import SOURCE
from idp.models import User
from idp.oauth import api_access, rfc9728_protected_resource
from idp.oauth.api_access import Bearer, Denied
from idp.oauth.errors import DPOP_CHALLENGE
from idp.oauth.machine import MachineRequest
from idp.oauth.rfc6750_bearer import DPOP
from idp.web import standing
from idp.web.access import Access
from idp.web.problems import Kind, Refused

_log = structlog.get_logger("api")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and everything that they may do."""

    client_id: str
    user: User | None
    verbs: frozenset[Permission]
    by_scopes: frozenset[Permission]
    """What the token is for, whatever its user's role."""
    sid: str
    """Of the session that a user's token hangs on."""

    @property
    def actor(self) -> str:
        """As the audit log names them."""
        return f"user:{self.user.id}" if self.user else f"client:{self.client_id}"

    @property
    def name(self) -> str:
        """For people to read."""
        return self.user.name if self.user else self.client_id


def caller() -> Caller:
    """Of the request in hand; its guard has found them."""
    found: Caller = g.caller
    return found


def require(rule: Access) -> None:
    """Raises `Refused`, or names the caller."""
    g.language = SOURCE  # an API speaks to programs
    bearer = _bearer()
    wait = throttle.take("admin_api", client=bearer.client.client_id)
    if wait is not None:
        raise _too_many(wait.total_seconds())
    permission = rule.permission
    assert permission is not None  # noqa: S101  every marker of this door names one
    user = db.session.get(User, bearer.user_id) if bearer.user_id else None
    allowed = _allowed(bearer, user, rule)
    asked_for = permissions.by_scopes(bearer.scope)
    g.caller = Caller(bearer.client.client_id, user, allowed, asked_for, bearer.sid)
    origin.acting_as(g.caller.actor, bearer.sid)
    require_verb(permission)
    if user is not None:
        _require_proofs(bearer, permission)
    if Permission.ROLES_WRITE in allowed:
        origin.handing_out_roles()
    if Permission.CLIENTS_WRITE not in allowed:
        origin.owning_the_app()


def require_verb(permission: Permission) -> None:
    """One of those that the operation needs. Raises `Refused`."""
    who = caller()
    if permission not in who.by_scopes:
        raise _scope_missing(permission)
    if permission not in who.verbs:
        _record_refusal(permission)
        raise Refused(Kind.NOT_PERMITTED)


def _bearer() -> Bearer:
    found = api_access.judge(
        MachineRequest(
            authorization=request.headers.get("Authorization"),
            proof=request.headers.get("DPoP"),
            method=request.method,
            path=request.path,
        ),
        administration.resource(),
    )
    if isinstance(found, Bearer):
        return found
    if found is Denied.NO_TOKEN:
        # RFC 6750 §3.1: who brought nothing is told the scheme and nothing else.
        raise Refused(Kind.UNAUTHENTICATED, headers=_challenge())
    _log.info("token refused", reason=found.value)
    wait = throttle.take("admin_api_token")
    if wait is not None:
        raise _too_many(wait.total_seconds())
    if found is Denied.NOT_PROVEN:
        told = "The access token is bound to a key, and its proof is missing or not good."
        proof_wanted = _challenge(error="invalid_dpop_proof", error_description=told)
        raise Refused(Kind.UNAUTHENTICATED, told, headers=proof_wanted)
    detail = "The access token is malformed, expired, revoked or not for this API."
    headers = _challenge(error="invalid_token", error_description=detail)
    raise Refused(
        Kind.UNAUTHENTICATED,
        f"{detail} Ask for one with resource={administration.resource()}",
        headers=headers,
    )


def _allowed(bearer: Bearer, user: User | None, rule: Access) -> frozenset[Permission]:
    """A user's role, and on what is about an app that they look after also that."""
    own = permissions.by_scopes(bearer.scope)
    if bearer.user_id is None:
        return own
    if user is None:
        return frozenset()
    return own & (permissions.of(user.role) | standing.verbs(user, rule))


def _require_proofs(bearer: Bearer, permission: Permission) -> None:
    """RFC 9470 §3. `auth_time` is that of the oldest proof, so it speaks for both factors. Whoever
    only reads may go on for as long as a proof lasts, also offline, as on the pages (R44).
    """
    is_reading = permission.value.endswith(".read")
    age = _proof_lasts() if is_reading else settings().sessions.administration_age
    is_young = bearer.proven_at is not None and bearer.proven_at >= clock.now() - age
    if is_young and bearer.level >= Assurance.TWO_FACTOR:
        return
    seconds = int(age.total_seconds())
    headers = _challenge(
        error="insufficient_user_authentication",
        error_description="More recent or stronger proofs of the user are needed.",
        acr_values=CANONICAL[Assurance.TWO_FACTOR],
        max_age=str(seconds),
    )
    detail = f"Two factors are needed, proven within the last {seconds} seconds."
    raise Refused(Kind.PROOF_TOO_OLD, detail, headers=headers)


def _proof_lasts() -> timedelta:
    return settings().second_factor.proof_lifetime


def _scope_missing(permission: Permission) -> Refused:
    """RFC 6750 §3.1, with the least scope that would do."""
    least = min(
        (name for name, verbs in scopes.SCOPES.items() if permission.value in verbs),
        key=lambda name: (len(scopes.SCOPES[name]), name),
    )
    headers = _challenge(
        error="insufficient_scope",
        error_description="The access token lacks a scope.",
        scope=least,
    )
    return Refused(Kind.SCOPE_MISSING, f"{least} is needed.", headers=headers)


def _record_refusal(permission: Permission) -> None:
    who = caller()
    audit.record(
        catalogue.AdministrationRefused(
            user_id=who.user.id if who.user else None, permission=permission.value
        )
    )


def _too_many(seconds: float) -> Refused:
    return Refused(Kind.TOO_MANY, headers={"Retry-After": str(math.ceil(seconds))})


def _challenge(**parameters: str) -> dict[str, str]:
    """RFC 6750 §3, RFC 9728 §5.1; by the scheme that was used, or by both (RFC 9449 §7.1)."""
    told = {
        "realm": "admin",
        **parameters,
        "resource_metadata": rfc9728_protected_resource.address(),
    }
    said = ", ".join(f'{name}="{value}"' for name, value in told.items())
    scheme = request.headers.get("Authorization", "").partition(" ")[0].lower()
    if scheme == DPOP:
        return {"WWW-Authenticate": f"{DPOP_CHALLENGE}, {said}"}
    offered = "" if scheme else f", {DPOP_CHALLENGE}"
    return {"WWW-Authenticate": f"Bearer {said}{offered}"}
