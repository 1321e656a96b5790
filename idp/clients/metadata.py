"""What a client may be: every rule on a proposed registration, behind all doors. Pure.

RFC 7591 §2, OIDC Registration §2, RFC 8252, RFC 9700. The members that are ours (`min_acr`,
`trusted`, `pkce_waived`, …) are described in docs/clients.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from idp.authentication.assurance import LEVELS
from idp.clients import redirect_uri
from idp.clients.redirect_uri import Deployment
from idp.signing import public_jwk
from idp.signing.algorithms import ALGORITHMS, OFFERED

AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
RESPONSE_TYPES = ("code",)
APPLICATION_TYPES = ("web", "native")
PROFILES = ("standard",)

STANDARD_SCOPE = "openid profile email address phone offline_access"

LONGEST_NAME = 100
MOST_VALUES = 100
MOST_SCOPES = 50
MOST_KEYS = 20
LONGEST_GRACE = 30
"""Seconds (R68)."""
SHORTEST_TOKEN, LONGEST_TOKEN = 30, 3_600
"""Seconds of an access token's life."""

URI_MEMBERS = ("client_uri", "logo_uri", "policy_uri", "tos_uri", "initiate_login_uri")
SUBJECT_TYPES = ("public", "pairwise")

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNREADABLE_CATEGORIES = {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is wrong, by member."""

    problems: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedClient:
    """A client as somebody wants it. Names are those of RFC 7591, defaults too."""

    client_name: str
    application_type: str = "web"
    profile: str = "standard"
    token_endpoint_auth_method: str | None = None
    """None: confidential, and whichever of Basic and POST its library tries."""
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    scope: str = STANDARD_SCOPE
    id_token_signed_response_alg: str = "RS256"  # noqa: S105  an algorithm
    userinfo_signed_response_alg: str | None = None
    request_object_signing_alg: str | None = None
    token_endpoint_auth_signing_alg: str | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    subject_type: str = "public"
    sector_identifier_uri: str | None = None
    request_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    default_max_age: int | None = None
    default_acr_values: tuple[str, ...] = ()
    require_auth_time: bool = False
    min_acr: str | None = None
    trusted: bool = False
    pkce_waived: bool = False
    rotate_refresh_tokens: bool | None = None
    """None: public clients do, confidential ones do not (R67)."""
    refresh_grace: int = 0
    access_token_lifetime: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    """What is only shown, fetched or kept: URIs, contacts, keys, names in other languages."""

    @property
    def is_public(self) -> bool:
        return self.token_endpoint_auth_method == "none"  # noqa: S105  a method, no secret

    @property
    def proves_by_key(self) -> bool:
        """RFC 7523 §2.2."""
        return self.token_endpoint_auth_method == "private_key_jwt"  # noqa: S105  a method

    @property
    def rotates_refresh_tokens(self) -> bool:
        """What `rotate_refresh_tokens` amounts to."""
        chosen = self.rotate_refresh_tokens
        return self.is_public if chosen is None else chosen


Problem = tuple[str, str]
Rule = Callable[[ProposedClient, Deployment], Iterator[Problem]]


def problems(proposed: ProposedClient, deployment: Deployment) -> dict[str, str]:
    """The first thing that is wrong with each member; empty: the client may be registered."""
    found: dict[str, str] = {}
    for rule in RULES:
        for member, problem in rule(proposed, deployment):
            found.setdefault(member, problem)
    return found


def _name_is_readable(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    names = {"client_name": proposed.client_name} | {
        member: name
        for member, name in proposed.metadata.items()
        if member.startswith("client_name#")
    }
    for member, name in names.items():
        if not 1 <= len(name) <= LONGEST_NAME or name != name.strip():
            yield member, f"must have 1 to {LONGEST_NAME} characters, without spaces around"
        elif any(
            letter in _BIDI or unicodedata.category(letter) in _UNREADABLE_CATEGORIES
            for letter in name
        ):
            yield member, "must not have control characters"


def _choices_are_offered(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    single = {
        "application_type": (proposed.application_type, APPLICATION_TYPES),
        "profile": (proposed.profile, PROFILES),
        "id_token_signed_response_alg": (proposed.id_token_signed_response_alg, OFFERED),
        "subject_type": (proposed.subject_type, SUBJECT_TYPES),
    }
    if proposed.token_endpoint_auth_method is not None:
        chosen = proposed.token_endpoint_auth_method
        single["token_endpoint_auth_method"] = (chosen, AUTH_METHODS)
    for member, (value, offered) in single.items():
        if value not in offered:
            yield member, f"offered: {', '.join(offered)}"
    for member, chosen_alg, offered_algs in (
        ("userinfo_signed_response_alg", proposed.userinfo_signed_response_alg, OFFERED),
        ("request_object_signing_alg", proposed.request_object_signing_alg, tuple(ALGORITHMS)),
        (
            "token_endpoint_auth_signing_alg",
            proposed.token_endpoint_auth_signing_alg,
            tuple(ALGORITHMS),
        ),
    ):
        if chosen_alg is not None and chosen_alg not in offered_algs:
            yield member, f"offered: {', '.join(offered_algs)}"
    several = {
        "grant_types": (proposed.grant_types, GRANT_TYPES),
        "response_types": (proposed.response_types, RESPONSE_TYPES),
    }
    for member, (values, offered) in several.items():
        if not set(values) <= set(offered) or len(set(values)) < len(values):
            yield member, f"offered, each once: {', '.join(offered)}"


def _grants_and_responses_agree(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    """RFC 7591 §2.1."""
    uses_code = "authorization_code" in proposed.grant_types
    if not proposed.grant_types:
        yield "grant_types", "at least one is needed"
    if uses_code != ("code" in proposed.response_types):
        yield "response_types", "code belongs to the grant type authorization_code, and it to code"
    if "refresh_token" in proposed.grant_types and not uses_code:
        yield "grant_types", "refresh_token needs authorization_code"
    if "client_credentials" in proposed.grant_types and proposed.is_public:
        yield "token_endpoint_auth_method", "none is refused: client_credentials needs a secret"
    if uses_code and not proposed.redirect_uris:
        yield "redirect_uris", "at least one is needed"
    if not uses_code and proposed.redirect_uris:
        yield "redirect_uris", "only a client that uses authorization_code has any"


def _redirects_lead_to_the_client(
    proposed: ProposedClient, deployment: Deployment
) -> Iterator[Problem]:
    for member, uris in (
        ("redirect_uris", proposed.redirect_uris),
        ("post_logout_redirect_uris", proposed.post_logout_redirect_uris),
    ):
        if len(uris) > MOST_VALUES or len(set(uris)) < len(uris):
            yield member, f"at most {MOST_VALUES}, each once"
        for uri in uris[:MOST_VALUES]:
            wrong = redirect_uri.problem(uri, proposed.application_type, deployment)
            if wrong:
                yield member, f"{_shown(uri)} {wrong}"


def _other_uris_are_https(proposed: ProposedClient, deployment: Deployment) -> Iterator[Problem]:
    for member, uri in proposed.metadata.items():
        if member.partition("#")[0] in URI_MEMBERS:
            wrong = redirect_uri.web_problem(uri, deployment)
            if wrong:
                yield member, f"{_shown(uri)} {wrong}"


def _keys_are_public(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    if proposed.jwks is None:
        if proposed.proves_by_key and proposed.jwks_uri is None:
            yield "jwks", "private_key_jwt needs jwks or jwks_uri"
        return
    if proposed.jwks_uri is not None:
        yield "jwks", "either jwks or jwks_uri"
    keys = proposed.jwks.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        yield "jwks", f"must be an object whose keys are a list of 1 to {MOST_KEYS}"
        return
    for wrong in filter(None, map(public_jwk.problem, keys)):
        yield "jwks", wrong
    kids = [str(key["kid"]) for key in keys if isinstance(key, dict) and "kid" in key]
    if len(set(kids)) < len(kids):
        yield "jwks", "two keys have the same kid"


def _calls_go_to_the_client(proposed: ProposedClient, deployment: Deployment) -> Iterator[Problem]:
    """Where we call the client, or send its users: https, without a fragment but for
    `request_uris`.
    """
    single = {
        "jwks_uri": proposed.jwks_uri,
        "sector_identifier_uri": proposed.sector_identifier_uri,
        "backchannel_logout_uri": proposed.backchannel_logout_uri,
        "frontchannel_logout_uri": proposed.frontchannel_logout_uri,
    }
    named = [(member, uri) for member, uri in single.items() if uri is not None]
    # The fragment of a request_uri is a hash of its content (OIDC Core §6.2).
    named += [
        ("request_uris", uri.partition("#")[0]) for uri in proposed.request_uris[:MOST_VALUES]
    ]
    for member, uri in named:
        if wrong := redirect_uri.web_problem(uri, deployment):
            yield member, f"{_shown(uri)} {wrong}"
    if len(proposed.request_uris) > MOST_VALUES:
        yield "request_uris", f"at most {MOST_VALUES}"


def _pairwise_has_one_sector(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    """OIDC Core §8.1: with several hosts only a sector identifier says which clients belong
    together.
    """
    if proposed.subject_type != "pairwise" or proposed.sector_identifier_uri is not None:
        return
    if len({urlsplit(uri).hostname for uri in proposed.redirect_uris}) != 1:
        yield "sector_identifier_uri", "pairwise with several hosts, or none, needs one"


def _scopes_are_tokens(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    """RFC 6749 §3.3."""
    scopes = proposed.scope.split(" ") if proposed.scope else []
    if len(scopes) > MOST_SCOPES or not all(map(_SCOPE.fullmatch, scopes)):
        yield "scope", f"at most {MOST_SCOPES} names of printable ASCII, one space between"


def _levels_are_reachable(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    # A level nobody can reach would be read as no demand at all.
    if proposed.min_acr is not None and proposed.min_acr not in LEVELS:
        yield "min_acr", f"known: {', '.join(LEVELS)}"
    if not set(proposed.default_acr_values) <= set(LEVELS):
        yield "default_acr_values", f"known: {', '.join(LEVELS)}"


def _numbers_are_sane(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    if proposed.default_max_age is not None and not 0 <= proposed.default_max_age <= 2**31 - 1:
        yield "default_max_age", "must be a number of seconds"
    if not 0 <= proposed.refresh_grace <= LONGEST_GRACE:
        yield "refresh_grace", f"0 to {LONGEST_GRACE} seconds"
    lifetime = proposed.access_token_lifetime
    if lifetime is not None and not SHORTEST_TOKEN <= lifetime <= LONGEST_TOKEN:
        yield "access_token_lifetime", f"{SHORTEST_TOKEN} to {LONGEST_TOKEN} seconds"


def _exceptions_are_for_confidential_clients(
    proposed: ProposedClient, _: Deployment
) -> Iterator[Problem]:
    if not proposed.is_public:
        return
    if proposed.pkce_waived:
        yield "pkce_waived", "only for confidential clients (RFC 9700 §2.1.1)"
    if not proposed.rotates_refresh_tokens:
        yield "rotate_refresh_tokens", "public clients rotate (RFC 9700 §2.2.2)"


def _contacts_are_addresses(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    contacts = proposed.metadata.get("contacts", ())
    if len(contacts) > MOST_VALUES or not all(map(_is_address, contacts)):
        yield "contacts", "must be e-mail addresses"


def _kept_words_are_short(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    for member in ("software_id", "software_version"):
        word = proposed.metadata.get(member, "")
        if len(word) > LONGEST_NAME or not word.isprintable():
            yield member, f"at most {LONGEST_NAME} printable characters"


def _is_address(contact: str) -> bool:
    return 3 <= len(contact) <= 320 and "@" in contact[1:-1] and contact.isprintable()


def _shown(uri: str) -> str:
    """Quoted and cut, for it may be anything."""
    return ascii(uri if len(uri) <= 80 else uri[:77] + "...")


RULES: tuple[Rule, ...] = (
    _name_is_readable,
    _choices_are_offered,
    _grants_and_responses_agree,
    _redirects_lead_to_the_client,
    _other_uris_are_https,
    _keys_are_public,
    _calls_go_to_the_client,
    _pairwise_has_one_sector,
    _scopes_are_tokens,
    _levels_are_reachable,
    _numbers_are_sane,
    _exceptions_are_for_confidential_clients,
    _contacts_are_addresses,
    _kept_words_are_short,
)
