"""A device's request as its user judges it (RFC 8628 §3.3): who asks for what from where, and the
answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from idp import audit
from idp.audit import catalogue
from idp.authentication.assurance import level_of
from idp.authentication.requirement import Requirement
from idp.clients import registry
from idp.clients.registered import RegisteredClient
from idp.oauth import devices
from idp.oauth.approval import Approval
from idp.oauth.devices import AskingDevice
from idp.oauth.errors import ShownError


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """A waiting device of an enabled client. `scope`: what the client may still have of it."""

    device: AskingDevice
    client: RegisteredClient
    scope: tuple[str, ...]

    def requirement(self, opened_at: datetime) -> Requirement:
        """A device asks for no level; what its client has registered holds all the same."""
        age = self.client.default_max_age
        return Requirement(
            proven_since=None if age is None else opened_at - timedelta(seconds=age),
            floor=level_of(self.client.min_acr),
            voluntary=self.client.default_acr_values,
        )

    def as_document(self) -> dict[str, Any]:
        """For the interaction's row."""
        return {"device": self.device.digest.hex()}


def of_device(device: AskingDevice) -> DeviceRequest:
    """Raises `ShownError` when the client was disabled or lost the scopes."""
    client = registry.find(device.client_id)
    if client is None or not client.is_enabled:
        raise ShownError(
            "invalid_client",
            "The application is not registered here, or it is disabled.",
            detail="client removed or disabled while a device waited",
            client=client,
        )
    scope = tuple(name for name in device.scope if name in client.scopes)
    if not scope:
        raise ShownError(
            "invalid_request",
            "The application's registration changed while the device waited.",
            detail="scope withdrawn while a device waited",
            client=client,
        )
    return DeviceRequest(device, client, scope)


def restore(document: dict[str, Any]) -> DeviceRequest:
    """The inverse of `as_document`. Everything is read again: it may have changed meanwhile."""
    device = devices.get(bytes.fromhex(document["device"]))
    if device is None:
        raise ShownError("invalid_request", "The device waits no more.")
    return of_device(device)


def allow(request: DeviceRequest, approval: Approval) -> bool:
    """False: somebody was faster, or it took too long."""
    if not devices.allow(request.device, approval):
        return False
    audit.record(
        catalogue.DeviceAllowed(
            user_id=approval.user_id,
            client_id=request.client.client_id,
            scope=" ".join(approval.scope),
            device_address=request.device.address,
            acr=approval.acr,
            amr=list(approval.amr),
        )
    )
    return True


def deny(request: DeviceRequest, user_id: str | None) -> bool:
    """The same for the other answer."""
    if not devices.deny(request.device):
        return False
    audit.record(
        catalogue.DeviceDenied(
            user_id=user_id,
            client_id=request.client.client_id,
            device_address=request.device.address,
        )
    )
    return True
