"""What the owners of an app may change of its registration: an app's own matters, and policy only
towards more. Everything else is an administrator's, also what is not known here.

An owner decides where an app lives, how it looks and how it proves itself. What protects users from
the app, or the provider from it, was somebody else's decision.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import fields

from config import SecondFactorPolicy
from idp.authentication.assurance import level_of
from idp.clients.document import KEPT, TRANSLATED
from idp.clients.metadata import STANDARD_SCOPE, ProposedClient
from idp.clients.registered import RegisteredClient
from idp.extensions import settings

NOT_YOURS = "only an administrator changes this"

FREE = frozenset(
    {
        "client_name", "redirect_uris", "post_logout_redirect_uris", "jwks", "jwks_uri",
        "request_uris", "backchannel_logout_uri", "backchannel_logout_session_required",
        "frontchannel_logout_uri", "frontchannel_logout_session_required", "default_acr_values",
        "require_auth_time", "id_token_signed_response_alg", "userinfo_signed_response_alg",
        "token_endpoint_auth_signing_alg", "access_token_signed_response_alg",
        "authorization_signed_response_alg",
    }
)  # fmt: skip
"""Members that are the app's own business; every rule of registration still holds."""

_OWN_GRANTS = frozenset({"authorization_code", "refresh_token"})
_STRENGTHS = {None: 1, "none": 0, "private_key_jwt": 2}
"""How a client proves itself; every way with a secret is as good as another."""

Judge = Callable[[RegisteredClient, ProposedClient], str | None]
"""Why an owner may not change a member so; None: they may."""


def problems(now: RegisteredClient, proposed: ProposedClient) -> dict[str, str]:
    """By member: what an owner of the app may not do."""
    found: dict[str, str] = {}
    for member in (one.name for one in fields(ProposedClient)):
        if member in FREE or _is_same(now, proposed, member):
            continue
        wrong = _JUDGES[member](now, proposed) if member in _JUDGES else NOT_YOURS
        if wrong:
            found[member] = wrong
    return found


def may_see_in_form(member: str) -> bool:
    """Whether a form for owners has this field: what could never be changed only disappoints."""
    return member in FREE or member in KEPT or member in _JUDGES


def _is_same(now: RegisteredClient, proposed: ProposedClient, member: str) -> bool:
    match member:
        case "scope":
            return frozenset(proposed.scope.split()) == now.scopes
        case "rotate_refresh_tokens":
            return proposed.rotates_refresh_tokens == now.rotate_refresh_tokens
    return bool(_plain(getattr(now, member)) == _plain(getattr(proposed, member)))


def _plain(value: object) -> object:
    return frozenset(value) if isinstance(value, tuple | list | frozenset) else value


def _scope(now: RegisteredClient, proposed: ProposedClient) -> str | None:
    """Users are asked about what is added, so not where they are not asked."""
    added = frozenset(proposed.scope.split()) - now.scopes
    if not added:
        return None
    if now.trusted:
        return "users are not asked for permission here, so only an administrator adds scopes"
    if added <= frozenset(STANDARD_SCOPE.split()):
        return None
    return f"only an administrator adds others than {STANDARD_SCOPE}"


def _grant_types(now: RegisteredClient, proposed: ProposedClient) -> str | None:
    added = frozenset(proposed.grant_types) - now.grant_types
    allowed = f"only an administrator adds others than {', '.join(sorted(_OWN_GRANTS))}"
    return None if added <= _OWN_GRANTS else allowed


def _response_types(now: RegisteredClient, proposed: ProposedClient) -> str | None:
    added = frozenset(proposed.response_types) - now.response_types
    return None if added <= {"code"} else NOT_YOURS


def _method(now: RegisteredClient, proposed: ProposedClient) -> str | None:
    before, after = (_strength(one.token_endpoint_auth_method) for one in (now, proposed))
    return None if after >= before else "only an administrator chooses a weaker way"


def _strength(method: str | None) -> int:
    return _STRENGTHS.get(method, 1)


def _min_acr(now: RegisteredClient, proposed: ProposedClient) -> str | None:
    is_lower = level_of(proposed.min_acr) < level_of(now.min_acr)
    return "only an administrator lowers this" if is_lower else None


def _second_factor_policy(_: RegisteredClient, proposed: ProposedClient) -> str | None:
    wanted = proposed.second_factor_policy
    return None if wanted == SecondFactorPolicy.REQUIRED else "only an administrator lowers this"


def _default_max_age(now: RegisteredClient, proposed: ProposedClient) -> str | None:
    before, after = now.default_max_age, proposed.default_max_age
    is_longer = before is not None and (after is None or after > before)
    return "only an administrator makes this longer" if is_longer else None


def _access_token_lifetime(now: RegisteredClient, proposed: ProposedClient) -> str | None:
    usual = settings().tokens.access_token_lifetime.total_seconds()
    before, after = (one.access_token_lifetime or usual for one in (now, proposed))
    return None if after <= before else "only an administrator makes this longer"


def _refresh_grace(now: RegisteredClient, proposed: ProposedClient) -> str | None:
    is_longer = proposed.refresh_grace > now.refresh_grace
    return "only an administrator makes this longer" if is_longer else None


def _rotation(_: RegisteredClient, proposed: ProposedClient) -> str | None:
    return None if proposed.rotates_refresh_tokens else "only an administrator switches this off"


def _request_object_alg(_: RegisteredClient, proposed: ProposedClient) -> str | None:
    is_kept = proposed.request_object_signing_alg not in {None, "none"}
    return None if is_kept else "only an administrator lets requests go unsigned"


def _switch(member: str) -> Judge:
    """Something that the app is held to."""

    def judge(_: RegisteredClient, proposed: ProposedClient) -> str | None:
        is_on = getattr(proposed, member)
        return None if is_on else "only an administrator switches this off"

    return judge


def _metadata(now: RegisteredClient, proposed: ProposedClient) -> str | None:
    """What is shown and kept; which resources its tokens are for is policy."""
    before, after = now.metadata, proposed.metadata
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    foreign = sorted(name for name in changed if not _is_shown(name, (*KEPT, *TRANSLATED)))
    return f"only an administrator changes {', '.join(foreign)}" if foreign else None


def _is_shown(name: str, shown: Collection[str]) -> bool:
    return name.partition("#")[0] in shown


_JUDGES: dict[str, Judge] = {
    "scope": _scope,
    "grant_types": _grant_types,
    "response_types": _response_types,
    "token_endpoint_auth_method": _method,
    "min_acr": _min_acr,
    "second_factor_policy": _second_factor_policy,
    "default_max_age": _default_max_age,
    "access_token_lifetime": _access_token_lifetime,
    "refresh_grace": _refresh_grace,
    "rotate_refresh_tokens": _rotation,
    "request_object_signing_alg": _request_object_alg,
    "metadata": _metadata,
    **{
        member: _switch(member)
        for member in (
            "require_pushed_authorization_requests",
            "require_signed_request_object",
            "dpop_bound_access_tokens",
        )
    },
}
