"""`idp doctor`: look at the running deployment, and say what to mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from idp import doctor
from idp.cli import output
from idp.doctor import Finding, Level, integration

_MARKS = {Level.OK: "ok     ", Level.WARNING: "warning", Level.ERROR: "ERROR  "}


@click.command("doctor")
@click.option("--client", "client_id", help="Check one application only.")
@click.option("--redirect-uri", help="The address that this application sends.")
@output.json_option
@with_appcontext
def command(client_id: str | None, redirect_uri: str | None) -> None:
    """Live checks, with a fix for each finding. Exit code 1 on an error."""
    if redirect_uri is not None and client_id is None:
        raise click.UsageError("--redirect-uri needs --client.")
    found = (
        [("application", one) for one in integration.look(client_id, redirect_uri)]
        if client_id is not None
        else doctor.examine()
    )
    worst = _worst([finding for _, finding in found])
    document = {
        "status": worst,
        "findings": [{"subject": subject} | asdict(finding) for subject, finding in found],
    }
    output.show(document, "\n".join(_lines(found)))
    if worst is Level.ERROR:
        click.get_current_context().exit(1)


def _lines(found: Sequence[tuple[str, Finding]]) -> list[str]:
    width = max(len(subject) for subject, _ in found)
    lines: list[str] = []
    for subject, finding in found:
        lines.append(f"{_MARKS[finding.level]}  {subject:<{width}}  {finding.says}")
        if finding.fix:
            lines.append(f"{'':9}{'':<{width}}  → {finding.fix}")
    return lines


def _worst(findings: Sequence[Finding]) -> Level:
    order = list(Level)
    return max((finding.level for finding in findings), key=order.index, default=Level.OK)
