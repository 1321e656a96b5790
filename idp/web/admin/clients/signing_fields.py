"""The fields of a registration that say how what an app is told is signed."""

from __future__ import annotations

from idp.language import gettext_noop
from idp.signing.algorithms import OFFERED
from idp.web.admin.clients.field import Field, Kind, Section

_ALGORITHMS = tuple((alg, alg) for alg in OFFERED)

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
