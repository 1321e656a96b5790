"""The live check of addresses: what a script asks while they are typed. Without one, the answer to
the form says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request, url_for

from idp.accounts.permissions import Permission
from idp.clients import address_check, register
from idp.clients.address_check import Checked
from idp.language import ngettext
from idp.web import access
from idp.web.admin.clients.fields import LEAVING, REDIRECTS
from idp.web.admin.clients.form import Values
from idp.web.admin.routes import blueprint

CHECKED = (REDIRECTS.name, LEAVING.name)
APPLICATION_TYPES = ("web", "native")


@blueprint.post("/clients/check-addresses")
@access.access(access.of_their_clients(Permission.OWN_CLIENT_WRITE))
def check_addresses() -> Response:
    """Changes nothing. `application_type` is what the app is registered as, or will be."""
    asked = request.form.get("application_type", "")
    kind = asked if asked in APPLICATION_TYPES else APPLICATION_TYPES[0]
    given = {name: request.form[name] for name in CHECKED if name in request.form}
    return jsonify(
        {
            name: {"summary": _summary(checked), "refused": [_told(one) for one in _bad(checked)]}
            for name, checked in _all_checked(given, kind).items()
        }
    )


def of_form(values: Values, application_type: str) -> dict[str, Any]:
    """For the template of a form: where its script asks, and what cannot be registered of what
    stands there now.
    """
    typed = {name: one for name in CHECKED if isinstance(one := values.get(name), str)}
    found = _all_checked(typed, application_type)
    return {
        "fields": CHECKED,
        "action": url_for("admin.check_addresses"),
        "application_type": application_type,
        "refused": {name: _bad(checked) for name, checked in found.items()},
    }


def _all_checked(typed: Mapping[str, str], kind: str) -> dict[str, list[Checked]]:
    deployment = register.deployment()
    return {name: address_check.check(one, kind, deployment) for name, one in typed.items()}


def _bad(checked: list[Checked]) -> list[Checked]:
    return address_check.refused(checked)


def _told(one: Checked) -> dict[str, Any]:
    return {"uri": one.uri, "says": one.says, "instead": one.instead}


def _summary(checked: list[Checked]) -> str:
    bad = len(_bad(checked))
    if bad:
        return ngettext(
            "%(num)s address can't be registered.", "%(num)s addresses can't be registered.", bad
        )
    if not checked:
        return ""
    return ngettext("%(num)s address, all good.", "%(num)s addresses, all good.", len(checked))
