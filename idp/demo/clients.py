"""The registrations of `clients_example/`: one app wants a password, one wants two factors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from config import PROJECT


@dataclass(frozen=True, slots=True)
class DemoApp:
    """A running copy of `clients_example/web_flask`. The secret is no secret: see `idp.demo`."""

    client_id: str
    client_secret: str
    name: str
    story: str
    port: int
    min_acr: str | None = None

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.port}"

    def registration(self) -> dict[str, Any]:
        """RFC 7591 §2, and our own members."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "client_name": self.name,
            "application_type": "web",
            "redirect_uris": [f"{self.base_url}/callback"],
            "post_logout_redirect_uris": [f"{self.base_url}/"],
            "backchannel_logout_uri": f"{self.base_url}/backchannel-logout",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": "openid profile email address phone offline_access",
            "client_uri": f"{self.base_url}/",
            "initiate_login_uri": f"{self.base_url}/sign-in",
            **({"min_acr": self.min_acr} if self.min_acr else {}),
        }


def documents() -> list[dict[str, Any]]:
    """The registrations that other examples bring along; they are started by hand."""
    return [
        json.loads(file.read_text())
        for file in sorted((PROJECT / "clients_example").glob("*/client.json"))
    ]


def apps(first_port: int) -> tuple[DemoApp, ...]:
    """The apps on consecutive ports."""
    return (
        DemoApp(
            client_id="demo-web",
            client_secret="demo-web-secret-for-this-machine-only",  # noqa: S106
            name="Example web app",
            story="a password is enough",
            port=first_port,
        ),
        DemoApp(
            client_id="demo-bank",
            client_secret="demo-bank-secret-for-this-machine-only",  # noqa: S106
            name="Example bank",
            story="wants two factors",
            port=first_port + 1,
            min_acr="urn:idp:loa:2fa",
        ),
    )
