"""A request as a command that can be tried again: with what may be shown, and names of variables in
the place of everything else. Pure.
"""

from __future__ import annotations

import re
import shlex
from urllib.parse import urlencode

from idp.oauth.redaction import HEADER, SHOWN
from idp.traces import Trace

PATHS = {
    "authorize": "/authorize",
    "token": "/token",
    "userinfo": "/userinfo",
    "revocation": "/revoke",
    "introspection": "/introspect",
    "device_authorization": "/device_authorization",
    "pushed_request": "/par",
    "logout": "/logout",
}
_BY_ADDRESS = frozenset({"authorize", "logout"})
_NO_VARIABLE = re.compile(r"[^A-Z0-9_]")


def of(trace: Trace, issuer: str) -> str | None:
    """None: there is nothing to send again."""
    path = PATHS.get(trace.endpoint)
    if path is None or (trace.endpoint != "userinfo" and not trace.received):
        return None
    if trace.endpoint in _BY_ADDRESS:
        return f"curl --include {_quoted_address(issuer + path, trace)}"
    lines = [f"curl --include {shlex.quote(issuer + path)}", *_header(trace), *_fields(trace)]
    return " \\\n  ".join(lines)


def _header(trace: Trace) -> list[str]:
    sent = dict(trace.received).get(HEADER, "")
    if sent.startswith("Basic"):
        return ['--user "$CLIENT_ID:$CLIENT_SECRET"']
    if sent.startswith("Bearer") or trace.endpoint == "userinfo":
        return ['--header "Authorization: Bearer $ACCESS_TOKEN"']
    return []


def _fields(trace: Trace) -> list[str]:
    """Single quotes around what came, double ones around a variable, which the shell fills in."""
    return [
        f"--data-urlencode {shlex.quote(f'{name}={value}')}"
        if name in SHOWN
        else f'--data-urlencode "{_plain(name)}=${_variable(name)}"'
        for name, value in trace.received
        if name != HEADER
    ]


def _quoted_address(address: str, trace: Trace) -> str:
    shown = [(name, value) for name, value in trace.received if name in SHOWN]
    others = [name for name, _ in trace.received if name not in SHOWN]
    query = urlencode(shown)
    variables = "".join(f'"&{_plain(name)}=${_variable(name)}"' for name in others)
    return shlex.quote(f"{address}?{query}") + variables


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)


def _variable(name: str) -> str:
    made = _NO_VARIABLE.sub("_", name.upper())
    return made if made[:1].isalpha() else f"_{made}"
