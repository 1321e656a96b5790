"""What is chosen from what we offer: methods, grants, algorithms, scopes, levels, lifetimes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from idp.authentication.assurance import LEVELS
from idp.clients.metadata.proposed import (
    APPLICATION_TYPES,
    AUTH_METHODS,
    DEVICE_CODE,
    FRONT_CHANNEL_RESPONSE_TYPES,
    GRANT_TYPES,
    IMPLICIT,
    LONGEST_GRACE,
    LONGEST_TOKEN,
    MOST_SCOPES,
    PROFILES,
    RESPONSE_TYPES,
    SECOND_FACTOR_POLICIES,
    SHORTEST_TOKEN,
    SUBJECT_TYPES,
    Problem,
    ProposedClient,
)
from idp.clients.redirect_uri import Deployment
from idp.signing.algorithms import ALGORITHMS, OFFERED

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")

_HAVE_USERS = {"authorization_code", DEVICE_CODE}


def choices_are_offered(proposed: ProposedClient, deployment: Deployment) -> Iterator[Problem]:
    single = {
        "application_type": (proposed.application_type, APPLICATION_TYPES),
        "profile": (proposed.profile, PROFILES),
        "id_token_signed_response_alg": (proposed.id_token_signed_response_alg, OFFERED),
        "access_token_signed_response_alg": (proposed.access_token_signed_response_alg, OFFERED),
        "subject_type": (proposed.subject_type, SUBJECT_TYPES),
    }
    if proposed.token_endpoint_auth_method is not None:
        chosen = proposed.token_endpoint_auth_method
        single["token_endpoint_auth_method"] = (chosen, AUTH_METHODS)
    if proposed.second_factor_policy is not None:
        single["second_factor_policy"] = (proposed.second_factor_policy, SECOND_FACTOR_POLICIES)
    for member, (value, offered) in single.items():
        if value not in offered:
            yield member, f"offered: {', '.join(offered)}"
    for member, chosen_alg, offered_algs in (
        ("userinfo_signed_response_alg", proposed.userinfo_signed_response_alg, OFFERED),
        ("authorization_signed_response_alg", proposed.authorization_signed_response_alg, OFFERED),
        ("request_object_signing_alg", proposed.request_object_signing_alg, tuple(ALGORITHMS)),
        (
            "token_endpoint_auth_signing_alg",
            proposed.token_endpoint_auth_signing_alg,
            tuple(ALGORITHMS),
        ),
    ):
        if chosen_alg is not None and chosen_alg not in offered_algs:
            yield member, f"offered: {', '.join(offered_algs)}"
    has_front = deployment.has_front_channel
    several = {
        "grant_types": (
            proposed.grant_types,
            (*GRANT_TYPES, IMPLICIT) if has_front else GRANT_TYPES,
        ),
        "response_types": (
            proposed.response_types,
            (*RESPONSE_TYPES, *FRONT_CHANNEL_RESPONSE_TYPES) if has_front else RESPONSE_TYPES,
        ),
    }
    for member, (values, offered) in several.items():
        if not set(values) <= set(offered) or len(set(values)) < len(values):
            yield member, f"offered, each once: {', '.join(offered)}"


def grants_and_responses_agree(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    """RFC 7591 §2.1, OIDC Registration §2."""
    uses_code = "authorization_code" in proposed.grant_types
    uses_front = IMPLICIT in proposed.grant_types
    names = {name for several in proposed.response_types for name in several.split(" ")}
    if not proposed.grant_types:
        yield "grant_types", "at least one is needed"
    if uses_code != ("code" in names):
        yield "response_types", "code belongs to the grant type authorization_code, and it to code"
    if uses_front != (not names.isdisjoint({"id_token", "token"})):
        yield (
            "response_types",
            "id_token and token belong to the grant type implicit, and it to one",
        )
    if "refresh_token" in proposed.grant_types and not _HAVE_USERS & set(proposed.grant_types):
        yield "grant_types", "refresh_token needs authorization_code or the device grant"
    if "client_credentials" in proposed.grant_types and proposed.is_public:
        yield "token_endpoint_auth_method", "none is refused: client_credentials needs a secret"
    if (uses_code or uses_front) and not proposed.redirect_uris:
        yield "redirect_uris", "at least one is needed"
    if not (uses_code or uses_front) and proposed.redirect_uris:
        yield "redirect_uris", "only a client that uses authorization_code has any"


def bound_tokens_stay_out_of_the_browser(
    proposed: ProposedClient, _: Deployment
) -> Iterator[Problem]:
    # RFC 9449 §5: a key is proven at the token endpoint and nowhere else.
    names = {name for several in proposed.response_types for name in several.split(" ")}
    if proposed.dpop_bound_access_tokens and "token" in names:
        yield "response_types", "token is bound to no key, as dpop_bound_access_tokens wants it"


def scopes_are_tokens(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    """RFC 6749 §3.3."""
    scopes = proposed.scope.split(" ") if proposed.scope else []
    if len(scopes) > MOST_SCOPES or not all(map(_SCOPE.fullmatch, scopes)):
        yield "scope", f"at most {MOST_SCOPES} names of printable ASCII, one space between"


def levels_are_reachable(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    # A level nobody can reach would be read as no demand at all.
    if proposed.min_acr is not None and proposed.min_acr not in LEVELS:
        yield "min_acr", f"known: {', '.join(LEVELS)}"
    if not set(proposed.default_acr_values) <= set(LEVELS):
        yield "default_acr_values", f"known: {', '.join(LEVELS)}"


def numbers_are_sane(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    if proposed.default_max_age is not None and not 0 <= proposed.default_max_age <= 2**31 - 1:
        yield "default_max_age", "must be a number of seconds"
    if not 0 <= proposed.refresh_grace <= LONGEST_GRACE:
        yield "refresh_grace", f"0 to {LONGEST_GRACE} seconds"
    lifetime = proposed.access_token_lifetime
    if lifetime is not None and not SHORTEST_TOKEN <= lifetime <= LONGEST_TOKEN:
        yield "access_token_lifetime", f"{SHORTEST_TOKEN} to {LONGEST_TOKEN} seconds"


def exceptions_are_for_confidential_clients(
    proposed: ProposedClient, _: Deployment
) -> Iterator[Problem]:
    if not proposed.is_public:
        return
    if proposed.pkce_waived:
        yield "pkce_waived", "only for confidential clients (RFC 9700 §2.1.1)"
    if not proposed.rotates_refresh_tokens:
        yield "rotate_refresh_tokens", "public clients rotate (RFC 9700 §2.2.2)"
