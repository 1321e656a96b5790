"""A file of people that was uploaded: kept sealed, judged by a job, confirmed, worked off by the
job, and forgotten but for its counts and the rows that were refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import IO

from sqlalchemy import insert, select, update

from idp import audit, clock, opaque
from idp.accounts.imports import records, rows, source
from idp.accounts.imports.problem import Problem, Unreadable
from idp.accounts.imports.records import Layout, Place
from idp.accounts.imports.source import Form, Readable
from idp.audit import catalogue
from idp.extensions import db, keyring, rows_changed
from idp.language import gettext_noop
from idp.models import ImportState, UserImport, UserImportChunk
from idp.sealing import Place as SealedPlace

LARGEST = 512 * 1024 * 1024
"""Bytes of UTF-8; the command has no limit."""
LONGEST_FILE_NAME = 100
_IN_MEMORY = 1024 * 1024
TIME_TO_CONFIRM = timedelta(hours=24)
TIME_TO_READ = timedelta(days=30)
"""For which the report is kept."""
_LISTED = 20
_TOO_LARGE = gettext_noop("This file has more than %(most)s MiB. Use the command for it.")


def upload(file: Readable, form: Form, *, name: str, by: str, reason: str) -> UserImport | Problem:
    """Keep the file; the dry run begins with the next turn of the jobs."""
    with SpooledTemporaryFile(_IN_MEMORY) as plain:
        # Read once before the first write: what cannot be read is not kept, and nobody waits.
        try:
            size = _copy_as_utf8(file, form, plain)
            layout, start = _beginning(plain, form)
        except Unreadable as unreadable:
            return unreadable.problem
        if size > LARGEST:
            return Problem(_TOO_LARGE, "", {"most": LARGEST >> 20})
        made = _row(layout, start, size, name=name, by=by, reason=reason)
        db.session.add(made)
        db.session.flush()
        _keep(made.id, plain)
    audit.record(
        catalogue.ImportUploaded(import_id=made.id, file_name=made.file_name, reason=reason)
    )
    return made


def confirm(import_id: str) -> bool:
    """Say yes to what the dry run found. False: somebody has, or it is too late."""
    waiting = update(UserImport).where(
        UserImport.id == import_id,
        UserImport.state == ImportState.CHECKED,
        UserImport.expires_at > clock.now(),
    )
    if rows_changed(waiting.values(state=ImportState.RUNNING, updated_at=clock.now())) != 1:
        return False
    started = db.session.get_one(UserImport, import_id, populate_existing=True)
    audit.record(
        catalogue.ImportBegun(
            import_id=import_id, file_name=started.file_name, reason=started.reason
        )
    )
    return True


def cancel(import_id: str) -> bool:
    """Throw the file away. What was imported stays. False: it was over."""
    now = clock.now()
    open_ = (ImportState.CHECKING, ImportState.CHECKED, ImportState.RUNNING)
    ending = update(UserImport).where(UserImport.id == import_id, UserImport.state.in_(open_))
    values = {
        "state": ImportState.CANCELLED,
        "updated_at": now,
        "expires_at": now + TIME_TO_READ,
    }
    if rows_changed(ending.values(**values)) != 1:
        return False
    audit.record(catalogue.ImportCancelled(import_id=import_id))
    return True


def find(import_id: str) -> UserImport | None:
    """One of them, also one that is over."""
    return db.session.get(UserImport, import_id)


def newest() -> list[UserImport]:
    """As far as they are remembered."""
    found = select(UserImport).order_by(UserImport.id.desc()).limit(_LISTED)
    return list(db.session.scalars(found))


def layout_of(row: UserImport) -> tuple[Layout, Place]:
    """How its rows are written, and where the first one begins."""
    kept = row.layout
    layout = Layout(Form(kept["form"]), tuple(kept["names"]), kept["delimiter"])
    return layout, Place(kept["position"], kept["row"])


def pieces(import_id: str, position: int) -> Iterator[bytes]:
    """What follows this place, opened piece by piece."""
    number, skipped = divmod(position, source.PIECE)
    while True:
        kept = select(UserImportChunk.content_sealed).where(
            UserImportChunk.import_id == import_id, UserImportChunk.number == number
        )
        sealed = db.session.scalar(kept)
        if sealed is None:
            return
        yield keyring().unseal(sealed, _sealed_place(import_id, number))[skipped:]
        number, skipped = number + 1, 0


def _copy_as_utf8(file: Readable, form: Form, plain: IO[bytes]) -> int:
    size = 0
    for piece in source.as_utf8(source.pieces(file), form):
        size += plain.write(piece)
        if size > LARGEST:
            break
    return size


def _beginning(plain: IO[bytes], form: Form) -> tuple[Layout, Place]:
    plain.seek(0)
    layout, start, _ = records.begin(source.pieces(plain), form)
    if form is Form.CSV:
        rows.require_columns(layout.names)
    return layout, start


def _row(layout: Layout, start: Place, size: int, *, name: str, by: str, reason: str) -> UserImport:
    now = clock.now()
    kept_name = "".join(letter for letter in name if letter.isprintable())[:LONGEST_FILE_NAME]
    return UserImport(
        id=opaque.identifier(),
        state=ImportState.CHECKING,
        started_by=by,
        reason=reason,
        file_name=kept_name or "?",
        layout=asdict(layout) | asdict(start),
        size=size,
        position=start.position,
        rows=start.row,
        created_at=now,
        expires_at=now + TIME_TO_CONFIRM,
    )


def _keep(import_id: str, plain: IO[bytes]) -> None:
    plain.seek(0)
    for number, piece in enumerate(source.pieces(plain)):
        sealed = keyring().seal(piece, _sealed_place(import_id, number))
        values = {"import_id": import_id, "number": number, "content_sealed": sealed}
        db.session.execute(insert(UserImportChunk).values(**values))


def _sealed_place(import_id: str, number: int) -> SealedPlace:
    return SealedPlace("user_import_chunks", "content_sealed", str(number), import_id)
