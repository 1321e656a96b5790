"""Events written down for others: JSON lines, and CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from idp.models import AuditEvent
from idp.spreadsheet import safe_cell

COLUMNS = (
    *("sequence", "id", "happened_at", "type", "actor", "user_id", "client_id", "sid"),
    *("address", "user_agent", "reference", "details", "chain"),
)
_BYTES_AT_ONCE = 32 * 1024


def document(event: AuditEvent) -> dict[str, Any]:
    """One event; instants and links as text."""
    values = {name: getattr(event, name) for name in COLUMNS}
    values["happened_at"] = event.happened_at.isoformat().replace("+00:00", "Z")
    values["chain"] = event.chain.hex() if event.chain else None
    return values


def json_lines(events: Iterable[AuditEvent]) -> Iterator[str]:
    """One event a line."""
    for event in events:
        yield json.dumps(document(event), ensure_ascii=False) + "\n"


def comma_separated(events: Iterable[AuditEvent]) -> Iterator[str]:
    """RFC 4180, with a header. What a spreadsheet would compute gets an apostrophe in front."""
    buffer = io.StringIO()
    rows = csv.writer(buffer)
    rows.writerow(COLUMNS)
    for event in events:
        rows.writerow([_cell(value) for value in document(event).values()])
        if buffer.tell() > _BYTES_AT_ONCE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case dict():
            return json.dumps(value, ensure_ascii=False)
    return safe_cell(str(value))


FORMATS = {"jsonl": json_lines, "csv": comma_separated}
"""By the name that a command or an address gives."""
