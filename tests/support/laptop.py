"""A laptop with a fingerprint reader: Chromium's own virtual authenticator in one tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

_READER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass(frozen=True, slots=True)
class Laptop:
    """The authenticator of one tab."""

    cdp: CDPSession
    id: str

    def finger(self, *, on: bool) -> None:
        """Whether somebody touches the reader when asked."""
        self.cdp.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": on}
        )

    def credentials(self) -> list[dict[str, Any]]:
        """The passkeys that it holds."""
        found: list[dict[str, Any]] = self.cdp.send(
            "WebAuthn.getCredentials", {"authenticatorId": self.id}
        )["credentials"]
        return found


def below(page: Page) -> Laptop:
    """The one that this tab is shown on from now on."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable", {"enableUI": False})
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": _READER})
    return Laptop(cdp, made["authenticatorId"])


def wait_for_the_button(page: Page) -> None:
    """The reader answers whatever asks first; a person waits for the button."""
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
