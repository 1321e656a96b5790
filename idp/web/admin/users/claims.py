"""What the deployment's own claims say of a person: a field for each, and a reason."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request, url_for

from idp import strict_json
from idp.accounts import administered
from idp.accounts.custom_claims import definitions, values
from idp.accounts.custom_claims.definition import ClaimType, Definition
from idp.accounts.groups import members
from idp.accounts.invalid import Invalid
from idp.accounts.permissions import Permission
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import User
from idp.web import access
from idp.web.admin.clients.field import Field, Kind
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import existing, out_of_reach, reason, reason_problem, to_user
from idp.web.pages import FAILED_FORM, page

WRITES = access.admin_write(Permission.GROUPS_WRITE, "change-people", keeps=("reason",))
CONFLICT = 409
NOT_SAID = ""
_YES, _NO = "true", "false"


@blueprint.get("/users/<user_id>/claims")
@access.access(WRITES)
def user_claims(user_id: str) -> Response:
    """As they are."""
    user = existing(user_id)
    return out_of_reach(user) or _show(user, _written(user), version=values.version_of(user))


@blueprint.post("/users/<user_id>/claims")
@access.access(WRITES)
def submit_user_claims(user_id: str) -> Response:
    """What is left empty is not said any more. Of two editors the second is told."""
    user, because = existing(user_id), reason()
    if refusal := out_of_reach(user):
        return refusal
    typed = {one.name: request.form.get(_in_form(one), "") for one in definitions.everyone()}
    version = request.form.get("version", "")
    read, errors = _read(typed)
    errors |= values.problems(read)
    if problem := reason_problem(because):
        errors["reason"] = problem
    if errors:
        return _show(user, typed, version=version, errors=errors)
    if version != values.version_of(user):
        return _show(user, typed, CONFLICT, version=values.version_of(user))
    changed = values.put(user, read, reason=because)
    if isinstance(changed, Invalid):
        return _show(user, typed, version=version, errors=dict(changed.problems))
    return to_user(user, "claims-saved" if changed else "user-unchanged")


def shown(user: User) -> dict[str, Any]:
    """For the person's page: groups with their addresses, roles, and each value on one line."""
    return {
        "groups": [
            (title, url_for("admin.group", group_id=group_id))
            for group_id, title in members.groups_of(user.id)
        ],
        "roles": members.of(user.id).roles,
        "claims": [(name, _text(value)) for name, value in values.of(user).items()],
        "has_definitions": bool(definitions.everyone()),
    }


def _read(typed: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values, and what cannot be read as one."""
    read: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for claim in definitions.everyone():
        text = typed[claim.name].strip()
        if not text:
            continue
        try:
            read[claim.name] = _value(claim, text)
        except ValueError:
            errors[claim.name] = "is not JSON"
    return read, errors


def _value(claim: Definition, text: str) -> Any:  # noqa: ANN401  whatever JSON can hold
    if claim.type == ClaimType.STRING and not claim.multiple:
        return text.replace("\r\n", "\n")
    if claim.type == ClaimType.STRING:
        return [line.strip() for line in text.splitlines() if line.strip()]
    return strict_json.parse(text)


def _written(user: User) -> dict[str, str]:
    said = values.of(user)
    return {
        claim.name: _text(said[claim.name]) if claim.name in said else NOT_SAID
        for claim in definitions.everyone()
    }


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    return json.dumps(value, ensure_ascii=False)


def _field(claim: Definition) -> Field:
    is_text = claim.type == ClaimType.STRING
    kind, hint = Kind.TEXT, None
    if claim.multiple:
        kind = Kind.LINES
        hint = gettext_noop("One on each line.") if is_text else gettext_noop("A list in JSON.")
    elif claim.type == ClaimType.BOOLEAN:
        kind = Kind.CHOICE
    elif claim.type == ClaimType.OBJECT:
        kind, hint = Kind.LINES, gettext_noop("An object in JSON.")
    choices = (
        (NOT_SAID, gettext_noop("Not said")),
        (_YES, gettext_noop("Yes")),
        (_NO, gettext_noop("No")),
    )
    return Field(
        member=claim.name,
        name_in_form=_in_form(claim),
        label=claim.name,
        kind=kind,
        hint=hint,
        choices=choices if kind is Kind.CHOICE else (),
    )


def _in_form(claim: Definition) -> str:
    """Nothing that a claim is called can be another field."""
    return f"claim-{claim.id}"


def _show(
    user: User,
    typed: dict[str, str],
    status: int = 200,
    *,
    version: str,
    errors: dict[str, str] | None = None,
) -> Response:
    fields = [_field(claim) for claim in definitions.everyone()]
    named = {one.member: one.name for one in fields}
    problems = {named.get(member, member): text for member, text in (errors or {}).items()}
    return page(
        "admin/users/claims.html",
        FAILED_FORM if errors else status,
        person=user,
        title=_("What apps learn about %(person)s", person=user.name),
        fields=fields,
        names=["reason", *named.values()],
        values={named[name]: text for name, text in typed.items() if name in named},
        errors=problems,
        is_outdated=status == CONFLICT,
        problem=status == CONFLICT,
        version=version,
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        action=url_for("admin.submit_user_claims", user_id=user.id),
        back=url_for("admin.user", user_id=user.id),
    )
