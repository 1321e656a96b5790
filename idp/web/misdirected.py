"""Protocol requests that no view judges: to a host or a path that is not the issuer's, by a wrong
method, or unreadable. Each leaves a trace, since whoever makes the app is told nothing else.
"""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import HTTPException

from idp.extensions import settings
from idp.oauth import parameters, tracing
from idp.oauth.diagnosis import Diagnosis
from idp.oauth.machine import MachineRequest
from idp.oauth.parameters import MalformedParameters, Parameters
from idp.oauth.redaction import printable
from idp.traces import Difference

FORM = "application/x-www-form-urlencoded"
NAMES = {
    "protocol.authorize": "authorize",
    "protocol.token": "token",
    "protocol.userinfo": "userinfo",
    "protocol.revoke": "revocation",
    "protocol.introspect": "introspection",
    "protocol.device_authorization": "device_authorization",
    "protocol.pushed_request": "pushed_request",
    "sign_out.logout": "logout",
}
"""What an endpoint is called in traces."""
_WELL_KNOWN = (".well-known/openid-configuration", ".well-known/oauth-authorization-server")
_LONGEST = 300


def note_wrong_host() -> None:
    """Somebody knows us by another name than the issuer's."""
    if request.endpoint in NAMES or _asks_for_discovery():
        _note(_name(), _wrong_issuer(f"{request.scheme}://{request.host}"))


def note_wrong_path() -> None:
    """Discovery is asked for below a path, or with a slash: the issuer is misspelt in the app."""
    if request.url_rule is None and _asks_for_discovery():
        before = request.path.partition("/.well-known/")[0]
        after = "/" if request.path.endswith("/") and not before else ""
        _note("discovery", _wrong_issuer(f"{settings().issuer}{before}{after}"))


def note_wrong_method() -> None:
    """A GET where only POST is taken."""
    _note(_name(), Diagnosis("wrong method", (Difference("method", "POST", request.method),)))


def note_unreadable() -> None:
    """What came is no form, or too large a one."""
    tracing.misdirected(_name(), _without_body(), Diagnosis("unreadable"))


def _note(name: str, found: Diagnosis) -> None:
    received = _parameters()
    asked = MachineRequest(received, request.headers.get("Authorization"), request.headers.items)
    tracing.misdirected(name, asked, found)


def _without_body() -> MachineRequest:
    return MachineRequest((), request.headers.get("Authorization"), request.headers.items)


def _wrong_issuer(used: str) -> Diagnosis:
    difference = Difference("issuer", settings().issuer, printable(used, _LONGEST))
    return Diagnosis("wrong issuer", (difference,))


def _name() -> str:
    return NAMES.get(request.endpoint or "", "discovery")


def _asks_for_discovery() -> bool:
    return any(known in request.path for known in _WELL_KNOWN)


def _parameters() -> Parameters:
    """As far as they can be read, to tell whose the request is."""
    try:
        if request.method == "POST" and request.mimetype == FORM:
            return parameters.parse(request.get_data(cache=True))
        is_shown = request.endpoint in {"protocol.authorize", "sign_out.logout"}
        return parameters.parse(request.query_string) if is_shown else ()
    except (MalformedParameters, HTTPException):
        return ()
