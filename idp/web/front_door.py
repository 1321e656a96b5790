"""What the doors in front of Flask have in common: they answer the plain request in one app context
and one unit of work, and leave the rest, and every failure, to Flask.

Where the database computes in this process, requests at the doors take turns (`database.turns`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy.exc import OperationalError

from idp import carried
from idp.database.turns import Turns, Work
from idp.extensions import roll_back
from idp.web import language, request_cycle

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

    from config import Settings


class Answer(NamedTuple):
    """What goes to `start_response`, and what is returned behind it."""

    status: int
    status_line: str
    headers: list[tuple[str, str]]
    chunks: Iterable[bytes]


class FrontDoor:
    """WSGI in front of an app, or of the door behind it."""

    def __init__(self, app: Flask, turns: Turns | None) -> None:
        self.app = app
        self.behind: WSGIApplication = app.wsgi_app
        self.settings: Settings = app.extensions["idp.settings"]
        self._turns = turns
        self._host = urlsplit(self.settings.issuer).netloc

    def is_ours(self, environ: WSGIEnvironment) -> bool:
        """Whether it was sent to the issuer, as the issuer spells itself."""
        return environ.get("HTTP_HOST") == self._host and not environ.get("SCRIPT_NAME")

    def take_turn(self, visit: Visit) -> None:
        """Where there are turns to take."""
        if self._turns is None:
            go_at_once(visit)
        else:
            self._turns.take(visit)

    def speak(
        self, visit: Visit, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """The answer of a visit that has ended; if it has none, that of whoever is behind."""
        answer = visit.answer
        if answer is None:
            return self.behind(environ, start_response)
        start_response(answer.status_line, answer.headers)
        return answer.chunks


def go_at_once(visit: Visit) -> None:
    """Without a turn."""
    try:
        visit.begin()
    finally:
        visit.end(None)


class Visit(Work):
    """One plain request at a door, from its beginning to its answer.

    Both are in one context: a commit that is not sure to be durable is told like one that failed.
    """

    def __init__(
        self,
        app: Flask,
        endpoint: str,
        environ: WSGIEnvironment,
        respond: Callable[[], Answer | None],
    ) -> None:
        self.answer: Answer | None = None
        """None until it has one, and for ever where it is left to Flask."""
        self._app = app
        self._endpoint = endpoint
        self._environ = environ
        self._respond = respond
        self._context = copy_context()
        self._app_context = app.app_context()
        self._has_failed = False
        request_cycle.note_arrival(environ)

    def begin(self) -> None:
        """Answer, and commit."""
        self._context.run(self._begin)

    def end(self, problem: OSError | None) -> None:
        """Count the answer, or say why there is none."""
        self._context.run(self._end, problem)

    def _begin(self) -> None:
        self._app_context.push()
        request_cycle.begin(self._environ)
        carried.enter({})
        language.enter()
        try:
            self._answer()
        except BaseException:
            roll_back()  # before the next in turn, who would wait for it in this very thread
            raise

    def _answer(self) -> None:
        try:
            self.answer = self._respond()
        except Exception as error:  # noqa: BLE001  Flask's handlers know what to say of each
            self._fail(error)

    def _end(self, problem: OSError | None) -> None:
        try:
            has_lost = self.answer is not None and self.answer.status >= 500
            if problem is not None and not has_lost:
                self._fail(OperationalError("COMMIT", None, problem, hide_parameters=True))
            if self.answer is not None and not self._has_failed:
                method, status = self._environ["REQUEST_METHOD"], self.answer.status
                request_cycle.observe(self._endpoint, method, status)
        finally:
            self._app_context.pop()

    def _fail(self, error: Exception) -> None:
        """What Flask's handlers say of it, in the same unit of work, which is rolled back."""
        self._has_failed = True
        with self._app.request_context(self._environ):
            request_cycle.note_access()
            response = self._app.finalize_request(self._app.handle_user_exception(error))
            chunks, line, headers = response.get_wsgi_response(self._environ)
        self.answer = Answer(response.status_code, line, headers, chunks)
