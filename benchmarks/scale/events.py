"""Ten million events of ninety days, chained as the job that seals them would have done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import Engine, Table, update
from sqlalchemy.engine import Row

from benchmarks.scale import bulk, values
from benchmarks.scale.values import chance
from idp.audit import chain
from idp.models import AuditChain, AuditEvent

SPAN = timedelta(days=90)
_KINDS: dict[str, tuple[int, dict[str, object]]] = {
    "tokens_issued": (30, {"scope": "openid profile email"}),
    "code_issued": (20, {"amr": ["pwd", "otp", "mfa"]}),
    "session_begun": (12, {"methods": ["password", "totp"]}),
    "password_accepted": (12, {}),
    "totp_accepted": (8, {}),
    "session_ended": (8, {"because": "signed_out"}),
    "password_rejected": (6, {"reason": "wrong"}),
    "token_request_refused": (2, {"error": "invalid_grant"}),
    "totp_rejected": (1, {}),
    "consent_given": (1, {"scope": "openid profile email"}),
}
_WEIGHTS = [weight for weight, _ in _KINDS.values()]
_OF_CLIENTS = frozenset({"tokens_issued", "code_issued", "token_request_refused", "consent_given"})


class _Event(NamedTuple):
    """A row as the chain reads it."""

    id: str
    happened_at: datetime
    type: str
    actor: str
    user_id: str
    client_id: str | None
    sid: str
    address: str
    user_agent: str
    reference: str
    details: dict[str, object]


COLUMNS = (*_Event._fields, "sequence", "chain")


def load(
    engine: Engine, people: Sequence[str], clients: Sequence[str], most: int, now: datetime
) -> None:
    """Instead of whatever was in the log."""
    table = cast("Table", AuditEvent.__table__)
    tail: list[object] = [0, chain.START]
    with bulk.without_indexes(engine, table):
        rows = _chained(_events(people, clients, most, now), tail)
        bulk.copy(engine, table, COLUMNS, rows, most)
    with engine.begin() as connection:
        connection.execute(
            update(AuditChain).values(sequence=tail[0], chain=tail[1], sealed_at=now)
        )


def _chained(events: Iterator[_Event], tail: list[object]) -> Iterator[tuple[object, ...]]:
    """`tail` ends as the place and the link of the last one."""
    link = chain.START
    for place, event in enumerate(events, start=1):
        link = chain.link(link, cast("Row[_Event]", event))
        tail[:] = place, link
        yield (*event[:-1], json.dumps(event.details), place, link)


def _events(
    people: Sequence[str], clients: Sequence[str], most: int, now: datetime
) -> Iterator[_Event]:
    kinds, step = list(_KINDS), SPAN / most
    at = now - SPAN
    while most > 0:
        for kind in chance.choices(kinds, _WEIGHTS, k=min(most, 1000)):
            at += step
            person = people[chance.randrange(len(people))]
            # A few apps are used by nearly everybody.
            app = clients[int(len(clients) * chance.random() ** 4)]
            yield _Event(
                values.row_id(at),
                at,
                kind,
                f"user:{person}",
                person,
                app if kind in _OF_CLIENTS else None,
                f"s{chance.getrandbits(200):050x}"[:43],
                values.network_address(),
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                f"{chance.getrandbits(40):010X}"[:8],
                dict(_KINDS[kind][1]),
            )
        most -= 1000
