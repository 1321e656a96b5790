"""Who looks after an app, and who was told why a request failed."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class AppPersonAdded(Event):
    """Somebody looks after a client from now on. `standing`: owner or contact; `before`: what they
    were to it.
    """

    standing: str
    before: str | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AppPersonRemoved(Event):
    """Somebody looks after a client no more."""

    standing: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplanationShared(Event):
    """A link was made that explains one request of a client to whoever has it. `request`: the
    reference of that request.
    """

    request: str
