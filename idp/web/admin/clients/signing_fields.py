"""The fields of a registration that say how what an app is told is signed."""

from __future__ import annotations

from idp.language import gettext_noop
from idp.web.admin.clients.field import Field, Kind, Section

_ALGORITHMS = (
    ("RS256", gettext_noop("RSA (RS256)")),
    ("PS256", gettext_noop("RSA with random padding (PS256)")),
    ("ES256", gettext_noop("Elliptic curve P-256 (ES256)")),
    ("EdDSA", gettext_noop("Edwards curve 25519 (EdDSA)")),
)

SIGNING = Section(
    "signing",
    gettext_noop("Signatures"),
    (
        Field(
            member="id_token_signed_response_alg",
            name_in_form="id_alg",
            label=gettext_noop("ID tokens"),
            kind=Kind.CHOICE,
            hint=gettext_noop("RS256 is what every library can check."),
            choices=_ALGORITHMS,
        ),
        Field(
            member="access_token_signed_response_alg",
            name_in_form="access_alg",
            label=gettext_noop("Access tokens"),
            kind=Kind.CHOICE,
            hint=gettext_noop("ES256 is quick. Some gateways in front of APIs know RS256 only."),
            choices=_ALGORITHMS,
        ),
        Field(
            member="require_signed_request_object",
            name_in_form="signed_only",
            label=gettext_noop("It signs its requests"),
            kind=Kind.TICK,
            hint=gettext_noop("By a key that it has registered; any other request is refused."),
        ),
    ),
)
