"""What one completed authorization is worth: whose it is, for which scopes, proven how.

Every token of a family states these facts unchanged; a refresh never makes them better (OIDC Core
§12.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from idp.oauth.approval import Approval
from idp.oauth.request import AuthorizationRequest


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


def document_of(approval: Approval, request: AuthorizationRequest) -> dict[str, Any]:
    """What is stored: the approval but for what has columns of its own."""
    return {
        "sid": approval.sid,
        "acr": approval.acr,
        "amr": list(approval.amr),
        "auth_time": int(approval.auth_time.timestamp()),
        "events": list(approval.event_ids),
        "resource": list(request.resource),
    }


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
