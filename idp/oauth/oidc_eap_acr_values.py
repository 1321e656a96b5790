"""OpenID Connect Extended Authentication Profile (EAP) ACR Values 1.0: `phr`, phishing-resistant.

`phrh`, the same with the key in hardware, would need attestation and is not offered.
"""

from __future__ import annotations

from idp.authentication.assurance import CANONICAL, Assurance
from idp.extensions import settings

METADATA = {"acr_values_supported": [CANONICAL[Assurance.PHISHING_RESISTANT]]}
"""§2."""


def is_offered() -> bool:
    """The deployment's switch: without passkeys nobody can reach it."""
    return settings().passkeys.enabled
