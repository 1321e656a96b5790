"""Whatever leaves something different asks why (docs/decisions/0029-reasons.md)."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from sqlalchemy import select

from config import Environment
from idp.cli import group
from idp.extensions import db
from idp.models import AuditEvent
from idp.web.api.operation import OPERATIONS
from tests.http.api.conftest import Api
from tests.support.databases import EngineKind
from tests.support.factories import Factory

SAYS_WHY_ITSELF = {
    "POST /address-checks": "nothing is different",
    "POST /client-checks": "nothing is different",
    "POST /client-drafts": "nothing is different",
    "POST /clients/{client_id}/preview": "nothing is different",
    "POST /clients/{client_id}/requests/{trace_id}/links": "nothing is different",
    "POST /clients/{client_id}/trials": "a test, and told as one",
    "POST /configuration/plan": "nothing is different",
    "POST /mail/{message_id}/retry": "what was to be sent is sent",
    "POST /requests/{trace_id}/links": "nothing is different",
    "POST /test-mails": "a test",
    "POST /user-imports/{import_id}/cancel": "the reason came with the file",
    "POST /user-imports/{import_id}/confirm": "the reason came with the file",
    "POST /what-if": "nothing is different",
    "POST /what-if/values": "nothing is different",
}
READING = {
    "audit": "reads", "check": "reads", "decode": "reads", "doctor": "reads", "export": "reads",
    "list": "reads",
    "perform": "an app's own part", "settings": "reads", "show": "reads",
    "trace": "reads", "what-if": "reads", "backup": "reads",
    "dev": "for whoever builds this",
}  # fmt: skip
OF_THE_MACHINE = {
    "db upgrade", "db downgrade", "db revision", "keys init", "serve", "jobs", "mail retry",
    "mail test",
}  # fmt: skip
"""What the deployment needs to run, and mails that are sent again or to try."""


def commands(found: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every one that can be called, by its words."""
    if not isinstance(found, click.Group):
        yield path, found
        return
    context = click.Context(found)
    for name in found.list_commands(context):
        one = found.get_command(context, name)
        assert one is not None
        yield from commands(one, f"{path} {name}".strip())


def test_every_operation_that_changes_something_asks_why() -> None:
    silent = {
        f"{one.method} {one.template}"
        for one in OPERATIONS
        if one.method != "GET" and (one.body is None or "reason" not in one.body.model_fields)
    }

    assert silent == SAYS_WHY_ITSELF.keys()
    for one in OPERATIONS:
        if one.body is not None and "reason" in one.body.model_fields:
            assert one.body.model_fields["reason"].is_required(), one.template


def test_every_command_that_changes_something_takes_a_reason() -> None:
    without = {
        path
        for path, one in commands(group)
        if not any("--reason" in option.opts for option in one.params)
    }
    excused = {
        path for path in without if path.split()[-1] in READING or path.split()[0] in READING
    }

    assert without - excused - OF_THE_MACHINE == set()


@pytest.mark.parametrize(
    "command",
    [
        ("client", "disable", "x"), ("client", "rotate-secret", "x"), ("client", "delete", "x"),
        ("group", "delete", "x"), ("claim", "delete", "x"), ("keys", "rotate"),
        ("keys", "revoke", "x"), ("user", "disable", "x"),
        ("client", "initial-token", "revoke", "x"),
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
def test_in_production_nothing_is_changed_or_ended_without_one(
    a: Factory, command: tuple[str, ...]
) -> None:
    in_production = {"environment": Environment.PRODUCTION}
    there = a.app.extensions["idp.settings"].model_copy(update=in_production)
    a.app.extensions["idp.settings"] = there

    ran = a.app.test_cli_runner().invoke(args=["idp", *command])

    assert (ran.exit_code, "--reason" in ran.stderr) == (2, True)


def test_the_reason_is_in_every_event_of_the_work_that_it_is_for(api: Api) -> None:
    robot = api.machine("admin:clients admin:groups")
    photos = {"client_name": "Photos", "redirect_uris": ["https://photos.example/cb"]}
    wanted = {"version": 1, "groups": {"staff": {}}, "clients": {"photos": photos}}
    plan = robot.post("/configuration/plan", {"configuration": wanted})
    applied = {"configuration": wanted, "reason": "Ops-7"}
    done = robot.post("/configuration/apply", applied, If_Match=plan.headers["ETag"])
    assert done.status_code == 200, done.json

    run = api.a.app.test_cli_runner().invoke
    assert run(args=["idp", "group", "create", "guests", "--reason", "Ops-8"]).exit_code == 0

    with api.a.app.app_context():
        kinds = ("client_registered", "group_created", "configuration_imported")
        found = select(AuditEvent).where(AuditEvent.type.in_(kinds)).order_by(AuditEvent.id)
        said = [(one.type, one.details["reason"]) for one in db.session.scalars(found)]
    assert ("client_registered", "Ops-7") in said
    assert ("group_created", "Ops-7") in said
    assert ("configuration_imported", "Ops-7") in said
    assert said[-1] == ("group_created", "Ops-8")
