"""The audit log: looked through, and how far its chain goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field

from idp import audit as log
from idp.accounts.permissions import Permission
from idp.audit import catalogue, search, verify, written
from idp.audit.search import Filter
from idp.models import AuditEvent
from idp.web.api.answering import Answer, JsonLines, Written
from idp.web.api.model import CURSOR, Model, Page
from idp.web.api.operation import operation

READS = Permission.AUDIT_READ
LOOKED_AT = 1000
_WORD = 255


class Wanted(Model):
    """Which events; what is left out does not matter."""

    actor: str | None = Field(
        None, max_length=_WORD, description="`user:ID`, `client:ID`, `cli:NAME`, `job:NAME`."
    )
    user_id: str | None = Field(None, max_length=_WORD, description="About whom.")
    client_id: str | None = Field(None, max_length=_WORD)
    type: str | None = Field(None, max_length=_WORD)
    address: str | None = Field(None, max_length=_WORD)
    sid: str | None = Field(None, max_length=_WORD)
    reference: str | None = Field(None, max_length=_WORD)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class WantedEvents(Wanted):
    """And which page of them."""

    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(None, pattern=CURSOR)


class Event(Model):
    """Something that happened. `sequence` and `chain`: its place, once it is sealed."""

    id: str
    happened_at: datetime
    type: str
    actor: str
    user_id: str | None = None
    client_id: str | None = None
    sid: str | None = None
    address: str
    user_agent: str
    reference: str
    details: dict[str, Any]
    sequence: int | None = None
    chain: str | None = None


class EventList(Page[Event]):
    """Events."""


class Chain(Model):
    """What a look at the newest thousand events found; `idp audit verify` reads them all."""

    intact: bool
    verified: int
    unsealed: int = Field(description="Committed, and not yet in the chain.")
    broken_at: int | None = Field(None, description="The first place that does not hold.")
    damage: str | None = None


@operation("GET", "/audit/events", READS, query=WantedEvents, answer=EventList)
def list_events(asked: WantedEvents) -> Answer:
    """What happened, the newest first."""
    wanted = Filter(**asked.model_dump(exclude={"limit", "cursor"}))
    found = search.find(wanted, size=asked.limit, before=asked.cursor)
    return Answer(EventList(items=[event(one) for one in found.events], next=found.before))


@operation("GET", "/audit/export", READS, query=Wanted, answer=JsonLines)
def export_events(asked: Wanted) -> Answer:
    """All that is found, the newest first, an event a line. That it was taken is written down."""
    wanted = asked.model_dump(exclude_none=True)
    log.record(catalogue.LogExported(form="jsonl", filters=sorted(wanted)))
    pieces = written.json_lines(search.everything(Filter(**wanted)))
    return Answer(Written(pieces, JsonLines.media_type))


@operation("GET", "/audit/chain", READS, answer=Chain)
def read_chain() -> Answer:
    """Whether the end of the chain is whole."""
    found = verify.look_at_newest(LOOKED_AT)
    broken = found.broken
    return Answer(
        Chain(
            intact=broken is None,
            verified=found.verified,
            unsealed=found.unsealed,
            broken_at=broken.sequence if broken else None,
            damage=broken.damage.value if broken else None,
        )
    )


def event(row: AuditEvent) -> Event:
    """One event as everybody is told it."""
    return Event(**written.document(row))
