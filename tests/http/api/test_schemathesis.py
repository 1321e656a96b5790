"""Whatever is sent to the API, it answers as its OpenAPI document says: schemathesis makes requests
from the document, sound ones and broken ones.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from idp.clients.metadata.administration import PATH
from tests.http.api.conftest import Api, Program
from tests.support.databases import EngineKind

EXAMPLES = 4
"""Of each operation and mode."""


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"throttling": "off"}


@pytest.fixture
def program(api: Api) -> Program:
    return api.person()


def what_is_there(api: Api) -> dict[str, str]:
    """Something for each path to name."""
    robot = api.machine("admin:groups admin:keys.read")
    robot.post("/groups", {"name": "staff", "reason": "x"})
    robot.post("/claims", {"name": "badge", "scope": "badges", "reason": "x"})
    return {
        "client_id": api.a.client().client_id,
        "user_id": api.a.user("sue@example.com").id,
        "group": "staff",
        "claim": "badge",
        "kid": robot.get("/keys").json["items"][0]["kid"],
    }


def every_operation(app: Flask, issuer: str) -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi(f"{PATH}/openapi.json", app, base_url=issuer)
    for found in schema.get_all_operations():
        yield found.ok()


def with_examples(operation: Any, mode: GenerationMode, check: Callable[[Any], None]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        check(case)

    run()


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
def test_every_answer_is_one_that_the_document_promises(
    app: Flask, api: Api, program: Program, mode: GenerationMode
) -> None:
    headers, there = {"Authorization": f"Bearer {program.token}"}, what_is_there(api)

    def check(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            # Made-up names lead nowhere, and so not far.
            case.path_parameters = {
                name: there.get(name, value) for name, value in case.path_parameters.items()
            }
        # What a registration may be, and which version it has, is not for a schema to say.
        not_decided_by_schema = [] if case.method == "GET" else [positive_data_acceptance]
        case.call_and_validate(
            base_url=api.issuer + PATH, headers=headers, excluded_checks=not_decided_by_schema
        )

    for operation in every_operation(app, api.issuer):
        with contextlib.suppress(Unsatisfiable):  # nothing can be wrong where nothing is sent
            with_examples(operation, mode, check)
