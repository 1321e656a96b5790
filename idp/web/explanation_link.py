"""A link that explains one request to whoever has it, and nothing else.

It is sealed under the key ring for this purpose alone and names the trace and its own end. There is
no row: it opens nothing once the trace has gone, at the latest a day after the request.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from flask import url_for

from idp import audit, clock, opaque, traces
from idp.audit import catalogue
from idp.extensions import keyring, settings
from idp.sealing import Place, SealBroken
from idp.traces import Trace

_PLACE = Place("request_traces", "explanation_link", "any")
_LONGEST = 300


def make(trace: Trace) -> tuple[str, datetime]:
    """The address, and until when it is good. Who made it stands in the audit log."""
    ends_at = trace.happened_at + settings().traces.lifetime
    content = f"{trace.id} {int(ends_at.timestamp())}".encode()
    token = opaque.base64url(keyring().seal(content, _PLACE))
    audit.record(catalogue.ExplanationShared(client_id=trace.client_id, request=trace.reference))
    return settings().issuer + url_for("why.explanation", token=token), ends_at


def opened(token: str) -> Trace | None:
    """The trace that a link is for; None: it has ended, or never was one."""
    named = _read(token)
    if named is None:
        return None
    trace_id, _, ends_at = named.partition(" ")
    if datetime.fromtimestamp(int(ends_at), UTC) <= clock.now():
        return None
    return traces.find(trace_id)


def _read(token: str) -> str | None:
    if len(token) > _LONGEST:
        return None
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return keyring().unseal(sealed, _PLACE).decode()
    except (binascii.Error, ValueError, SealBroken):
        return None
