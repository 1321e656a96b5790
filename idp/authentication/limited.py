"""Taking a try for a factor, and telling the audit log when a limit refuses it."""

from __future__ import annotations

from idp import audit, opaque, throttle
from idp.audit import catalogue
from idp.authentication.identifier import canonical
from idp.extensions import keyring
from idp.throttle import Device, Refused, Taken


def attempt(
    limit: str,
    *,
    counted_as: str,
    user_id: str | None,
    interaction_id: str | None = None,
    device: Device = Device.UNKNOWN,
) -> Taken | Refused:
    """`counted_as` is the user's id, or what stands for an unknown name."""
    outcome = throttle.attempt(limit, user=counted_as, interaction=interaction_id, device=device)
    if isinstance(outcome, Refused):
        _tell(outcome, limit, user_id)
    return outcome


def refusal(
    limit: str, *, counted_as: str, user_id: str | None, device: Device = Device.UNKNOWN
) -> Refused | None:
    """Of a try that would have to wait for its turn first; nothing is taken."""
    refused = throttle.refusal(limit, user=counted_as, device=device)
    if refused:
        _tell(refused, limit, user_id)
    return refused


def _tell(refused: Refused, limit: str, user_id: str | None) -> None:
    wait = int(refused.wait.total_seconds())
    window = ", ".join(sorted(window.name for window in refused.closed))
    audit.record(catalogue.LimitReached(user_id=user_id, limit=limit, window=window, wait=wait))


def stranger(identifier: str) -> str:
    """What an unknown name is counted as: the same for all its spellings, and no list of names."""
    name = canonical(identifier).encode("utf-8", "surrogatepass")
    return "~" + opaque.base64url(keyring().keyed_digest("unknown-name", name))
