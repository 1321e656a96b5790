"""What a client may be: every rule on a proposed registration, behind all doors. Pure.

RFC 7591 §2, OIDC Registration §2, RFC 8252, RFC 9700. The members that are ours (`min_acr`,
`trusted`, `pkce_waived`, …) are described in docs/clients.md.
"""

from __future__ import annotations

from idp.clients.metadata import (
    addresses,
    administration,
    audience,
    choices,
    fapi2,
    keys,
    words,
)
from idp.clients.metadata.proposed import (
    DEVICE_CODE,
    GRANT_TYPES,
    IMPLICIT,
    STANDARD_SCOPE,
    URI_MEMBERS,
    Invalid,
    ProposedClient,
    Rule,
)
from idp.clients.redirect_uri import Deployment

__all__ = [
    "DEVICE_CODE",
    "GRANT_TYPES",
    "IMPLICIT",
    "STANDARD_SCOPE",
    "URI_MEMBERS",
    "Invalid",
    "ProposedClient",
    "problems",
]

RULES: tuple[Rule, ...] = (
    words.name_is_readable,
    choices.choices_are_offered,
    choices.grants_and_responses_agree,
    choices.bound_tokens_stay_out_of_the_browser,
    addresses.redirects_lead_to_the_client,
    addresses.other_uris_are_https,
    keys.keys_are_public,
    addresses.calls_go_to_the_client,
    addresses.frames_are_of_the_same_origin,
    addresses.resources_are_absolute,
    addresses.pairwise_has_one_sector,
    choices.scopes_are_tokens,
    administration.administration_is_known,
    administration.administration_is_asked_for_in_person,
    audience.lists_are_short,
    audience.groups_are_of_people,
    choices.levels_are_reachable,
    choices.numbers_are_sane,
    choices.exceptions_are_for_confidential_clients,
    fapi2.profile_is_kept,
    words.contacts_are_addresses,
    words.kept_words_are_short,
)
"""Of several problems with one member the first is told."""


def problems(proposed: ProposedClient, deployment: Deployment) -> dict[str, str]:
    """The first thing that is wrong with each member; empty: the client may be registered."""
    found: dict[str, str] = {}
    for rule in RULES:
        for member, problem in rule(proposed, deployment):
            found.setdefault(member, problem)
    return found
