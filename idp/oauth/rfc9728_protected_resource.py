"""RFC 9728, protected resource metadata: where tokens for our Admin API come from and which scopes
it knows. They stand here and not in discovery, which every app reads and which has no use for them.
"""

from __future__ import annotations

from typing import Any

from idp.clients import administration
from idp.clients.metadata.administration import PATH, SCOPES
from idp.extensions import settings
from idp.oauth import rfc9449_dpop

WELL_KNOWN = f"/.well-known/oauth-protected-resource{PATH}"


def address() -> str:
    """§3.1: the well-known part stands between the host and the path of the resource."""
    return settings().issuer + WELL_KNOWN


def metadata() -> dict[str, Any]:
    """§2."""
    return {
        "resource": administration.resource(),
        "authorization_servers": [settings().issuer],
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
        **rfc9449_dpop.METADATA,
        "resource_name": f"Admin API of {settings().brand.name}",
    }
