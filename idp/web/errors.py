"""Every failure gets a page or a JSON answer with fixed words and the request's reference. Nothing
is echoed, but to whoever makes an app what of its request may be shown.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from flask import Flask, Response, current_app, g, jsonify, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import HTTPException

from idp import carried, origin
from idp.extensions import roll_back
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.oauth import causes, redaction
from idp.oauth.errors import ShownError
from idp.oauth.parameters import Parameters, Received
from idp.web import access, problems, words
from idp.web.access import Door
from idp.web.pages import page

_log = structlog.get_logger("error")

RETRY_AFTER_SECONDS = 5
_READ_ONLY = "25006"
"""PostgreSQL's state of a server that takes no writes: a standby that is about to take over."""
_REFERS_TO_NOTHING = frozenset({"SQLITE_CONSTRAINT_FOREIGNKEY", "23503"})
"""The drivers' names for a row that would belong to one that is not there."""

_SHOWN_TO_PEOPLE = frozenset({"protocol.authorize", "sign_out.logout"})
"""Protocol endpoints that a browser is sent to."""

TEXTS = {
    400: (
        gettext_noop("That request isn't right"),
        gettext_noop("Something in the address or the form could not be understood."),
    ),
    403: (
        gettext_noop("That didn't come from this page"),
        gettext_noop(
            "The form was open too long, or came from another page or browser. Go back and try"
            " again."
        ),
    ),
    404: (
        gettext_noop("There's nothing here"),
        gettext_noop("The address is wrong, or the page has moved."),
    ),
    405: (
        gettext_noop("That request isn't right"),
        gettext_noop("This address doesn't answer that kind of request."),
    ),
    410: (
        gettext_noop("That page has gone"),
        gettext_noop("It was only good once, or for a short time."),
    ),
    413: (
        gettext_noop("That was too much"),
        gettext_noop("What was sent is larger than this page accepts."),
    ),
    414: (
        gettext_noop("That request isn't right"),
        gettext_noop("The address is longer than this server accepts."),
    ),
    429: (gettext_noop("Too many tries"), gettext_noop("Wait a little, then try again.")),
    500: (
        gettext_noop("Something went wrong on our side"),
        gettext_noop("It isn't your fault, and nothing was changed. Try again in a moment."),
    ),
    503: (
        gettext_noop("We're very busy right now"),
        gettext_noop("Nothing was changed. Try again in a few seconds."),
    ),
}
"""Status → heading and message."""


_DESCRIPTIONS = {
    411: {"error_description": "The body has to come with its Content-Length."},
}
"""Status → what a program is told beside the code."""


def install(app: Flask) -> None:
    """The handlers, from the most to the least specific."""
    app.register_error_handler(ShownError, protocol_error)
    app.register_error_handler(SQLAlchemyError, database_failed)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)


def protocol_error(error: ShownError, parameters: Parameters = ()) -> Response:
    """An authorization request that cannot be answered to its client: shown, never redirected. Of
    `parameters` whoever makes the app sees what neither proves anything nor is about a person.
    """
    _log.info("protocol error shown", error_code=error.code, detail=error.detail)
    message = _("The link that brought you here isn't set up correctly. This isn't your fault.")
    if error.client is not None:
        message = _(
            "The link from %(name)s isn't set up correctly. This isn't your fault.",
            name=error.client.client_name,
        )
    return page(
        "errors/protocol_error.html",
        400,
        error=error.code,
        message=message,
        what_to_do=_("Go back to the app and tell its makers the reference below."),
        reference=origin.current().reference,
        explanation=error.explanation,
        cause=causes.of(error.detail),
        received=redaction.shown(Received(parameters)),
    )


def not_permitted() -> Response:
    """Signed in, and not for this: the page says no more, not even what would be there."""
    return page(
        "errors/error.html",
        403,
        status=403,
        heading=_("There's nothing here for this account"),
        message=_("If you need this page for your work, ask an owner of this site."),
        reference=origin.current().reference,
    )


