"""Probes and metrics."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.extensions import db
from idp.models import Base


def test_a_process_that_answers_is_alive(client: FlaskClient) -> None:
    response = client.get("/healthz", headers={"Host": "10.0.0.7"})

    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_a_node_is_ready_with_database_schema_and_keys(client: FlaskClient) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert set(response.get_json()["checks"].values()) == {"ok"}


def test_a_node_without_its_tables_is_not_ready(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        Base.metadata.drop_all(db.engine)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert "failed" in response.get_json()["checks"].values()


def test_metrics_are_for_this_machine(client: FlaskClient) -> None:
    assert b"idp_requests_total" in client.get("/metrics").data
    away = client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert away.status_code == 404
    proxied = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert proxied.status_code == 404


class TestWithAToken:
    @pytest.fixture
    def overrides(self) -> dict[str, Any]:
        return {"server": {"metrics_token": "m" * 40}}

    def test_metrics_are_for_whoever_holds_it(self, client: FlaskClient) -> None:
        assert client.get("/metrics").status_code == 404
        response = client.get("/metrics", headers={"Authorization": "Bearer " + "m" * 40})
        assert response.status_code == 200
