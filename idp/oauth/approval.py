"""What a finished interaction hands to issuing: who, proven how and when, and what was allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """`auth_time`, `acr` and `amr` are computed from the events that `event_ids` name."""

    user_id: str
    session_id: str
    sid: str
    auth_time: datetime
    acr: str | None
    amr: tuple[str, ...]
    event_ids: tuple[str, ...]
    scope: tuple[str, ...]
