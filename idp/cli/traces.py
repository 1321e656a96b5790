"""`idp trace`: why did this request fail? By the reference of its error page, or by client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click
from flask.cli import with_appcontext

from idp import traces
from idp.cli import output
from idp.cli.output import Refused
from idp.oauth import causes
from idp.traces import Trace


@click.command("trace")
@click.argument("reference", required=False)
@click.option("--client", "client_id", help="The latest requests of this application.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@output.json_option
@with_appcontext
def command(reference: str | None, client_id: str | None, limit: int) -> None:
    """What became of a request in the last day: what came, what was judged, why it failed."""
    if (reference is None) == (client_id is None):
        raise click.UsageError("Give a REFERENCE, or --client.")
    found = (
        traces.of_reference(reference)
        if reference is not None
        else traces.latest_of(client_id or "", limit)
    )
    if not found and reference is not None:
        raise Refused(f"No request of the last day has the reference {reference}.")
    output.show(
        [_document(trace) for trace in found],
        "\n\n".join("\n".join(_lines(trace)) for trace in found) or "No requests in the last day.",
    )


def _document(trace: Trace) -> dict[str, Any]:
    document = asdict(trace)
    if trace.is_failure:
        document["explanation"] = asdict(causes.of(trace.cause))
    return document


def _lines(trace: Trace) -> Iterator[str]:
    when = f"{trace.happened_at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"{when}  {trace.reference}  {trace.endpoint}  {trace.client_id or '-'}  {trace.outcome}"
    if trace.is_failure:
        cause = causes.of(trace.cause)
        yield f"  why    {cause.means}"
        for one in trace.differences:
            yield f"         {one.what}"
            yield f"           expected  {one.expected}"
            yield f"           received  {one.received}"
        yield f"  fix    {cause.fix}"
        yield f"  see    {cause.section}"
    for gone in trace.dropped:
        yield f"  left out  {gone.what}: {gone.why}"
    if trace.passed:
        yield f"  passed    {', '.join(trace.passed)}"
    if trace.failed:
        yield f"  failed    {trace.failed}"
    for name, value in trace.received:
        yield f"  received  {name}={value}"
