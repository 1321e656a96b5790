"""One request from end to end: its origin, its limits, one transaction, its headers. The order is
the table below.

A refusal below 500 commits, so that its counter and audit row stay; anything else rolls back.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest, LengthRequired, RequestURITooLarge

from idp import metrics, opaque, origin, telemetry
from idp.extensions import commit, kept, roll_back, settings
from idp.telemetry import Telemetry
from idp.web import (
    access,
    browser,
    current,
    device_cookies,
    errors,
    guards,
    headers,
    language,
    misdirected,
)
from idp.web.access import Door

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_log = structlog.get_logger("request")
_FIELDS_BESIDE_A_FILE = 1024 * 1024
"""Bytes in memory. Werkzeug also holds each piece of a file that it reads, 64 KiB and what was left
of the one before, against this limit.
"""
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}")
_ARRIVED = "idp.arrived"
_PROBES = frozenset({"health.healthz", "health.readyz", "health.metrics"})


def install(app: Flask) -> None:
    """Attach the hooks in order."""
    limits = app.extensions["idp.settings"].server
    if limits.opentelemetry:
        app.extensions["idp.telemetry"] = telemetry.begin()
    app.config["MAX_CONTENT_LENGTH"] = limits.maximum_body_size
    app.config["MAX_FORM_MEMORY_SIZE"] = limits.maximum_body_size
    app.config["MAX_FORM_PARTS"] = 200
    app.before_request(_prepare)
    app.after_request(_finish)


def enter_origin() -> None:
    """Who asks, and in which language: the reference first, so that every refusal below carries
    one.
    """
    begin(request.environ)
    note_access()
    device_cookies.take()
    language.enter()


def note_arrival(environ: WSGIEnvironment) -> float:
    """When it came, by `time.perf_counter`: whoever stands in line at a door before it begins has
    come before.
    """
    arrived: float = environ.setdefault(_ARRIVED, time.perf_counter())
    return arrived


def begin(environ: WSGIEnvironment) -> None:
    """From here on there is somebody who asks."""
    began = note_arrival(environ)
    reference = opaque.reference()
    origin.enter(
        origin.Origin(
            address=client_address(environ),
            user_agent=environ.get("HTTP_USER_AGENT", "")[:255],
            reference=reference,
            actor="anonymous",
            began=began,
        )
    )
    if spans := _telemetry():
        waited = time.perf_counter() - began
        g.span = spans.begin(environ.get("HTTP_TRACEPARENT", ""), reference, waited)


def note_access() -> None:
    """Of the view that the address leads to."""
    g.access = access.of(current_app.view_functions.get(request.endpoint or ""))


def require_whole_body() -> None:
    """Only its length tells a body that came whole from one that broke off, which servers end
    alike: what is shorter than it says is refused when it is read (RFC 9112 §8).
    """
    request.environ.pop("wsgi.input_terminated", None)
    if "HTTP_TRANSFER_ENCODING" in request.environ:
        raise LengthRequired


def require_sane_request() -> None:
    """Sizes, NUL bytes, ambiguous cookies (R88, R92, A71)."""
    raw_size = len(request.environ.get("QUERY_STRING", "")) + len(
        request.environ.get("PATH_INFO", "")
    )
    if raw_size > settings().server.maximum_url_size:
        raise RequestURITooLarge
    if "%00" in request.environ.get("QUERY_STRING", "") or "\x00" in request.path:
        raise BadRequest("NUL in the URL")
    if browser.has_ambiguous_cookies():
        raise BadRequest("one of our cookies came twice")


def require_our_host() -> None:
    """Only the issuer's host is ours; nothing is ever derived from this header (R51)."""
    rule = current.access()
    if rule is not None and rule.door is Door.OPERATIONS:
        return
    if request.host.lower() != urlsplit(settings().issuer).netloc:
        misdirected.note_wrong_host()
        raise BadRequest("unknown Host")
    misdirected.note_wrong_path()


def allow_large_file() -> None:
    """Only for whom the page is: anybody else is told at once that this is too much."""
    rule = current.access()
    if rule is not None and rule.largest_body is not None and guards.may_send_file(rule):
        request.max_content_length = rule.largest_body
        request.max_form_memory_size = _FIELDS_BESIDE_A_FILE


def require_form_without_nul() -> None:
    """NUL never reaches the database (R92)."""
    if request.method == "POST" and request.mimetype in {
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    }:
        rule = current.access()
        if rule is None or rule.door is Door.PROTOCOL:
            return  # machine endpoints read their own body
        if any("\x00" in value for pair in request.form.items(multi=True) for value in pair):
            raise BadRequest("NUL in a field")


BEFORE: tuple[Callable[[], guards.Answer], ...] = (
    enter_origin,
    require_whole_body,
    require_sane_request,
    require_our_host,
    allow_large_file,
    require_form_without_nul,
    guards.require_access,
)
"""In this order, before the view."""


def _prepare() -> guards.Answer:
    for step in BEFORE:
        if (answer := step()) is not None:
            return answer
    return None


def _finish(response: Response) -> Response:
    response = settle(response)
    if response.status_code < 500:
        device_cookies.hand_over()
        browser.set_cookies(response)
    headers.set_headers(response)
    observe(request.endpoint or "none", request.method, response.status_code)
    return response


def settle(response: Response) -> Response:
    """An answer that cannot be committed becomes another one."""
    try:
        end_unit_of_work(response.status_code)
    except SQLAlchemyError as error:
        return errors.database_failed(error)
    return response


def end_unit_of_work(status: int) -> None:
    """The one place where a request's work is committed, or rolled back. Raises SQLAlchemyError
    when the database does not take it.
    """
    if status >= 500:
        roll_back()
        return
    try:
        commit()
    except SQLAlchemyError:
        roll_back()
        raise


def observe(endpoint: str, method: str, status: int) -> None:
    """Count an answer, and write its line into the log."""
    asking = origin.current()
    seconds = time.perf_counter() - asking.began
    metrics.observe_request(endpoint, method, status, seconds)
    if (spans := _telemetry()) and "span" in g:
        spans.end(g.span, endpoint=endpoint, method=method, status=status)
    if endpoint not in _PROBES and endpoint != "static":
        _log.info(
            "request",
            method=method,
            endpoint=endpoint,
            status_code=status,
            actor=asking.actor,
            milliseconds=round(seconds * 1000, 1),
        )


def _telemetry() -> Telemetry | None:
    found: Telemetry | None = kept().get("idp.telemetry")
    return found


def client_address(environ: WSGIEnvironment) -> str:
    """The peer, or what the configured number of proxies reports (R39)."""
    hops = settings().trusted_proxy_hops
    peer: str = environ.get("REMOTE_ADDR") or ""
    if hops == 0:
        return peer
    forwarded = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    candidate = forwarded[-hops] if len(forwarded) >= hops else ""
    return candidate if _ADDRESS.fullmatch(candidate) else peer