def http_error(error: HTTPException) -> Response:
    """What Flask and our guards raise."""
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    passed_on = {k: v for k, v in error.get_headers() if k in {"Allow", "Retry-After"}}
    wait = passed_on.get("Retry-After", "")
    response = _answer(error.code or 500, int(wait) if wait.isdecimal() else None)
    response.headers.update(passed_on)
    return response


def database_failed(error: SQLAlchemyError) -> Response:
    """The database is away or overloaded: nobody gets in, and the caller may come back. Or somebody
    else has just deleted what the request rested on.
    """
    # The page of the error asks the same session who is here, and a failed flush has left it shut.
    undo()
    # The page must not ask a database that is away, not even for the language of an interaction:
    # the rollback has forgotten what was read of it.
    g.pop("visit", None)
    g.signed_in, g.recognised_session = (), None
    if _is_overtaken(error):
        _log.warning("overtaken", kind=type(error).__name__, cause=_cause(error), exc_info=True)
        return _answer(410)
    away = isinstance(error, PoolTimeout) or (isinstance(error, DBAPIError) and _is_outage(error))
    _log.error(
        "database failed",
        kind=type(error).__name__,
        cause=_cause(error),
        outage=away,
        exc_info=not away,
    )
    return busy(RETRY_AFTER_SECONDS) if away else _answer(500)


def undo() -> None:
    """What the request in hand has done so far: it turned out to be impossible as a whole. The
    browser keeps the cookies that it has.
    """
    roll_back()
    g.pop("cookies", None)
    carried.enter({})


def undone() -> Response:
    """What a form rested on ended while it was on its way: what the form did is undone."""
    undo()
    return _answer(410)


def busy(retry_after: int) -> Response:
    """503: come back in so many seconds."""
    response = _answer(503, retry_after)
    response.headers["Retry-After"] = str(retry_after)
    return response


def unexpected(error: Exception) -> Response:
    """A bug: logged with its traceback, shown as a reference."""
    _log.error("unexpected error", kind=type(error).__name__, exc_info=error)
    return _answer(500)


def _cause(error: SQLAlchemyError) -> str | None:
    """The driver's name for it, without its text, which may show an address or a value."""
    cause = getattr(error, "orig", None)
    named = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return str(named) if named else None


def _is_overtaken(error: SQLAlchemyError) -> bool:
    """Whether an account, an app or a group went between the request's reading and its writing."""
    gone = isinstance(error, ObjectDeletedError | StaleDataError)
    return gone or _cause(error) in _REFERS_TO_NOTHING


def _is_outage(error: DBAPIError) -> bool:
    return (
        error.connection_invalidated
        or type(error).__name__ in {"OperationalError", "InterfaceError"}
        or _cause(error) == _READ_ONLY
    )


def _answer(status: int, retry_after: int | None = None) -> Response:
    if problems.are_wanted():
        return problems.of_status(status)
    if _wants_json():
        code = "server_error" if status >= 500 else "invalid_request"
        if status == 503:
            code = "temporarily_unavailable"
        response = jsonify(error=code, **_DESCRIPTIONS.get(status, {}))
        response.status_code = status
        return response
    heading, message = TEXTS.get(status, TEXTS[500 if status >= 500 else 400])
    sentence = _(message)
    if status == 429 and retry_after is not None:
        sentence = words.wait(timedelta(seconds=retry_after))
    return page(
        "errors/error.html",
        status,
        status=status,
        heading=_(heading),
        message=sentence,
        reference=origin.current().reference,
        retry_after=retry_after,
    )


def _wants_json() -> bool:
    # Without an Accept header anything is welcome, and a page helps more people.
    wants_no_page = "Accept" in request.headers and not request.accept_mimetypes.accept_html
    return _is_machine_endpoint() or wants_no_page


def _is_machine_endpoint() -> bool:
    """By the address, since a wrong method finds no view."""
    rules = current_app.url_map.iter_rules()
    found = {rule.endpoint for rule in rules if rule.rule == request.path} - _SHOWN_TO_PEOPLE
    markers = (access.of(current_app.view_functions[endpoint]) for endpoint in found)
    return any(marker is not None and marker.door is Door.PROTOCOL for marker in markers)
