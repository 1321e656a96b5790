"""The application with two more headers on every answer: its statements and writing transactions.

For one request at a time, on a server with one worker; never timed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from benchmarks.counting_headers import STATEMENTS, WRITES
from idp.extensions import db
from tests.support.statements import recorded
from wsgi import app as provider

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Write = Callable[[bytes], object]


_for_ever = ExitStack()
with provider.app_context():
    _record = _for_ever.enter_context(recorded(db.engine))


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Flask has settled the transaction when it begins to answer."""
    statements, writes = len(_record.statements), _record.writing_transactions

    def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Write:
        counts = [
            (STATEMENTS, str(len(_record.statements) - statements)),
            (WRITES, str(_record.writing_transactions - writes)),
        ]
        return start_response(status, headers + counts, *rest)

    return provider.wsgi_app(environ, begin)
