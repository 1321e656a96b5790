"""Refusals of the Admin API as problem details (RFC 9457): one table of kinds, one form for all.

Nothing that came in is repeated; a fault says where it is by a JSON pointer, or by the parameter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from idp import origin
from idp.clients.metadata import administration

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:idp:problem:"


class Kind(Enum):
    """What can go wrong: the last part of its `type`, the status, the title."""

    MALFORMED = ("malformed", 400, "What was sent cannot be read.")
    UNAUTHENTICATED = ("unauthenticated", 401, "A good access token for this API is needed.")
    PROOF_TOO_OLD = (
        "insufficient-user-authentication",
        401,
        "The user has to prove who they are again.",
    )
    SCOPE_MISSING = ("insufficient-scope", 403, "The access token lacks a scope.")
    NOT_PERMITTED = ("not-permitted", 403, "The role of the token's user does not allow this.")
    OUT_OF_REACH = ("out-of-reach", 403, "Only who hands out roles may do this.")
    NOT_FOUND = ("not-found", 404, "There is nothing here.")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "This address does not take this method.")
    NOT_ACCEPTABLE = ("not-acceptable", 406, "This is answered in another media type.")
    CONFLICT = ("conflict", 409, "This is not possible as things stand.")
    IN_PROGRESS = ("in-progress", 409, "A request with this Idempotency-Key is under way.")
    GONE = ("gone", 410, "It was only good once, or for a short time.")
    LENGTH_REQUIRED = ("length-required", 411, "The body has to come with its Content-Length.")
    OUTDATED = ("outdated", 412, "It has been changed meanwhile.")
    TOO_LARGE = ("too-large", 413, "The body is too large.")
    ADDRESS_TOO_LONG = ("address-too-long", 414, "The address is too long.")
    UNSUPPORTED = ("unsupported-media-type", 415, "The body has to be application/json.")
    INVALID = ("invalid", 422, "Some of what was sent cannot be accepted.")
    KEY_REUSED = ("key-reused", 422, "This Idempotency-Key belongs to another request.")
    PRECONDITION_REQUIRED = ("precondition-required", 428, "If-Match is needed.")
    TOO_MANY = ("too-many", 429, "Too many requests.")
    FAILED = ("failed", 500, "Something went wrong here. Nothing was changed.")
    BUSY = ("busy", 503, "The service is busy. Nothing was changed.")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `pointer` is a JSON pointer into the body (RFC 6901)."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Refused(HTTPException):
    """Ends an operation; what it has counted and audited so far stays."""

    def __init__(
        self,
        kind: Kind,
        detail: str | None = None,
        *faults: Fault,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code = kind.status
        self.kind = kind
        super().__init__(kind.title, _response(kind, detail, faults, headers or {}))


def of_status(status: int) -> Response:
    """For what was refused before an operation was reached, or failed inside one."""
    kinds = {kind.status: kind for kind in reversed(Kind)}
    return _response(kinds.get(status) or kinds[500 if status >= 500 else 400], None, (), {})


def are_wanted() -> bool:
    """Whether the request in hand is for the API."""
    return f"{request.path}/".startswith(f"{administration.PATH}/")


def pointer(*steps: str | int) -> str:
    """RFC 6901 §3."""
    return "".join("/" + str(one).replace("~", "~0").replace("/", "~1") for one in steps)


def _response(
    kind: Kind, detail: str | None, faults: tuple[Fault, ...], headers: Mapping[str, str]
) -> Response:
    body: dict[str, Any] = {
        "type": PREFIX + kind.slug,
        "title": kind.title,
        "status": kind.status,
        "reference": origin.current().reference,
    }
    if detail is not None:
        body["detail"] = detail
    if faults:
        body["errors"] = [_told(fault) for fault in faults]
    response = Response(json.dumps(body), kind.status, mimetype=MEDIA_TYPE)
    response.headers.update(headers)
    return response


def _told(fault: Fault) -> dict[str, str]:
    members = {
        "pointer": fault.pointer,
        "parameter": fault.parameter,
        "detail": fault.detail,
    }
    return {name: value for name, value in members.items() if value is not None}
