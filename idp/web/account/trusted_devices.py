"""The browsers that the signed-in user trusts, and the end of that trust."""

from __future__ import annotations

from typing import Any

from flask import Response
from werkzeug.exceptions import NotFound

from idp import user_agent
from idp.authentication import trusted_device
from idp.models import TrustedDevice, User
from idp.web import access, current
from idp.web.account.routes import blueprint, to_sessions


def panel(user: User) -> dict[str, Any]:
    """What the page of devices shows of them."""
    return {"devices": [_card(device) for device in trusted_device.of(user.id)]}


@blueprint.post("/trusted-devices/<device_id>/remove")
@access.access(access.SIGNED_IN)
def untrust(device_id: str) -> Response:
    """One of the user's own."""
    if not trusted_device.revoke(current.session().user_id, device_id):
        raise NotFound
    return to_sessions("device-untrusted")


@blueprint.post("/trusted-devices/remove-all")
@access.access(access.SIGNED_IN)
def untrust_all() -> Response:
    """Every one of them, this browser too."""
    trusted_device.revoke_all(current.session().user_id, because="revoked")
    return to_sessions("devices-untrusted")


def _card(device: TrustedDevice) -> dict[str, Any]:
    return {
        "id": device.id,
        "browser": user_agent.in_words(device.user_agent),
        "address": device.address,
        "trusted_at": device.created_at,
        "last_used_at": device.last_used_at,
        "expires_at": device.expires_at,
        "is_this": trusted_device.is_here(device),
    }
