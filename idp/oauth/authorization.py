"""What one completed authorization is worth: whose it is, for which scopes, proven how.

Every token of a family states these facts unchanged; a refresh never makes them better (OIDC Core
§12.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.oauth import claims as users_claims
from idp.oauth.approval import Approval
from idp.oauth.claims import NOTHING, Wanted


@dataclass(frozen=True, slots=True)
class Authorization:
    """`auth_time` is in seconds, as JSON wants it. `family_id`: the row that revokes it all."""

    family_id: str
    user_id: str
    sub: str
    session_id: str | None
    scope: tuple[str, ...]
    sid: str
    acr: str | None
    amr: tuple[str, ...]
    auth_time: int
    resource: tuple[str, ...]
    document: dict[str, Any]
    """The approval as it is stored with the code and the family."""

    @property
    def is_offline(self) -> bool:
        """OIDC Core §11: it outlives the session."""
        return "offline_access" in self.scope


NO_CLAIMS: Mapping[str, Wanted] = {}


def document_of(
    approval: Approval, resource: tuple[str, ...], claims: Mapping[str, Wanted] = NO_CLAIMS
) -> dict[str, Any]:
    """What is stored: the approval but for what has columns of its own. `claims`: asked for one by
    one, by where they are to be told. `own_claims`: the deployment's, as they were allowed by name;
    what a scope comes to stand for afterwards was not.
    """
    return {
        "sid": approval.sid,
        "acr": approval.acr,
        "amr": list(approval.amr),
        "auth_time": int(approval.auth_time.timestamp()),
        "events": list(approval.event_ids),
        "resource": list(resource),
        "claims": dict(claims),
        "own_claims": list(users_claims.of_deployment(approval.scope)),
    }


def claims_wanted(document: Mapping[str, Any], place: str) -> Wanted:
    """OIDC Core §5.5: what a stored approval lets be told in `id_token` or `userinfo`."""
    wanted: Wanted = document.get("claims", {}).get(place, NOTHING)
    return wanted


def own_claims(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The deployment's own that a stored approval covers."""
    return tuple(document.get("own_claims", ()))


def restored(
    document: dict[str, Any],
    *,
    family_id: str,
    user_id: str,
    sub: str,
    session_id: str | None,
    scope: str,
) -> Authorization:
    """Read back from a row."""
    return Authorization(
        family_id=family_id,
        user_id=user_id,
        sub=sub,
        session_id=session_id,
        scope=tuple(scope.split()),
        sid=document["sid"],
        acr=document["acr"],
        amr=tuple(document["amr"]),
        auth_time=document["auth_time"],
        resource=tuple(document["resource"]),
        document=document,
    )
