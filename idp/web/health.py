"""Probes and metrics: alive, ready, and the numbers for Prometheus."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from idp import leaving, schema_version
from idp import metrics as registry
from idp.authentication import time_check
from idp.extensions import db, settings
from idp.sealing import KeyRingError, SealBroken
from idp.signing import keystore
from idp.signing.algorithms import OFFERED
from idp.web.access import OPERATIONS, access

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access(OPERATIONS)
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@access(OPERATIONS)
def readyz() -> tuple[Response, int]:
    """Database, schema, keys and clock can be used, and the server is not about to end; each check
    says ok or failed, never why to a stranger.
    """
    results = {name: _passes(check) for name, check in CHECKS.items()}
    ready = all(results.values())
    body = {"status": "ready" if ready else "not ready", "checks": _worded(results)}
    return jsonify(body), 200 if ready else 503


@blueprint.get("/metrics")
@access(OPERATIONS)
def metrics() -> Response:
    """Prometheus text; with a token for anybody who holds it, else only for loopback peers."""
    if not _may_read_metrics():
        raise NotFound
    body, content_type = registry.exposition()
    return Response(body, content_type=content_type)


def _may_read_metrics() -> bool:
    token = settings().server.metrics_token
    if token is not None:
        sent = request.headers.get("Authorization", "").encode("utf-8", "replace")
        return hmac.compare_digest(sent, f"Bearer {token}".encode())
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.environ.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and not is_forwarded


def _database() -> bool:
    return db.session.execute(text("SELECT 1")).scalar() == 1


def _schema() -> bool:
    return schema_version.serves()


def _keys() -> bool:
    return all(keystore.active(alg) for alg in OFFERED)


def _staying() -> bool:
    return not leaving.is_announced()


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "schema": _schema,
    "keys": _keys,
    "clock": time_check.is_trustworthy,
    "staying": _staying,
}
"""What a node needs before traffic is sent to it."""


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (SQLAlchemyError, KeyRingError, SealBroken, keystore.NoSigningKey):
        current_app.logger.warning("readiness check failed", exc_info=True)
        db.session.rollback()
        return False


def _worded(results: dict[str, bool]) -> dict[str, str]:
    return {name: "ok" if passed else "failed" for name, passed in results.items()}
