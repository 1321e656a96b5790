"""What people's claims say: judged by their definitions when they are set and again when told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from idp import audit, clock, opaque
from idp.accounts.custom_claims import definitions
from idp.accounts.custom_claims.definition import value_problem
from idp.accounts.invalid import Invalid
from idp.audit import catalogue
from idp.extensions import db, rows_changed
from idp.models import User

LARGEST = 32 * 1024
"""Characters of JSON, of all of a person's together."""


def told(stored: Mapping[str, Any]) -> dict[str, Any]:
    """By name, what can be told of what is stored: a value that its definition would refuse today
    is not there.
    """
    if not stored:
        return {}
    return {
        claim.name: stored[claim.id]
        for claim in definitions.everyone()
        if claim.id in stored and value_problem(claim, stored[claim.id]) is None
    }


def of(user: User) -> dict[str, Any]:
    """By name."""
    return told(user.custom_claims)


def version_of(user: User) -> str:
    """Names a state of a person's values."""
    return opaque.digest(json.dumps(of(user), sort_keys=True)).hex()[:32]


def problems(values: Mapping[str, Any]) -> dict[str, str]:
    """By name, what is wrong with it. R66: whatever is not defined cannot be set."""
    known = {claim.name: claim for claim in definitions.everyone()}
    found = {
        name: value_problem(known[name], value)
        if name in known
        else "is not a claim that is defined"
        for name, value in values.items()
    }
    if not any(found.values()) and len(json.dumps(dict(values))) > LARGEST:
        found[""] = f"at most {LARGEST} characters together"
    return {name: problem for name, problem in found.items() if problem}


def put(user: User, values: Mapping[str, Any], *, reason: str) -> Invalid | bool:
    """These values and no others. False: they were so before."""
    if wrong := problems(values):
        return Invalid(wrong)
    by_name = {claim.name: claim.id for claim in definitions.everyone()}
    before = _locked(user)
    shown = told(before)
    stored = {by_name[name]: value for name, value in values.items()}
    if stored == before:
        return False
    own = update(User).where(User.id == user.id)
    rows_changed(own.values(custom_claims=stored, updated_at=clock.now()))
    db.session.refresh(user, ["custom_claims", "updated_at"])
    names = shown.keys() | values.keys()
    changed = sorted(name for name in names if shown.get(name) != values.get(name))
    audit.record(catalogue.CustomClaimsSet(user_id=user.id, changed=changed, reason=reason))
    return True


def put_one(user: User, name: str, value: object, *, reason: str) -> Invalid | bool:
    """This value beside the others; None takes it away."""
    others = {known: kept for known, kept in told(_locked(user)).items() if known != name}
    if value is None and definitions.find(name) is None:
        return Invalid({name: "is not a claim that is defined"})
    return put(user, others if value is None else others | {name: value}, reason=reason)


def _locked(user: User) -> Mapping[str, Any]:
    """As they are now. The row is locked, so that of two who add something both succeed."""
    rows_changed(update(User).where(User.id == user.id).values(sub=User.sub))
    found: Mapping[str, Any] = db.session.scalars(
        select(User.custom_claims).where(User.id == user.id)
    ).one()
    return found
